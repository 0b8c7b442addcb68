from __future__ import annotations

import re
import socket
import threading
import uuid
from dataclasses import replace

import pytest
from neo4j.exceptions import Neo4jError

from lineage.errors import DatabaseError
from lineage.graphdb.connect import Address, check_version, connected, explained


def refused(address: Address) -> str:
    with pytest.raises(DatabaseError) as caught, connected(address):
        pass
    line = str(caught.value)
    assert "\n" not in line
    if address.password:
        assert address.password not in line
    return line


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_verified_connection_answers(database):
    with database.session() as session:
        assert session.run("RETURN 1 AS one").single(strict=True)["one"] == 1


def test_wrong_password(address):
    line = refused(replace(address, password="not-the-password"))
    assert line == (
        f"{address}: user name or password is wrong; set NEO4J_USERNAME and NEO4J_PASSWORD"
    )


def test_no_password(address):
    assert "set NEO4J_USERNAME and NEO4J_PASSWORD" in refused(replace(address, password=""))


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_nobody_listens(closed_port, scheme):
    address = Address(f"{scheme}://127.0.0.1:{closed_port}", "neo4j", "secret-secret", None)
    assert refused(address) == (
        f"cannot reach Neo4j at {scheme}://127.0.0.1:{closed_port}; start it (lineage neo4j up), "
        "or name another with NEO4J_URI or --uri"
    )


@pytest.mark.parametrize("scheme", ["bolt+s", "bolt+ssc", "neo4j+s", "neo4j+ssc"])
def test_tls_where_the_server_has_none(address, scheme):
    line = refused(replace(address, uri=address.uri.replace("bolt://", f"{scheme}://")))
    assert "over TLS (" in line
    assert not re.search(r":\)|routing information|\(\)", line)
    assert "check its certificate, or use bolt://" in line


@pytest.mark.parametrize("uri", ["http://127.0.0.1:7474", "127.0.0.1:7687", "foo://h", "bolt"])
def test_a_scheme_that_neo4j_does_not_speak(uri):
    assert "give one such as bolt://127.0.0.1:7687" in refused(
        Address(uri, "neo4j", "hidden", None)
    )


@pytest.mark.parametrize("uri", ["bolt://h:port", "bolt://", "bolt://127.0.0.1:99999999"])
def test_a_broken_address(uri):
    refused(Address(uri, "neo4j", "hidden", None))


@pytest.mark.parametrize(
    "uri",
    [
        "bolt://user:hunter2@127.0.0.1:7687",
        "neo4j+s://user:hunter2@127.0.0.1",
        "bolt://user:hunter2@h:port",
        "bolt://hunter2/x@h",
        "bolt://user:hun#hunter2@h",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_shown(uri):
    line = refused(Address(uri, "neo4j", "hunter2", None))
    assert "set NEO4J_USERNAME and NEO4J_PASSWORD" in line


def test_the_scheme_is_without_case(address):
    shouted = address.uri.replace("bolt://", " BOLT://")
    with connected(Address.of({}, uri=shouted, password=address.password)) as database:
        assert str(database.address) == str(address)


def test_unknown_database(address):
    assert "set NEO4J_DATABASE or --database" in refused(replace(address, database="nowhere"))


def test_a_password_that_must_be_changed_first(address, database):
    name = f"u{uuid.uuid4().hex[:8]}"
    with database.session() as session:
        session.run(f"CREATE USER {name} SET PASSWORD 'to-be-changed' CHANGE REQUIRED").consume()
    try:
        line = refused(replace(address, username=name, password="to-be-changed"))
    finally:
        with database.session() as session:
            session.run(f"DROP USER {name}").consume()
    assert "the first password was never changed" in line


def test_an_error_of_a_query_is_one_line(database):
    with pytest.raises(DatabaseError) as caught, database.session() as session:
        session.run("RETURN 1 +").consume()
    assert "\n" not in str(caught.value)
    assert "Neo.ClientError.Statement.SyntaxError" in str(caught.value)


@pytest.mark.parametrize("agent", ["Neo4j/4.4.40", "Neo4j/5.25.1", "Neo4j/3.5.0"])
def test_a_server_too_old(agent):
    with pytest.raises(DatabaseError, match=f"the server is {agent}; lineage needs Neo4j 5.26"):
        check_version(agent, Address("bolt://h", "neo4j", "", None))


@pytest.mark.parametrize(
    "agent", ["Neo4j/5.26.30", "Neo4j/5.27-aura", "Neo4j/2026.08.1", "Other/1"]
)
def test_a_server_new_enough(agent):
    check_version(agent, Address("bolt://h", "neo4j", "", None))


@pytest.mark.parametrize("agreed", [b"\0\0\x01\x05", b"\0\0\x04\x04", b"\0\0\0\0"])
def test_a_server_that_speaks_only_an_older_bolt(agreed):
    """Bolt 5.1 (Neo4j 5.6), 4.4 (Neo4j 4.4), or none that the driver knows."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=_shake_hands, args=(listener, agreed))
        answering.start()
        port = listener.getsockname()[1]
        line = refused(Address(f"bolt://127.0.0.1:{port}", "neo4j", "hidden-hidden", None))
        answering.join()
    assert "the server is older than 5.7; lineage needs Neo4j 5.26 or newer" in line


def _shake_hands(listener, agreed):
    """The part of the server in Bolt's handshake: the version of those that the driver offers."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(20)
        connection.sendall(agreed)
        connection.recv(1)


def test_options_go_before_the_environment_and_that_before_defaults():
    environment = {"NEO4J_URI": "neo4j://e", "NEO4J_PASSWORD": "p", "NEO4J_DATABASE": ""}
    assert Address.of(environment, uri="bolt://o") == Address("bolt://o", "neo4j", "p", None)
    assert Address.of(environment).uri == "neo4j://e"
    assert Address.of({}) == Address("bolt://127.0.0.1:7687", "neo4j", "", None)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("bolt://user:hunter2@db.example:7687", "bolt://db.example:7687"),
        ("neo4j+s://db.example", "neo4j+s://db.example"),
        ("bolt://[::1]:7687", "bolt://[::1]:7687"),
        ("bolt://h:not-a-port", "the given address"),
    ],
)
def test_no_secret_is_ever_shown(uri, shown):
    address = Address(uri, "neo4j", "hunter2", None)
    assert str(address) == shown
    assert "hunter2" not in repr(address)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", "takes no writes"),
        ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", "takes no writes"),
        ("Neo.TransientError.General.DatabaseUnavailable", "is not available now"),
        ("Neo.TransientError.Database.DatabaseUnavailable", "is not available now"),
    ],
)
def test_what_a_server_refuses_is_said_in_our_words(code, message):
    """By code alone: these need a server whose database is broken or set to take no writes."""
    address = Address("bolt://127.0.0.1:1", "neo4j", "secret-secret", None)
    error = Neo4jError._hydrate_neo4j(code=code, message="it said\nmore")
    expected = f"the database {message}; see the server's log"
    with pytest.raises(DatabaseError, match=expected), explained(address):
        raise error
