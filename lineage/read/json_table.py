"""JSON that holds a table: names once, then rows or columns without them.

Splunk's `json_rows` and `json_cols`, Log Analytics' and Kusto's `tables`, Elasticsearch's SQL and
ES|QL, OpenSearch's SQL.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections import Counter
from math import ceil
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from lineage.problems import Problem
from lineage.read.dialect import untold
from lineage.read.lenient import without_surrogates
from lineage.read.objects import Decoder
from lineage.read.record import RawRecord
from lineage.read.text import MAX_RECORD_BYTES, overlong, utf8_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.row import Row

_NAMES: Final = re.compile(r'"(?:fields|columns|Columns|schema)"\s*:\s*(?=\[\s*(?:"|\{\s*"))')
_BODY: Final = re.compile(r'"(rows|Rows|values|datarows|columns)"\s*:\s*\[\s*(?=\[|\])')
_NEXT: Final = re.compile(r"\s*,?\s*(?=[\[{\]])")
_BLANK: Final = re.compile(r"[ \t\r\n,]*+\Z")
_RESUME: Final = re.compile(r"\]\s{0,64}+,?\s{0,64}+(?=\[)")
_LONGEST_GAP: Final = 130
_MOST_BEHIND: Final = 64 * 1024
"""Text that is kept before damage: the parser counts its lines for each error."""
_DECODE: Final = json.JSONDecoder(strict=False).raw_decode
MOST_COLUMN_BYTES: Final = 256 * 1024**2
"""Longest text of a table by columns, which must be held whole."""
_HEADER_BYTES: Final = 1024**2


class JsonTableReader:
    """Reads rows one by one; numbers are theirs."""

    name = "json-table"

    def recognises(self, head: bytes) -> bool:
        """Whether there are names, then rows of which one is an event."""
        text = b"".join(utf8_chunks(io.BytesIO(head))).decode("utf-8", "replace")
        if text.lstrip()[:1] not in ("{", "[") or not (_NAMES.search(text) and _BODY.search(text)):
            return False
        decode = Decoder().decode
        table = _Table(iter((text,)), len(text) + 1, partial=True)
        return any(
            isinstance(item, dict) and isinstance(decode(0, item), RawRecord)
            for item, _ in zip(table.rows(), range(20), strict=False)
        )

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the table's events in order."""
        decode = Decoder().decode
        for number, item in enumerate(_Table(_text(stream), MAX_RECORD_BYTES).rows(), 1):
            if isinstance(item, Problem):
                yield item._replace(record=number)
            else:
                yield decode(number, item) or untold(number, item)


def _text(stream: BinaryIO) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in utf8_chunks(stream):
        yield decoder.decode(chunk)


