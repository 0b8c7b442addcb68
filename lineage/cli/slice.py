"""`lineage slice`: what led to any node, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.output import console
from lineage.cli.progress import progress
from lineage.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.analysis import Analysis
    from lineage.graph.nodes import Node
    from lineage.graph.slicing import Wanted

MOST_NODES = 5
"""Slices printed where several nodes are meant; the others are named."""


@click.command("slice")
@options.paths
@options.timezone
@options.container_format
@click.option("--node", metavar="ID", help="A node's id, as reports name it.")
@click.option("--pid", type=int, metavar="N", help="A process id.")
@click.option("--file", metavar="PATH", help="A file's path, or its name.")
@click.option("--hash", "digest", metavar="DIGEST", help="A hash of a program or file.")
@click.option("--time", metavar="WHEN", help="Of several processes, the one alive then (UTC).")
@click.option("--host", metavar="NAME", help="Only on this host.")
def command(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    node: str | None,
    pid: int | None,
    file: str | None,
    digest: str | None,
    time: str | None,
    host: str | None,
) -> None:
    """Shows what led to a node, and what came of it, tagged or not.

    Point at it with --node, --pid, --file or --hash, and narrow with --time and --host.
    """
    from lineage.graph.slicing import Wanted, find
    from lineage.pipeline import Request, run

    if not any((node, pid is not None, file, digest, time)):
        raise UsageError("say which node is meant: --node, --pid, --file, --hash or --time")
    wanted = Wanted(node, pid, file, digest, _ticks(time), host.lower() if host else None)
    with progress(paths) as advance:
        request = Request(paths, format_name, correlators=(), advance=advance, timezone=timezone)
        analysis = run(request).analysis
    _show(analysis, find(analysis.graph, wanted), wanted)


def _ticks(time: str | None) -> int | None:
    from lineage.times import parse

    if time is None:
        return None
    try:
        return parse(time)[0]
    except ValueError as error:
        raise UsageError(f"--time: {error}; write it as 2026-02-04T10:15:00Z") from error


def _show(analysis: Analysis, nodes: list[Node], wanted: Wanted) -> None:
    from lineage.graph.slicing import slice_of
    from lineage.report.slice_view import render

    if not nodes:
        meant = ", ".join(
            f"{name} {value}"
            for name in ("node", "pid", "file", "hash", "host")
            if (value := getattr(wanted, name)) is not None
        )
        raise InputError(f"nothing in the input is {meant or 'alive then'}; check the spelling")
    out = console()
    for number, node in enumerate(nodes[:MOST_NODES]):
        if number:
            out.print()
        render(slice_of(analysis.graph, node.id), analysis, out)
    if len(nodes) > MOST_NODES:
        out.print(f"\n{len(nodes) - MOST_NODES} more nodes are meant; narrow with --host or --time")
