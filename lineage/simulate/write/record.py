"""What a container writer is given: one Windows event, with nothing of the container in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from lineage.times import TICKS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Guid(str):
    """A GUID in braces, as XML shows it. EVTX stores it as 16 bytes."""

    __slots__ = ()


class Hex(int):
    """A number that events show as ``0x1a2c``: process ids and logon ids of Security events."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"0x{int(self):x}"


Value = str | int | Guid | Hex


class Provider(NamedTuple):
    """An event provider: its name and its GUID in braces."""

    name: str
    guid: Guid


class WindowsRecord(NamedTuple):
    """One event as the event log service holds it.

    Attributes:
        provider: who wrote it.
        event_id: the event id.
        version: version of the event's field list.
        level: 0 to 5 (4 is information).
        task: the event's task number.
        keywords: 64-bit mask.
        time: when it was logged, ticks.
        record_id: EventRecordID, counted per host and channel.
        process_id: process that logged it (Execution ProcessID).
        thread_id: thread that logged it.
        channel: event log channel.
        computer: host, fully qualified.
        user: SID in the header (Security UserID), or None.
        data: the EventData fields in order.
        chain: which intrusion the fact belongs to, or None. Never written to telemetry.
    """

    provider: Provider
    event_id: int
    version: int
    level: int
    task: int
    keywords: int
    time: int
    record_id: int
    process_id: int
    thread_id: int
    channel: str
    computer: str
    user: str | None
    data: tuple[tuple[str, Value], ...]
    chain: str | None


def moment(ticks: int) -> datetime:
    """Ticks as a UTC datetime, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def iso(ticks: int) -> str:
    """Ticks in ISO 8601 with seven digits and ``Z``: ``2026-02-04T10:15:00.1234567Z``."""
    seconds, rest = divmod(ticks, TICKS)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:07d}Z"


def text(value: Value) -> str:
    """A field's value as XML and JSON exports print it."""
    return str(value)


def printable(value: str) -> str:
    """The text with what XML 1.0 forbids replaced by U+FFFD.

    Windows escapes such characters differently in every tool; here all formats agree.
    Source: XML 1.0, production 2 (Char).
    """
    if value.isascii() and value.isprintable():
        return value
    return "".join(c if _is_xml_character(c) else "\N{REPLACEMENT CHARACTER}" for c in value)


def _is_xml_character(character: str) -> bool:
    code = ord(character)
    if code < 0x20:
        return character in "\t\n\r"
    return code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
