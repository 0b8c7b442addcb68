"""`lineage neo4j up`, with a Docker that only writes down what it was asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lineage.cli import run as run_command
from lineage.errors import DatabaseError, UsageError
from lineage.graphdb import compose

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pretended Docker is a shell script")


def environment(folder: Path, body: str) -> dict[str, str]:
    docker = folder / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" >> "{folder}/asked"\n{body}\n', encoding="utf-8")
    docker.chmod(0o755)
    return {"PATH": str(folder), "NEO4J_PASSWORD": "correct horse"}


def test_docker_is_asked_to_start_the_compose_file_s_neo4j_and_to_wait(tmp_path):
    compose.up(environment(tmp_path, "exit 0"))
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[-1] == f"compose -f {compose.file()} up -d --wait neo4j"
    assert compose.file().is_file()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('test "$1" != compose', "no compose here; install its Compose plugin, or start Neo4j"),
        ('test "$1" != info', "Docker doesn't answer; start it"),
        (
            'test "$2" = version || test "$1" = info || { echo "port is taken" >&2; exit 1; }',
            "could not start Neo4j: port is taken; see docker compose logs",
        ),
    ],
)
def test_what_docker_lacks_is_said_with_what_to_do(tmp_path, body, said):
    with pytest.raises(DatabaseError, match=said):
        compose.up(environment(tmp_path, body))


def test_without_docker_it_says_what_to_do_instead(tmp_path):
    with pytest.raises(DatabaseError, match=r"no Docker on this machine; install it, or start"):
        compose.up({"PATH": str(tmp_path), "NEO4J_PASSWORD": "correct horse"})


@pytest.mark.parametrize("password", [None, "", "short"])
def test_a_password_is_needed_first(tmp_path, password):
    given = {} if password is None else {"NEO4J_PASSWORD": password}
    with pytest.raises(UsageError, match="set NEO4J_PASSWORD to a password of 8 characters"):
        compose.up({"PATH": str(tmp_path), **given})


def test_the_command_tells_what_comes_next(tmp_path, monkeypatch, capsys):
    for name, value in environment(tmp_path, "exit 0").items():
        monkeypatch.setenv(name, value)
    assert run_command(["neo4j", "up"]) == 0
    out = capsys.readouterr().out
    assert "http://127.0.0.1:7474" in out
    assert "lineage neo4j push" in out
