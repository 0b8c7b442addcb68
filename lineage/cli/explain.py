"""`lineage explain`: a chain's story in plain sentences."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.cli.output import console
from lineage.report.saved import find_chain, load_report


@click.command("explain")
@click.argument("chain")
@click.option(
    "--report",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file written by lineage correlate --json.",
)
@click.option("--details", is_flag=True, help="Leave nothing out.")
def command(chain: str, report: Path, details: bool) -> None:
    """Tells the story of CHAIN, stage by stage, each sentence with the records that show it.

    CHAIN is its id, the beginning of the id, or its place in the list (1 is the best).
    """
    from lineage.report.terminal import explain

    explain(find_chain(load_report(report), chain), console(), details=details)
