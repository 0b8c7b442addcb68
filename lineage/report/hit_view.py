"""Tables of detections and of what they hit, for a terminal."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from rich.text import Text

from lineage.report.chain_view import fields, records, weight
from lineage.report.escape import terminal
from lineage.report.pen import Trimmed, plain_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from lineage.detect.detection import Detection
    from lineage.detect.profile import Cost
    from lineage.report.model import DetectionHit, Rule
    from lineage.report.pen import Pen


WHERE: Final = 44
"""Most cells of the column that says where and when a detection fired."""


def detections_table(detections: Sequence[Detection], mark: str = "") -> Trimmed:
    """The detections: number after a mark, title, techniques, event sources, type and risk."""
    table = plain_table()
    table.add_column("#", justify="right", min_width=2)
    table.add_column("detection", overflow="fold")
    table.add_column("ATT&CK", overflow="fold", min_width=9)
    table.add_column("sources", overflow="fold")
    table.add_column("type", min_width=7)
    table.add_column("risk", justify="right", min_width=4)
    for number, detection in enumerate(detections, start=1):
        table.add_row(
            f"{mark}{number}",
            Text(terminal(detection.title), style="bold"),
            Text(terminal(" ".join(detection.attack))),
            Text(" ".join(detection.sources)),
            detection.type,
            str(detection.risk),
        )
    return Trimmed(table)


def costs_table(costs: Sequence[Cost], total: float) -> Trimmed:
    """The dearest rules: time for a thousand events, share of the whole set's, hits, title.

    Args:
        costs: to show, the dearest first.
        total: seconds of all rules.
    """
    table = plain_table()
    table.add_column("ms / 1,000 events", justify="right", min_width=9)
    table.add_column("share", justify="right", min_width=6)
    table.add_column("events", justify="right", min_width=6)
    table.add_column("matches", justify="right", min_width=7)
    table.add_column("rule", overflow="fold")
    for cost in costs:
        table.add_row(
            f"{cost.seconds / cost.events * 1_000_000:.2f}",
            f"{cost.seconds / total:.1%}" if total else "-",
            f"{cost.events:,}",
            f"{cost.matches:,}",
            Text(terminal(cost.detection.title), style="bold"),
        )
    return Trimmed(table)


class HitsTable:
    """What the detections hit: where, when and as whom, which, and the fields that made it match.

    What a rule means, and what else fires it, stands at its first hit.

    Two columns of fixed width, made row by row: rich's own table measures every cell first, and
    takes twice the time for thousands of hits.
    """

    def __init__(self, hits: Sequence[DetectionHit], rules: Sequence[Rule], pen: Pen) -> None:
        self._hits = hits
        self._rules = {(rule.title, rule.rule_id): rule for rule in rules}
        self._pen = pen

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        left = min(options.max_width // 3, WHERE)
        widths = (left, max(options.max_width - left - 2, 1))
        where = Text(f"time ({self._pen.zone.name}), host, process, record", "dim")
        yield from _row(
            where, Text("detection and the fields that matched", "dim"), widths, console
        )
        untold = dict(self._rules)
        for hit in self._hits:
            what = _what(hit, untold.pop((hit.detection, hit.rule_id), None), self._pen)
            yield from _row(_where(hit, self._pen), what, widths, console)


def _row(left: Text, right: Text, widths: tuple[int, int], console: Console) -> Iterator[Text]:
    """Two texts side by side, each wrapped in its own width."""
    lines = (text.wrap(console, width) for text, width in zip((left, right), widths, strict=True))
    for first, second in zip_longest(*lines, fillvalue=Text()):
        line = first.copy()
        line.rstrip()
        if second:
            line.pad_right(widths[0] + 2 - line.cell_len)
            line.append_text(second)
            line.rstrip()
        yield line


def _where(hit: DetectionHit, pen: Pen) -> Text:
    host = pen.text(hit.host, "bold", limit=60)
    pid = "" if hit.pid is None else f"pid {hit.pid} "
    name = (hit.image or "").rpartition("\\")[2]
    program = pen.line(pen.text(name, "bold", limit=40), " ") if name else Text()
    standing = ", ".join(filter(None, (hit.user, hit.integrity)))
    who = pen.line("\nas ", pen.text(standing, limit=80)) if standing else Text()
    time = pen.text(pen.zone.clock(hit.time), limit=30)
    return pen.line(time, "\n", host, "\n", program, pid, who, "\n", records(hit, pen))


def _what(hit: DetectionHit, rule: Rule | None, pen: Pen) -> Text:
    told = pen.line(pen.text(hit.detection, "bold yellow", limit=200), "  ", weight(hit, pen))
    for line in fields(hit, pen):
        told = pen.line(told, "\n", line)
    for words, meaning in _meaning(rule):
        told = pen.line(told, "\n", Text(words, "dim"), pen.text(meaning, "dim", limit=600))
    return told


def _meaning(rule: Rule | None) -> Iterator[tuple[str, str]]:
    """What a rule says of itself, after the words that lead to it."""
    if rule is None:
        return
    if rule.description:
        yield "it means: ", rule.description
    if rule.false_positives:
        yield "it also fires on: ", "; ".join(rule.false_positives)
