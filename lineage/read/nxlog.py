"""Flat JSON events: NXLog, the OTRF Security-Datasets, Azure Monitor's and Sentinel's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from lineage.read.json_objects import JsonObject, read_objects, sample
from lineage.read.record import RawRecord
from lineage.read.windows_event import (
    event_data_from_xml,
    event_id_of,
    first_text,
    number_of,
    record_id_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.problems import Problem

_PROVIDER = ("SourceName", "EventSourceName", "ProviderName", "Provider", "Source")
_CHANNEL = ("Channel", "EventLog")
_COMPUTER = ("Hostname", "Computer", "MachineName", "host")
_RECORD_ID = ("RecordNumber", "EventRecordId", "EventRecordID")
_TIME = (
    "EventTime",
    "TimeCreated",
    "TimeGenerated",
    "TimeGenerated [UTC]",
    "@timestamp",
    "EventReceivedTime",
    "UtcTime",
)
"""The event's own time before the time of its arrival. NXLog's `EventTime` is the host's local time
without a zone, and its `@timestamp` is when the collector took it, seconds to minutes later; so a
zone alone doesn't make `@timestamp` the better one."""


class NxlogReader:
    """Reads events whose header and data are members of one flat object."""

    name = "nxlog"

    def recognises(self, head: bytes) -> bool:
        """Whether one of the first objects has an `EventID` and a word on where it is from."""
        return any(is_flat_event(found) for found in sample(head))

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are lines, or ordinals in an array."""
        return read_objects(stream, record_of)


def is_flat_event(found: JsonObject) -> bool:
    """Whether an object is a flat Windows event."""
    return "EventID" in found and any(name in found for name in (*_PROVIDER, *_CHANNEL, *_COMPUTER))


def record_of(number: int, found: JsonObject) -> RawRecord:
    """The record of a flat event; event id 0 where there is none.

    `data` is the whole object, or where it has an `EventData` column (XML or JSON), that. A number
    as `ProcessID` is the header's, as NXLog has written it; the event's own are texts.
    """
    get = found.get
    event_id = get("EventID")
    provider = get("SourceName")
    channel = get("Channel")
    computer = get("Hostname")
    record_id = get("RecordNumber")
    time = get("EventTime")
    process_id = get("ExecutionProcessID")
    if process_id is None:
        process_id = get("ProcessID")
        if type(process_id) is not int:
            process_id = get("SystemProcessId")
    return RawRecord(
        number,
        record_id_of(record_id if record_id is not None else _first(found, _RECORD_ID)),
        provider if type(provider) is str and provider else first_text(found, _PROVIDER),
        event_id if type(event_id) is int else event_id_of(event_id),
        channel if type(channel) is str and channel else first_text(found, _CHANNEL),
        computer if type(computer) is str and computer else first_text(found, _COMPUTER),
        time if type(time) is str and time else first_text(found, _TIME),
        process_id if type(process_id) is int and process_id >= 0 else number_of(process_id),
        text_of(get("UserID")) or None,
        found if "EventData" not in found else _with_event_data(found),
    )


def _first(found: JsonObject, names: tuple[str, ...]) -> Any:
    for name in names:
        value = found.get(name)
        if value is not None:
            return value
    return None


def _with_event_data(found: JsonObject) -> dict[str, Any]:
    """The fields of the `EventData` column over the row's own; the row where it can't be read."""
    column = found["EventData"]
    fields: object = column
    if type(column) is str:
        try:
            fields = orjson.loads(column) if column[:1] == "{" else event_data_from_xml(column)
        except orjson.JSONDecodeError:
            fields = None
    if type(fields) is not dict:
        return found
    inner = fields.get("EventData")
    if type(inner) is dict:
        fields = inner
    return {**found, **fields}
