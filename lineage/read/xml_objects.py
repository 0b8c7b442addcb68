"""PowerShell's objects as XML (Export-Clixml, ConvertTo-Xml), Log Parser's rows -> raw records."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lineage.problems import Problem
from lineage.read.dialect import untold
from lineage.read.objects import Decoder
from lineage.read.text import MAX_RECORD_BYTES, overlong, utf8_chunks
from lineage.read.windows_event import parse_element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from lineage.read.record import RawRecord
    from lineage.read.row import Row

_ROOT: Final = re.compile(
    rb"<Objs\s[^>]{0,300}powershell/2004|<Objs\s[^>]{0,300}>\s*<Obj\s|<Objects>\s*<Object\s"
    rb'|<Obj RefId="\d{1,10}">|<ROOT\b[^>]{0,300}>\s*<ROW|\n<ROW>\s*<\w'
)
_TAG: Final = re.compile(rb"<(/?)(Obj|Object|ROW)(?:\s[^<>]{0,400})?(/?)>")
_PART: Final = re.compile(rb"\s(?:N|Name)=")
"""What only objects inside others have: the name of the member that they are."""
_NAME: Final = re.compile(rb'\s(?:N|Name)="[^"]{1,60}+"|<[A-Za-z]\w{0,40}+>')
_LONGEST_TAG: Final = 512
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""PowerShell's escape for characters that XML can't hold ([MS-PSRP] 2.2.5.3.2)."""
_MOST_LEVELS: Final = 8


class XmlObjectReader:
    """Cuts a document into its objects or rows, each parsed by itself."""

    name = "xml-objects"

    def __init__(self, limit: int = MAX_RECORD_BYTES) -> None:
        self._limit = limit

    def recognises(self, head: bytes) -> bool:
        """Whether the document's root is that of PowerShell's objects or of Log Parser's rows."""
        return _ROOT.search(b"".join(utf8_chunks(io.BytesIO(head)))[:4096]) is not None

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are ordinals."""
        decode = Decoder().decode
        for number, item in enumerate(_cut(stream, self._limit), 1):
            if isinstance(item, Problem):
                yield item._replace(record=number)
                continue
            element = parse_element(item)
            if isinstance(element, str):
                yield Problem(number, element, _objects_in(item))
                continue
            if _stands_twice(element):
                yield Problem(number, "what an object has once stands twice", _objects_in(item))
                continue
            row = _row(element)
            yield decode(number, row) or untold(number, row)


def _cut(stream: BinaryIO, limit: int) -> Iterator[bytes | Problem]:
    """Yields each outermost element; damage costs the one that it is in."""
    cutter = _Cutter(limit)
    for chunk in utf8_chunks(stream):
        yield from cutter.feed(chunk)
    yield from cutter.finish()


class _Cutter:
    """Pairs tags in text that comes in pieces; `_start` < 0 means: between objects.

    An object that never ends is given up, and the next one is looked for behind its own start.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = b""
        self._position = 0
        self._start = -1
        self._inner = 0
        """Where the object's content begins."""
        self._depth = 0
        """Open objects; between objects those that are parts of one whose start is lost."""
        self._owed = 0
        """Ends that may still come of objects that were given up for their size."""

    def feed(self, chunk: bytes) -> Iterator[bytes | Problem]:
        """Takes the next piece; yields what is whole by now."""
        keep = self._start if self._start >= 0 else max(self._position - _LONGEST_TAG, 0)
        self._buffer = self._buffer[keep:] + chunk
        self._position -= keep
        if self._start >= 0:
            self._start, self._inner = 0, self._inner - keep
        yield from self._scan()
        while self._start >= 0 and len(self._buffer) - self._start > self._limit:
            self._owed += 1
            yield self._given_up(overlong(0, self._limit).reason)
            yield from self._scan()
        if self._start < 0:
            self._position = max(self._position, len(self._buffer) - _LONGEST_TAG)

    def finish(self) -> Iterator[bytes | Problem]:
        """What is left when the text has ended."""
        while self._start >= 0:
            yield self._given_up("not XML: the text ends inside this object")
            yield from self._scan()

    def _scan(self) -> Iterator[bytes | Problem]:
        while (tag := _TAG.search(self._buffer, self._position)) is not None:
            self._position = tag.end()
            closing, name, empty = tag.groups()
            if empty:
                continue
            if closing:
                yield from self._end()
            elif self._start < 0:
                self._begin(tag)
            elif name == b"ROW" or self._depth >= _MOST_LEVELS:
                yield self._given_up("not XML: the next object starts inside this one")
            else:
                self._depth += 1

    def _begin(self, tag: re.Match[bytes]) -> None:
        if _PART.search(tag[0]):
            self._depth += 1
            return
        self._start, self._inner, self._depth = tag.start(), tag.end(), 1

    def _end(self) -> Iterator[bytes | Problem]:
        self._depth -= 1
        if self._depth > 0 or (self._depth == 0 and self._start < 0):
            return
        if self._start >= 0:
            yield self._buffer[self._start : self._position]
        elif self._owed:
            self._owed -= 1
        else:
            yield Problem(0, "not XML: an object ends whose start is lost")
        self._start, self._depth = -1, 0

    def _given_up(self, reason: str) -> Problem:
        self._position, self._start, self._depth = self._inner, -1, 0
        return Problem(0, reason)


def _objects_in(text: bytes) -> int:
    """How many objects a damaged text was: a quarter of its names stands in it as often."""
    times = sorted(Counter(_NAME.findall(text)).values())
    return times[len(times) * 3 // 4] if times else 1


def _stands_twice(element: _Element) -> bool:
    """Whether two objects are in one, as the end of the first and the next's start are lost."""
    parts = Counter(
        child.get("N") or child.get("Name") or child.tag
        for child in element
        if isinstance(child.tag, str)
    )
    return 2 * parts.total() > 3 * len(parts)


def _row(element: _Element) -> Row:
    """The members of an object, or the columns of a row."""
    row = _members(element, 0)
    return row if isinstance(row, dict) else {}


def _members(element: _Element, level: int) -> Any:
    """An object as a dictionary, a list, or its text."""
    named: Row = {}
    values: list[Any] = []
    for child in element:
        if not isinstance(child.tag, str):
            continue
        tag = child.tag.rpartition("}")[2]
        if tag in ("TN", "TNRef", "ToString"):
            continue
        if tag in ("Props", "MS"):
            inner = _members(child, level)
            if isinstance(inner, dict):
                named.update({name: value for name, value in inner.items() if name not in named})
        elif tag in ("LST", "IE", "STK", "QUE") and level < _MOST_LEVELS:
            inner = _members(child, level + 1)
            return inner if isinstance(inner, list) else [inner]
        else:
            name = child.get("N") or child.get("Name")
            value = _value(child, level)
            if name is None and element.tag != "ROW":
                values.append(value)
            else:
                named.setdefault(name or tag, value)
    return named or values


def _value(child: _Element, level: int) -> Any:
    if len(child) == 0 or level >= _MOST_LEVELS:
        text = child.text or ""
        return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text
    inner = _members(child, level + 1)
    if inner:
        return inner
    for part in child:
        if isinstance(part.tag, str) and part.tag.rpartition("}")[2] == "ToString":
            return part.text or ""
    return ""
