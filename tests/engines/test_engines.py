"""The report is the same, byte for byte, however the work is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.engines import choice
from lineage.engines.choice import Scale
from lineage.engines.memory import size_of
from lineage.engines.spool import Spool, Spot
from lineage.errors import EngineError, UsageError
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


def test_what_does_not_fit_into_memory_waits_on_disk(
    telemetry: Path, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room for some events: all batches and graphs but the last are spilled."""
    spilled: list[int] = []
    write = Spool.write

    def note(spool: Spool, data: bytes) -> Spot:
        spilled.append(len(data))
        return write(spool, data)

    monkeypatch.setattr(Spool, "write", note)
    monkeypatch.setattr(choice, "room", lambda _: 100)
    assert told(report(Request([telemetry], scale=Scale(jobs=1)))) == reference
    assert len(spilled) > 10


def test_no_room_on_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no room for what doesn't fit .*; point TMPDIR"):
        Spool(tmp_path / "missing" / "spool").write(b"x")


@pytest.mark.parametrize("text", ["", "x", "2X", "-1G", "1M"])
def test_sizes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write a size of 64M or more, such as 2G"):
        size_of(text)


def test_several_processes_say_the_same(telemetry: Path, reference: str) -> None:
    read: list[int] = []
    request = Request([telemetry], scale=Scale(jobs=2), advance=read.append)
    assert told(report(request)) == reference
    files = (file for file in telemetry.rglob("*") if file.is_file())
    assert sum(read) == sum(file.stat().st_size for file in files)
