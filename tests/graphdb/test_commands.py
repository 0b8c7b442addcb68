"""`lineage neo4j` and `lineage query` as a user calls them, on the real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import neo4j_slow
import pytest
from neo4j_case import intrusion

from lineage.cli import run as run_command
from lineage.cli.report_files import as_json
from lineage.graphdb import from_run, library, push
from lineage.graphdb.connect import Address
from lineage.simulate.run import simulate

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.graphdb.connect import Database


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


Lineage = Callable[..., Outcome]


@pytest.fixture
def lineage(
    address: Address, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lineage:
    """Runs a command with the server's address in the environment."""
    monkeypatch.setenv("NEO4J_URI", address.uri)
    monkeypatch.setenv("NEO4J_USERNAME", address.username)
    monkeypatch.setenv("NEO4J_PASSWORD", address.password)
    monkeypatch.delenv("NEO4J_DATABASE", raising=False)

    def command(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = run_command([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return command


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("telemetry")
    simulate(folder, 4, "small", formats=["nxlog"])
    return folder / "nxlog"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(as_json(intrusion().report()))
    return path


def pushed(database: Database, case: str) -> str:
    story = intrusion()
    push.push(database, case, from_run.content(story.graph, story.report()))
    return case


def test_telemetry_is_pushed_counted_first_and_can_be_asked(lineage, telemetry, case):
    done = lineage("neo4j", "push", telemetry, "--case", case)
    assert (done.status, done.err) == (0, "")
    first, nodes, relationships, last = done.out.splitlines()
    assert first == f"Case {case}: pushing"
    assert " Process" in nodes
    assert " SPAWNED" in relationships
    assert last == f'Done. Ask it: lineage query kill-chain --case "{case}"'
    asked = lineage("query", "kill-chain", "--case", case)
    assert asked.status == 0
    assert "SPAWNED" in asked.out


def test_more_hops_around_the_chains_push_more(lineage, telemetry, case):
    def count(*options: object) -> int:
        out = lineage("neo4j", "push", telemetry, "--case", case, "--only-chains", *options).out
        return int(out.splitlines()[1].split()[0].replace(",", ""))

    assert count("--hops", 0) < count()


def test_a_report_is_pushed(lineage, report, case):
    done = lineage("neo4j", "push", "--report", report, "--case", case)
    assert (done.status, done.err) == (0, "")
    rows = json.loads(lineage("query", "chains", "--case", case, "--json").out)
    assert [row["id"] for row in rows] == ["chain-ws01", "chain-ws02"]


def test_drop_removes_exactly_one_case(lineage, database, case):
    one, other = pushed(database, f"{case}-1"), pushed(database, f"{case}-2")
    done = lineage("neo4j", "drop", "--case", one)
    assert done.status == 0
    assert done.out.startswith(f"Case {one}: removed ")
    assert lineage("query", "chains", "--case", one, "--json").status == 2
    assert len(json.loads(lineage("query", "chains", "--case", other, "--json").out)) == 2
    again = lineage("neo4j", "drop", "--case", one)
    assert again.status == 2
    assert f"no case '{one}'" in again.err


def test_a_parameter_is_told(lineage, database, case):
    pushed(database, case)
    out = lineage("query", "kill-chain", "--case", case, "--param", "chain=chain-ws02").out
    assert "remcos.exe (3100)" in out
    assert "WINWORD" not in out


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_case_or_chain_that_is_not_there_is_an_error(lineage, database, case, form):
    pushed(database, case)
    no_case = f"lineage: no case '{case}-x' in the database; lineage query cases lists them\n"
    no_chain = f"lineage: no chain 'chain-x' in case '{case}'; lineage query chains lists them\n"
    own = ("--param", "chain=chain-ws01")
    for name, asked, options, message in (
        ("chains", f"{case}-x", (), no_case),
        ("kill-chain", f"{case}-x", own, no_case),
        ("kill-chain", case, ("--param", "chain=chain-x"), no_chain),
    ):
        assert lineage("query", name, "--case", asked, *options, *form) == (2, "", message)


def test_an_answer_without_rows_says_why(lineage, database, case):
    pushed(database, case)
    done = lineage("query", "file-origin", "--case", case, "--param", "file=no-such-file.exe")
    assert done.status == 0
    assert f"No rows: case '{case}' has nothing of the kind." in " ".join(done.out.split())


def test_in_a_pipe_a_row_is_one_line(lineage, database, case):
    pushed(database, case)
    out = lineage("query", "chains", "--case", case).out
    assert [line for line in out.splitlines() if "chain-ws01" in line and "Remcos 92" in line]
    assert (
        len(out.splitlines())
        == len(lineage("query", "cases").out.splitlines())
        - len(json.loads(lineage("query", "cases", "--json").out))
        + 2
    )


@pytest.mark.skipif(sys.platform != "linux", reason="a signal to one process is Linux's")
def test_ctrl_c_ends_a_running_query_here_and_on_the_server(lineage, ask):
    del lineage  # it has set the environment
    running = "SHOW TRANSACTIONS YIELD currentQuery AS q WHERE q = $statement RETURN q"
    with subprocess.Popen(
        [sys.executable, neo4j_slow.__file__, "query", "slow"],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    ) as asking:
        try:
            while not ask(running, statement=neo4j_slow.STATEMENT):
                assert asking.poll() is None
            asking.send_signal(signal.SIGINT)
            _, said = asking.communicate(timeout=90)
        finally:
            asking.kill()
    assert (asking.returncode, said.split()) == (130, [b"lineage:", b"interrupted"])
    deadline = time.monotonic() + 90
    while ask(running, statement=neo4j_slow.STATEMENT):
        assert time.monotonic() < deadline


@pytest.mark.parametrize("command", [("query",), ("neo4j", "push"), ("neo4j", "drop")])
def test_help_tells_each_variable_and_the_default(lineage, command):
    told = " ".join(lineage(*command, "--help").out.split())
    defaults = Address.of({})
    assert f"[env: NEO4J_URI; default: {defaults.uri}]" in told
    assert f"[env: NEO4J_USERNAME; default: {defaults.username}]" in told
    assert "[env: NEO4J_PASSWORD; default: no log-in]" in told
    assert "[env: NEO4J_DATABASE; default: the server's own]" in told


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s", "neo4j+ssc"])
def test_no_line_of_the_driver_is_beside_ours(address, scheme):
    uri = address.uri.replace("bolt://", f"{scheme}://")
    command = [sys.executable, "-m", "lineage", "query", "cases", "--uri", uri]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    (line,) = done.stderr.splitlines()
    assert line.startswith("lineage: cannot reach Neo4j")


def test_the_list_names_every_query(lineage):
    done = lineage("query", "--list")
    assert done.status == 0
    assert all(name in done.out for name in library.load())
    rows = json.loads(lineage("query", "--list", "--json").out)
    assert [row["name"] for row in rows] == list(library.load())
    assert rows[0]["parameters"][0] == {
        "name": "case_name",
        "default": "default",
        "meaning": "the case",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("query",), "name a query"),
        (("query", "nope"), "no query 'nope'"),
        (("query", "chains", "--param", "x"), "has no '='"),
        (("query", "chains", "--param", "x=1"), "no parameter 'x'; it has: case_name"),
        (("neo4j", "push"), "give either telemetry"),
        (("neo4j", "push", "--report", "r", "x"), "give either telemetry"),
        (("neo4j", "push", "x", "--hops", "2"), "add --only-chains"),
        (("neo4j", "push", "--report", "r", "--only-chains"), "leave out --only-chains"),
        (("neo4j", "push", "x", "--case", " "), "--case"),
        (("neo4j", "push", "no-such-file"), "no-such-file"),
        (("neo4j", "browser-pack", "no-such-folder/pack"), "ends in .zip"),
        (("neo4j", "browser-pack", "no-such-folder/pack.grass"), "ends in .zip"),
        (("query", "chains", "--password", "wrong"), "password is wrong"),
        (("query", "chains", "--uri", "bolt://127.0.0.1:1"), "cannot reach Neo4j"),
        (("query", "chains", "--uri", "http://127.0.0.1:1"), "no address of Neo4j"),
    ],
)
def test_what_is_wrong_is_one_line(lineage, arguments, message):
    done = lineage(*arguments)
    assert done.status == 2
    (line,) = done.err.splitlines()
    assert message in line


def test_hostile_text_in_an_answer_cannot_move_the_cursor(lineage, database, case):
    story = intrusion()
    hostile = "\x1b[2J\u202eevil.exe"
    story.process("hostile", hostile, 66, parent="process:ws01:word", command_line=hostile)
    push.push(database, case, from_run.content(story.graph, story.report()))
    out = lineage("query", "office-children", "--case", case).out
    assert "<U+001B>" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_the_browser_pack_is_a_zip_and_the_style_beside_it(lineage, tmp_path):
    done = lineage("neo4j", "browser-pack", tmp_path / "pack.zip", "--case", "acme")
    assert (done.status, done.err) == (0, "")
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert b"'acme' AS case_name" in archive.read("lineage 1 Start here/chains.cypher")
    assert "node.Tagged" in (tmp_path / "pack.grass").read_text(encoding="utf-8")
