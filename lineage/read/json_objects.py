"""JSON text -> objects, one at a time: a line each, an array's elements, or a wrapped list.

Whole documents are never loaded: an array is cut into its elements by a scanner that knows just
strings and brackets, and orjson decodes each. Every byte is passed once, so damage can't make it
slow; after damage it goes on at the next element.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

import orjson

from lineage.problems import Problem
from lineage.read.lenient import has_surrogate, loads_lenient
from lineage.read.record import RawRecord
from lineage.read.text import MAX_RECORD_BYTES, lines, overlong, utf8_chunks

JsonObject = dict[str, Any]
Numbered = tuple[int, JsonObject]
Decode = Callable[[int, JsonObject], RawRecord | Problem]

MAX_DEPTH = 200
"""Nesting that an array's element may have; telemetry has 5 at most."""

SAMPLE_OBJECTS = 64
"""Objects of a head that are looked at to recognise a format."""

_LIST_KEY = re.compile(rb'"(?:results|hits|records|value)"\s*:\s*\[\s*(?:\{|$)')
"""The list in a whole-document export: Splunk `results`, Elasticsearch `hits`, Azure `value`..."""

_TOKEN = re.compile(rb'"(?:[^"\\\n]++|\\[^\n])*+"|:\s*+[{\[]|[{}\[\]"]')
"""A whole string; a bracket that opens a member's value; another bracket; a quote that opens a
string whose end isn't there (yet). A raw line feed can't be part of a JSON string."""

_RESUME = re.compile(rb"[\n}]\s{0,64}+,?\s{0,64}+(?=\{)")
"""Where the next element starts after damage: a brace first in its line or behind a closing one."""

_AFTER_ELEMENT = re.compile(rb"\s{0,64}+(?:,\s{0,64}+\{|\])")
"""What follows the brace that closes an element: the next element, or the array's end."""

LIKELY_ENDS = 3
"""Likely ends that are tried before an element is cut out bracket by bracket, which is slower."""

LIKELY_BYTES = 64 * 1024
"""How far from an element's start its likely ends are looked for."""

_MEMBER_NAME = re.compile(rb'"([\w.@# -]{1,64})"\s*:')
_CLOSES = {ord("}"): ord("{"), ord("]"): ord("[")}
_OPEN_OBJECT = ord("{")
_QUOTE = ord('"')
_COLON = ord(":")


def read_objects(
    stream: BinaryIO, decode: Decode, limit: int = MAX_RECORD_BYTES
) -> Iterator[RawRecord | Problem]:
    """Decodes each JSON object of a stream.

    Args:
        stream: JSON lines, a JSON array, or an object with the list in it.
        decode: makes a record of an object and its number (1-based line or ordinal).
        limit: longest object, in bytes.

    Yields:
        What `decode` returns, and a Problem for each line or element that isn't a JSON object.
    """
    for item in _objects(stream, limit):
        if isinstance(item, Problem):
            yield item
        else:
            number, found = item
            yield decode(number, found)


def sample(head: bytes) -> Iterator[JsonObject]:
    """Yields the first objects in the first bytes of a stream, to recognise its format by.

    Where no whole object is in the head, yields one with all member names that were seen and no
    values.
    """
    found = False
    for item in islice(_objects(io.BytesIO(head), len(head) + 1), SAMPLE_OBJECTS):
        if not isinstance(item, Problem):
            found = True
            yield item[1]
    if found:
        return
    text = b"".join(utf8_chunks(io.BytesIO(head)))
    if text.lstrip()[:1] in (b"{", b"["):
        yield {name.decode(): None for name in _MEMBER_NAME.findall(text)}


def why_invalid(text: bytes, error: orjson.JSONDecodeError) -> str:
    """Says what is wrong with a text that isn't JSON, in one line."""
    if b"\0" in text:
        return "not JSON: it has NUL bytes"
    try:
        text.decode()
    except UnicodeDecodeError as undecodable:
        byte = text[undecodable.start]
        return f"not UTF-8: byte 0x{byte:02x} at offset {undecodable.start}; convert it to UTF-8"
    return f"not JSON: {error.msg}"


def _objects(stream: BinaryIO, limit: int) -> Iterator[Numbered | Problem]:
    chunks = utf8_chunks(stream)
    first = next(chunks, b"")
    start = _document_start(first)
    if start is None:
        return _line_objects(chain((first,), chunks), limit)
    return _elements(chain((first[start:],), chunks), limit)


def _line_objects(chunks: Iterable[bytes], limit: int) -> Iterator[Numbered | Problem]:
    loads = orjson.loads
    for item in lines(chunks, limit):
        if isinstance(item, Problem):
            yield item
            continue
        number, text = item
        try:
            value = loads(text)
        except orjson.JSONDecodeError as error:
            if has_surrogate(text) and (repaired := _lenient_or_none(text)) is not None:
                yield number, repaired
            elif not text.isspace():
                yield Problem(number, why_invalid(text, error))
            continue
        if type(value) is dict:
            yield number, value
        else:
            yield Problem(number, "a JSON value, but not an object")


