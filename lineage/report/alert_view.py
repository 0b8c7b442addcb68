"""What became of other tools' alerts, on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from lineage.report.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from lineage.report.model import AlertFile, Report
    from lineage.report.pen import Pen

REASONS: Final = 4
"""Reasons why alerts weren't placed that are told for a file, the most frequent first."""


def alert_view(report: Report, pen: Pen) -> RenderableType | None:
    """Each file of alerts with its counts and why some weren't placed; None where there is none."""
    if not report.alert_files:
        return None
    lines = [line for file in report.alert_files for line in _lines(file, pen)]
    title = Text("Alerts of other tools", style="bold")
    return Group(Text(), title, *(Padding(line, (0, 0, 0, 1)) for line in lines))


def _lines(file: AlertFile, pen: Pen) -> Iterator[Text]:
    others = f", {counted(file.others, 'entry is none', 'entries are none')}" if file.others else ""
    yield pen.line(
        pen.source(file.source),
        f": {counted(file.alerts, 'alert')} of {', '.join(file.tools)}, {file.placed:,} placed, ",
        Text(f"{file.unplaced:,} not", style="yellow" if file.unplaced else ""),
        others,
    )
    firsts: dict[str, int | None] = {}
    reasons = Counter(problem.reason for problem in file.problems)
    for problem in file.problems:
        firsts.setdefault(problem.reason, problem.record)
    shown = pen.some(reasons.most_common(), REASONS)
    for reason, times in shown:
        number = firsts[reason]
        place = "" if number is None else f"{'first ' if times > 1 else ''}entry {number}: "
        yield pen.line(f"  {times:,} times, " if times > 1 else "  ", place, pen.fitted(reason))
    if left := len(reasons) - len(shown):
        yield pen.line("  ", pen.more(left, "reason", where=": --details, --json"))
