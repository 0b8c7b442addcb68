"""What timeline tools read."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from sample_report import HOSTILE
from timeline_rows import row

from lineage.timeline.formats import COLUMNS, DYNAMIC, FORMATS, L2TCSV, TIMESKETCH, encoded, lines

if TYPE_CHECKING:
    from lineage.timeline.rows import Row

COLUMNS_OF = {
    "csv": COLUMNS, "timesketch-csv": TIMESKETCH, "l2tcsv": L2TCSV, "dynamic": DYNAMIC,
}  # fmt: skip


def table(name: str, *rows: Row) -> list[dict[str, str]]:
    text = "".join(lines(rows, FORMATS[name])).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", COLUMNS_OF)
def test_a_table_has_its_columns_whatever_the_text(name: str) -> None:
    told = table(name, *map(row, HOSTILE))
    assert len(told) == len(HOSTILE)
    for entry in told:
        assert tuple(entry) == COLUMNS_OF[name]
        for cell in entry.values():
            assert cell == "-" or not re.match(r"[=+\-@\t\r\n]", cell)
            assert len(cell.encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize("name", ["jsonl", "timesketch"])
def test_json_holds_any_text_unchanged_in_one_line(name: str) -> None:
    made = [encoded(line) for line in lines(map(row, HOSTILE), FORMATS[name])]
    for line, text in zip(made, HOSTILE, strict=True):
        assert line.decode().splitlines(keepends=True)[0] == line.decode()
        assert json.loads(line)["message"] == text
        assert "\x1b" not in line.decode()


def test_a_lone_surrogate_is_written() -> None:
    for form in FORMATS.values():
        assert b"ud800" in b"".join(map(encoded, lines([row("a\ud800b")], form)))


def test_json_lines_keep_the_events_own_fields() -> None:
    (line,) = lines([row("=x", user=None)], FORMATS["jsonl"])
    told = json.loads(line)
    assert told["fields"] == {"CommandLine": "=x"}
    assert told["chains"] == ["chain-1"]
    assert "user" not in told


def test_timesketch_gets_its_mandatory_fields_and_tags() -> None:
    told = json.loads(next(lines([row()], FORMATS["timesketch"])))
    assert told["message"] == "cmd.exe started"
    assert told["datetime"] == "2026-02-02T11:07:55.963727+00:00"
    assert told["timestamp"] == 1_770_030_475_963_727
    assert told["timestamp_desc"] == "Process Start"
    assert told["tag"] == ["lineage", "confirmed", "detection"]
    (cells,) = table("timesketch-csv", row())
    assert json.loads(cells["tag"]) == told["tag"]
    assert {"message", "datetime", "timestamp_desc"} <= cells.keys()


def test_plaso_gets_its_17_fields() -> None:
    (cells,) = table("l2tcsv", row("two\r\nlines"))
    assert len(cells) == 17
    assert (cells["date"], cells["time"], cells["timezone"]) == ("02/02/2026", "11:07:55", "UTC")
    assert (cells["MACB"], cells["version"], cells["inode"]) == ("...B", "2", "-")
    assert cells["desc"] == "two lines"
    assert "exact_time: 2026-02-02T11:07:55.9637270Z" in cells["extra"]
    (cells,) = table("dynamic", row(user=None))
    assert cells["datetime"] == "2026-02-02T11:07:55.963727+00:00"
    assert (cells["display_name"], cells["username"]) == ("a.zip!Sysmon.evtx", "-")