def _document_start(first: bytes) -> int | None:
    """Where the elements of a whole-document export start; None for one object a line."""
    text = first.lstrip()
    if text.startswith(b"["):
        return 0
    if not text.startswith(b"{"):
        return None
    second_line = first.find(b"\n{")
    in_first = _LIST_KEY.search(first, 0, second_line if second_line >= 0 else len(first))
    if in_first:
        return first.index(b"[", in_first.start())
    first_line = text[: text.find(b"\n") + 1].rstrip()
    return 0 if first_line == b"{" or first_line.endswith(b"},") else None


def _elements(chunks: Iterable[bytes], limit: int) -> Iterator[Numbered | Problem]:
    """Cuts out the objects that stand in an array or one after the other."""
    scanner = _ElementScanner(limit)
    for chunk in chunks:
        yield from scanner.feed(chunk)
    yield from scanner.finish()


class _ElementScanner:
    """State of the cut between two pieces of text. `_start` < 0 means: between elements."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = b""
        self._position = 0
        self._start = -1
        self._open = bytearray()
        self._damaged = False
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[Numbered | Problem]:
        keep = self._start if self._start >= 0 else self._position
        self._buffer = self._buffer[keep:] + chunk
        self._position -= keep
        self._start -= keep if self._start >= 0 else 0
        while True:
            if self._damaged and not self._resume():
                return
            token = _TOKEN.search(self._buffer, self._position)
            if token is None:
                break
            if token[0] == b'"' and self._buffer.find(b"\n", token.end()) < 0:
                break  # the string may go on in the next piece
            item = self._take(token)
            if item is not None:
                yield item
        if self._start < 0 and token is None:
            self._position = len(self._buffer)
        elif len(self._buffer) - max(self._start, 0) > self._limit:
            yield self._damage(overlong(0, self._limit).reason)

    def finish(self) -> Iterator[Problem]:
        """The problem of an element that the text's end cuts."""
        if self._start >= 0:
            yield self._damage("the text ends inside this element")

    def _take(self, token: re.Match[bytes]) -> Numbered | Problem | None:
        text = token[0]
        kind = text[-1]
        if text[0] == _QUOTE:
            self._position = token.end()
            return self._damage("not JSON: a string without end") if len(text) == 1 else None
        if kind in _CLOSES:
            return self._close(token, kind)
        self._position = token.end()
        if self._start < 0:
            return self._begin(token.start()) if text == b"{" else None
        if self._open[-1] == _OPEN_OBJECT and text[0] != _COLON:
            problem = self._damage("not JSON: a bracket without a name; a closing one may be lost")
            if kind == _OPEN_OBJECT:
                self._damaged = False
                self._position = token.start()
            return problem
        self._open.append(kind)
        if len(self._open) > MAX_DEPTH:
            return self._damage(f"nested deeper than {MAX_DEPTH}; skipped")
        return None

    def _begin(self, start: int) -> Numbered | None:
        """Starts an element; takes it at once where its end is easily found."""
        self._number += 1
        for end in islice(self._likely_ends(start), LIKELY_ENDS):
            value = _object_or_none(self._buffer[start:end])
            if value is not None:
                self._position = end
                return self._number, value
        self._start = start
        self._open = bytearray((_OPEN_OBJECT,))
        return None

    def _likely_ends(self, start: int) -> Iterator[int]:
        end = start
        stop = start + min(LIKELY_BYTES, self._limit)
        while (end := self._buffer.find(b"}", end, stop) + 1) > 0:
            if _AFTER_ELEMENT.match(self._buffer, end):
                yield end

    def _close(self, token: re.Match[bytes], kind: int) -> Numbered | Problem | None:
        self._position = token.end()
        if self._start < 0:
            return None
        if self._open.pop() != _CLOSES[kind]:
            self._position = token.start()
            return self._damage("not JSON: a bracket closes what it didn't open")
        if self._open:
            return None
        text = self._buffer[self._start : token.end()]
        self._start = -1
        if len(text) > self._limit:
            return overlong(self._number, self._limit)
        try:
            return self._number, orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if has_surrogate(text) and (repaired := _lenient_or_none(text)) is not None:
                return self._number, repaired
            return Problem(self._number, why_invalid(text, error))

    def _damage(self, reason: str) -> Problem:
        if self._start < 0:
            self._number += 1
        self._start = -1
        self._damaged = True
        return Problem(self._number, reason)

    def _resume(self) -> bool:
        found = _RESUME.search(self._buffer, self._position)
        if found is None:
            self._position = max(self._position, len(self._buffer) - 64)
            return False
        self._damaged = False
        self._position = found.end()
        return True


def _lenient_or_none(text: bytes) -> JsonObject | None:
    try:
        value = loads_lenient(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _object_or_none(text: bytes) -> JsonObject | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if type(value) is dict else None
