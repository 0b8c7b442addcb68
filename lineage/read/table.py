"""Tables of events: CSV with commas, semicolons, tabs or bars. The columns' names tell what it is.

The header's names are those of some dialect (`lineage.read.dialects`), so a new export needs no
code here. Event Viewer's own CSV is known by its shape: its header is in Windows' language and
names a column less than its rows have.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from typing import TYPE_CHECKING, BinaryIO, Final

from lineage.problems import Problem
from lineage.read.dialect import untold
from lineage.read.event_text import decoded
from lineage.read.objects import Decoder, format_of
from lineage.read.record import RawRecord
from lineage.read.text import MAX_RECORD_BYTES, overlong, utf8_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.read.row import Row

_DELIMITERS: Final = (",", ";", "\t", "|")
_PREAMBLE: Final = re.compile(r"\s*$|#TYPE |sep=.\s*$", re.IGNORECASE)
"""Lines before a header: PowerShell's type, Excel's separator."""
_ZONE: Final = re.compile(r"(.+?) \[[^\]]{1,60}\]")
"""Log Analytics adds the zone of its times to a column's name."""
_UTC: Final = re.compile(r" \[UTC\]", re.IGNORECASE)
_ZONED: Final = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_PREFIXES: Final = ("_source.", "fields.", "result.", "properties.")
_VIEWER: Final = ("Level", "Date and Time", "Source", "Event ID", "Task Category")
"""Event Viewer's columns; the message behind them has no name."""
_VIEWER_ID: Final = 3
_MOST_LOOKED_AT: Final = 20
"""Rows of a head that are looked at to recognise a table of events."""
_MOST_COLUMNS: Final = 5000
_MOST_NULS: Final = 16
"""In the first 1024 bytes of a text of which a few are damaged."""


class TableReader:
    """Reads tables with a header; numbers are those of the rows below it."""

    name = "csv"

    def __init__(self, limit: int = MAX_RECORD_BYTES) -> None:
        self._limit = limit
        csv.field_size_limit(max(csv.field_size_limit(), limit))

    def recognises(self, head: bytes) -> bool:
        """Whether the columns are those of events: by a first row, or by their names alone."""
        text = b"".join(utf8_chunks(io.BytesIO(head)))
        if (
            b"\n" not in text
            or text[:1024].count(b"\0") > _MOST_NULS
            or text.lstrip()[:1] in (b"{", b"[", b"<")
        ):
            return False
        table = _Table(self._limit)
        for item, _ in zip(table.rows(iter((text,))), range(_MOST_LOOKED_AT), strict=False):
            if isinstance(item, Problem):
                continue
            if isinstance(Decoder().decode(0, item), RawRecord):
                return True
        return bool(table.names) and bool(format_of(dict.fromkeys(table.names)))

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the table's events in order."""
        decode = Decoder().decode
        for number, item in enumerate(_Table(self._limit).rows(utf8_chunks(stream)), 1):
            if isinstance(item, Problem):
                yield item._replace(record=number)
            else:
                yield decode(number, item) or untold(number, item)


def rows(stream: BinaryIO, limit: int = MAX_RECORD_BYTES) -> Iterator[tuple[int, Row] | Problem]:
    """Each row of a table, by the names of its header, with its number."""
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    for number, item in enumerate(_Table(limit).rows(utf8_chunks(stream)), 1):
        yield item._replace(record=number) if isinstance(item, Problem) else (number, item)


