"""One real server for the session; each test has a case of its own."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import neo4j_server
import pytest

from lineage.graphdb.connect import Address, Database, connected


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j_server.Server]:
    try:
        with neo4j_server.serving(tmp_path_factory.mktemp("neo4j")) as running:
            yield running
    except neo4j_server.NotHere as missing:
        if os.environ.get("CI"):
            pytest.fail(f"the tests of Neo4j may not be skipped in CI: {missing}")
        pytest.skip(f"no Neo4j here: {missing}")


@pytest.fixture(scope="session")
def address(server: neo4j_server.Server) -> Address:
    return Address(server.uri, server.username, server.password, None)


@pytest.fixture(scope="session")
def database(address: Address) -> Iterator[Database]:
    with connected(address) as database:
        yield database


@pytest.fixture
def case(request: pytest.FixtureRequest) -> str:
    readable = re.sub(r"\W+", "-", request.node.name)[:50]
    return f"{readable}-{uuid.uuid4().hex[:8]}"


Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(database: Database, case: str) -> Ask:
    """Runs Cypher with $case set; rows as mappings."""

    def run(code: str, **parameters: object) -> list[dict[str, Any]]:
        with database.session() as session:
            return session.run(code, parameters={"case": case, **parameters}).data()  # type: ignore[arg-type]

    return run


Picture = Callable[[str], tuple[list[Any], list[Any]]]


@pytest.fixture
def picture(database: Database) -> Picture:
    """All that a case has, in an order that doesn't depend on how it got there."""

    def take(case: str) -> tuple[list[Any], list[Any]]:
        with database.session() as session:
            nodes = session.run("MATCH (n {case: $case}) RETURN n", case=case)
            seen = sorted(
                (sorted(record["n"].labels), sorted(map(repr, record["n"].items())))
                for record in nodes
            )
            edges = session.run(
                "MATCH (a {case: $case})-[r]->(b) RETURN a.id AS a, r, b.id AS b", case=case
            )
            told = sorted(
                (record["a"], record["r"].type, record["b"], sorted(map(repr, record["r"].items())))
                for record in edges
            )
        return seen, told

    return take
