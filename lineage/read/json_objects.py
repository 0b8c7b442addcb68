"""JSON text -> objects, one at a time: a line each, an array's elements, or a wrapped list.

Whole documents are never loaded: an array is cut into its elements (`lineage.read.json_elements`)
and orjson decodes each. Damage costs the object that it is in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import BinaryIO

import orjson

from lineage.problems import Problem
from lineage.read.json_damage import JsonObject, elements_in, mended, why_invalid
from lineage.read.json_elements import LIKELY_BYTES, ElementScanner, Numbered
from lineage.read.record import RawRecord
from lineage.read.text import CHUNK_BYTES, MAX_RECORD_BYTES, encoding_of, lines, utf8_chunks

Decode = Callable[[int, JsonObject], RawRecord | Problem | None]

__all__ = ["Decode", "JsonObject", "objects", "read_objects", "sample", "why_invalid"]

SAMPLE_OBJECTS = 64
"""Objects of a head that are looked at to recognise a format."""

_LIST_KEY = re.compile(
    rb'"(?:[Rr]esults|hits|[Rr]ecords|value|Events?|events|items|affected_items|logs|documents'
    rb'|messages(?="\s*:\s*\[\s*\{\s*"(?:message|index|highlight_ranges)"))'
    rb'"\s*:\s*\[\s*(?:\{|$)'
)
"""The list in a whole-document export: Splunk `results`, Elasticsearch `hits`, Azure `value`..."""

_FIRST_LINE = re.compile(rb"(?:\A|\n)[ \t\r\x1e]{0,64}+([{\[])")
"""The first line that can be JSON: what is before it is damaged, or a line that counts records."""

_NUMBERED = re.compile(rb'\s*\{\s*"event_\d+"\s*:\s*(?=\{)')
"""The start of an object of events by number: plaso's `json`."""

_MEMBER_NAME = re.compile(rb'"([\w.@# -]{1,64})"\s*:')


def read_objects(
    stream: BinaryIO, decode: Decode, limit: int = MAX_RECORD_BYTES
) -> Iterator[RawRecord | Problem]:
    """Decodes each JSON object of a stream.

    Args:
        stream: JSON lines, a JSON array, or an object with the list in it.
        decode: makes a record of an object and its number (1-based line or ordinal).
        limit: longest object, in bytes.

    Yields:
        What `decode` returns but None, and a Problem for each line or element that isn't a JSON
        object.
    """
    yield from _decoded(_objects(stream, limit), decode)


def read_lines(stream: BinaryIO, decode: Decode, number: int) -> Iterator[RawRecord | Problem]:
    """Decodes the lines of a stretch out of the middle of a stream. See `read_objects`.

    Args:
        stream: whole lines of UTF-8.
        decode: makes a record of an object and its number.
        number: of the first line.
    """
    chunks = iter(partial(stream.read, CHUNK_BYTES), b"")
    yield from _decoded(_line_objects(chunks, MAX_RECORD_BYTES, number), decode)


def has_lines(head: bytes) -> bool:
    """Whether a stream that begins so is UTF-8 with an object a line."""
    encoding, mark = encoding_of(head)
    return encoding == "utf-8" and _document_start(head[mark:CHUNK_BYTES]) is None


def _decoded(
    objects: Iterable[Numbered | Problem], decode: Decode
) -> Iterator[RawRecord | Problem]:
    for item in objects:
        if isinstance(item, Problem):
            yield item
            continue
        number, value = item
        if "records" not in value and "documents" not in value:
            decoded = decode(number, value)
            if decoded is not None:
                yield decoded
            continue
        for inner in _inside(value) or (value,):
            decoded = decode(number, inner)
            if decoded is not None:
                yield decoded


def objects(stream: BinaryIO, limit: int = MAX_RECORD_BYTES) -> Iterator[Numbered | Problem]:
    """Each JSON object of a stream with its number, none of them looked into."""
    return _objects(stream, limit)


def sample(head: bytes) -> Iterator[JsonObject]:
    """Yields the first objects in the first bytes of a stream, to recognise its format by.

    Where no whole object is in the head, yields one with all member names that were seen and no
    values.
    """
    whole = False
    for item in islice(_objects(io.BytesIO(head), len(head) + 1), SAMPLE_OBJECTS):
        if not isinstance(item, Problem):
            whole = True
            yield from _inside(item[1])[:SAMPLE_OBJECTS] or (item[1],)
    if whole:
        return
    text = b"".join(utf8_chunks(io.BytesIO(head)))
    if text.lstrip()[:1] in (b"{", b"["):
        yield {name.decode(): None for name in _MEMBER_NAME.findall(text)}


