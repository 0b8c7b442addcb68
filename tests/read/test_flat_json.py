from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import (
    CHANNEL,
    DATA,
    HOST,
    SID,
    SYSMON,
    TIME,
    json_lines,
    nxlog_event,
    read_all,
    xml_event,
)

from lineage.problems import Problem
from lineage.read.objects import JsonReader
from lineage.read.record import RawRecord

READER = JsonReader("flat-json")


def _one(event: dict[str, Any]) -> RawRecord:
    records, problems = read_all(READER, json_lines([event]))
    assert problems == []
    return records[0]


def test_the_header_and_the_whole_object_as_data() -> None:
    event = nxlog_event()
    assert READER.recognises(json_lines([event]))
    assert _one(event) == RawRecord(1, 7, SYSMON, 1, CHANNEL, HOST, TIME, 1888, SID, event)


AZURE = {
    "TenantId": "t",
    "TimeGenerated [UTC]": TIME,
    "Source": SYSMON,
    "EventLog": CHANNEL,
    "Computer": HOST,
    "EventID": "1",
}
XML_DATA = xml_event()[xml_event().index("<EventData>") : -len("</Event>")]


@pytest.mark.parametrize(
    "column",
    [
        json.dumps(DATA),
        json.dumps({"EventData": DATA}),
        DATA,
        XML_DATA,
        f'<DataItem type="System.XmlData">{XML_DATA}</DataItem>',
    ],
    ids=["json", "wrapped json", "object", "xml", "data item"],
)
def test_an_event_data_column_is_read_whatever_it_holds(column: object) -> None:
    row = {**AZURE, "EventData": column}
    assert READER.recognises(json_lines([row]))
    record = _one(row)
    assert record._replace(data={}) == RawRecord(
        1, None, SYSMON, 1, CHANNEL, HOST, TIME, None, None, {}
    )
    assert {name: record.data[name] for name in DATA} == DATA


@pytest.mark.parametrize("column", ["", "{", "<EventData><Data>", "<!DOCTYPE x>", "free", 5, None])
def test_an_unreadable_column_leaves_the_row(column: object) -> None:
    row = {**AZURE, "EventData": column, "CommandLine": "x"}
    assert _one(row).data["CommandLine"] == "x"


def test_a_sentinel_security_event_row() -> None:
    row = {
        "TimeGenerated": TIME,
        "EventSourceName": "Microsoft-Windows-Security-Auditing",
        "Channel": "Security",
        "Computer": HOST,
        "EventID": 4688,
        "EventRecordId": "99",
        "SystemProcessId": 4,
        "NewProcessName": "C:\\a.exe",
    }
    record = _one(row)
    assert (record.provider, record.event_id, record.record_id, record.process_id) == (
        "Microsoft-Windows-Security-Auditing",
        4688,
        99,
        4,
    )
    assert record.data["NewProcessName"] == "C:\\a.exe"


@pytest.mark.parametrize(
    ("change", "time"),
    [
        ({}, TIME),
        ({"EventTime": None, "TimeCreated": "2026-03-02 10:11:12"}, "2026-03-02 10:11:12"),
        ({"EventTime": None}, "2026-03-02T10:11:59Z"),
        ({"EventTime": None, "@timestamp": None}, DATA["UtcTime"]),
    ],
)
def test_the_events_own_time_comes_before_the_time_of_arrival(
    change: dict[str, Any], time: str
) -> None:
    assert _one({**nxlog_event(), **change}).time == time


def test_the_headers_process_is_kept_apart_from_the_events() -> None:
    old = nxlog_event() | {"ProcessID": 1888}
    del old["ExecutionProcessID"]
    assert _one(old).process_id == 1888
    assert _one(old | {"ProcessID": "4242"}).process_id is None
    assert _one(old).data["ProcessId"] == "4242"


def test_a_record_without_a_source_name_is_known_by_its_channel() -> None:
    event = nxlog_event() | {"Channel": "security"}
    del event["SourceName"]
    assert (_one(event).provider, _one(event).channel) == ("", "security")


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        (("EventID",), "no event id; it has @timestamp, "),
        (("SourceName", "Channel", "UtcTime", "ProcessGuid"), "nobody who wrote it"),
    ],
)
def test_an_object_that_does_not_say_what_it_is_is_rejected(
    lacking: tuple[str, ...], reason: str
) -> None:
    event = {name: value for name, value in nxlog_event().items() if name not in lacking}
    records, problems = read_all(READER, json_lines([event]))
    assert records == []
    assert [problem.lost for problem in problems] == [1]
    assert problems[0].reason.startswith(reason)


@pytest.mark.parametrize("value", [None, -1, 2**70, 1.5, "x", "", [], {}, True])
@pytest.mark.parametrize("name", list(nxlog_event()))
def test_a_member_of_the_wrong_type_never_raises(name: str, value: object) -> None:
    records, problems = read_all(READER, json_lines([{**nxlog_event(), name: value}]))
    assert len(records) + len(problems) == 1
    if problems:
        assert name == "EventID"
        return
    record = records[0]
    assert isinstance(record.event_id, int)
    assert isinstance(record.provider + record.channel + record.computer + record.time, str)
    assert record.record_id is None or 0 <= record.record_id < 2**64


def test_damage_costs_one_line() -> None:
    good = json_lines([nxlog_event()])
    records, problems = read_all(READER, good + good[:100] + b"\n" + good)
    assert [record.number for record in records] == [1, 3]
    assert [problem.record for problem in problems] == [2]


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    items = list(READER.read(io.BytesIO(json_lines([nxlog_event()]) + data)))
    assert all(isinstance(item, RawRecord | Problem) for item in items)
    assert isinstance(items[0], RawRecord)
