"""What starting the command line may load: an analyst who asks for help should not wait."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "evtx lxml neo4j networkx numpy orjson pydantic rich sigma stix2 yaml "
    "concurrent.futures multiprocessing correlators"
).split()
"""Modules, ours and others', that only some command needs."""
CPU_SECONDS = 0.3

WATCH = """
import json, sys, time
from lineage.cli import run
status = run({arguments!r})
print(json.dumps([status, time.process_time(), sorted(sys.modules)]), file=sys.stderr)
"""


def watched(*arguments: str) -> tuple[int, float, set[str]]:
    """Exit status, CPU seconds and modules of a fresh run."""
    finished = subprocess.run(
        [sys.executable, "-c", WATCH.format(arguments=list(arguments))],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    status, seconds, modules = json.loads(finished.stderr.splitlines()[-1])
    return status, seconds, set(modules)


@pytest.fixture(scope="module")
def help_run() -> tuple[int, float, set[str]]:
    """The run of `lineage --help` that took the least time of three."""
    return min((watched("--help") for _ in range(3)), key=lambda run: run[1])


def test_help_starts_in_no_time(help_run: tuple[int, float, set[str]]) -> None:
    status, seconds, _ = help_run
    assert status == 0
    assert seconds < CPU_SECONDS


def test_help_loads_no_heavy_module(help_run: tuple[int, float, set[str]]) -> None:
    _, _, modules = help_run
    assert modules.isdisjoint(HEAVY)
    assert not {name for name in modules if name.startswith("lineage.") and ".cli" not in name} - {
        "lineage.errors"
    }


@pytest.mark.parametrize("command", ["detections", "schema"])
def test_small_commands_load_neither_readers_nor_database(command: str) -> None:
    status, _, modules = watched(command)
    assert status == 0
    assert modules.isdisjoint({"evtx", "lxml", "neo4j", "stix2"})


def test_correlating_loads_no_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    status, _, modules = watched("correlate", str(empty))
    assert status == 2
    assert modules.isdisjoint({"neo4j", "stix2", "playwright", "hypothesis", "pytest"})


def test_the_package_itself_loads_nothing() -> None:
    code = "import sys; before = set(sys.modules); import lineage; print(set(sys.modules) - before)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert set(shown.strip().strip("{}").replace("'", "").split(", ")) <= {
        "lineage",
        "__future__",
    }
