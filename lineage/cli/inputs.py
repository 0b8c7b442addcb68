"""`lineage inputs`: what paths hold, before anything is correlated."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.cli import options
from lineage.cli.output import console, write_file
from lineage.cli.progress import progress
from lineage.cli.report_files import check


@click.command("inputs")
@options.container_format
@options.timezone
@options.dates
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write it as JSON too; - prints only that.",
)
@click.option("--details", is_flag=True, help="Leave nothing out on the terminal.")
@options.paths
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    day_first: bool | None,
    json_file: Path | None,
    details: bool,
) -> None:
    """Says what PATHs hold: formats, hosts, times, event ids, and what could be evaluated.

    Nothing is correlated and no event is kept, so this works on collections of any size.
    """
    from lineage.dataset.layout import refuse
    from lineage.inventory import take_inventory
    from lineage.read import read
    from lineage.report import inventory_view
    from lineage.report.escape import json_line

    refuse(paths)
    to_stdout = str(json_file) == "-"
    check({} if to_stdout else {"json": json_file}, paths)
    with progress(paths) as advance:
        inventory = take_inventory(read(paths, format_name, advance), timezone, day_first=day_first)
    if to_stdout:
        click.echo(json_line(inventory_view.as_json(inventory)))
        return
    if json_file is not None:
        write_file(json_file, inventory_view.as_json(inventory).encode() + b"\n")
    inventory_view.render(inventory, console(), details=details)
