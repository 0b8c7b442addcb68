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

WATCH = """
import json, sys
from lineage.cli import run
status = run({arguments!r})
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""


def watched(*arguments: str) -> tuple[int, set[str]]:
    """Exit status and modules of a fresh run."""
    finished = subprocess.run(
        [sys.executable, "-c", WATCH.format(arguments=list(arguments))],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    status, modules = json.loads(finished.stderr.splitlines()[-1])
    return status, set(modules)


def test_help_loads_no_heavy_module() -> None:
    status, modules = watched("--help")
    assert status == 0
    assert modules.isdisjoint(HEAVY)
    assert not {name for name in modules if name.startswith("lineage.") and ".cli" not in name} - {
        "lineage.errors"
    }


@pytest.mark.parametrize("command", ["detections", "schema"])
def test_small_commands_load_neither_readers_nor_database(command: str) -> None:
    status, modules = watched(command)
    assert status == 0
    assert modules.isdisjoint({"evtx", "lxml", "neo4j", "stix2"})


def test_correlating_loads_no_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    status, modules = watched("correlate", str(empty))
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
