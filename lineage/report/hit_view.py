"""Tables of detections and of what they hit, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from lineage.report.chain_view import fields, records, weight
from lineage.report.escape import terminal
from lineage.report.pen import Trimmed, plain_table
from lineage.report.wording import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.detect.detection import Detection
    from lineage.report.model import DetectionHit
    from lineage.report.pen import Pen


WHERE: Final = 44
"""Most cells of the column that says where and when a detection fired."""


def detections_table(detections: Sequence[Detection]) -> Trimmed:
    """The detections: number, title, ATT&CK techniques, event sources, type and risk."""
    table = plain_table()
    table.add_column("#", justify="right", min_width=2)
    table.add_column("detection", overflow="fold")
    table.add_column("ATT&CK", overflow="fold", min_width=9)
    table.add_column("sources", overflow="fold")
    table.add_column("type", min_width=7)
    table.add_column("risk", justify="right", min_width=4)
    for number, detection in enumerate(detections, start=1):
        table.add_row(
            str(number),
            Text(terminal(detection.title), style="bold"),
            Text(terminal(" ".join(detection.attack))),
            Text(" ".join(detection.sources)),
            detection.type,
            str(detection.risk),
        )
    return Trimmed(table)


def hits_table(hits: Sequence[DetectionHit], pen: Pen) -> Trimmed:
    """What the detections hit: where and when, which, and the fields that made it match."""
    table = plain_table(expand=True)
    table.add_column("time (UTC), host, process, record", width=min(pen.width // 3, WHERE))
    table.add_column("detection and the fields that matched", ratio=1)
    for hit in hits:
        table.add_row(_where(hit, pen), _what(hit, pen))
    return Trimmed(table)


def _where(hit: DetectionHit, pen: Pen) -> Text:
    host = pen.text(hit.host, "bold", limit=60)
    pid = "" if hit.pid is None else f"pid {hit.pid} "
    time = pen.text(clock(hit.time, None), limit=30)
    return pen.line(time, "\n", host, "\n", pid, records(hit, pen))


def _what(hit: DetectionHit, pen: Pen) -> Text:
    told = pen.line(pen.text(hit.detection, "bold yellow", limit=200), "  ", weight(hit, pen))
    for line in fields(hit, pen):
        told = pen.line(told, "\n", line)
    return told
