"""Content -> Neo4j, in batches that may be repeated: a push that was cut short is run again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from lineage.errors import DatabaseError, UsageError
from lineage.graph.schema import EDGE_SCHEMAS
from lineage.graphdb import constraints
from lineage.graphdb.statement import statement

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    import neo4j

    from lineage.graphdb.connect import Database
    from lineage.graphdb.content import Content
    from lineage.graphdb.rows import EdgeRow, Ends, NodeRow, TieRow

    Row = NodeRow | EdgeRow | TieRow

BATCH_ROWS = 5000
"""Measured on Neo4j 5.26: 1,000 rows a transaction are a third slower, 10,000 not faster."""
BATCH_CHARACTERS = 4_000_000
"""Text in a batch: long script blocks go in smaller transactions, for the server's memory."""
CASE_CHARACTERS = 100
_FLOW = {schema.type: schema.flow for schema in EDGE_SCHEMAS}

Advance = Callable[[int], object]
"""Called with every number of rows written."""


def case_name(name: str) -> str:
    """The name of a case, checked.

    Raises:
        UsageError: it is empty, too long, or has control characters.
    """
    name = name.strip()
    if not name or len(name) > CASE_CHARACTERS:
        raise UsageError(f"--case: a name has 1 to {CASE_CHARACTERS} characters, not {len(name)}")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise UsageError("--case: the name has control characters; use plain text")
    return name


def push(database: Database, case: str, content: Content, advance: Advance | None = None) -> None:
    """Writes content into a case. What is there already stays, and is brought up to date.

    Args:
        database: where.
        case: under which name (`case_name`).
        content: what.
        advance: for a progress bar.

    Raises:
        DatabaseError: the server refused; run the same push again once it is put right.
    """
    constraints.ensure(database)
    with database.session() as session, ThreadPoolExecutor(1, "lineage-push") as worker:
        writer = _Writer(session, worker, case, advance)
        for label, row in content.nodes():
            writer.add(_node_statement(label), row, _length(row))
        writer.flush()
        for ends, edge in content.edges():
            writer.add(_edge_statement(ends), edge)
        for ends, tie in content.ties:
            writer.add(_tie_statement(ends), tie, _length(tie))
        writer.flush()


@cache
def _node_statement(label: str) -> str:
    return statement("node", label=label)


@cache
def _edge_statement(ends: Ends) -> str:
    return statement("edge", **ends._asdict(), flow=_FLOW[ends.type])


@cache
def _tie_statement(ends: Ends) -> str:
    return statement("tie", **ends._asdict())


class _Writer:
    """Collects rows by statement; a full batch is written while the next one is collected."""

    def __init__(
        self, session: neo4j.Session, worker: Executor, case: str, advance: Advance | None
    ) -> None:
        self._session = session
        self._worker = worker
        self._case = case
        self._advance = advance
        self._batches: dict[str, list[Row]] = {}
        self._characters: dict[str, int] = {}
        self._under_way: tuple[int, Future[int]] | None = None

    def add(self, code: str, row: Row, length: int = 0) -> None:
        """Takes a row, and the length of its text where it may be long."""
        batch = self._batches.setdefault(code, [])
        batch.append(row)
        characters = self._characters[code] = self._characters.get(code, 0) + length
        if len(batch) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            self._write(code)

    def flush(self) -> None:
        for code in list(self._batches):
            self._write(code)
        self._settle()

    def _write(self, code: str) -> None:
        rows = self._batches.pop(code)
        self._characters.pop(code)
        self._settle()
        future = self._worker.submit(self._session.execute_write, _run, code, rows, self._case)
        self._under_way = len(rows), future

    def _settle(self) -> None:
        """Waits for the batch that is being written: a session takes one at a time."""
        if self._under_way is None:
            return
        rows, future = self._under_way
        self._under_way = None
        written = future.result()
        if written != rows:
            raise DatabaseError(
                f"case {self._case!r}: {rows - written} relationships found no nodes; another "
                "program removes them, or drops the case: wait for it, then push again"
            )
        if self._advance is not None:
            self._advance(rows)


def _run(transaction: neo4j.ManagedTransaction, code: str, rows: list[Row], case: str) -> int:
    record = transaction.run(code, rows=rows, case=case).single(strict=True)
    written: int = record["written"]
    return written


def _length(row: NodeRow | TieRow) -> int:
    return sum(len(value) for value in row["properties"].values() if isinstance(value, str))
