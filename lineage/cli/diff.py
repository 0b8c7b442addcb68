"""`lineage diff`: what a later report has that an earlier one had not."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.cli import status
from lineage.cli.narrowing import VERDICTS
from lineage.cli.output import console, print_lines, write_file
from lineage.cli.report_files import check, is_standard_output
from lineage.report.saved import load_report


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it as JSON too; - prints only that.",
)
@click.option(
    "--fail-on",
    type=click.Choice(VERDICTS),
    help="Exit with 1 when a chain has this verdict or a stronger one, and had not in OLD.",
)
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
def command(
    old: Path, new: Path, json_file: Path | None, fail_on: str | None, details: bool
) -> int:
    """Tells what NEW has that OLD had not: two files written by lineage correlate --json.

    Chains are new, grown, judged otherwise, or gone; then hits, indicators, inputs, rules and what
    could have fired. Where a chain is gone, what may be the reason is told: an input that NEW
    didn't read, a rule that wasn't run, an allow file. That it is gone never means that a host is
    clean.

    \b
    Examples:
      lineage diff monday.json tuesday.json
      lineage diff monday.json tuesday.json --fail-on probable --json -

    \b
    Exit status:
      0  it ran, whatever differs
      1  --fail-on was given and a chain newly reaches that verdict
      2  a report can't be read, or the output can't be written
    """  # noqa: D301 - click takes the control character for "keep these lines"
    from lineage.report.difference import difference
    from lineage.report.difference_view import render

    printed = is_standard_output(json_file)
    check({} if printed else {"json": json_file}, (old, new))
    found = difference(load_report(old), load_report(new))
    if json_file is not None and not printed:
        write_file(json_file, found.model_dump_json(indent=1).encode() + b"\n")
    if printed:
        print_lines([found])
    else:
        render(found, console(), str(new), details=details)
    return status.FOUND if fail_on is not None and found.worsened(fail_on) else status.OK