class _Table:
    """The header of one table, and its rows by the header's names."""

    def __init__(self, limit: int) -> None:
        self.names: tuple[str, ...] = ()
        self._limit = limit
        self._delimiter = ","
        self._header: list[str] = []
        self._in_utc: frozenset[str] = frozenset()

    def rows(self, chunks: Iterable[bytes]) -> Iterator[Row | Problem]:
        lines = _Lines(chunks, self._limit)
        stretch = _Stretch()
        while (line := lines.next()) is not None:
            if isinstance(line, Problem):
                yield from stretch.ended()
                yield line
                continue
            if not self._header:
                self._begin(line, lines)
                continue
            if not line.strip() or line.startswith("#TYPE "):
                continue
            block = lines.block(line)
            values, used = _split(block, self._delimiter)
            row = None if self._swallows(block[:used]) else self._row(values)
            lines.again(block[used:] if row is not None else block[1:])
            if row is None:
                stretch.add(self._mismatch(_cells_of(line, self._delimiter)))
                stretch.is_open = stretch.is_open or len(block) > 1
                if not stretch.is_open:
                    yield from stretch.ended()
                continue
            yield from stretch.ended()
            if row:
                yield row
        yield from stretch.ended()

    def _begin(self, line: str, lines: _Lines) -> None:
        if _PREAMBLE.match(line):
            return
        block = lines.block(line)
        self._delimiter = max(_DELIMITERS, key=lambda mark: len(_split(block, mark)[0]))
        header, used = _split(block, self._delimiter)
        lines.again(block[used:])
        self._header = [_column(name) for name in header[:_MOST_COLUMNS]]
        self._in_utc = frozenset(_column(name) for name in header if _UTC.search(name))
        self.names = tuple(self._header)

    def _swallows(self, block: list[str]) -> bool:
        """Whether the lines of a row hold another: a stray quote runs to one that ends nothing.

        Text with line breaks and sloppy quotes isn't that: none of its lines is a row of the table.
        """
        if len(block) == 1 or _is_strict(block, self._delimiter):
            return False
        return any(self._row(_split([line], self._delimiter)[0]) for line in block[1:])

    def _mismatch(self, cells: int) -> Problem:
        """The problem of a line; it was as many rows as it has cells for, rounded."""
        columns = len(self._header)
        reason = (
            f"{cells} values in a row of {columns} columns; a quote may be lost, or a line's end"
        )
        return Problem(0, reason, (cells + columns // 2) // columns)

    def _row(self, values: list[str]) -> Row | None:
        """The row by names; {} for the header once more, None for one of another length."""
        names: Iterable[str] = self._header
        more = len(values) - len(self._header)
        if more == 1 and len(values) == len(_VIEWER) + 1 and values[_VIEWER_ID].strip().isdigit():
            names = (*_VIEWER, "Message")
        elif more < 0 or (more > 0 and any(values[len(self._header) :])):
            return None
        if values and values[0] == self.names[0] and tuple(map(_column, values)) == self.names:
            return {}
        row: Row = {name: value for name, value in zip(names, values, strict=False) if value}
        for name in self._in_utc & row.keys():
            if not _ZONED.search(str(row[name])):
                row[name] = f"{row[name]} UTC"
        return row


class _Stretch:
    """Lines one after the other that are no rows: those of one whose quote is lost, or of several.

    Attributes:
        is_open: whether a quote is open, so that lines may be parts of one row.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._first: Problem | None = None
        self._lost = 0

    def add(self, problem: Problem) -> None:
        """Adds a line, whose problem tells how many whole rows it may have been."""
        self._first = self._first or problem
        self._lost += problem.lost

    def ended(self) -> Iterator[Problem]:
        """The problem of all of them, where there are any: at least one row was lost."""
        if self._first is not None:
            yield self._first._replace(lost=max(self._lost, 1))
        self.is_open, self._first, self._lost = False, None, 0


class _Lines:
    """The lines of a text, each with its end, of which some can be given back."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self._limit = limit
        self._lines = _lines(chunks, limit)
        self._waiting: deque[str] = deque()

    def next(self) -> str | Problem | None:
        """The next line, a Problem for one that is too long, None at the end."""
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def again(self, lines: list[str]) -> None:
        """Gives lines back, to be read again."""
        self._waiting.extendleft(reversed(lines))

    def block(self, line: str) -> list[str]:
        """The lines of one row: up to the one that ends its last quoted value.

        A row that never ends gets the lines to the limit or the end; it won't have the right number
        of values, and its lines are given back but for the first.
        """
        block = [line]
        odd = line.count('"') % 2
        size = len(line)
        while odd and size <= self._limit:
            more = self.next()
            if not isinstance(more, str):
                break
            block.append(more)
            size += len(more)
            odd ^= more.count('"') % 2
        return block


def _lines(chunks: Iterable[bytes], limit: int) -> Iterator[str | Problem]:
    tail = b""
    skipping = False
    for chunk in chunks:
        *lines, tail = (tail + chunk).split(b"\n")
        for line in lines:
            if skipping or len(line) > limit:
                skipping = False
                yield overlong(0, limit)
            else:
                yield decoded(line) + "\n"
        if len(tail) > limit:
            skipping = True
            tail = b""
    if skipping:
        yield overlong(0, limit)
    elif tail:
        yield decoded(tail)


def _split(block: list[str], delimiter: str) -> tuple[list[str], int]:
    """The values of the first row in some lines, and how many of the lines it takes."""
    reader = csv.reader(block, delimiter=delimiter)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], len(block)


def _is_strict(block: list[str], delimiter: str) -> bool:
    """Whether each quote that ends a value of a row stands before a delimiter or the row's end."""
    try:
        next(csv.reader(block, delimiter=delimiter, strict=True), None)
    except csv.Error:
        return False
    return True


def _cells_of(line: str, delimiter: str) -> int:
    values, _ = _split([line.rstrip("\r\n").replace("\r", " ")], delimiter)
    return len(values) or line.count(delimiter) + 1


def _column(name: str) -> str:
    name = name.strip("\ufeff\"' \r\n")
    zoned = _ZONE.fullmatch(name)
    name = zoned[1] if zoned else name
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
