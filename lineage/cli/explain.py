"""`lineage explain`: a chain's story in plain sentences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.narrowing import narrowing as narrowing_options
from lineage.cli.output import console
from lineage.cli.progress import progress
from lineage.errors import InputError, UsageError
from lineage.report.saved import find_chain, load_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.pipeline import Request
    from lineage.report.model import Report
    from lineage.report.narrow import Narrowing


@click.command("explain")
@click.argument("words", nargs=-1, metavar="[CHAIN] [PATH]...")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file written by lineage correlate --json; without it PATHs are correlated anew.",
)
@options.rules
@options.allow
@options.timezones
@options.dates
@narrowing_options
@click.option("--details", is_flag=True, help="Leave nothing out.")
def command(
    words: tuple[str, ...],
    report: Path | None,
    rules: tuple[Path, ...],
    allow: tuple[Path, ...],
    timezone: str | None,
    read_timezone: str | None,
    day_first: bool | None,
    details: bool,
    narrowing: Narrowing,
) -> None:
    """Tells the story of CHAIN, stage by stage, each sentence with the records that show it.

    CHAIN is its number in the list (1 is the best), its id, or the beginning of the id. Without
    it the stories of all chains are told that --host, --user, --verdict ... leave. The chains are
    those of --report, or of the telemetry at PATH; numbers are correlate's with the same
    --rules and --allow.
    """
    from lineage.pipeline import Request
    from lineage.report.terminal import explain
    from lineage.report.zone import Zone

    zone = Zone.named(timezone)
    chain, paths = _chain_and_paths(words, report)
    if chain is None and narrowing.is_everything:
        raise UsageError("say which CHAIN: its number, its id, or --top 1, --host NAME ...")
    if report:
        whole = load_report(report)
    else:
        request = Request(
            paths, rules=rules, allow=allow, timezone=read_timezone, day_first=day_first
        )
        whole = _correlated(request)
    whole = narrowing.apply(whole)
    chains = whole.chains if chain is None else [find_chain(whole, chain)]
    if not chains:
        raise InputError(f"{report or paths[0]}: no chain is left; ask for less")
    out = console()
    for number, found in enumerate(chains):
        if number:
            out.print()
        explain(found, out, details=details, zone=zone)


def _chain_and_paths(
    words: Sequence[str], report: Path | None
) -> tuple[str | None, tuple[Path, ...]]:
    """Which word names the chain, and which are paths: the first that is no file is the chain."""
    if report is not None:
        if len(words) > 1:
            raise UsageError("--report has the chains; leave out PATH, or --report")
        return (words[0] if words else None), ()
    paths = [Path(word) for word in words]
    chain = words[0] if words and not paths[0].exists() and words[0] != "-" else None
    if chain is not None:
        paths = paths[1:]
    if not paths:
        raise UsageError("say where the chains are: --report FILE, or the PATHs of telemetry")
    return chain, tuple(paths)


def _correlated(request: Request) -> Report:
    from lineage.pipeline import report

    with progress(request.paths) as advance:
        return report(replace(request, advance=advance))
