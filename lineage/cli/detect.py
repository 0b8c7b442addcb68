"""`lineage detect`: what the detections hit, each with the fields that made it match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.correlate import exit_status
from lineage.cli.narrowing import narrowing as narrowing_options
from lineage.cli.output import console, print_lines
from lineage.cli.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.choice import Preparation, Selection
    from lineage.engines.choice import Scale
    from lineage.report.narrow import Narrowing


@click.command("detect")
@options.telemetry
@options.alerts
@options.rule_choice
@options.scale
@narrowing_options
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
@click.option("--ndjson", is_flag=True, help="One JSON object a line instead of a table.")
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    read_timezone: str | None,
    day_first: bool | None,
    rules: tuple[Path, ...],
    cache: bool,
    allow: tuple[Path, ...],
    alerts: tuple[Path, ...],
    selection: Selection,
    scale: Scale,
    preparation: Preparation,
    strict: bool,
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
    with progress(paths) as advance:
        report = pipeline.report(
            pipeline.Request(
                paths,
                format_name,
                rules,
                None if narrowing.chooses_chains else (),
                cache=cache,
                selection=selection,
                preparation=preparation,
                allow=allow,
                alerts=alerts,
                advance=advance,
                timezone=read_timezone,
                day_first=day_first,
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
