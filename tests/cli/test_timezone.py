"""Times in another zone: everywhere on the terminal, its name beside them, and nowhere in files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from lineage.report.zone import IN_UTC, Moment, Zone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import Report

    Lineage = Callable[..., Outcome]

ZONE = "Asia/Kathmandu"
"""UTC+5:45, which nothing else comes to by chance."""


@pytest.mark.parametrize(
    ("zone", "time", "shown"),
    [
        (None, "2026-07-02T22:30:00.5Z", "2026-07-02 22:30:00"),
        ("Europe/Berlin", "2026-07-02T22:30:00.5Z", "2026-07-03 00:30:00"),
        ("Europe/Berlin", "2026-01-02T22:30:00Z", "2026-01-02 23:30:00"),
        ("Europe/Berlin", "no time", "no time"),
        ("America/New_York", "0001-01-01T00:00:00Z", "0001-01-01 00:00:00"),
    ],
)
def test_a_time_as_the_clocks_of_a_zone_show_it(zone: str | None, time: str, shown: str) -> None:
    assert Zone.named(zone).clock(time) == shown


def test_the_date_is_told_where_it_changes_in_that_zone() -> None:
    evening = Moment("2026-01-02T23:30:00Z", "2026-01-02T22:30:00Z", leads=True)
    assert IN_UTC.told(evening) == "At 23:30:00"
    assert Zone.named("Europe/Berlin").told(evening) == "On 2026-01-03 00:30:00"
    assert Zone.named("Asia/Tokyo").told(evening) == "At 08:30:00"


@pytest.mark.parametrize("arguments", [("correlate",), ("detect",), ("slice", "--chain", "1")])
def test_commands_show_that_zone_and_say_so(
    lineage: Lineage, telemetry: Path, report: Report, arguments: tuple[str, ...]
) -> None:
    name, *others = arguments
    shown = lineage(name, telemetry, *others, "--timezone", ZONE).out
    assert ZONE in shown
    best = report.chains[0]
    time = best.evidence[0].time if name == "detect" else best.first_seen
    first = Zone.named(ZONE).clock(time)[-8:]
    assert first in shown
    in_utc = lineage(name, telemetry, *others).out
    assert "UTC" in in_utc
    assert first not in in_utc


def test_a_story_moves_with_its_zone(lineage: Lineage, saved: Path) -> None:
    plain = re.findall(r"\d\d:\d\d:\d\d", lineage("explain", 1, "--report", saved).out)
    moved = lineage("explain", 1, "--report", saved, "--timezone", ZONE).out

    def minutes(clock: str) -> int:
        return 60 * int(clock[:2]) + int(clock[3:5])

    times = re.findall(r"\d\d:\d\d:\d\d", moved)
    assert [
        (minutes(there) - minutes(here)) % 1440 for here, there in zip(plain, times, strict=True)
    ] == [345] * len(plain)
    assert ZONE in moved


def test_the_report_keeps_to_utc(lineage: Lineage, telemetry: Path) -> None:
    plain = json.loads(lineage("correlate", telemetry, "--json", "-").out)
    moved = json.loads(lineage("correlate", telemetry, "--json", "-", "--timezone", ZONE).out)
    assert plain["chains"] == moved["chains"]


def test_times_that_say_no_zone_are_read_as_asked_and_that_is_said(
    lineage: Lineage, tmp_path: Path
) -> None:
    event = {"EventID": 4688, "Channel": "Security", "Hostname": "WS1", "RecordNumber": 1,
             "SourceName": "Microsoft-Windows-Security-Auditing",
             "EventTime": "2026-01-02 10:00:00",
             "NewProcessId": "0x10", "ProcessId": "0x4", "NewProcessName": "C:\\a.exe"}  # fmt: skip
    path = tmp_path / "export.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    arguments = ("correlate", path, "--json", "-", "--timezone", ZONE)
    for more, zone in (((), ZONE), (("--input-timezone", "Europe/Berlin"), "Europe/Berlin")):
        (entry,) = json.loads(lineage(*arguments, *more).out)["inputs"]
        (problem,) = entry["problems"]
        assert f"are read as those of {zone}" in problem["reason"]


def test_a_zone_that_is_none_is_one_line(lineage: Lineage, saved: Path, telemetry: Path) -> None:
    for arguments in (("explain", 1, "--report", saved), ("correlate", telemetry)):
        done = lineage(*arguments, "--timezone", "Mars/Base")
        assert (done.status, done.out) == (2, "")
        assert done.error.startswith("lineage: time zone 'Mars/Base' is unknown")
