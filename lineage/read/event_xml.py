"""Windows Event XML: one event a line, an ``<Events>`` document, or events one after the other."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from lineage.problems import Problem
from lineage.read.text import MAX_RECORD_BYTES, READ_ALL_THE_SAME, not_utf8, overlong, utf8_chunks
from lineage.read.windows_event import EVENT_START, parse_event_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.record import RawRecord

_FIRST = re.compile(
    rb"(?:(?:^|[\n>])[ \t\r]*|(?:^|\n)(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:|\d{4}-\d\d-\d\dT)"
    rb"[^\n<]{0,300})" + EVENT_START.pattern
)
_TAG = re.compile(rb"<(/)?((?:[\w.-]{1,64}:)?Event)(?=[\s>])")
"""A start tag's beginning, or an end tag."""
_LONGEST_TAG = 128
"""Bytes that these can't exceed: kept from one piece to the next."""


class EventXmlReader:
    """Cuts a stream into events, each parsed by itself.

    So damage costs one event, and no document type declaration ever reaches the parser.
    """

    name = "event-xml"

    def __init__(self, limit: int = MAX_RECORD_BYTES) -> None:
        self._limit = limit

    def recognises(self, head: bytes) -> bool:
        """Whether an event element starts a line, or follows other markup in a text of markup."""
        text = b"".join(utf8_chunks(io.BytesIO(head)))
        is_markup = text.lstrip()[:1] == b"<"
        return any(is_markup or place[0][:1] != b">" for place in _FIRST.finditer(text))

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are ordinals."""
        number = 1
        cutter = _Cutter(self._limit)
        pieces = (item for chunk in utf8_chunks(stream) for item in cutter.feed(chunk))
        for item in chain(pieces, cutter.finish()):
            if isinstance(item, Problem):
                yield item if item.record is None else item._replace(record=number)
                number += item.lost
                continue
            record = parse_event_xml(number, item)
            yield record
            if isinstance(record, Problem):
                number += record.lost
                continue
            if not item.isascii() and (remark := not_utf8(item)):
                yield Problem(number, remark + READ_ALL_THE_SAME, lost=0)
            number += 1


class _Start(NamedTuple):
    """Where an event starts that has no end yet; `name` with its prefix."""

    offset: int
    name: bytes


class _Cutter:
    """Pairs the start and end tags of events, in one pass over text that comes in pieces.

    An end closes the last start of its name. What started before that one and hasn't ended has lost
    its end; what started inside it can't be an event, and the parser says what is wrong.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = b""
        self._position = 0
        self._pending: list[_Start] = []
        self._given_up: Counter[bytes] = Counter()
        """Names of events that were given up though their end may still come."""
        self._prolog = True

    def feed(self, chunk: bytes) -> Iterator[bytes | Problem]:
        """Takes the next piece; yields each whole event's text, and a problem for each other."""
        keep = self._pending[0].offset if self._pending else self._position
        self._buffer = self._buffer[keep:] + chunk
        self._position -= keep
        self._pending = [start._replace(offset=start.offset - keep) for start in self._pending]
        for tag in _TAG.finditer(self._buffer, self._position):
            if self._prolog:
                self._prolog = False
                if b"<!DOCTYPE" in self._buffer[: tag.start()]:
                    yield _DOCUMENT_TYPE
            self._position = tag.end()
            name = tag[2]
            if tag[1]:
                yield from self._end(tag.start(), name)
            else:
                self._pending.append(_Start(tag.start(), name))
        if self._prolog and b"<!DOCTYPE" in self._buffer:
            self._prolog = False
            yield _DOCUMENT_TYPE
        self._position = max(self._position, len(self._buffer) - _LONGEST_TAG)
        while self._pending and len(self._buffer) - self._pending[0].offset > self._limit:
            self._given_up[self._pending.pop(0).name] += 1
            yield overlong(0, self._limit)

    def finish(self) -> Iterator[Problem]:
        """The problems of events that the text's end cuts."""
        if self._pending:
            lost = len(self._pending)
            yield Problem(0, "not XML: the text ends inside this event", lost)

    def _end(self, offset: int, name: bytes) -> Iterator[bytes | Problem]:
        place = len(self._pending) - 1
        while place >= 0 and self._pending[place].name != name:
            place -= 1
        if place < 0:
            if self._given_up[name]:
                self._given_up[name] -= 1
            else:
                yield Problem(0, "not XML: an event ends whose start is lost")
            return
        if place:
            yield Problem(0, "not XML: the next event starts inside this one", place)
            self._given_up.update(
                start.name for start in self._pending[:place] if start.name != name
            )
        start = self._pending[place].offset
        self._pending.clear()
        stop = self._buffer.find(b">", offset) + 1 or len(self._buffer)
        self._position = stop
        yield overlong(0, self._limit) if stop - start > self._limit else self._buffer[start:stop]


_DOCUMENT_TYPE = Problem(None, "a document type declaration: ignored, entities too", lost=0)
