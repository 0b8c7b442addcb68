from __future__ import annotations

from typing import Any

import pytest
from events import source_of
from raw_records import (
    ACTOR,
    ALL_SYSMON,
    SYSMON_DATA,
    SYSMON_OTHERS,
    SYSMON_REACHING,
    normalised,
    problem,
    sysmon,
)

from lineage.normalise.event import ProcessCreated
from lineage.times import iso

BARE_GUID = "5aa13a44-0b18-68fd-6336-000000004002"
ACTING = sorted(SYSMON_DATA.keys() - {1})
ABOUT = {
    7: "ImageLoaded",
    11: "TargetFilename",
    12: "TargetObject",
    13: "TargetObject",
    22: "QueryName",
    2: "TargetFilename",
    3: "DestinationIp",
    6: "ImageLoaded",
    9: "Device",
    14: "TargetObject",
    15: "TargetFilename",
    17: "PipeName",
    18: "PipeName",
    23: "TargetFilename",
    26: "TargetFilename",
    27: "TargetFilename",
    28: "TargetFilename",
    29: "TargetFilename",
}


@pytest.mark.parametrize("event_id", SYSMON_DATA)
def test_each_event_has_its_type_its_actor_and_its_header(event_id: int) -> None:
    event: Any = normalised(sysmon(event_id))
    assert type(event) is source_of(event_id).event
    assert (event.ProcessGuid, event.ProcessId) == (BARE_GUID, 4242)
    assert event.Image == ACTOR["Image"]
    assert (event.host, event.source, event.event_id) == ("WS01.example.test", 0, event_id)
    assert (event.record, event.has_record_id) == (700, True)


@pytest.mark.parametrize("event_id", ALL_SYSMON)
def test_every_field_of_the_event_is_the_telemetry_s_own(event_id: int) -> None:
    event = normalised(sysmon(event_id))
    for field, value in ALL_SYSMON[event_id].items():
        if field.endswith(("Guid", "GUID", "ProcessId", "ThreadId")) or field == "UtcTime":
            continue
        assert getattr(event, field) == (None if value == "-" else value)


@pytest.mark.parametrize("event_id", SYSMON_REACHING)
def test_who_reaches_into_another_process_and_into_which(event_id: int) -> None:
    event: Any = normalised(sysmon(event_id))
    assert (event.SourceProcessGuid, event.SourceProcessId) == (BARE_GUID, 4242)
    assert event.TargetProcessGuid == "5aa13a44-0c00-68fd-0101-000000004002"
    assert (event.TargetProcessId, event.SourceImage) == (5004, ACTOR["Image"])


@pytest.mark.parametrize("event_id", SYSMON_REACHING)
@pytest.mark.parametrize("role", ["Source", "Target"])
def test_any_of_guid_pid_and_image_is_enough_of_either_side(event_id: int, role: str) -> None:
    fields = ("ProcessGuid", "ProcessGUID", "ProcessId", "Image")
    nobody = dict.fromkeys((role + field for field in fields), "-")
    for field in fields[2:]:
        normalised(sysmon(event_id, nobody | {role + field: ALL_SYSMON[event_id][role + field]}))
    assert problem(sysmon(event_id, nobody)) == (
        f"event {event_id}: neither guid, pid nor image says which the {role.lower()} process was"
    )


def test_a_wmi_event_without_any_name_is_a_problem() -> None:
    gone = {"Name": "-", "Consumer": "", "Filter": None}
    reason = "event 19: Name and Consumer and Filter are missing"
    assert problem(sysmon(19, gone)) == reason


@pytest.mark.parametrize("event_id", SYSMON_OTHERS)
def test_events_that_name_no_process_are_dated_like_the_others(event_id: int) -> None:
    event = normalised(sysmon(event_id))
    assert (event.event_id, iso(event.time)) == (event_id, "2026-03-02T10:11:12.345Z")


