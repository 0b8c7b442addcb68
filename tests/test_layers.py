"""The import contracts of pyproject.toml: data flows one way, the engine knows no plug-in."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
LINT = "from importlinter.cli import lint_imports_command as c; c()"


def lint(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter in a process of its own: it changes its caller's import path."""
    command = [sys.executable, "-c", LINT, "--no-cache", "--config", str(config)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return found


def test_all_contracts_are_kept(contracts: list[dict[str, object]]) -> None:
    done = lint(CHECKOUT, CHECKOUT / "pyproject.toml")
    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(contracts)} kept, 0 broken." in done.stdout


def test_every_room_stands_in_a_layer(contracts: list[dict[str, object]]) -> None:
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    assert isinstance(layers, list)
    told = {room.strip() for layer in layers for room in layer.split("|")}
    rooms = {
        f"lineage.{path.stem}"
        for path in (CHECKOUT / "lineage").iterdir()
        if path.name not in {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
        and (path.is_dir() or path.suffix == ".py")
    }
    assert rooms - told == {"lineage.simulate"}


def test_a_broken_contract_would_be_noticed(tmp_path: Path) -> None:
    config = tmp_path / "contract.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["lineage"]\n'
        "[[tool.importlinter.contracts]]\n"
        'name = "upside down"\ntype = "forbidden"\n'
        'source_modules = ["lineage.pipeline"]\nforbidden_modules = ["lineage.graph"]\n',
        encoding="utf-8",
    )
    done = lint(CHECKOUT, config)
    assert done.returncode == 1
    assert "upside down BROKEN" in done.stdout
