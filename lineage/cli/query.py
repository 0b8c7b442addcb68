"""`lineage query`: a saved question to a case in Neo4j, answered as a table or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lineage.cli.database import DEFAULT_CASE, address, connection
from lineage.cli.output import console
from lineage.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from lineage.graphdb.library import Query
    from lineage.graphdb.run import Answer

SECONDS = 60
"""How long a query may take; the slowest takes some seconds on a million relationships."""
CELL = 240
"""Most characters of one value in a table; JSON has it whole."""


@click.command("query")
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="List the queries and their parameters.")
@click.option("--case", default=DEFAULT_CASE, show_default=True, help="The case to ask.")
@click.option(
    "--param", "given", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the query."
)
@click.option(
    "--json", "as_json", is_flag=True, help="JSON instead of a table: rows, or with --list queries."
)
@click.option(
    "--timeout",
    type=click.IntRange(1, 86_400),
    metavar="SECONDS",
    default=SECONDS,
    show_default=True,
    help="After how long the server ends the query.",
)
@connection
def command(
    name: str | None,
    listing: bool,
    case: str,
    given: tuple[str, ...],
    as_json: bool,
    timeout: int,
    **where: str | None,
) -> None:
    """Runs the saved query NAME on a case in Neo4j, and prints what it finds.

    The same queries can be pasted into Neo4j Browser, or dropped on it (neo4j browser-pack).
    """
    from lineage.graphdb import library

    queries = library.load()
    if listing:
        (_print_list_json if as_json else _list)(queries)
        return
    if name is None:
        raise UsageError("name a query; lineage query --list shows them")
    if name not in queries:
        raise UsageError(f"no query {name!r}; lineage query --list shows them")
    query = queries[name]
    values = query.values(_parameters(query, given, case))

    from lineage.graphdb import run
    from lineage.graphdb.connect import connected

    with connected(address(where)) as database:
        answer = run.run(database, query, values, timeout)
        empty = "" if answer.rows else run.without_rows(database, values)
    if as_json:
        _print_json(answer)
    else:
        _print_table(query, answer, empty)


def _parameters(query: Query, given: tuple[str, ...], case: str) -> dict[str, str]:
    from lineage.graphdb.library import CASE

    values: dict[str, str] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--param {setting!r} has no '='; write --param name=value")
        values[name] = value
    if any(parameter.name == CASE for parameter in query.parameters):
        values.setdefault(CASE, case)
    return values


def _list(queries: dict[str, Query]) -> None:
    from rich.table import Table
    from rich.text import Text

    from lineage.graphdb.library import CASE

    table = Table("use", "query", "question", "parameters (--param)", box=None, pad_edge=False)
    use = ""
    for query in queries.values():
        own = [
            f"{parameter.name}: {parameter.meaning}"
            for parameter in query.parameters
            if parameter.name != CASE
        ]
        table.add_row(
            "" if query.use == use else query.use, query.name, query.question, Text("\n".join(own))
        )
        use = query.use
    console().print(table)


def _print_list_json(queries: dict[str, Query]) -> None:
    from dataclasses import asdict

    import orjson

    shown = ("name", "title", "use", "question", "look_at", "limit", "parameters")
    rows = [{name: asdict(query)[name] for name in shown} for query in queries.values()]
    click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())


def _print_json(answer: Answer) -> None:
    import orjson

    from lineage.graphdb.run import plain
    from lineage.report.escape import json_line

    rows = [dict(zip(answer.columns, map(plain, row), strict=True)) for row in answer.rows]
    click.echo(json_line(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()))


def _print_table(query: Query, answer: Answer, empty: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from lineage.graphdb.run import cell
    from lineage.report.escape import terminal

    out = console()
    out.print(Text(query.title, style="bold"))
    out.print(Text(f"Look at: {query.look_at}", style="dim"))
    out.print()
    table = Table(
        *(column.replace("_", " ") for column in answer.columns), box=None, pad_edge=False
    )
    for column in table.columns:
        column.overflow = "fold"
    for row in answer.rows:
        table.add_row(*(Text(terminal(cell(value), CELL, out.encoding)) for value in row))
    rows = len(answer.rows)
    if rows:
        _print_rows(out, table)
        told = f"{rows} row{'' if rows == 1 else 's'}. Limit: {query.limit}"
    else:
        told = terminal(empty, encoding=out.encoding)
    out.print(Text(told, style="dim"))


def _print_rows(out: Console, table: Table) -> None:
    """Prints the table; in a pipe one row is one line, so that ids can be searched and copied."""
    from rich.measure import Measurement

    if not out.is_terminal:
        unbounded = out.options.update(max_width=len(table.columns) * (CELL + 1))
        out.width = max(out.width, Measurement.get(out, unbounded, table).maximum)
    out.print(table)
