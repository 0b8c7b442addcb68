from __future__ import annotations

from typing import Any

import pytest
from raw_records import normalised, problem, rollup

from lineage.normalise.event import ProcessCreated
from lineage.times import iso


def test_a_rollup_is_a_process_start() -> None:
    event = normalised(rollup())
    assert isinstance(event, ProcessCreated)
    assert event.event_id == "ProcessRollup2"
    assert event.ProcessId == 4242
    assert event.Image == r"\Device\HarddiskVolume3\Windows\System32\wscript.exe"
    assert event.CommandLine == "wscript.exe a.vbs"
    assert event.ParentBaseFileName == "explorer.exe"
    assert (event.record, event.has_record_id) == (3, False)


def test_identities_belong_to_an_agent_and_are_no_pids() -> None:
    event: Any = normalised(rollup())
    assert (event.ProcessGuid, event.ParentProcessGuid) == ("a1b2:77001", "a1b2:77000")
    assert event.ParentProcessId is None
    other: Any = normalised(rollup({"aid": "c3d4"}))
    assert other.ProcessGuid == "c3d4:77001"
    nameless: Any = normalised(rollup({"aid": ""}))
    assert nameless.ProcessGuid == "WS01.example.test:77001"


@pytest.mark.parametrize("written", [77001, "77001"])
def test_identities_as_numbers_or_text_are_the_same(written: Any) -> None:
    event: Any = normalised(rollup({"TargetProcessId": written}))
    assert event.ProcessGuid == "a1b2:77001"


@pytest.mark.parametrize("absent", [None, "", "-", "0", 0])
def test_a_parent_that_is_not_told_is_absent(absent: Any) -> None:
    event: Any = normalised(rollup({"ParentProcessId": absent}))
    assert event.ParentProcessGuid is None


@pytest.mark.parametrize(
    ("started", "logged", "time"),
    [
        ("1772446272.345", "1772446999000", "2026-03-02T10:11:12.345Z"),
        (1772446272.345, "", "2026-03-02T10:11:12.345Z"),
        (1772446272, "", "2026-03-02T10:11:12Z"),
        (None, "1772446272345", "2026-03-02T10:11:12.345Z"),
        ("", "1772446272345", "2026-03-02T10:11:12.345Z"),
        ("-", "1772446272345", "2026-03-02T10:11:12.345Z"),
        ("0", "1772446272345", "2026-03-02T10:11:12.345Z"),
        (None, "2026-03-02T10:11:12.345Z", "2026-03-02T10:11:12.345Z"),
    ],
)
def test_the_start_time_or_else_the_event_s(started: Any, logged: str, time: str) -> None:
    assert iso(normalised(rollup({"ProcessStartTime": started}, time=logged)).time) == time


@pytest.mark.parametrize(
    ("digests", "hashes"),
    [
        ({}, None),
        ({"SHA256HashData": "ab12"}, "SHA256=AB12"),
        ({"MD5HashData": "cd", "SHA1HashData": "0" * 40}, "MD5=CD"),
        (
            {"SHA256HashData": "ab", "MD5HashData": "cd", "SHA1HashData": "ef"},
            "SHA1=EF,MD5=CD,SHA256=AB",
        ),
    ],
)
def test_hashes_are_written_as_sysmon_writes_them(
    digests: dict[str, str], hashes: str | None
) -> None:
    event: Any = normalised(rollup(digests))
    assert event.Hashes == hashes


@pytest.mark.parametrize(
    ("level", "word"), [("8192", "Medium"), (12288, "High"), ("1", "1"), (None, None)]
)
def test_integrity_in_sysmon_s_words(level: Any, word: str | None) -> None:
    event: Any = normalised(rollup({"IntegrityLevel": level}))
    assert event.IntegrityLevel == word


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"UserName": "zoe", "UserSid": "S-1-5-21-1"}, "zoe"),
        ({"UserSid": "S-1-5-21-1"}, "S-1-5-21-1"),
        ({}, None),
    ],
)
def test_the_account_is_a_name_or_a_sid(user: dict[str, str], expected: str | None) -> None:
    event: Any = normalised(rollup(user))
    assert event.User == expected


@pytest.mark.parametrize(
    ("data", "header", "reason"),
    [
        (
            {"TargetProcessId": "", "RawProcessId": ""},
            {},
            "neither TargetProcessId nor RawProcessId says which process it was",
        ),
        ({"RawProcessId": "x"}, {}, "RawProcessId 'x' is not a number of 32 bits"),
        ({"ImageFileName": ""}, {}, "ImageFileName is missing"),
        ({"ProcessStartTime": "soon"}, {}, "time 'soon' is not a date and time"),
        ({"ProcessStartTime": ""}, {"time": ""}, "the record has no time"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, str], header: dict[str, str], reason: str) -> None:
    assert problem(rollup(data, **header)) == f"event ProcessRollup2: {reason}"
