from __future__ import annotations

from typing import Any

import pytest
from raw_records import normalised, problem, security

from lineage.normalise.event import ObjectAccessed, ProcessCreated
from lineage.times import iso


def test_4688_says_who_started_what() -> None:
    event = normalised(security(4688))
    assert isinstance(event, ProcessCreated)
    assert (event.ProcessId, event.ParentProcessId) == (0x1092, 0x64)
    assert event.Image == r"C:\Windows\System32\wscript.exe"
    assert event.ParentImage == r"C:\Windows\explorer.exe"
    assert event.CommandLine == "wscript.exe a.vbs"
    assert event.ProcessGuid is None
    assert event.ParentProcessGuid is None
    assert event.LogonId == "0x3e7"
    assert iso(event.time) == "2026-03-02T10:11:12.3456789Z"


@pytest.mark.parametrize("written", ["0x1092", "0X1092", "4242", 4242, 4242.0])
def test_4688_pids_in_any_spelling(written: Any) -> None:
    event: Any = normalised(security(4688, {"NewProcessId": written, "ProcessId": written}))
    assert (event.ProcessId, event.ParentProcessId) == (4242, 4242)


@pytest.mark.parametrize(
    ("names", "user"),
    [
        ({}, r"EXAMPLE\zoe"),
        ({"TargetUserName": "svc", "TargetDomainName": "NT"}, r"NT\svc"),
        ({"TargetUserName": "svc"}, "svc"),
        ({"SubjectDomainName": "-"}, "zoe"),
        ({"SubjectUserName": "-"}, None),
    ],
)
def test_4688_runs_as_the_target_where_there_is_one(
    names: dict[str, str], user: str | None
) -> None:
    event: Any = normalised(security(4688, names))
    assert event.User == user


def test_4688_s_session_is_that_of_the_account_that_it_runs_as() -> None:
    target = {"TargetUserName": "svc", "TargetLogonId": "0x51f2a"}
    event: Any = normalised(security(4688, target))
    assert (event.User, event.LogonId) == ("svc", "0x51f2a")


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("S-1-16-4096", "Low"),
        ("S-1-16-8192", "Medium"),
        ("S-1-16-12288", "High"),
        ("S-1-16-16384", "System"),
        ("S-1-16-99", "S-1-16-99"),
        (r"Mandatory Label\High Mandatory Level", "High"),
        ("-", None),
    ],
)
def test_4688_mandatory_label_in_sysmon_s_words(label: str, level: str | None) -> None:
    event: Any = normalised(security(4688, {"MandatoryLabel": label}))
    assert event.IntegrityLevel == level


@pytest.mark.parametrize("absent", [None, "", "-"])
def test_4688_of_systems_that_log_less_is_read(absent: str | None) -> None:
    less = dict.fromkeys(["CommandLine", "ParentProcessName", "MandatoryLabel"], absent)
    event: Any = normalised(security(4688, less))
    assert (event.CommandLine, event.ParentImage, event.IntegrityLevel) == (None, None, None)


def test_4663_says_who_opened_what() -> None:
    event = normalised(security(4663))
    assert isinstance(event, ObjectAccessed)
    assert (event.ProcessId, event.ProcessName) == (0x1092, r"C:\Users\zoe\a.exe")
    assert event.ObjectName == r"C:\Users\zoe\logins.json"
    assert event.ObjectType == "File"
    assert event.ObjectServer == "Security"
    assert event.AccessMask == "0x1"
    assert event.AccessList == "%%4416"
    assert event.User == r"EXAMPLE\zoe"


def test_4663_needs_one_of_pid_and_name() -> None:
    for field in ("ProcessId", "ProcessName"):
        normalised(security(4663, {field: "-"}))
    assert problem(security(4663, {"ProcessId": "-", "ProcessName": ""})) == (
        "event 4663: neither ProcessId nor ProcessName says which process it was"
    )


@pytest.mark.parametrize(
    ("event_id", "field", "value", "reason"),
    [
        (4688, "NewProcessId", None, "NewProcessId is missing"),
        (4688, "NewProcessId", "-", "NewProcessId is missing"),
        (4688, "NewProcessName", "", "NewProcessName is missing"),
        (4688, "NewProcessId", "wscript", "NewProcessId 'wscript' is not a number of 32 bits"),
        (4688, "ProcessId", "0xzz", "ProcessId '0xzz' is not a number of 32 bits"),
        (4663, "ObjectName", "-", "ObjectName is missing"),
        (4663, "ProcessId", "-12", "ProcessId '-12' is not a number of 32 bits"),
    ],
)
def test_what_is_wrong_is_named(event_id: int, field: str, value: str | None, reason: str) -> None:
    assert problem(security(event_id, {field: value})) == f"event {event_id}: {reason}"


@pytest.mark.parametrize("event_id", [4688, 4663])
def test_without_a_time_there_is_no_event(event_id: int) -> None:
    assert problem(security(event_id, time="")) == f"event {event_id}: the record has no time"
    assert problem(security(event_id, time="2026-13-01")) == (
        f"event {event_id}: time '2026-13-01' is not a date and time"
    )
