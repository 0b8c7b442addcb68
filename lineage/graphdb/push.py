"""Content -> Neo4j, in batches that may be repeated: a push that was cut short is run again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from lineage.errors import DatabaseError, UsageError
from lineage.graph.schema import EDGE_SCHEMAS
from lineage.graphdb import constraints
from lineage.graphdb.labels import ENTITY
from lineage.graphdb.statement import statement

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    import neo4j

    from lineage.graphdb.connect import Database
    from lineage.graphdb.content import Content
    from lineage.graphdb.rows import EdgeRow, NodeRow, TieRow

    Row = NodeRow | EdgeRow | TieRow

BATCH_ROWS = 5000
"""Measured on Neo4j 5.26: 1,000 rows a transaction are a third slower, 10,000 not faster."""
BATCH_CHARACTERS = 4_000_000
"""Text in a batch: long script blocks go in smaller transactions, for the server's memory."""
FEW = 100
"""Rows by which a server learns that there are relationships. One that has none yet plans to look
through all of them for each row, and for seconds keeps to that while they grow to thousands: this,
and a plan for each of many texts, made the first push to a fresh server several times slower."""
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
        for row in content.nodes():
            writer.add(_NODES, row, _length(row))
        writer.flush()
        for type_, edge in content.edges():
            writer.add(_edges(type_), edge)
        for type_, tie in content.ties:
            writer.add(_ties(type_), tie, _length(tie))
        writer.flush()


class _Batch(NamedTuple):
    """What is written together: a statement, and what it takes beside the rows and the case.

    A server plans each text anew, which takes a fresh one half a second, so the texts are three.
    """

    code: str
    type: str | None = None
    flow: str | None = None


_NODES = _Batch(statement("node", label=ENTITY))


@cache
def _edges(type_: str) -> _Batch:
    return _Batch(statement("edge", label=ENTITY), type_, _FLOW[type_])


@cache
def _ties(type_: str) -> _Batch:
    return _Batch(statement("tie", label=ENTITY), type_)


class _Writer:
    """Collects rows by batch; a full batch is written while the next one is collected."""

    def __init__(
        self, session: neo4j.Session, worker: Executor, case: str, advance: Advance | None
    ) -> None:
        self._session = session
        self._worker = worker
        self._case = case
        self._advance = advance
        self._batches: dict[_Batch, list[Row]] = {}
        self._characters: dict[_Batch, int] = {}
        self._has_edges = False
        self._under_way: tuple[int, Future[int]] | None = None

    def add(self, batch: _Batch, row: Row, length: int = 0) -> None:
        """Takes a row, and the length of its text where it may be long."""
        rows = self._batches.setdefault(batch, [])
        rows.append(row)
        characters = self._characters[batch] = self._characters.get(batch, 0) + length
        if len(rows) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            self._write(batch)

    def flush(self) -> None:
        for batch in list(self._batches):
            self._write(batch)
        self._settle()

    def _write(self, batch: _Batch) -> None:
        rows = self._batches.pop(batch)
        self._characters.pop(batch)
        if batch.flow is not None and not self._has_edges:
            self._has_edges = True
            self._submit(batch, rows[:FEW])
            batch, rows = batch._replace(code=f"CYPHER replan=force {batch.code}"), rows[FEW:]
        self._submit(batch, rows)

    def _submit(self, batch: _Batch, rows: list[Row]) -> None:
        self._settle()
        future = self._worker.submit(self._session.execute_write, _run, batch, rows, self._case)
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


def _run(transaction: neo4j.ManagedTransaction, batch: _Batch, rows: list[Row], case: str) -> int:
    values = {"rows": rows, "case": case, "type": batch.type, "flow": batch.flow}
    record = transaction.run(batch.code, push=values).single(strict=True)
    written: int = record["written"]
    return written


def _length(row: NodeRow | TieRow) -> int:
    return sum(len(value) for value in row["properties"].values() if isinstance(value, str))
