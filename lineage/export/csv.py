"""CSV for spreadsheets: nodes, edges, timeline and evidence.

The files are as Excel users expect: UTF-8 with a byte order mark (without it Excel reads the local
code page), comma-separated, CRLF line ends (RFC 4180). Read them in Python with the encoding
``utf-8-sig``. Cells that a spreadsheet would take for a formula have a leading apostrophe
(`lineage.report.escape.csv_cell`); all other text is unchanged.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from lineage.export.timeline import timeline
from lineage.report.chain_graph import all_nodes, links
from lineage.report.escape import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.report.model import DetectionHit, Report

    Cell = str | int | float | None

NODE_COLUMNS = (
    "node", "kind", "name", "host", "pid", "command_line", "start", "parent", "role", "chains",
    "detections",
)  # fmt: skip
EDGE_COLUMNS = ("from", "to", "kind", "time", "source", "record", "chains")
TIMELINE_COLUMNS = (
    "time", "host", "pid", "kind", "message", "chain", "verdict", "detection", "risk", "attack",
    "source", "record", "node",
)  # fmt: skip
EVIDENCE_COLUMNS = (
    "chain", "detection", "type", "risk", "attack", "layer", "by", "host", "time", "pid",
    "event_id", "source", "record", "also", "node", "rule_id", "fields",
)  # fmt: skip


def render(report: Report) -> dict[str, str]:
    """File name -> text. Several values in one cell are separated by ``; ``."""
    return {
        "nodes.csv": _table(NODE_COLUMNS, _nodes(report)),
        "edges.csv": _table(EDGE_COLUMNS, _edges(report)),
        "timeline.csv": _table(TIMELINE_COLUMNS, _timeline(report)),
        "evidence.csv": _table(EVIDENCE_COLUMNS, _evidence(report)),
    }


def _table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return "\ufeff" + text.getvalue()


def _nodes(report: Report) -> Iterator[Sequence[Cell]]:
    for node in all_nodes(report.chains):
        yield (
            node.node, node.kind, node.name, node.host, node.pid, node.command_line, node.start,
            node.parent, node.role, "; ".join(node.chains), "; ".join(node.detections),
        )  # fmt: skip


def _edges(report: Report) -> Iterator[Sequence[Cell]]:
    for link in links(report.chains):
        yield (
            link.source, link.target, link.kind, link.time, link.file, link.record,
            "; ".join(link.chains),
        )  # fmt: skip


def _timeline(report: Report) -> Iterator[Sequence[Cell]]:
    for moment in timeline(report):
        hit = moment.hit
        yield (
            moment.time, moment.host, moment.pid, moment.kind, moment.message, moment.chain,
            moment.verdict, hit.detection if hit else None, hit.risk if hit else None,
            "; ".join(hit.attack) if hit else None, moment.source, moment.record, moment.node,
        )  # fmt: skip


def _evidence(report: Report) -> Iterator[Sequence[Cell]]:
    for chain, hit in _hits(report):
        yield (
            chain, hit.detection, hit.type, hit.risk, "; ".join(hit.attack), hit.layer, hit.by,
            hit.host, hit.time, hit.pid, hit.event_id, hit.source, hit.record,
            "; ".join(f"{also.source}#{also.record}" for also in hit.also), hit.node, hit.rule_id,
            "; ".join(f"{name}={value}" for name, value in hit.fields.items()),
        )  # fmt: skip


def _hits(report: Report) -> Iterator[tuple[str | None, DetectionHit]]:
    """Every hit with its chain: the chains' evidence, then what is in none."""
    for moment in timeline(report):
        if moment.hit is not None:
            yield moment.chain, moment.hit
