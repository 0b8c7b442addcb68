"""The command line against hostile surroundings: exit 70 is a fault of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import LINE, Outcome

from lineage.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def lineage(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command as `lineage ARGUMENTS` would."""

    def command(*arguments: object) -> Outcome:
        capfd.readouterr()
        status = run([str(argument) for argument in arguments])
        return Outcome(status, *capfd.readouterr())

    return command


@pytest.fixture
def telemetry(tmp_path: Path) -> Path:
    """One record, which one detection hits."""
    path = tmp_path / "telemetry.json"
    path.write_text(LINE, encoding="utf-8")
    return path


@pytest.fixture
def report(lineage: Callable[..., Outcome], telemetry: Path, tmp_path: Path) -> Path:
    """A report on it."""
    path = tmp_path / "report" / "report.json"
    path.parent.mkdir()
    assert lineage("correlate", telemetry, "-q", "--json", path).status == 0
    return path
