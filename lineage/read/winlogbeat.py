"""Winlogbeat and Elastic Agent: JSON with `winlog.event_data`, also as Elasticsearch exports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from lineage.read.json_objects import JsonObject, read_objects, sample
from lineage.read.record import RawRecord
from lineage.read.windows_event import event_id_of, number_of, record_id_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.problems import Problem

_DATA_PREFIXES = ("winlog.event_data.", "winlog.user_data.", "event_data.")
_EMPTY: dict[str, Any] = {}


class WinlogbeatReader:
    """Reads Winlogbeat 7 and later (`winlog`), nested or with dotted names, and Winlogbeat 6."""

    name = "winlogbeat"

    def recognises(self, head: bytes) -> bool:
        """Whether one of the first objects is a Winlogbeat event."""
        return any(is_winlogbeat(found) for found in sample(head))

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are lines, or ordinals in an array."""
        return read_objects(stream, record_of)


def is_winlogbeat(found: JsonObject) -> bool:
    """Whether an object is a Winlogbeat event."""
    event = _unwrapped(found)
    return (
        "winlog" in event
        or "winlog.event_id" in event
        or ("event_id" in event and ("source_name" in event or "log_name" in event))
    )


def record_of(number: int, found: JsonObject) -> RawRecord:
    """The record of a Winlogbeat event; event id 0 for another beat's."""
    event = _unwrapped(found)
    winlog = event.get("winlog")
    if type(winlog) is dict:
        return _nested(number, event, winlog)
    if "winlog.event_id" in event or "winlog.provider_name" in event:
        return _dotted(number, event)
    return _version_6(number, event)


def _unwrapped(found: JsonObject) -> JsonObject:
    source = found.get("_source")
    return source if type(source) is dict else found


def _nested(number: int, event: JsonObject, winlog: JsonObject) -> RawRecord:
    data = winlog.get("event_data") or winlog.get("user_data")
    record_id = winlog.get("record_id")
    return RawRecord(
        number,
        record_id_of(record_id),
        text_of(winlog.get("provider_name")) or text_of(_part(event, "event").get("provider")),
        event_id_of(winlog.get("event_id") or _part(event, "event").get("code")),
        text_of(winlog.get("channel")),
        text_of(winlog.get("computer_name")) or _host(event),
        text_of(event.get("@timestamp")),
        number_of(_part(winlog, "process").get("pid")),
        text_of(_part(winlog, "user").get("identifier")) or None,
        data if type(data) is dict else _EMPTY,
    )


def _dotted(number: int, event: JsonObject) -> RawRecord:
    def text(name: str) -> str:
        return text_of(event.get(name))

    return RawRecord(
        number=number,
        record_id=record_id_of(event.get("winlog.record_id")),
        provider=text("winlog.provider_name") or text("event.provider"),
        event_id=event_id_of(event.get("winlog.event_id") or event.get("event.code")),
        channel=text("winlog.channel"),
        computer=text("winlog.computer_name") or _host(event),
        time=text("@timestamp"),
        process_id=number_of(event.get("winlog.process.pid")),
        user=text("winlog.user.identifier") or None,
        data=_dotted_data(event),
    )


def _dotted_data(event: JsonObject) -> dict[str, Any]:
    data = event.get("winlog.event_data")
    if type(data) is dict:
        return data
    return {
        name.removeprefix(prefix): value
        for name, value in event.items()
        for prefix in _DATA_PREFIXES
        if name.startswith(prefix)
    }


def _version_6(number: int, event: JsonObject) -> RawRecord:
    data = event.get("event_data") or event.get("user_data")
    return RawRecord(
        number=number,
        record_id=record_id_of(event.get("record_number")),
        provider=text_of(event.get("source_name")),
        event_id=event_id_of(event.get("event_id")),
        channel=text_of(event.get("log_name")),
        computer=text_of(event.get("computer_name")) or _host(event),
        time=text_of(event.get("@timestamp")),
        process_id=number_of(event.get("process_id")),
        user=text_of(_part(event, "user").get("identifier")) or None,
        data=data if type(data) is dict else _dotted_data(event),
    )


def _host(event: JsonObject) -> str:
    host = event.get("host")
    if type(host) is dict:
        return text_of(host.get("name")) or text_of(host.get("hostname"))
    return text_of(event.get("host.name")) or text_of(host)


def _part(event: JsonObject, name: str) -> dict[str, Any]:
    part = event.get(name)
    return part if type(part) is dict else _EMPTY
