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
    read_all,
    winlogbeat_event,
)

from lineage.problems import Problem
from lineage.read.objects import JsonReader
from lineage.read.record import RawRecord

READER = JsonReader("winlogbeat")
EXPECTED = RawRecord(1, 7, SYSMON, 1, CHANNEL, HOST, TIME, 1888, SID, DATA)


def _dotted(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat.update(_dotted(inner, f"{prefix}{name}."))
        else:
            flat[prefix + name] = inner
    return flat


VERSION_6 = {
    "@timestamp": TIME,
    "computer_name": HOST,
    "event_data": DATA,
    "event_id": 1,
    "log_name": CHANNEL,
    "process_id": 1888,
    "record_number": "7",
    "source_name": SYSMON,
    "user": {"identifier": SID},
}
HIT = {"_index": "winlogbeat-8", "_id": "x", "_score": 1}


@pytest.mark.parametrize(
    "event",
    [
        winlogbeat_event(),
        _dotted(winlogbeat_event()),
        VERSION_6,
        {**HIT, "_source": winlogbeat_event()},
        {**HIT, "_source": _dotted(winlogbeat_event())},
        {**HIT, "_source": VERSION_6},
    ],
    ids=["nested", "dotted", "version 6", "hit", "dotted hit", "version 6 hit"],
)
def test_every_shape_gives_the_same_record(event: dict[str, Any]) -> None:
    for data in (json_lines([event]), json.dumps([event], indent=2).encode()):
        assert READER.recognises(data)
        assert read_all(READER, data) == ([EXPECTED], [])


def test_a_search_response_is_read_hit_by_hit() -> None:
    hits = [{**HIT, "_source": winlogbeat_event(record_id=number)} for number in (1, 2, 3)]
    response = {"took": 3, "hits": {"total": {"value": 3}, "max_score": 1.0, "hits": hits}}
    records, problems = read_all(READER, json.dumps(response).encode())
    assert [record.record_id for record in records] == [1, 2, 3]
    assert problems == []


def test_the_host_is_the_one_that_logged_before_the_one_that_sent() -> None:
    event = winlogbeat_event()
    del event["winlog"]["computer_name"]
    assert read_all(READER, json_lines([event]))[0][0].computer == "collector"
    event["host"] = "plain"
    assert read_all(READER, json_lines([event]))[0][0].computer == "plain"


def test_user_data_stands_in_for_event_data() -> None:
    event = winlogbeat_event()
    event["winlog"]["user_data"] = {"a": "b"}
    del event["winlog"]["event_data"]
    assert read_all(READER, json_lines([event]))[0][0].data == {"a": "b"}


def test_another_source_in_the_same_file_is_rejected_with_the_reason() -> None:
    data = json_lines([winlogbeat_event(), {"message": "other", "host": {"name": "x"}}])
    records, problems = read_all(READER, data)
    assert [record.event_id for record in records] == [1]
    assert [problem.reason for problem in problems] == ["no event id; it has host, message"]


def test_damage_costs_one_line() -> None:
    good = json_lines([winlogbeat_event()])
    records, problems = read_all(READER, good + good[:100] + b"\n" + good)
    assert [record.number for record in records] == [1, 3]
    assert [problem.record for problem in problems] == [2]


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [{}]])
@pytest.mark.parametrize("name", ["winlog", "event_data", "host", "event", "_source", "user"])
def test_a_member_of_the_wrong_type_never_raises(name: str, value: object) -> None:
    for event in (winlogbeat_event(), VERSION_6, _dotted(winlogbeat_event())):
        records, problems = read_all(READER, json_lines([{**event, name: value}]))
        assert len(records) + len(problems) == 1


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    start = json_lines([winlogbeat_event()])
    items = list(READER.read(io.BytesIO(start + data)))
    assert items[0] == EXPECTED
    assert all(isinstance(item, RawRecord | Problem) for item in items)


@settings(max_examples=60)
@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), min_size=1))
def test_any_event_data_comes_back(data: dict[str, str]) -> None:
    lines = json_lines([winlogbeat_event(data)])
    assert read_all(READER, lines)[0][0].data == data
