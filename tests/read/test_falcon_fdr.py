from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import HOST, falcon_event, json_lines, read_all

from lineage.problems import Problem
from lineage.read.objects import JsonReader
from lineage.read.record import RawRecord

READER = JsonReader("falcon-fdr")


def _expected(event: dict[str, Any]) -> RawRecord:
    return RawRecord(
        1, None, "CrowdStrike", "ProcessRollup2", "", HOST, "1772446272345", None, None, event
    )


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (falcon_event(), falcon_event()),
        (falcon_event(timestamp=1772446272345), falcon_event(timestamp=1772446272345)),
        ({"metadata": {"offset": 1}, "event": falcon_event()}, falcon_event()),
    ],
    ids=["replicator", "number as time", "streaming"],
)
def test_every_shape_gives_the_same_record(event: dict[str, Any], data: dict[str, Any]) -> None:
    for text in (json_lines([event]), json.dumps([event]).encode()):
        assert READER.recognises(text)
        assert read_all(READER, text) == ([_expected(data)], [])


def test_the_name_that_logscale_exports() -> None:
    event = falcon_event()
    event["#event_simpleName"] = event.pop("event_simpleName")
    assert READER.recognises(json_lines([event]))
    assert read_all(READER, json_lines([event]))[0][0].event_id == "ProcessRollup2"


def test_a_host_without_a_name_is_its_agent() -> None:
    records, _ = read_all(READER, json_lines([falcon_event(ComputerName="")]))
    assert records[0].computer == "a1b2"


def test_other_events_keep_their_name_for_the_next_room_to_ignore() -> None:
    data = json_lines([falcon_event(event_simpleName="DnsRequest"), {"event_simpleName": 5}, {}])
    assert [record.event_id for record in read_all(READER, data)[0]] == ["DnsRequest", "5"]
    assert [problem.lost for problem in read_all(READER, data)[1]] == [1]


def test_damage_costs_one_line() -> None:
    good = json_lines([falcon_event()])
    records, problems = read_all(READER, good + good[:100] + b"\n" + good)
    assert [record.number for record in records] == [1, 3]
    assert [problem.record for problem in problems] == [2]


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    items = list(READER.read(io.BytesIO(json_lines([falcon_event()]) + data)))
    assert items[0] == _expected(falcon_event())
    assert all(isinstance(item, RawRecord | Problem) for item in items)
