"""The command line in this process, and one simulated intrusion in all formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from lineage.cli import run
from lineage.cli.report_files import as_json
from lineage.correlate.registry import correlators
from lineage.pipeline import Request
from lineage.pipeline import run as analyse
from lineage.simulate.run import simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lineage.report.model import Report

SEED = 4


class Outcome(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The only line on standard error."""
        (line,) = self.err.splitlines()
        return line


@pytest.fixture
def lineage(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command as `lineage ARGUMENTS` would."""

    def command(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return command


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small simulated intrusion in every format, and its truth."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder, SEED, "small")
    return folder


@pytest.fixture(scope="session")
def telemetry(simulated: Path) -> Path:
    """The intrusion in one file."""
    return simulated / "nxlog" / "nxlog.json"


@pytest.fixture(scope="session")
def report(telemetry: Path) -> Report:
    """What a run on it reports."""
    return analyse(Request([telemetry], correlators=correlators())).report


@pytest.fixture(scope="session")
def saved(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That report as a JSON file."""
    path = tmp_path_factory.mktemp("saved") / "report.json"
    path.write_bytes(as_json(report))
    return path
