"""The report is the same, byte for byte, however the work is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.engines.choice import Scale
from lineage.pipeline import Request, report, run
from lineage.simulate.run import simulate

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.report.model import Report


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several hosts in all kinds of files, some of them the same events again."""
    folder = tmp_path_factory.mktemp("fleet")
    simulate(folder / "one", seed=3, noise="small", case="campaign", formats=("evtx", "nxlog"))
    simulate(folder / "two", seed=4, noise="small", formats=("falcon-fdr",))
    return folder


def told(report: Report) -> str:
    return report.model_dump_json(by_alias=True, indent=1)


@pytest.fixture(scope="module")
def reference(telemetry: Path) -> str:
    return told(run(Request([telemetry])).report)


def test_group_by_group_is_the_same_as_all_in_one(telemetry: Path, reference: str) -> None:
    assert '"campaign-' in reference
    assert told(report(Request([telemetry], scale=Scale(jobs=1)))) == reference


def test_several_processes_say_the_same(telemetry: Path, reference: str) -> None:
    read: list[int] = []
    request = Request([telemetry], scale=Scale(jobs=2), advance=read.append)
    assert told(report(request)) == reference
    files = (file for file in telemetry.rglob("*") if file.is_file())
    assert sum(read) == sum(file.stat().st_size for file in files)
