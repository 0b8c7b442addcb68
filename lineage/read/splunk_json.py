"""Splunk search exports as JSON: a result a line, an array, or an object with `results`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from lineage.problems import Problem
from lineage.read import falcon_fdr, nxlog, winlogbeat
from lineage.read.json_objects import JsonObject, read_objects, sample
from lineage.read.record import RawRecord
from lineage.read.windows_event import (
    event_id_of,
    first_text,
    number_of,
    parse_event_xml,
    record_id_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PROVIDER = ("SourceName", "Name", "Provider", "ProviderName", "source_name")
_CHANNEL = ("Channel", "LogName", "EventLog")
_COMPUTER = ("Computer", "ComputerName", "dvc", "host")
_RECORD_ID = ("EventRecordID", "RecordNumber", "RecordID")
_EVENT_ID = ("EventCode", "EventID", "EventId", "signature_id")
_TIME = ("SystemTime", "TimeCreated", "_time")
_HEADER_PROCESS = ("ExecutionProcessID", "SystemProcessID")

_CLASSIC_NAMES = {
    "Access_Mask": "AccessMask",
    "Creator_Process_ID": "ProcessId",
    "Creator_Process_Name": "ParentProcessName",
    "New_Process_ID": "NewProcessId",
    "New_Process_Name": "NewProcessName",
    "Object_Name": "ObjectName",
    "Object_Server": "ObjectServer",
    "Object_Type": "ObjectType",
    "Process_Command_Line": "CommandLine",
    "Process_ID": "ProcessId",
    "Process_Name": "ProcessName",
}
"""Splunk's field names for Security events indexed as rendered text -> the event's own."""


class SplunkReader:
    """Reads Splunk results: the event in `_raw` (XML or JSON), else the fields Splunk extracted."""

    name = "splunk-json"

    def recognises(self, head: bytes) -> bool:
        """Whether one of the first objects is a Splunk result."""
        return any(_is_splunk(found) for found in sample(head))

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's results in order; numbers are lines, or ordinals in an array."""
        return read_objects(stream, _record_of)


def _is_splunk(found: JsonObject) -> bool:
    return (
        type(found.get("result")) is dict
        or "_raw" in found
        or "EventCode" in found
        or ("_time" in found and "sourcetype" in found)
    )


def _record_of(number: int, found: JsonObject) -> RawRecord | Problem:
    result = found.get("result")
    fields = result if type(result) is dict else found
    raw = fields.get("_raw")
    if type(raw) is not str:
        return _from_fields(number, fields)
    start = raw.lstrip()[:1]
    if start == "<":
        return _from_xml(number, raw, fields)
    if start == "{":
        return _from_json(number, raw, fields)
    return _from_fields(number, fields)


def _from_xml(number: int, raw: str, fields: JsonObject) -> RawRecord | Problem:
    record = parse_event_xml(number, raw.encode("utf-8", "replace").rstrip())
    if isinstance(record, Problem) and _first(fields, _EVENT_ID) is not None:
        return _from_fields(number, fields)
    return record


def _from_json(number: int, raw: str, fields: JsonObject) -> RawRecord | Problem:
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if _first(fields, _EVENT_ID) is not None:
            return _from_fields(number, fields)
        return Problem(number, f"_raw is not JSON: {error.msg}")
    for is_its, record_of in (
        (falcon_fdr.is_falcon, falcon_fdr.record_of),
        (winlogbeat.is_winlogbeat, winlogbeat.record_of),
        (nxlog.is_flat_event, nxlog.record_of),
    ):
        if is_its(event):
            return record_of(number, event)
    return _from_fields(number, fields)


def _from_fields(number: int, fields: JsonObject) -> RawRecord:
    """A record of extracted fields."""
    if falcon_fdr.is_falcon(fields):
        return falcon_fdr.record_of(number, fields)
    return RawRecord(
        number=number,
        record_id=record_id_of(_first(fields, _RECORD_ID)),
        provider=first_text(fields, _PROVIDER),
        event_id=event_id_of(_first(fields, _EVENT_ID)),
        channel=first_text(fields, _CHANNEL),
        computer=first_text(fields, _COMPUTER),
        time=first_text(fields, _TIME),
        process_id=number_of(_first(fields, _HEADER_PROCESS)),
        user=None,
        data=_with_event_names(fields),
    )


def _with_event_names(fields: JsonObject) -> Mapping[str, Any]:
    renamed = {
        name: fields[classic]
        for classic, name in _CLASSIC_NAMES.items()
        if classic in fields and name not in fields
    }
    return {**fields, **renamed} if renamed else fields


def _first(fields: JsonObject, names: tuple[str, ...]) -> Any:
    for name in names:
        value = fields.get(name)
        if type(value) is list:
            value = value[0] if value else None
        if value is not None:
            return value
    return None
