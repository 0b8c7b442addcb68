"""`lineage slice`: what led to any node or chain, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.narrowing import narrowing as narrowing_options
from lineage.cli.output import console
from lineage.cli.progress import progress
from lineage.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lineage.graph.nodes import Node
    from lineage.graph.slicing import Slice, Wanted
    from lineage.pipeline import Run
    from lineage.report.model import Chain
    from lineage.report.narrow import Narrowing
    from lineage.report.zone import Zone

    Titled = tuple[Slice, str | None]

MOST = 5
"""Slices printed where several nodes or chains are meant; the others are counted."""


@click.command("slice")
@options.paths
@options.timezones
@options.dates
@options.container_format
@options.rules
@options.allow
@click.option("--node", metavar="ID", help="A node's id, as reports name it.")
@click.option("--pid", type=int, metavar="N", help="A process id.")
@click.option("--file", metavar="PATH", help="A file's path, or its name.")
@click.option("--hash", "digest", metavar="DIGEST", help="A hash of a program or file.")
@click.option("--time", metavar="WHEN", help="Of several processes, the one alive then.")
@click.option(
    "--chain",
    metavar="CHAIN",
    help="A chain: its number in the list (1 is the best), its id, or the beginning of the id.",
)
@narrowing_options
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    rules: tuple[Path, ...],
    allow: tuple[Path, ...],
    timezone: str | None,
    read_timezone: str | None,
    day_first: bool | None,
    node: str | None,
    pid: int | None,
    file: str | None,
    digest: str | None,
    time: str | None,
    chain: str | None,
    narrowing: Narrowing,
) -> None:
    """Shows what led to a node or a chain, and what came of it, tagged or not.

    Point at a node with --node, --pid, --file or --hash, and narrow with --time, --host and --user;
    point at chains with --chain, --top or --verdict: they are correlate's, with the same
    --rules and --allow. --since and --until leave out steps.
    """
    from lineage.graph.slicing import Wanted
    from lineage.pipeline import Request, run
    from lineage.report.zone import Zone

    zone = Zone.named(timezone)
    wants_chains = chain is not None or narrowing.chooses_chains
    if wants_chains == any((node, pid is not None, file, digest, time)):
        raise UsageError(
            "say which node is meant: --node, --pid, --file, --hash or --time; or which chain: "
            "--chain, --top or --verdict"
        )
    wanted = Wanted(node, pid, file, digest, narrowing.moment(time))
    with progress(paths) as advance:
        request = Request(
            paths,
            format_name,
            rules,
            allow=allow,
            correlators=None if wants_chains else (),
            advance=advance,
            timezone=read_timezone,
            day_first=day_first,
        )
        done = run(request)
    if wants_chains:
        slices = _of_chains(done, chain, narrowing)
    else:
        slices = _of_nodes(done, wanted, narrowing)
    _show(slices, done, narrowing, zone)


def _of_chains(done: Run, wanted: str | None, narrowing: Narrowing) -> list[Titled]:
    from lineage.graph.slicing import slice_of_all
    from lineage.report.saved import find_chain

    report = narrowing.apply(done.report)
    found = report.chains if wanted is None else [find_chain(report, wanted)]
    if not found:
        raise InputError("no chain is left; ask for less")
    graph = done.analysis.graph
    return [
        (
            slice_of_all(graph, (process.node for process in each.processes)),
            _called(each, report.chains.index(each) + 1),
        )
        for each in found
    ]


def _called(chain: Chain, place: int) -> str:
    from lineage.report.wording import verdict_line

    return f"Chain {place}, {chain.id}: {verdict_line(chain)}"


def _of_nodes(done: Run, wanted: Wanted, narrowing: Narrowing) -> list[Titled]:
    from lineage.graph.slicing import find, slice_of

    graph = done.analysis.graph

    def accepts(node: Node) -> bool:
        host, user = getattr(node, "host", None), getattr(node, "user", None)
        return narrowing.names_host(host or "") and narrowing.names_user(user or "")

    nodes = find(graph, wanted, accepts)
    if not nodes:
        raise InputError(f"nothing in the input is {_meant(wanted, narrowing)}; check the spelling")
    return [(slice_of(graph, node.id), None) for node in nodes]


def _meant(wanted: Wanted, narrowing: Narrowing) -> str:
    def told() -> Iterator[str]:
        for name in ("node", "pid", "file", "hash"):
            value = getattr(wanted, name)
            if value is not None:
                yield f"{name} {value}"
        yield from (f"host {name}" for name in narrowing.hosts)
        yield from (f"user {name}" for name in narrowing.users)

    return ", ".join(told()) or "alive then"


def _show(slices: list[Titled], done: Run, narrowing: Narrowing, zone: Zone) -> None:
    from lineage.report.slice_view import render

    analysis = done.analysis
    since, until = narrowing.bounds(done.report)
    out = console()
    for number, (each, title) in enumerate(slices[:MOST]):
        if number:
            out.print()
        render(each.between(analysis.graph, since, until), analysis, out, zone, title)
    if len(slices) > MOST:
        left = len(slices) - MOST
        out.print(f"\n{left} more are meant; narrow with --host, --user or --time")
