"""`lineage timeline`: everything that was read, in order of time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lineage.cli.timeline import FORMATS as OFFERED
from lineage.timeline.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import Report

    Lineage = Callable[..., Outcome]


def _listed(lineage: Lineage, *arguments: object) -> list[dict[str, Any]]:
    done = lineage("timeline", *arguments, "--as", "jsonl")
    assert done.status == 0
    return [json.loads(line) for line in done.out.splitlines()]


def test_the_command_line_offers_every_format() -> None:
    assert set(OFFERED) == {"text", *FORMATS}


def test_text_tells_chain_process_and_detection(
    lineage: Lineage, telemetry: Path, report: Report
) -> None:
    done = lineage("timeline", telemetry, "--marked")
    assert (done.status, done.err) == (0, "")
    hit = report.chains[0].evidence[0]
    (line, *_) = [line for line in done.out.splitlines() if hit.detection in line]
    assert line.strip().startswith("!")
    assert line.endswith(f"#{hit.record}")
    assert f"#1 {report.chains[0].verdict}" in done.out
    assert " events listed; times are UTC." in done.out


def test_what_is_asked_for_narrows_it(lineage: Lineage, telemetry: Path, report: Report) -> None:
    whole = _listed(lineage, telemetry)
    assert len(whole) == sum(entry.events for entry in report.inputs)
    marked = _listed(lineage, telemetry, "--marked")
    assert 0 < len(marked) < len(whole)
    assert all(row["chains"] or row["detections"] for row in marked)
    dns = _listed(lineage, telemetry, "--kind", "dns")
    assert dns == [row for row in whole if row["kind"] == "dns"] != []
    user = next(row["user"] for row in whole if row.get("user"))
    of_user = _listed(lineage, telemetry, "--user", user.rpartition("\\")[2])
    assert of_user == [row for row in whole if row.get("user") == user]
    middle = whole[len(whole) // 2]["time"]
    since = _listed(lineage, telemetry, "--since", middle)
    assert since == [row for row in whole if row["time"] >= middle]
    last = _listed(lineage, telemetry, "--since", "-1s")
    assert last[-1] == whole[-1]
    assert len(last) < len(whole)
    text = _listed(lineage, telemetry, "--text", "WSCRIPT", "--text", ".exe")
    assert text
    assert all("wscript" in json.dumps(row).lower() for row in text)
    assert _listed(lineage, telemetry, "--host", "nobody") == []


def test_a_file_is_the_same_as_what_is_printed(
    lineage: Lineage, telemetry: Path, tmp_path: Path
) -> None:
    printed = lineage("timeline", telemetry, "--as", "csv")
    file = tmp_path / "case.csv"
    done = lineage("timeline", telemetry, "--as", "csv", "-o", file)
    assert file.read_bytes() == printed.out.encode()
    assert "events listed" in done.out
    assert "events listed" in printed.err


def test_an_input_is_not_written_over(lineage: Lineage, telemetry: Path) -> None:
    before = telemetry.read_bytes()
    done = lineage("timeline", telemetry, "-o", telemetry)
    assert done.status == 2
    assert "--output: " in done.error
    assert "among the inputs" in done.error
    assert telemetry.read_bytes() == before


def test_records_that_are_in_no_timeline_are_told(lineage: Lineage, tmp_path: Path) -> None:
    other = {
        "EventID": 3,
        "Channel": "Elsewhere",
        "Hostname": "h",
        "UtcTime": "2026-01-01 00:00:00",
    }
    start = other | {
        "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "ProcessId": "4",
        "Image": "C:\\a.exe", "CommandLine": "a\x1b[2J",
    }  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text("".join(json.dumps(each) + "\n" for each in (other, start)), encoding="utf-8")
    done = lineage("timeline", path)
    assert "1 of 1 event listed" in done.out
    assert "Not judged: 1 record of 2 (50%) are events of kinds that nothing here reads" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("time", ["yesterday", "25:00"])
def test_a_time_that_is_none_is_one_line(lineage: Lineage, telemetry: Path, time: str) -> None:
    done = lineage("timeline", telemetry, "--since", time)
    assert done.status == 2
    assert "is not a date and time" in done.error
