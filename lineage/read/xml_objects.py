"""PowerShell's objects as XML (Export-Clixml, ConvertTo-Xml), Log Parser's rows -> raw records."""

from __future__ import annotations

import io
import re
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
    rb"<Objs\s[^>]{0,300}powershell/2004|<Objects>\s*<Object\s|<ROOT\b[^>]{0,300}>\s*<ROW>"
)
_TAG: Final = re.compile(rb"<(/?)(Obj|Object|ROW)(?:\s[^<>]{0,400})?(/?)>")
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
                yield Problem(number, element)
                continue
            row = _row(element)
            yield decode(number, row) or untold(number, row)


def _cut(stream: BinaryIO, limit: int) -> Iterator[bytes | Problem]:
    """Yields each outermost element; one inside which the next seems lost costs itself."""
    buffer = b""
    position = 0
    start = -1
    depth = 0
    for chunk in utf8_chunks(stream):
        keep = start if start >= 0 else max(position - _LONGEST_TAG, 0)
        buffer = buffer[keep:] + chunk
        position -= keep
        start = 0 if start >= 0 else -1
        while (tag := _TAG.search(buffer, position)) is not None:
            position = tag.end()
            closing, name, empty = tag.groups()
            if empty:
                continue
            if not closing:
                if start >= 0 and (name == b"ROW" or depth >= _MOST_LEVELS):
                    yield Problem(0, "not XML: the next object starts inside this one")
                    depth, start = 0, -1
                if depth == 0:
                    start = tag.start()
                depth += 1
            elif start >= 0:
                depth -= 1
                if depth == 0:
                    yield buffer[start:position]
                    start = -1
        if start < 0:
            position = max(position, len(buffer) - _LONGEST_TAG)
        elif len(buffer) - start > limit:
            yield overlong(0, limit)
            depth, start = 0, -1
    if start >= 0:
        yield Problem(0, "not XML: the text ends inside this object")


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
