"""How fast a case goes into Neo4j, beside the bare driver writing the same rows; and the queries.

Run from the checkout: python bench/neo4j_push.py [--nodes 200000 --edges 1000000]

The ratio comes before the queries, after some minutes on a busy machine.

The bare driver sends the same rows in the same batches with the plainest statement there is
(UNWIND, MERGE, SET +=), times left as numbers; only its own time counts, not the making of rows,
which counts for lineage. The two take turns, batch by batch, as different cases. The server has the
memory that docker/compose.yaml gives it.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import neo4j_server
from neo4j_load import company

from lineage.graphdb import constraints, drop, from_run, library, push, run
from lineage.graphdb.connect import Address, Database, connected
from lineage.graphdb.labels import LABELS

if TYPE_CHECKING:
    from lineage.graphdb.content import Content
    from lineage.graphdb.rows import EdgeRow

NODE = "UNWIND $rows AS row MERGE (n:{} {{bare: $case, id: row.id}}) SET n += row.properties"
RELATIONSHIP = (
    "UNWIND $rows AS row MATCH (a:{1} {{bare: $case, id: row.source}}) "
    "MATCH (b:{2} {{bare: $case, id: row.target}}) "
    "MERGE (a)-[r:{0} {{case: $case}}]->(b) SET r += row.properties"
)
Rows = Iterator[tuple[str, list[dict[str, object]]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=20_000)
    parser.add_argument("--edges", type=int, default=100_000)
    options = parser.parse_args()
    story = company(options.nodes, options.edges)
    content = from_run.content(story.graph, story.report())
    gc.freeze()
    print(f"{sum(content.nodes_by_label.values()):,} nodes, ", end="")
    print(f"{sum(content.relationships_by_type.values()):,} relationships")
    with (
        tempfile.TemporaryDirectory() as folder,
        neo4j_server.serving(Path(folder), neo4j_server.AS_COMPOSED) as server,
    ):
        address = Address(server.uri, server.username, server.password, None)
        with connected(address) as database:
            measure(database, content, server.pid)


def measure(database: Database, content: Content, server: int | None) -> None:
    print(
        f"memory of a push    {memory_of_a_push(database, content):+8,.0f} MB at most", flush=True
    )
    began = time.perf_counter()
    warm_up(database)
    ours, theirs = side_by_side(database, content)
    print(f"lineage neo4j push  {ours:8,.0f} rows/s")
    print(f"bare driver         {theirs:8,.0f} rows/s")
    print(f"ratio               {ours / theirs:8.2f}")
    print(f"the ratio took      {time.perf_counter() - began:8,.0f} s", flush=True)
    print(f"memory in all       {peak():8,.0f} MB, the graph included", flush=True)
    for_queries(database, server)


def warm_up(database: Database) -> None:
    """Lets the server compile what both run."""
    small = company(4_000, 20_000)
    side_by_side(database, from_run.content(small.graph, small.report()))
    drop.drop(database, "lineage")
    with database.driver.session() as session:
        bare = "MATCH (n {bare: 'bare'}) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
        session.run(bare).consume()


class Enough(Exception):
    """The push has shown what there is to see."""


def memory_of_a_push(database: Database, content: Content) -> float:
    """By how many MB the first fifth of a push makes this process grow; the rest needs no more."""
    before = most = resident()
    written = 0

    def advance(count: int) -> None:
        nonlocal written, most
        written += count
        most = max(most, resident())
        if written > content.rows / 5:
            raise Enough

    with contextlib.suppress(Enough):
        push.push(database, "fifth", content, advance)
    drop.drop(database, "fifth")
    return most - before


def side_by_side(database: Database, content: Content) -> tuple[float, float]:
    """Rows a second of lineage, and of the bare driver.

    They take turns, batch by batch, so that whatever else the machine does slows both.
    """
    constraints.ensure(database)
    bare_constraints(database)
    waiting = batches(content)
    theirs = aside = 0.0
    with database.driver.session() as session:

        def advance(_: int) -> None:
            nonlocal theirs, aside
            began = time.perf_counter()
            code, rows = next(waiting)
            ready = time.perf_counter()
            session.execute_write(
                lambda transaction: transaction.run(code, rows=rows, case="bare").consume()
            )
            done = time.perf_counter()
            theirs += done - ready
            aside += done - began

        began = time.perf_counter()
        push.push(database, "lineage", content, advance)
        ours = time.perf_counter() - began - aside
    return content.rows / ours, content.rows / theirs


def bare_constraints(database: Database) -> None:
    """What the bare driver finds its nodes by: a unique key for each label."""
    with database.driver.session() as session:
        for label in LABELS:
            session.run(
                f"CREATE CONSTRAINT bare_{label.lower()} IF NOT EXISTS "
                f"FOR (n:{label}) REQUIRE (n.bare, n.id) IS UNIQUE"
            ).consume()


def batches(content: Content) -> Rows:
    """The rows as lineage batches them, with times among the other properties, as numbers."""
    yield from full((NODE.format(row["labels"][0]), plain(row)) for row in content.nodes())
    edges = ((type_, of_edge(row)) for type_, row in content.edges())
    ties = ((type_, plain(row)) for type_, row in content.ties)
    label = {row["id"]: row["labels"][0] for row in content.nodes()}
    yield from full(
        (RELATIONSHIP.format(type_, label[str(row["source"])], label[str(row["target"])]), row)
        for type_, row in chain(edges, ties)
    )


def plain(row: Mapping[str, object]) -> dict[str, object]:
    ids = {name: row[name] for name in ("id", "source", "target") if name in row}
    return {**ids, "properties": row["properties"] | row["times"]}


def of_edge(row: EdgeRow) -> dict[str, object]:
    names = ("first", "last", "count", "evidence", "chains", "records", "carried", "guess")
    properties = dict(zip(names, row[2:], strict=True))
    return {"source": row[0], "target": row[1], "properties": properties}


def full(rows: Iterator[tuple[str, dict[str, object]]]) -> Rows:
    waiting: dict[str, list[dict[str, object]]] = {}
    for code, row in rows:
        batch = waiting.setdefault(code, [])
        batch.append(row)
        if len(batch) == push.BATCH_ROWS:
            yield code, waiting.pop(code)
    yield from waiting.items()


def for_queries(database: Database, server: int | None) -> None:
    """Asks each query twice: seconds by the clock, and of the server's processor time."""
    print("query                      first (processor)    second (processor)    rows")
    for query in library.load().values():
        has_case = any(each.name == library.CASE for each in query.parameters)
        values = query.values({library.CASE: "lineage"} if has_case else {})
        took = []
        for _ in range(2):
            began, busy = time.perf_counter(), processor(server)
            answer = run.run(database, query, values)
            took.append(f"{time.perf_counter() - began:7.2f} s ({processor(server) - busy:5.2f} s)")
        print(f"{query.name:24} {'  '.join(took)}  {len(answer.rows):6}", flush=True)


def processor(pid: int | None) -> float:
    """Processor seconds that a process has used so far (proc(5)); nan where it isn't known."""
    if pid is None:
        return float("nan")
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident() -> float:
    """Resident memory of this process, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def peak() -> float:
    """Most resident memory that this process ever had, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main()