def test_a_process_start_carries_all_that_sysmon_tells() -> None:
    told = {
        "User": r"EXAMPLE\zoe",
        "OriginalFileName": "wscript.exe",
        "ParentCommandLine": "explorer.exe /factory",
        "CurrentDirectory": "C:\\Users\\zoe\\",
        "IntegrityLevel": "Medium",
        "Hashes": "MD5=AB12,IMPHASH=CD34",
        "LogonId": "0x3e7",
        "ParentUser": r"EXAMPLE\zoe",
        "Company": "Contoso",
        "Product": "P",
        "Description": "D",
        "FileVersion": "1.2",
    }
    event = normalised(sysmon(1, told))
    assert isinstance(event, ProcessCreated)
    assert {field: getattr(event, field) for field in told} == told
    assert event.ParentProcessGuid == "5aa13a44-0b00-68fd-0101-000000004002"
    assert event.ParentProcessId == 100


def test_it_happened_when_sysmon_says_not_when_it_was_logged() -> None:
    late = sysmon(11, {"UtcTime": "2026-03-02 10:11:12.345"}, time="2026-03-02T10:11:14Z")
    assert iso(normalised(late).time) == "2026-03-02T10:11:12.345Z"


@pytest.mark.parametrize("utc_time", ["", "-", "not a time", None])
def test_without_a_readable_utctime_the_header_s_time_stands_in(utc_time: str | None) -> None:
    event = normalised(sysmon(11, {"UtcTime": utc_time}, time="2026-03-02T10:11:14Z"))
    assert iso(event.time) == "2026-03-02T10:11:14Z"


def test_a_broken_header_time_matters_only_without_utctime() -> None:
    assert iso(normalised(sysmon(11, time="?")).time) == "2026-03-02T10:11:12.345Z"
    assert problem(sysmon(11, {"UtcTime": None}, time="?")) == (
        "event 11: time '?' is not a date and time"
    )
    assert problem(sysmon(11, {"UtcTime": None}, time="")) == "event 11: the record has no time"
    assert "time 'noon'" in problem(sysmon(11, {"UtcTime": "noon"}, time=""))


@pytest.mark.parametrize("event_id", ABOUT)
@pytest.mark.parametrize("absent", [None, "", "-"])
def test_an_event_without_its_object_is_a_problem_that_names_the_field(
    event_id: int, absent: str | None
) -> None:
    field = ABOUT[event_id]
    assert problem(sysmon(event_id, {field: absent})) == f"event {event_id}: {field} is missing"


def test_a_start_without_its_program_is_a_problem() -> None:
    assert problem(sysmon(1, {"Image": "-"})) == "event 1: Image is missing"


@pytest.mark.parametrize("event_id", ACTING)
def test_any_of_guid_pid_and_image_is_enough_to_say_who(event_id: int) -> None:
    nobody = {"ProcessGuid": "-", "ProcessId": "-", "Image": "-"}
    for field in nobody:
        normalised(sysmon(event_id, nobody | {field: ACTOR[field]}))
    assert problem(sysmon(event_id, nobody)) == (
        f"event {event_id}: neither ProcessGuid, ProcessId nor Image says which process it was"
    )


@pytest.mark.parametrize(
    ("event_id", "field"), [(1, "ProcessId"), (1, "ParentProcessId"), (22, "ProcessId")]
)
def test_a_pid_that_is_no_number_is_a_problem_that_names_the_field(
    event_id: int, field: str
) -> None:
    assert problem(sysmon(event_id, {field: "none"})) == (
        f"event {event_id}: {field} 'none' is not a number of 32 bits"
    )


def test_the_guid_that_sysmon_writes_for_a_process_it_lost_is_absent() -> None:
    event: Any = normalised(
        sysmon(22, {"ProcessGuid": "{00000000-0000-0000-0000-000000000000}", "Image": "-"})
    )
    assert (event.ProcessGuid, event.ProcessId, event.Image) == (None, 4242, None)


def test_a_field_that_is_there_twice_is_kept_whole() -> None:
    event: Any = normalised(sysmon(13, {"Details": ["one", "two"]}))
    assert event.Details == "one, two"


def test_values_that_exports_write_as_numbers_are_read() -> None:
    event: Any = normalised(sysmon(13, {"ProcessId": 4242, "Details": 1}))
    assert (event.ProcessId, event.Details) == (4242, "1")
