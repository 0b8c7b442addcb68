from __future__ import annotations

import gzip
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from raw_events import json_lines, nxlog_event, winlogbeat_event, xml_event

from lineage.errors import InputError, UsageError
from lineage.problems import Problem
from lineage.read import read

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.read.record import RawRecord

Result = tuple[str, list["RawRecord"], list[Problem]]


def _read(path: Path, format_name: str | None = None) -> dict[str, Result]:
    """Format, records and problems of each input by its file name."""
    found: dict[str, Result] = {}
    for source in read([path], format_name):
        items = list(source.records)
        found[source.name.removeprefix(str(path)).strip("/\\")] = (
            source.format,
            [item for item in items if not isinstance(item, Problem)],
            [item for item in items if isinstance(item, Problem)],
        )
    return found


def test_a_folder_of_everything(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(json_lines([nxlog_event()]))
    (tmp_path / "b.json").write_text(xml_event(), encoding="utf-16")
    (tmp_path / "c.evtx").write_bytes(gzip.compress(json_lines([winlogbeat_event()] * 3)))
    (tmp_path / "d.empty").write_bytes(b"")
    (tmp_path / "e.md").write_bytes(b"# Read me\n")
    found = _read(tmp_path)
    assert [(name, result[0], len(result[1])) for name, result in found.items()] == [
        ("a.txt", "flat-json", 1),
        ("b.json", "event-xml", 1),
        ("c.evtx", "winlogbeat", 3),
        ("d.empty", "unrecognised", 0),
        ("e.md", "unrecognised", 0),
    ]
    assert found["d.empty"][2] == [Problem(None, "empty file", lost=0)]
    (problem,) = found["e.md"][2]
    assert (problem.record, problem.lost) == (None, 0)
    assert problem.reason == "text without events; not telemetry"


def test_a_named_format_is_not_questioned(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(json_lines([{"EventID": 1, "host": "a"}]))
    assert _read(path)[""][0] == "unrecognised"
    format_name, records, problems = _read(path, "flat-json")[""]
    assert (format_name, records) == ("flat-json", [])
    assert [problem.reason for problem in problems] == [
        "nobody who wrote it (provider or channel); it has EventID, host"
    ]


def test_a_formats_former_name_is_still_known(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(json_lines([nxlog_event()]))
    format_name, records, problems = _read(path, "nxlog")[""]
    assert (format_name, len(records), problems) == ("flat-json", 1, [])


def test_records_before_damage_count_and_the_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(json_lines([nxlog_event()] * 20))[:-20])
    _, records, problems = _read(path)[""]
    assert 0 < len(records) < 21
    assert problems[-1].record is None
    assert "cut short" in problems[-1].reason


def test_a_long_first_line_without_a_hint_does_not_hide_the_format(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"x" * 200_000 + b"\n" + json_lines([nxlog_event()]))
    format_name, records, problems = _read(path)[""]
    assert format_name == "flat-json"
    assert [record.number for record in records] == [2]
    assert [problem.record for problem in problems] == [1]


def test_a_path_that_does_not_exist_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder; check the path"):
        read([tmp_path, tmp_path / "missing"])


def test_an_unknown_format_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'cvs' is unknown; use one of csv, defender"):
        read([tmp_path], "cvs")


def test_importing_the_room_loads_no_parser() -> None:
    code = "import lineage.read, sys; print('lxml' in sys.modules, 'evtx' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert result.stdout.split() == ["False", "False"]
