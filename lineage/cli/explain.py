"""`lineage explain`: a chain's story in plain sentences."""

from __future__ import annotations

from pathlib import Path

import click

from lineage.cli.narrowing import narrowing as narrowing_options
from lineage.cli.output import console
from lineage.errors import InputError, UsageError
from lineage.report.narrow import Narrowing
from lineage.report.saved import find_chain, load_report


@click.command("explain")
@click.argument("chain", required=False)
@click.option(
    "--report",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file written by lineage correlate --json.",
)
@narrowing_options
@click.option("--details", is_flag=True, help="Leave nothing out.")
def command(chain: str | None, report: Path, details: bool, narrowing: Narrowing) -> None:
    """Tells the story of CHAIN, stage by stage, each sentence with the records that show it.

    CHAIN is its id, the beginning of the id, or its number in the list (1 is the best). Without
    it the stories of all chains are told that --host, --user, --verdict ... leave.
    """
    from lineage.report.terminal import explain

    whole = load_report(report)
    if chain is not None:
        chains = [find_chain(whole, chain)]
    elif narrowing == Narrowing():
        raise UsageError("say which CHAIN: its number, its id, or --top 1, --host NAME ...")
    else:
        chains = narrowing.apply(whole).chains
    if not chains:
        raise InputError(f"{report}: no chain is left; ask for less")
    out = console()
    for number, found in enumerate(chains):
        if number:
            out.print()
        explain(found, out, details=details)
