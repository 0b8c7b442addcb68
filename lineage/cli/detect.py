"""`lineage detect`: what the detections hit, each with the fields that made it match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.correlate import exit_status
from lineage.cli.narrowing import narrowing_of_hits
from lineage.cli.output import console, print_lines
from lineage.cli.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.choice import Preparation, Selection
    from lineage.report.narrow import Narrowing


@click.command("detect")
@options.telemetry
@options.rule_choice
@narrowing_of_hits
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
@click.option("--ndjson", is_flag=True, help="One JSON object a line instead of a table.")
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    rules: tuple[Path, ...],
    cache: bool,
    allow: tuple[Path, ...],
    selection: Selection,
    preparation: Preparation,
    strict: bool,
    details: bool,
    ndjson: bool,
    narrowing: Narrowing,
) -> int:
    """Lists the detections' hits, each with its record and the fields that made it match."""
    from lineage import pipeline

    with progress(paths) as advance:
        report = pipeline.run(
            pipeline.Request(
                paths,
                format_name,
                rules,
                (),
                cache=cache,
                selection=selection,
                preparation=preparation,
                allow=allow,
                advance=advance,
                timezone=timezone,
            )
        ).report
    report = narrowing.apply(report)
    if ndjson:
        print_lines(report.detections)
    else:
        from lineage.report.terminal import render_hits

        render_hits(report, console(), details=details)
    return exit_status(report, None, strict=strict)
