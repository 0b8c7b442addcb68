"""Severe hits on no chain, on a terminal: rule, host, time, program and record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from lineage.report.wording import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lineage.report.model import Report, Unchained
    from lineage.report.pen import Pen

SHOWN: Final = 8
"""Rules that are named; the rest is counted."""
LEVEL_CELLS: Final = 8


def unchained_view(report: Report, pen: Pen) -> RenderableType | None:
    """A line for each rule and host; None where there is none."""
    if not report.unchained:
        return None
    hits = sum(len(entry.records) for entry in report.unchained)
    title = f"On no chain, but of level critical or high: {counted(hits, 'hit')}"
    shown = pen.some(report.unchained, SHOWN)
    lines = [_line(entry, pen) for entry in shown]
    if left := len(report.unchained) - len(shown):
        lines.append(pen.more(left, "rule and host", "rules and hosts", ": --details, --json"))
    padded = (Padding(line, (0, 0, 0, 1)) for line in lines)
    return Group(Text(title, style="bold"), *padded, Text())


def _line(entry: Unchained, pen: Pen) -> Text:
    first = entry.records[0]
    times = f"{len(entry.records):,} times, first " if len(entry.records) > 1 else ""
    program = (entry.image or "").rpartition("\\")[2]
    told = pen.line(
        Text(f"{entry.level:<{LEVEL_CELLS}} ", style="yellow"),
        pen.text(entry.detection, "bold", limit=100),
        " on ",
        pen.text(entry.host, limit=60),
        f" ({times}{pen.zone.clock(entry.first_seen)}, ",
    )
    if program:
        told = pen.line(told, pen.text(program, limit=40), ", ")
    told = pen.line(told, pen.record(first.source, first.record), ")")
    return pen.line(told, ": ", pen.text(entry.why, "dim", limit=120)) if entry.why else told