def _inside(value: JsonObject) -> list[JsonObject]:
    """The objects of a list of events that is an object of its own among others."""
    for name in _INNER_LISTS:
        inner = value.get(name)
        if type(inner) is list and inner and all(type(item) is dict for item in inner):
            return inner
    return []


_INNER_LISTS = ("records", "documents")
"""Azure's batches of an event hub, and what chainsaw's aggregating rules hit."""


def _objects(stream: BinaryIO, limit: int) -> Iterator[Numbered | Problem]:
    chunks = utf8_chunks(stream)
    first = next(chunks, b"")
    start = _document_start(first)
    if start is None:
        return _line_objects(chain((first,), chunks), limit)
    return _elements(chain((first[start:],), chunks), limit)


def _line_objects(
    chunks: Iterable[bytes], limit: int, number: int = 1
) -> Iterator[Numbered | Problem]:
    loads = orjson.loads
    value: object = None
    sound = b""
    for item in lines(chunks, limit, number):
        if isinstance(item, Problem):
            yield item
            continue
        number, text = item
        try:
            value = loads(text)
        except orjson.JSONDecodeError as error:
            inner = _behind_header(text)
            if inner is not None:
                value = inner
                yield number, inner
            elif not text.isspace():
                yield from _damaged_line(number, text, error, limit, sound)
            continue
        if type(value) is dict:
            sound = text if len(text) < LIKELY_BYTES else sound
            yield number, value
        else:
            yield Problem(number, "a JSON value, but not an object")


def _behind_header(text: bytes) -> JsonObject | None:
    """The object behind a syslog header or a record separator (RFC 7464), else None."""
    start = text.find(b"{", 1, LONGEST_HEADER)
    if start < 0 or text[0] in b"{[":
        return None
    try:
        value = orjson.loads(text[start:])
    except orjson.JSONDecodeError:
        return None
    return value if type(value) is dict else None


LONGEST_HEADER = 1024
"""Bytes of a line before its object: a syslog header with its structured data."""


def _damaged_line(
    number: int, text: bytes, error: orjson.JSONDecodeError, limit: int, sound: bytes
) -> Iterator[Numbered | Problem]:
    """What can be had of a line that isn't one object: several, where a line feed was lost.

    Args:
        number: the line's.
        text: the line.
        error: why it isn't JSON.
        limit: longest object, in bytes.
        sound: the last sound line, by whose members it is told how many were in this one.
    """
    repaired = mended(text)
    if repaired is not None and elements_in(text, sound) == 1:
        value, remark = repaired
        yield number, value
        if remark:
            yield Problem(number, remark, lost=0)
        return
    scanner = ElementScanner(limit)
    objects: list[Numbered] = []
    problems: list[Problem] = []
    for item in chain(scanner.feed(text), scanner.finish()):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            objects.append(item)
    if not objects and len(problems) < 2:
        yield Problem(number, why_invalid(text, error), elements_in(text, sound))
        return
    for _, value in objects:
        yield number, value
    for problem in problems:
        yield problem._replace(record=number)


def _document_start(first: bytes) -> int | None:
    """Where the elements of a whole-document export start; None for one object a line."""
    numbered = _NUMBERED.match(first)
    if numbered:
        return numbered.end()
    line = _FIRST_LINE.search(first)
    if line is None or line[1] == b"[":
        return None if line is None else 0
    start = line.start(1)
    second_line = first.find(b"\n{", start)
    in_first = _LIST_KEY.search(first, start, second_line if second_line >= 0 else len(first))
    if in_first:
        return first.index(b"[", in_first.start())
    first_line, line_feed, rest = first[start:].partition(b"\n")
    first_line = first_line.rstrip()
    if not line_feed or first_line.endswith(b"}"):
        return None
    return 0 if first_line.endswith(b"},") or not rest.lstrip().startswith(b"{") else None


def _elements(chunks: Iterable[bytes], limit: int) -> Iterator[Numbered | Problem]:
    """Cuts out the objects that stand in an array or one after the other."""
    scanner = ElementScanner(limit)
    for chunk in chunks:
        yield from scanner.feed(chunk)
    yield from scanner.finish()
