"""Tables of detections and of what they hit, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from lineage.report.chain_view import fields, records, weight
from lineage.report.pen import plain_table
from lineage.report.wording import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from lineage.detect.detection import Detection
    from lineage.report.model import DetectionHit
    from lineage.report.pen import Pen


def detections_table(detections: Sequence[Detection]) -> Table:
    """The detections: number, title, ATT&CK techniques, event sources, type and risk."""
    table = plain_table()
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("detection", overflow="fold", min_width=20)
    table.add_column("ATT&CK", overflow="fold")
    table.add_column("sources", overflow="fold")
    table.add_column("type", no_wrap=True)
    table.add_column("risk", justify="right", no_wrap=True)
    for number, detection in enumerate(detections, start=1):
        table.add_row(
            str(number),
            Text(detection.title, style="bold"),
            Text(" ".join(detection.attack)),
            Text(" ".join(detection.sources)),
            detection.type,
            str(detection.risk),
        )
    return table


def hits_table(hits: Sequence[DetectionHit], pen: Pen) -> Table:
    """What the detections hit: where and when, which, and the fields that made it match."""
    table = plain_table(expand=True)
    table.add_column("time (UTC), host, process, record", overflow="fold", ratio=2)
    table.add_column("detection and the fields that matched", overflow="fold", ratio=5)
    for hit in hits:
        table.add_row(_where(hit, pen), _what(hit, pen))
    return table


def _where(hit: DetectionHit, pen: Pen) -> Text:
    host = pen.text(hit.host, "bold", limit=60)
    pid = "" if hit.pid is None else f" pid {hit.pid}"
    time = pen.text(clock(hit.time, None), limit=30)
    return pen.line(time, "\n", host, pid, "\n", records(hit, pen))


def _what(hit: DetectionHit, pen: Pen) -> Text:
    told = pen.line(pen.text(hit.detection, "bold yellow", limit=200), "  ", weight(hit, pen))
    for line in fields(hit, pen):
        told = pen.line(told, "\n", line)
    return told
