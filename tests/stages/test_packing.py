from __future__ import annotations

import pytest
from raw_records import ALL_SOURCES, SECURITY, normalised, record

from lineage.normalise.event import ChannelEvent, ScriptBlockLogged
from lineage.stages.packing import pack, unpack

LOGON = (
    SECURITY,
    "Security",
    4624,
    {"TargetUserName": "zoe", "LogonType": "3", "IpAddress": "-", "Process Name": "a.exe"},
)
EVENTS = [
    normalised(record(provider, event_id, data, channel=channel, record_id=number))
    for number, (provider, channel, event_id, data) in enumerate((*ALL_SOURCES, LOGON), start=1)
]


def test_every_kind_of_event_travels_unchanged_and_in_order() -> None:
    assert {type(event) for event in EVENTS} >= {ChannelEvent, ScriptBlockLogged}
    again = unpack(pack(EVENTS))
    assert again == EVENTS
    assert [type(event) for event in again] == [type(event) for event in EVENTS]


def test_inputs_are_counted_on() -> None:
    assert [event.source for event in unpack(pack(EVENTS), 7)] == [7] * len(EVENTS)


def test_nothing_is_nothing() -> None:
    assert unpack(pack([])) == []


@pytest.mark.parametrize("text", ["\ud800", "\0", "ä" * 70_000, "日本"])
def test_whatever_a_field_holds_travels(text: str) -> None:
    event = EVENTS[0]._replace(host=text, record=2**64 - 1)
    assert unpack(pack([event])) == [event]


def test_fields_of_a_channel_event_keep_their_names() -> None:
    (event, *_) = [event for event in EVENTS if isinstance(event, ChannelEvent)]
    (again,) = unpack(pack([event]))
    assert isinstance(again, ChannelEvent)
    assert list(again.data.items()) == list(event.data.items())
