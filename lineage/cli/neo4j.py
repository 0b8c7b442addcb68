"""`lineage neo4j`: a server, a case into it and out again, and what Neo4j Browser takes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import options
from lineage.cli.database import DEFAULT_CASE, address, connection
from lineage.cli.output import write_file
from lineage.cli.progress import progress
from lineage.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lineage.graphdb.content import Content

HOPS = 1
"""Steps around the chains that --only-chains pushes too."""


@click.group("neo4j")
def command() -> None:
    """Starts Neo4j, puts a case into it, takes it out, or makes the pack for Neo4j Browser."""


@command.command("up")
def up_command() -> None:
    """Starts Neo4j with its Browser in Docker on this machine, with the password NEO4J_PASSWORD.

    It keeps its data over restarts; docker compose -p lineage down ends it.
    """
    import os

    from lineage.graphdb import compose

    compose.up(os.environ)
    click.echo(
        f"Neo4j runs; its Browser is {compose.PAGE}, the user neo4j. Next:\n"
        "  lineage neo4j push PATH...\n"
        "  lineage neo4j browser-pack lineage.zip   (then drop both files on Browser's page)"
    )


@command.command("push")
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Push the chains of a report that correlate --json wrote, instead of PATH.",
)
@click.option(
    "--case", default=DEFAULT_CASE, show_default=True, help="Under which name it is kept."
)
@click.option(
    "--only-chains", is_flag=True, help="Push the chains and what is near, not the whole graph."
)
@click.option(
    "--hops",
    type=click.IntRange(0, 20),
    metavar="N",
    help=f"With --only-chains: how many steps around them.  [default: {HOPS}]",
)
@options.timezone
@options.dates
@options.container_format
@options.rules
@options.plugins
@connection
def push_command(
    paths: tuple[Path, ...],
    report: Path | None,
    case: str,
    only_chains: bool,
    hops: int | None,
    format_name: str | None,
    timezone: str | None,
    day_first: bool | None,
    rules: tuple[Path, ...],
    plugins: bool,
    **where: str | None,
) -> None:
    """Writes the graph of PATH, its detections and its chains into Neo4j, as one case.

    Pushing the same again, or after an interruption, gives the same graph. What other telemetry of
    the same case put there stays.
    """
    from lineage.graphdb import push
    from lineage.graphdb.connect import connected

    if bool(paths) == (report is not None):
        raise UsageError("give either telemetry (PATH...) or --report FILE")
    if hops is not None and not only_chains:
        raise UsageError("--hops says how much to push around the chains; add --only-chains")
    if report is not None and only_chains:
        raise UsageError("a report holds its chains alone; leave out --only-chains")
    case = push.case_name(case)
    with connected(address(where)) as database:
        if report is not None:
            content = _of_report(report)
        else:
            around = (HOPS if hops is None else hops) if only_chains else None
            content = _of_run(
                paths, format_name, timezone, day_first, rules, around, plugins=plugins
            )
        click.echo(_counted(case, content))
        with _writing(content.rows) as advance:
            push.push(database, case, content, advance)
    click.echo(f"Done. Ask it: lineage query kill-chain{_for(case)}")


def _of_report(path: Path) -> Content:
    from lineage.graphdb import from_report
    from lineage.report.saved import load_report

    return from_report.content(load_report(path))


def _of_run(
    paths: tuple[Path, ...],
    format_name: str | None,
    timezone: str | None,
    day_first: bool | None,
    rules: tuple[Path, ...],
    hops: int | None,
    *,
    plugins: bool,
) -> Content:
    from lineage import pipeline
    from lineage.correlate.registry import correlators
    from lineage.graphdb import from_run

    with progress(paths) as advance:
        request = pipeline.Request(
            paths,
            format_name,
            rules,
            correlators(plugins=plugins),
            advance=advance,
            timezone=timezone,
            day_first=day_first,
        )
        run = pipeline.run(request)
    return from_run.content(run.analysis.graph, run.report, hops=hops)


def _counted(case: str, content: Content) -> str:
    """What will be pushed, by kind."""
    nodes, relationships = content.nodes_by_label, content.relationships_by_type
    lines = [f"Case {case}: pushing"]
    for word, counts in (("nodes", nodes), ("relationships", relationships)):
        kinds = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        lines.append(f"  {sum(counts.values()):,} {word}{f': {kinds}' if kinds else ''}")
    return "\n".join(lines)


def _for(case: str) -> str:
    return "" if case == DEFAULT_CASE else f' --case "{case}"'


@contextmanager
def _writing(rows: int) -> Iterator[Callable[[int], object] | None]:
    """A progress bar of rows on a terminal; None where the output is piped."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("writing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("writing", total=rows)
        yield lambda count: bar.advance(task, count)


@command.command("drop")
@click.option("--case", required=True, help="The case to remove.")
@connection
def drop_command(case: str, **where: str | None) -> None:
    """Removes one case from Neo4j; all others stay."""
    from lineage.graphdb import drop, push
    from lineage.graphdb.connect import connected

    case = push.case_name(case)
    with connected(address(where)) as database:
        nodes, relationships = drop.drop(database, case)
    if not nodes:
        raise InputError(f"no case {case!r} in the database; lineage query cases lists them")
    click.echo(f"Case {case}: removed {nodes:,} nodes and {relationships:,} relationships")


@command.command("browser-pack")
@click.argument("file", metavar="FILE.zip", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--case", default=DEFAULT_CASE, show_default=True, help="The case that the queries ask."
)
def browser_pack_command(file: Path, case: str) -> None:
    """Writes the saved queries and the style, to be dropped on the page of Neo4j Browser."""
    from lineage.graphdb import browser_pack, library, push

    if file.suffix.lower() != ".zip":
        raise UsageError(
            f"{file}: Browser takes a pack by its ending; name a file that ends in .zip"
        )
    write_file(file, browser_pack.pack(library.load(), push.case_name(case)))
    style = file.with_suffix(".grass")
    write_file(style, browser_pack.style().encode())
    click.echo(f"{file}: drop it on the page of Neo4j Browser, then {style}; two drops")