class _Table:
    """The tables of one text, of which no more than a row, or all columns, are held."""

    def __init__(self, chunks: Iterator[str], limit: int, *, partial: bool = False) -> None:
        self._chunks = chunks
        self._limit = limit
        self._partial = partial
        self._buffer = ""
        self._at = 0
        self._quotes = 0
        """Quotes that a sound row has; before there was one, twice as many as there are columns."""
        self._measured = False
        self._ended = False

    def rows(self) -> Iterator[Row | Problem]:
        """The rows by names, a problem for each that can't be read."""
        while True:
            names = self._names()
            body = self._seek(_BODY) if names else None
            if not names or body is None:
                return
            self._quotes, self._measured = 2 * len(names), False
            if body[1] == "columns":
                yield from self._by_columns(names)
                continue
            for item in self._elements(self._limit):
                if isinstance(item, Problem):
                    yield item
                else:
                    yield from self._rows_of(names, item)

    def _rows_of(self, names: list[str], values: list[Any]) -> Iterator[Row | Problem]:
        """The row of some values, and the rows in it where a bracket is lost or one too many."""
        if len(values) == len(names) and not _is_table(values, len(names)):
            if not self._measured:
                self._measured = True
                self._quotes = 2 * sum(isinstance(value, str) for value in values)
            yield _named(names, values)
            return
        inner = [value for value in values if isinstance(value, list)]
        own = [value for value in values if not isinstance(value, list)] if inner else values
        if inner and len(own) == len(names):
            yield _named(names, own)
        elif own:
            reason = f"{len(values)} values in a row of {len(names)} columns"
            yield Problem(0, reason, max(round(len(own) / len(names)), 1))
            inner = [value for value in inner if len(value) == len(names)]
        for value in inner:
            if len(value) == len(names):
                yield _named(names, value)
            else:
                yield Problem(0, f"{len(value)} values in a row of {len(names)} columns")

    def _names(self) -> list[str]:
        if self._seek(_NAMES) is None:
            return []
        value, _ = self._element(_HEADER_BYTES)
        columns = value if isinstance(value, list) else []
        return [_column_name(column) for column in columns]

    def _by_columns(self, names: list[str]) -> Iterator[Row | Problem]:
        columns: list[list[Any]] = []
        for item in self._elements(MOST_COLUMN_BYTES):
            if isinstance(item, Problem):
                yield item._replace(lost=0)
                columns.append([])
            else:
                columns.append(item)
        if not columns:
            return
        sizes = Counter(map(len, columns))
        rows = sizes.most_common(1)[0][0]
        if len(columns) != len(names):
            reason = f"{len(columns)} columns that can be read of {len(names)}: not told which"
            yield Problem(None, reason, max(sizes))
            return
        if len(sizes) > 1:
            reason = f"columns of other lengths than {rows} aren't read: a value may be lost"
            yield Problem(None, reason, max(sizes) - rows)
            columns = [column if len(column) == rows else [None] * rows for column in columns]
        for place in range(rows):
            yield _named(names, [column[place] for column in columns])

    def _elements(self, limit: int) -> Iterator[list[Any] | Problem]:
        """The arrays in the array that begins here."""
        while True:
            if self._skip():
                if self._buffer[self._at] == "]":
                    if self._is_end():
                        return
                    continue
                value, reason = self._element(limit)
                if isinstance(value, list):
                    yield value
                    continue
                if not reason:
                    yield Problem(0, "a row that is no array")
                    continue
                least = 1
            elif self._at >= len(self._buffer):
                yield Problem(None, "the table has no end; the file may be cut short", lost=0)
                return
            else:
                reason, least = "not JSON: text between rows", 0
            quotes, there = self._resume()
            rows = ceil(quotes / self._quotes - 0.5 * least) if self._quotes else 1
            yield Problem(0, reason, max(rows, least))
            if not there:
                return

    def _is_end(self) -> bool:
        """Whether a bracket ends the rows; steps over one before which another row follows."""
        if len(self._buffer) - self._at < _LONGEST_GAP:
            self._more(_LONGEST_GAP)
        stray = _RESUME.match(self._buffer, self._at)
        if stray is not None:
            self._at = stray.end()
        return stray is None

    def _resume(self) -> tuple[int, bool]:
        """Goes to the next row; the quotes before it, and whether there is one."""
        quotes = 0
        while (place := _RESUME.search(self._buffer, self._at)) is None:
            stop = max(len(self._buffer) - _LONGEST_GAP, self._at)
            quotes += _quotes_in(self._buffer, self._at, stop)
            self._at = stop
            if not self._more(1):
                return quotes + _quotes_in(self._buffer, 0, len(self._buffer)), False
        quotes += _quotes_in(self._buffer, self._at, place.start())
        self._at = place.end()
        if self._at > _MOST_BEHIND:
            self._buffer, self._at = self._buffer[self._at :], 0
        return quotes, True

    def _element(self, limit: int) -> tuple[Any, str]:
        """The value that begins here, and why there is none."""
        while True:
            try:
                value, end = _DECODE(self._buffer, self._at)
            except RecursionError:
                return None, "nested too deeply"
            except ValueError as error:
                size = len(self._buffer) - self._at
                if size > limit:
                    return None, overlong(0, limit).reason
                if not self._more(size):
                    return None, f"not JSON: {getattr(error, 'msg', error)}"
                continue
            text = self._buffer[self._at : end]
            self._at = end
            return (without_surrogates(value) if "\\ud" in text.lower() else value), ""

    def _skip(self) -> bool:
        while (gap := _NEXT.match(self._buffer, self._at)) is None:
            if _BLANK.match(self._buffer, self._at) is None:
                return False
            if not self._more(1):
                return False
        self._at = gap.end()
        return True

    def _seek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        while (place := pattern.search(self._buffer, self._at)) is None:
            if not self._more(1):
                return None
            self._at = max(self._at, len(self._buffer) - _HEADER_BYTES)
        self._at = place.end()
        return place

    def _more(self, size: int) -> bool:
        """Reads at least as much again as is held of the value that begins here."""
        if self._ended:
            return False
        pieces = [self._buffer[self._at :]]
        self._at = 0
        wanted = size
        while wanted > 0 and (piece := next(self._chunks, "")):
            pieces.append(piece)
            wanted -= len(piece)
        self._ended = wanted > 0
        self._buffer = "".join(pieces)
        return len(pieces) > 1


def _is_table(values: list[Any], columns: int) -> bool:
    """Whether values are rows themselves, as many as there are columns."""
    return columns > 1 and all(type(value) is list and len(value) == columns for value in values)


def _quotes_in(text: str, start: int, stop: int) -> int:
    return text.count('"', start, stop) - text.count('\\"', start, stop)


def _column_name(column: Any) -> str:
    if isinstance(column, dict):
        column = column.get("name", column.get("ColumnName", column.get("Name")))
    return str(column)


def _named(names: list[str], values: list[Any]) -> Row:
    return {
        name: value
        for name, value in zip(names, values, strict=False)
        if value is not None and value != ""
    }
