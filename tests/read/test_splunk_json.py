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
    falcon_event,
    json_lines,
    nxlog_event,
    read_all,
    winlogbeat_event,
    xml_event,
)

from lineage.problems import Problem
from lineage.read.objects import JsonReader
from lineage.read.record import RawRecord

READER = JsonReader("splunk-json")
EXPECTED = RawRecord(1, 7, SYSMON, 1, CHANNEL, HOST, TIME, 1888, SID, DATA)
FLAT = {
    "_time": "2026-03-02T10:11:12.345+00:00",
    "sourcetype": "XmlWinEventLog",
    "EventCode": "1",
    "SourceName": SYSMON,
    "Channel": CHANNEL,
    "Computer": HOST,
    "RecordNumber": "7",
    **DATA,
}


def _result(raw: str | None = None, **fields: Any) -> dict[str, Any]:
    result = {"_time": "2026-03-02", **fields}
    return {"preview": False, "result": result if raw is None else {**result, "_raw": raw}}


@pytest.mark.parametrize(
    "raw",
    [
        xml_event(),
        '<?xml version="1.0"?>\n' + xml_event() + "\n",
        json.dumps(winlogbeat_event()),
    ],
    ids=["xml", "xml with declaration", "winlogbeat"],
)
def test_every_raw_event_gives_the_same_record(raw: str) -> None:
    line = _result(raw)
    results = [line["result"]]
    for data in (
        json_lines([line]),
        json.dumps([line]).encode(),
        json.dumps(results, indent=1).encode(),
        json.dumps({"preview": False, "results": results}).encode(),
    ):
        assert READER.recognises(data)
        assert read_all(READER, data) == ([EXPECTED], [])


def test_raw_json_of_nxlog_and_falcon() -> None:
    lines = [_result(json.dumps(event)) for event in (nxlog_event(), falcon_event())]
    records, problems = read_all(READER, json_lines(lines))
    assert [(record.provider, record.event_id) for record in records] == [
        (SYSMON, 1),
        ("CrowdStrike", "ProcessRollup2"),
    ]
    assert problems == []


@pytest.mark.parametrize(
    "raw",
    [None, "03/02/2026 10:11:12 AM\nLogName=...\nEventCode=1", xml_event()[:200], '{"cut": "'],
    ids=["absent", "rendered text", "damaged xml", "damaged json"],
)
def test_extracted_fields_serve_where_raw_does_not(raw: str | None) -> None:
    (record,), problems = read_all(READER, json_lines([_result(raw, **FLAT)]))
    assert problems == []
    assert record[:7] == (1, 7, SYSMON, 1, CHANNEL, HOST, FLAT["_time"])
    assert {name: record.data[name] for name in DATA} == DATA


def test_names_of_rendered_security_events_are_the_events_own() -> None:
    fields = {
        "EventCode": ["4688", "4688"],
        "LogName": "Security",
        "ComputerName": HOST,
        "New_Process_Name": "C:\\a.exe",
        "Creator_Process_ID": "0x10",
    }
    (record,), _ = read_all(READER, json_lines([_result(None, **fields)]))
    assert (record.event_id, record.channel, record.computer) == (4688, "Security", HOST)
    assert record.data["NewProcessName"] == "C:\\a.exe"
    assert record.data["ProcessId"] == "0x10"


@pytest.mark.parametrize("raw", [xml_event()[:200], "<Event></Event>", '{"cut": "'])
def test_a_damaged_raw_event_costs_one_result(raw: str) -> None:
    good = _result(xml_event())
    records, problems = read_all(READER, json_lines([good, _result(raw), good]))
    assert [record.number for record in records] == [1, 3]
    assert [problem.record for problem in problems] == [2]


def test_a_bomb_in_a_raw_event_is_not_expanded() -> None:
    start = '<!DOCTYPE e [<!ENTITY a "ha">]>'
    for event in (xml_event(), xml_event(prefix="e")):
        bomb = start + event.replace("wscript.exe ", "&a;").replace("Name='Micro", "Name='&a;")
        records, problems = read_all(READER, json_lines([_result(bomb)]))
        assert records == []
        assert [problem.record for problem in problems] == [1]


@pytest.mark.parametrize("value", [None, 1, "x", "<", "{", "{}", [], {}, [1], "<Event/>"])
@pytest.mark.parametrize("name", ["_raw", "EventCode", "Computer", "_time", "result"])
def test_a_member_of_the_wrong_type_never_raises(name: str, value: object) -> None:
    for line in ({"result": {**FLAT, name: value}}, {**FLAT, name: value}):
        records, problems = read_all(READER, json_lines([line]))
        assert len(records) + len(problems) == 1


@settings(max_examples=60)
@given(st.binary(max_size=200), st.text(max_size=100))
def test_arbitrary_bytes_never_raise(data: bytes, raw: str) -> None:
    start = json_lines([_result(xml_event()), _result("<Event " + raw), _result("{" + raw)])
    items = list(READER.read(io.BytesIO(start + data)))
    assert items[0] == EXPECTED
    assert all(isinstance(item, RawRecord | Problem) for item in items)
