"""`lineage render`: other outputs of a report that was made before."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.cli import options
from lineage.cli.output import console
from lineage.cli.report_files import check, outputs, write
from lineage.report.saved import load_report


@click.command("render")
@click.argument("report", type=click.Path(path_type=Path))
@outputs
@options.shown_timezone
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
def command(report: Path, details: bool, timezone: str | None, **wanted: Path | None) -> None:
    """Makes outputs from REPORT, a file written by lineage correlate --json.

    Without an option it is printed as lineage correlate prints it.

    \b
    Examples:
      lineage render report.json --html report.html --docx case.docx
      lineage render report.json --markdown case.md --iocs iocs.csv
    """  # noqa: D301 - click takes the control character for "keep these lines"
    from lineage.report.zone import Zone

    zone = Zone.named(timezone)
    check(wanted, [report])
    content = load_report(report)
    write(content, wanted, timezone)
    if not any(wanted.values()):
        from lineage.report.terminal import render

        render(content, console(), details=details, zone=zone)
