"""Windows Event XML: one event a line, an ``<Events>`` document, or events one after the other."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, BinaryIO

from lineage.problems import Problem
from lineage.read.text import MAX_RECORD_BYTES, overlong, utf8_chunks
from lineage.read.windows_event import EVENT_START, parse_event_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.record import RawRecord

_FIRST = re.compile(rb"(?:^|[\n>])[ \t\r]*" + EVENT_START.pattern)
_LONGEST_START = 128
"""Bytes that a start tag's beginning can't exceed: kept from one piece to the next."""


class EventXmlReader:
    """Cuts a stream into events, each parsed by itself.

    So damage costs one event, and no document type declaration ever reaches the parser.
    """

    name = "event-xml"

    def __init__(self, limit: int = MAX_RECORD_BYTES) -> None:
        self._limit = limit

    def recognises(self, head: bytes) -> bool:
        """Whether an event element starts a line or follows other markup."""
        return _FIRST.search(b"".join(utf8_chunks(io.BytesIO(head)))) is not None

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are ordinals."""
        number = 1
        for item in _cut(stream, self._limit):
            if isinstance(item, Problem):
                yield item if item.record is None else item._replace(record=number)
                number += item.lost
                continue
            yield parse_event_xml(number, item)
            number += 1


def _cut(stream: BinaryIO, limit: int) -> Iterator[bytes | Problem]:
    """Yields each event's own text, and a Problem (of any number) for events without an end."""
    buffer = b""
    position = 0
    searched = 0
    prolog = True
    for chunk in utf8_chunks(stream):
        buffer = buffer[position:] + chunk
        searched = max(searched - position, 0)
        position = 0
        while True:
            start = EVENT_START.search(buffer, position)
            if prolog and b"<!DOCTYPE" in buffer[: start.start() if start else len(buffer)]:
                yield Problem(None, "a document type declaration: ignored, entities too", lost=0)
                prolog = False
            if start is None:
                position = max(position, len(buffer) - _LONGEST_START)
                break
            prolog = False
            position = start.start()
            end_tag = b"</" + start[0][1:] + b">"
            end = buffer.find(end_tag, max(start.end(), searched))
            if end < 0 and len(buffer) - position <= limit:
                searched = max(start.end(), len(buffer) - len(end_tag))
                break
            searched = 0
            stop = len(buffer) if end < 0 else end + len(end_tag)
            last, unfinished = _last_start(buffer, position, stop)
            if unfinished:
                yield Problem(0, "not XML: the next event starts inside this one", unfinished)
                position = last
                continue
            position = stop
            yield overlong(0, limit) if end < 0 or stop - last > limit else buffer[last:stop]
    rest = sum(1 for _ in EVENT_START.finditer(buffer, position))
    if rest:
        yield Problem(0, "not XML: the text ends inside this event", rest)


def _last_start(buffer: bytes, start: int, stop: int) -> tuple[int, int]:
    """Where the last event between `start` and `stop` starts, and how many start before it."""
    starts = [match.start() for match in EVENT_START.finditer(buffer, start, stop)]
    return starts[-1], len(starts) - 1
