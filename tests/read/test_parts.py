"""Parts of a file together are the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.problems import Problem
from lineage.read import read
from lineage.read.budget import Budget
from lineage.read.units import Unit, inputs_of_unit, units
from lineage.simulate.run import simulate

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.read.record import RawRecord

PART = 256 * 1024
Records = list["RawRecord | Problem"]


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    simulate(folder, seed=5, formats=("evtx", "nxlog"), events=1500)
    return folder


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("parts", "evtx", "units"):
        monkeypatch.setattr(f"lineage.read.{module}.PART_BYTES", PART)


def whole(path: Path) -> Records:
    return [record for opened in read([path]) for record in opened.records]


def in_parts(found: list[Unit]) -> Records:
    return [
        record
        for unit in found
        for opened in inputs_of_unit(unit, Budget())
        for record in opened.records
    ]


def largest(telemetry: Path, ending: str) -> Path:
    return max(telemetry.rglob(f"*{ending}"), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("ending", [".evtx", ".json"])
def test_parts_hold_the_records_of_the_file(telemetry: Path, ending: str) -> None:
    path = largest(telemetry, ending)
    found = list(units([path], None))
    assert len(found) > 2
    assert [unit.continues for unit in found] == [False] + [True] * (len(found) - 1)
    assert in_parts(found) == whole(path)


def test_bytes_are_told_as_they_are_read(telemetry: Path) -> None:
    path = largest(telemetry, ".json")
    told: list[int] = []
    for unit in units([path], None):
        for opened in inputs_of_unit(unit, Budget(), told.append):
            assert list(opened.records)
    assert sum(told) == path.stat().st_size


def test_a_damaged_line_keeps_its_number(telemetry: Path, tmp_path: Path) -> None:
    lines = largest(telemetry, ".json").read_bytes().splitlines(keepends=True)
    lines[-2] = b'{"EventID": \n'
    damaged = tmp_path / "damaged.json"
    damaged.write_bytes(b"".join(lines))
    found = in_parts(list(units([damaged], None)))
    assert [each.record for each in found if isinstance(each, Problem)] == [len(lines) - 1]
    assert found == whole(damaged)


def test_a_log_with_a_broken_chunk_is_read_in_one_go(telemetry: Path, tmp_path: Path) -> None:
    data = bytearray(largest(telemetry, ".evtx").read_bytes())
    data[4096 + 65536 : 4096 + 65536 + 8] = b"damaged!"
    damaged = tmp_path / "damaged.evtx"
    damaged.write_bytes(data)
    (unit,) = units([damaged], None)
    assert unit.part is None
    assert in_parts([unit]) == whole(damaged)


@pytest.mark.parametrize("content", [b"[\n" + b'{"EventID": 1},\n' * 60_000, b"a,b\n" * 200_000])
def test_what_is_no_object_a_line_is_read_in_one_go(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    assert [unit.part for unit in units([path], None)] == [None]


def test_small_files_and_standard_input_are_units(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    assert [unit.place.path.name for unit in units([tmp_path], None)] == ["a.json"]
    assert [unit.bytes for unit in units([type(tmp_path)("-")], None)] == [0]
