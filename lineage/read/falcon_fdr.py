"""CrowdStrike Falcon Data Replicator: flat JSON lines with an `event_simpleName`."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from lineage.read.json_objects import JsonObject, read_objects, sample
from lineage.read.record import RawRecord
from lineage.read.windows_event import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.problems import Problem

PROVIDER = "CrowdStrike"
_NAMES = ("event_simpleName", "#event_simpleName")
"""As Falcon Data Replicator writes it, and as LogScale exports it."""


class FalconReader:
    """Reads Falcon Data Replicator events, bare or as the streaming API wraps them."""

    name = "falcon-fdr"

    def recognises(self, head: bytes) -> bool:
        """Whether one of the first objects has an `event_simpleName`."""
        return any(is_falcon(found) for found in sample(head))

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are lines, or ordinals in an array."""
        return read_objects(stream, record_of)


def is_falcon(found: JsonObject) -> bool:
    """Whether an object is a Falcon event."""
    event = _unwrapped(found)
    return any(name in event for name in _NAMES)


def record_of(number: int, found: JsonObject) -> RawRecord:
    """The record of a Falcon event; `time` is `timestamp`, milliseconds since 1970 as text."""
    event = _unwrapped(found)
    return RawRecord(
        number=number,
        record_id=None,
        provider=PROVIDER,
        event_id=text_of(_name(event)),
        channel="",
        computer=text_of(event.get("ComputerName")) or text_of(event.get("aid")),
        time=text_of(event.get("timestamp")) or text_of(event.get("@timestamp")),
        process_id=None,
        user=None,
        data=event,
    )


def _name(event: JsonObject) -> object:
    return next((event[name] for name in _NAMES if name in event), None)


def _unwrapped(found: JsonObject) -> JsonObject:
    event = found.get("event")
    return event if type(event) is dict and "metadata" in found else found
