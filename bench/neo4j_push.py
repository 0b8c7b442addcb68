"""How fast a case goes into Neo4j, beside the bare driver writing the same rows; and the queries.

Run from the checkout: python bench/neo4j_push.py [--nodes 200000 --edges 1000000]

The bare driver sends the same rows in the same batches with the plainest statement there is
(UNWIND, MERGE, SET +=), times left as numbers; only its own time counts, not the making of rows. It
goes second, into the database that is warm already: what doubt there is goes against lineage.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import neo4j_server
from neo4j_load import company

from lineage.graphdb import constraints, drop, from_run, library, push, run
from lineage.graphdb.connect import Address, Database, connected

if TYPE_CHECKING:
    from lineage.graphdb.content import Content

NODE = "UNWIND $rows AS row MERGE (n:{} {{case: $case, id: row.id}}) SET n += row.properties"
RELATIONSHIP = (
    "UNWIND $rows AS row MATCH (a:{1} {{case: $case, id: row.source}}) "
    "MATCH (b:{2} {{case: $case, id: row.target}}) "
    "MERGE (a)-[r:{0} {{case: $case}}]->(b) SET r += row.properties"
)
Rows = Iterator[tuple[str, list[dict[str, object]]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--edges", type=int, default=1_000_000)
    options = parser.parse_args()
    story = company(options.nodes, options.edges)
    content = from_run.content(story.graph, story.report())
    gc.freeze()
    print(f"{sum(content.nodes_by_label.values()):,} nodes, ", end="")
    print(f"{sum(content.relationships_by_type.values()):,} relationships")
    with tempfile.TemporaryDirectory() as folder, neo4j_server.serving(Path(folder)) as server:
        address = Address(server.uri, server.username, server.password, None)
        with connected(address) as database:
            measure(database, content)


def measure(database: Database, content: Content) -> None:
    small = company(2_000, 20_000)
    push.push(database, "warm-up", from_run.content(small.graph, small.report()))
    before = peak()
    began = time.perf_counter()
    push.push(database, "lineage", content)
    ours = content.rows / (time.perf_counter() - began)
    print(f"lineage neo4j push  {ours:8,.0f} rows/s; peak memory +{peak() - before:,.0f} MB")
    for_queries(database)
    drop.drop(database, "lineage")
    theirs = content.rows / bare(database, content)
    print(f"bare driver         {theirs:8,.0f} rows/s")
    print(f"ratio               {ours / theirs:8.2f}")


def bare(database: Database, content: Content) -> float:
    """Seconds that the driver and server take for the same rows."""
    constraints.ensure(database)
    seconds = 0.0
    with database.driver.session() as session:
        for code, rows in batches(content):
            began = time.perf_counter()
            session.execute_write(
                lambda transaction, code=code, rows=rows: transaction.run(
                    code, rows=rows, case="bare"
                ).consume()
            )
            seconds += time.perf_counter() - began
    return seconds


def batches(content: Content) -> Rows:
    """The rows as lineage batches them, with times among the other properties, as numbers."""
    yield from full((NODE.format(label), row) for label, row in content.nodes())
    yield from full((RELATIONSHIP.format(*ends), row) for ends, row in content.relationships())


def full(rows: Iterator[tuple[str, dict[str, object]]]) -> Rows:
    waiting: dict[str, list[dict[str, object]]] = {}
    for code, row in rows:
        row["properties"] |= row.pop("times")
        row.pop("labels", None)
        batch = waiting.setdefault(code, [])
        batch.append(row)
        if len(batch) == push.BATCH_ROWS:
            yield code, waiting.pop(code)
    yield from waiting.items()


def for_queries(database: Database) -> None:
    print("query                      first run   second run   rows")
    for query in library.load().values():
        values = query.values({library.CASE: "lineage"} if query.parameters else {})
        took = []
        for _ in range(2):
            began = time.perf_counter()
            answer = run.run(database, query, values)
            took.append(time.perf_counter() - began)
        print(f"{query.name:24} {took[0]:9.2f} s {took[1]:10.2f} s {len(answer.rows):6}")


def peak() -> float:
    """Peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
