"""Pushes that are killed in their midst, and what a case holds, to be compared."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, Any

from neo4j_case import intrusion

from lineage.graphdb import from_run, push
from lineage.graphdb.connect import Address, Database, connected

if TYPE_CHECKING:
    from lineage.graphdb.content import Content

ROWS = 7
"""Rows a batch of a push that is to be killed, so that it has many."""
SECONDS = 120

Dump = tuple[list[Any], list[Any]]


def content() -> Content:
    """What is pushed: the small intrusion."""
    story = intrusion()
    return from_run.content(story.graph, story.report())


def dump(database: Database, case: str) -> Dump:
    """All nodes and relationships of a case with all their properties but `case`, in an order that
    doesn't depend on how they got there.
    """
    with database.session() as session:
        nodes = [
            (sorted(record["n"].labels), _properties(record["n"]))
            for record in session.run("MATCH (n {case: $case}) RETURN n", case=case)
        ]
        edges = [
            (record["a"], record["r"].type, record["b"], _properties(record["r"]))
            for record in session.run(
                "MATCH (a {case: $case})-[r]->(b) RETURN a.id AS a, r, b.id AS b", case=case
            )
        ]
    return sorted(nodes), sorted(edges)


def _properties(entity: Any) -> list[str]:
    return sorted(repr(item) for item in entity.items() if item[0] != "case")


def _push_until(address: Address, case: str, until: int, connection: Any) -> None:
    """Pushes; tells when so many rows are written, and goes no further than one batch more."""
    written = 0

    def advance(count: int) -> None:
        nonlocal written
        if written >= until:
            connection.recv()  # for ever: the next batch but one never comes
        written += count
        if written >= until:
            connection.send(written)

    push.BATCH_ROWS = ROWS
    with connected(address) as database:
        push.push(database, case, content(), advance)
    connection.send("done")


class Push:
    """A push in a process of its own, which stands in its midst until it is killed."""

    def __init__(self, address: Address, case: str, until: int) -> None:
        # Both ends stay open here: the end of the process is then no message
        self._ours, self._theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_push_until, args=(address, case, until, self._theirs)
        )
        self._process.start()

    def reached(self) -> int:
        """How many rows are written, once it has come so far; a batch more is under way."""
        assert self._ours.poll(SECONDS)
        rows: int = self._ours.recv()
        return rows

    def kill(self) -> bool:
        """Kills it; whether that hit it while it was running."""
        os.kill(self._process.pid or 0, signal.SIGKILL)
        self._process.join()
        return self._process.exitcode == -signal.SIGKILL and not self._ours.poll()
