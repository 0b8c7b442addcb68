"""The report's tables as an Excel workbook. Needs openpyxl (the extra `xlsx`).

Every text is a cell of text, never a formula (ECMA-376, 18.3.1.4, `t`, and `quotePrefix`, 18.8.45,
which keeps it one when the cell is edited). What XML can't hold is shown by its number; a text that
no cell can hold loses its middle and stands whole on the sheet "long texts", in pieces.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lineage.export import iocs
from lineage.export.archive import without_times
from lineage.export.case import case
from lineage.export.csv import tables
from lineage.report.wording import accounts_of, fixed_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.report.model import Report

    Value = str | int | float | bool | None

MOST: Final = 32_000
"""UTF-16 units of a cell, of 32,767 (Microsoft, "Excel specifications and limits")."""
KEPT: Final = 7_000
"""Characters kept of each end of a longer text."""
PIECE: Final = 8_000
"""Characters of a piece of a long text: as many as `MOST` allows if each is told by its number."""
ROWS: Final = 1_048_000
"""Rows of a sheet, of 1,048,576."""
LONG_TEXTS: Final = "long texts"
WIDEST: Final = 60
"""Characters of the widest column."""
_CHAIN_COLUMNS: Final = (
    "place", "chain", "verdict", "score", "family", "hosts", "accounts", "first_seen", "last_seen",
    "processes", "hits", "campaign",
)  # fmt: skip
_SCORE_COLUMNS: Final = ("chain", "part", "points", "why")
_INPUT_COLUMNS: Final = (
    "source", "format", "kind", "records", "events", "ignored", "duplicates", "rejected",
)  # fmt: skip
_RECORD_COLUMNS: Final = (
    "source", "record", "host", "event_id", "provider", "channel", "computer", "time",
    "process_id", "user", "fields",
)  # fmt: skip
_COVERAGE_COLUMNS: Final = ("detection", "evaluable", "sources_present", "missing", "pack")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (2.2, "Characters") has no way to write."""
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would take for the number of a character (ECMA-376, 22.9.2.19, ST_Xstring)."""


def render(report: Report) -> bytes:
    """The workbook.

    Raises:
        InputError: a time of the report isn't ISO 8601.
    """
    book = _Book()
    told = case(report)
    sentences = [f"Made by {told.made_by}. All times are UTC.", told.answer, *told.judged]
    book.sheet("summary", ("what was found and judged",), ([each] for each in sentences))
    book.sheet("chains", _CHAIN_COLUMNS, _chains(report))
    book.sheet("score", _SCORE_COLUMNS, _scores(report))
    book.sheet("indicators", iocs.COLUMNS, iocs.rows(report))
    for name, (columns, rows) in tables(report).items():
        book.sheet(name, columns, rows)
    book.sheet("records", _RECORD_COLUMNS, _records(report))
    book.sheet("inputs", _INPUT_COLUMNS, _inputs(report))
    book.sheet("coverage", _COVERAGE_COLUMNS, _coverage(report))
    return book.saved()


def _chains(report: Report) -> Iterator[Sequence[Value]]:
    for place, chain in enumerate(report.chains, 1):
        yield (
            place, chain.id, chain.verdict, chain.score, chain.family, "; ".join(chain.hosts),
            "; ".join(accounts_of(chain)), fixed_time(chain.first_seen),
            fixed_time(chain.last_seen), len(chain.processes), len(chain.evidence),
            chain.campaign.name if chain.campaign else None,
        )  # fmt: skip


def _scores(report: Report) -> Iterator[Sequence[Value]]:
    for chain in report.chains:
        for part in chain.score_parts:
            yield chain.id, part.part, part.points, part.why


def _records(report: Report) -> Iterator[Sequence[Value]]:
    """The records that the evidence names, as logged, as far as the report keeps them."""
    for record in report.records:
        told = "; ".join(f"{name}={value}" for name, value in record.data.items())
        event_id = str(record.event_id)
        yield (
            record.source, record.record, record.host, event_id, record.provider, record.channel,
            record.computer, record.time, record.process_id, record.user, told,
        )  # fmt: skip


def _inputs(report: Report) -> Iterator[Sequence[Value]]:
    for entry in report.inputs:
        yield tuple(getattr(entry, column) for column in _INPUT_COLUMNS)


def _coverage(report: Report) -> Iterator[Sequence[Value]]:
    for entry in (*report.coverage, *report.tradecraft_coverage):
        yield (
            entry.detection, "yes" if entry.evaluable else "no", "; ".join(entry.sources_present),
            "; ".join(entry.missing), entry.pack or "yours",
        )  # fmt: skip


class _Book:
    def __init__(self) -> None:
        self._book: Any = Workbook(write_only=True)
        self._book.properties.creator = "lineage"
        self._long: list[tuple[str, int, str, str]] = []

    def sheet(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """A sheet with a heading that stays, and a filter."""
        kept, left = [], 0
        for number, row in enumerate(rows, 2):
            if number > ROWS:
                left += 1
                continue
            kept.append([
                self._held(value, name, number, column)
                for value, column in zip(row, columns, strict=True)
            ])  # fmt: skip
        sheet = self._book.create_sheet(name)
        for place, column in enumerate(columns):
            widest = max((len(str(row[place] or "")) for row in kept[:500]), default=0)
            letter = get_column_letter(place + 1)
            sheet.column_dimensions[letter].width = min(max(widest, len(column)) + 3, WIDEST)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(kept) + 1}"
        sheet.append([self._heading(sheet, column) for column in columns])
        for row in kept:
            sheet.append([self._cell(sheet, value) for value in row])
        if left:
            sheet.append([self._cell(sheet, f"{left:,} rows more have no room; see --csv")])

    def saved(self) -> bytes:
        """The workbook's bytes."""
        if self._long:
            pieces = (
                (sheet, row, column, place + 1, text[start : start + PIECE])
                for sheet, row, column, text in self._long
                for place, start in enumerate(range(0, len(text), PIECE))
            )
            self.sheet(LONG_TEXTS, ("sheet", "row", "column", "piece", "text"), list(pieces))
        stream = io.BytesIO()
        self._book.save(stream)
        return without_times(stream.getvalue())

    def _held(self, value: Value, sheet: str, row: int, column: str) -> Value:
        """A value as a cell can hold it."""
        if not isinstance(value, str):
            return value
        shown = _shown(value)
        if _units(shown) <= MOST:
            return shown
        self._long.append((sheet, row, column, value))
        left = len(value) - 2 * KEPT
        sign = f' [... {left:,} characters, whole on the sheet "{LONG_TEXTS}" ...] '
        return _shown(value[:KEPT]) + sign + _shown(value[-KEPT:])

    def _heading(self, sheet: Any, text: str) -> Any:
        cell = WriteOnlyCell(sheet, text)
        cell.font = Font(bold=True)
        return cell

    def _cell(self, sheet: Any, value: Value) -> Any:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl takes a text that begins with "=" for a formula
            cell.quotePrefix = value[:1] in {"=", "+", "-", "@"}
        return cell


def _shown(text: str) -> str:
    text = _NO_XML.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
    return _ESCAPE.sub("_x005F_", text)


def _units(text: str) -> int:
    """Length in UTF-16, by which Excel counts."""
    return len(text) if len(text) <= MOST // 2 else len(text.encode("utf-16-le")) // 2
