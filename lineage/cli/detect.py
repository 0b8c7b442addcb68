"""`lineage detect`: what the detections hit, each with the fields that made it match."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.correlate import exit_status
from lineage.cli.narrowing import narrowing as narrowing_options
from lineage.cli.output import console, print_lines
from lineage.cli.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.engines.choice import Scale
    from lineage.pipeline import Request
    from lineage.report.narrow import Narrowing


@click.command("detect")
@options.telemetry
@options.alerts
@options.scale
@narrowing_options
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
@click.option("--ndjson", is_flag=True, help="One JSON object a line instead of a table.")
def command(
    request: Request,
    timezone: str | None,
    strict: bool,
    alerts: tuple[Path, ...],
    scale: Scale,
    details: bool,
    ndjson: bool,
    narrowing: Narrowing,
) -> int:
    """Lists the detections' hits, each with its record and the fields that made it match.

    With --verdict, --top or --min-score only the hits that such chains stand on.
    """
    from lineage import pipeline
    from lineage.report.zone import Zone

    zone = Zone.named(timezone)
    with progress(request.paths) as advance:
        report = pipeline.report(
            replace(
                request,
                correlators=None if narrowing.chooses_chains else (),
                alerts=alerts,
                advance=advance,
                scale=scale,
            )
        )
    report = narrowing.apply_to_hits(report)
    if ndjson:
        print_lines(report.detections)
    else:
        from lineage.report.terminal import render_hits

        render_hits(report, console(), details=details, zone=zone)
    return exit_status(report, None, strict=strict)
