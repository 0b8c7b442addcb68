"""Runs one saved query: rows out, as values for JSON or as text for a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import neo4j
from neo4j import exceptions
from neo4j.graph import Node, Path, Relationship
from neo4j.time import DateTime

from lineage.errors import DatabaseError, UsageError
from lineage.graphdb.library import CASE

if TYPE_CHECKING:
    from lineage.graphdb.connect import Database
    from lineage.graphdb.library import Literal, Query

CHAIN = "chain"
"""The parameter that names a chain by its id; empty for the best one."""

_IS_THERE = """RETURN EXISTS { MATCH (:Host|Chain {case: $case}) } AS case,
  EXISTS { MATCH (:Chain {case: $case, id: $chain}) } AS chain"""
_OUT_OF_TIME = "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave.

    Attributes:
        columns: names.
        rows: the values as the driver has them; `plain` and `cell` show them.
    """

    columns: list[str]
    rows: list[list[object]]


def run(
    database: Database, query: Query, values: Mapping[str, Literal], seconds: int | None = None
) -> Answer:
    """Runs a query in a transaction that can't write; the server ends it when its time is over.

    Args:
        database: where.
        query: which.
        values: its parameters (`Query.values`).
        seconds: how long it may take, from 1 up; None for the server's own limit.

    Raises:
        DatabaseError: the server refused, or the time is over.
    """

    @neo4j.unit_of_work(timeout=seconds)
    def read(transaction: neo4j.ManagedTransaction) -> Answer:
        result = transaction.run(query.statement, dict(values))
        return Answer(list(result.keys()), [list(record.values()) for record in result])

    with database.session() as session:
        try:
            return session.execute_read(read)
        except exceptions.Neo4jError as error:
            if error.code != _OUT_OF_TIME:
                raise
            raise DatabaseError(_out_of_time(query, seconds)) from error


def without_rows(database: Database, values: Mapping[str, Literal]) -> str:
    """Why an answer has no rows, in one line, where its case and chain are there.

    Args:
        database: where.
        values: the parameters that the query was given.

    Raises:
        UsageError: no such case, or no such chain in it.
        DatabaseError: the server refused.
    """
    if CASE not in values:
        return "No rows: no case in the database has anything of the kind."
    case, chain = values[CASE], values.get(CHAIN, "")
    with database.session() as session:
        there = session.execute_read(
            lambda transaction: transaction.run(_IS_THERE, case=case, chain=chain).single(
                strict=True
            )
        )
    if not there["case"]:
        raise UsageError(f"no case {case!r} in the database; lineage query cases lists them")
    if chain and not there["chain"]:
        raise UsageError(f"no chain {chain!r} in case {case!r}; lineage query chains lists them")
    return f"No rows: case {case!r} has nothing of the kind."


def _out_of_time(query: Query, seconds: int | None) -> str:
    own = ", ".join(parameter.name for parameter in query.parameters if parameter.name != CASE)
    narrow = f"narrow it with --param ({own}), or " if own else ""
    return f"query {query.name} took longer than {seconds} s; {narrow}allow more with --timeout"


def plain(value: object) -> object:
    """A value as JSON has it: nodes and relationships as objects, times in ISO 8601."""
    match value:
        case Node():
            return {"labels": sorted(value.labels), **_properties(value)}
        case Relationship():
            ends = {"from": _id(value.start_node), "to": _id(value.end_node)}
            return {"type": value.type, **ends, **_properties(value)}
        case Path():
            nodes = [plain(node) for node in value.nodes]
            return {"nodes": nodes, "relationships": [plain(item) for item in value.relationships]}
        case DateTime():
            return time(value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
    return value


def _properties(entity: Node | Relationship) -> dict[str, object]:
    return {name: plain(value) for name, value in sorted(entity.items())}


def _id(node: Node | None) -> object:
    return None if node is None else node.get("id")


def time(value: DateTime) -> str:
    """ISO 8601 in UTC with `Z`, always to 100 ns, so that as text it sorts as in time."""
    whole, _, fraction = value.iso_format().removesuffix("+00:00").partition(".")
    return f"{whole}.{fraction[:7]:0<7}Z"


def cell(value: object) -> str:
    """A value as one line of text, still the telemetry's own: escape it where it is shown."""
    match value:
        case None:
            return ""
        case Node():
            pid = value.get("pid")
            return f"{value.get('caption', '')}{f' ({pid})' if pid is not None else ''}"
        case Relationship():
            return value.type
        case Path():
            return _path(value)
        case DateTime():
            return time(value)
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case list():
            return ", ".join(cell(item) for item in value)
        case Mapping():
            return ", ".join(f"{name}={cell(item)}" for name, item in value.items())
    return str(value)


def _path(path: Path) -> str:
    """A path as arrows in the direction that they have: `a -WROTE-> b <-EXECUTED- c`."""
    text = cell(path.nodes[0])
    for node, step in zip(path.nodes[1:], path.relationships, strict=True):
        arrow = f"-{step.type}->" if step.end_node == node else f"<-{step.type}-"
        text += f" {arrow} {cell(node)}"
    return text
