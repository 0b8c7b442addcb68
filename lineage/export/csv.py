"""CSV for spreadsheets: nodes, edges, timeline and evidence.

The files are as Excel users expect: UTF-8 with a byte order mark (without it Excel reads the local
code page), comma-separated, CRLF line ends (RFC 4180). Read them in Python with the encoding
``utf-8-sig``. Cells that a spreadsheet would take for a formula have a leading apostrophe
(`lineage.report.escape.csv_cell`); all other text is unchanged, but for what no cell can hold: such
a text loses its middle and stands whole in ``long-texts.jsonl``.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from lineage.export.timeline import timeline
from lineage.report.chain_graph import all_nodes, links
from lineage.report.escape import csv_cell
from lineage.report.wording import fixed_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.report.model import Report

    Cell = str | int | float | None

NODE_COLUMNS = (
    "node", "kind", "name", "host", "pid", "command_line", "start", "parent", "role", "chains",
    "detections", "user", "integrity", "logon_id", "data", "md5", "sha1", "sha256", "imphash",
    "parent_is_guess",
)  # fmt: skip
EDGE_COLUMNS = ("from", "to", "kind", "time", "source", "record", "chains", "guess", "also")
TIMELINE_COLUMNS = (
    "time", "host", "pid", "kind", "message", "chain", "verdict", "detection", "risk", "attack",
    "source", "record", "node", "image", "user", "integrity", "campaign",
)  # fmt: skip
EVIDENCE_COLUMNS = (
    "chain", "detection", "type", "risk", "attack", "layer", "by", "host", "time", "pid",
    "event_id", "source", "record", "also", "node", "rule_id", "fields", "image", "user",
    "integrity", "actor", "campaign",
)  # fmt: skip
HASHES = ("MD5", "SHA1", "SHA256", "IMPHASH")
"""Of a node, as Sysmon calls them; in the columns of their names in lower case."""


MOST_CHARACTERS = 32_000
"""Of a cell, in UTF-16 units: Excel's limit is 32,767 (Microsoft, "Excel specifications and
limits"), that of Python's reader 131,072."""
_KEPT_START, _KEPT_END = 10_000, 5_000
"""Characters kept of a longer text: at most 30,000 units."""
LONG_TEXTS = "long-texts.jsonl"


def render(report: Report) -> dict[str, str]:
    """File name -> text. Several values in one cell are separated by ``; ``."""
    long_texts: list[str] = []
    files = {
        f"{name}.csv": table(f"{name}.csv", columns, rows, long_texts)
        for name, (columns, rows) in tables(report).items()
    }
    return files | {LONG_TEXTS: "".join(f"{line}\n" for line in long_texts)}


def tables(report: Report) -> dict[str, tuple[Sequence[str], Iterator[Sequence[Cell]]]]:
    """Name of a table -> its columns, and its rows, unescaped."""
    return {
        "nodes": (NODE_COLUMNS, _nodes(report)),
        "edges": (EDGE_COLUMNS, _edges(report)),
        "timeline": (TIMELINE_COLUMNS, _timeline(report)),
        "evidence": (EVIDENCE_COLUMNS, _evidence(report)),
    }


def table(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], long_texts: list[str]
) -> str:
    """A file's text; what no cell can hold is appended to the long texts."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for number, row in enumerate(rows, 2):
        cells = list(row)
        for place, cell in enumerate(cells):
            if not isinstance(cell, str):
                continue
            if _units(cell) > MOST_CHARACTERS:
                at = {"file": name, "row": number, "column": columns[place]}
                long_texts.append(json.dumps(at | {"text": cell}))
                cell = _shortened(cell, len(long_texts))
            cells[place] = csv_cell(cell)
        writer.writerow(cells)
    return "\ufeff" + text.getvalue()


def _units(text: str) -> int:
    """Length in UTF-16, by which spreadsheets count."""
    return (
        len(text)
        if len(text) <= MOST_CHARACTERS // 2
        else len(text.encode("utf-16-le", "surrogatepass")) // 2
    )


def _shortened(text: str, line: int) -> str:
    left_out = len(text) - _KEPT_START - _KEPT_END
    sign = f" [... {left_out} characters, whole in {LONG_TEXTS}, line {line} ...] "
    return text[:_KEPT_START] + sign + text[-_KEPT_END:]


def _nodes(report: Report) -> Iterator[Sequence[Cell]]:
    for node in all_nodes(report.chains):
        yield (
            node.node, node.kind, node.name, node.host, node.pid, node.command_line,
            fixed_time(node.start or ""),
            node.parent, node.role, "; ".join(node.chains), "; ".join(node.detections),
            node.user, node.integrity, node.logon_id, node.data,
            *(node.hashes.get(algorithm) for algorithm in HASHES),
            "true" if node.parent_is_guess else None,
        )  # fmt: skip


def _edges(report: Report) -> Iterator[Sequence[Cell]]:
    for link in links(report.chains):
        yield (
            link.source, link.target, link.kind, fixed_time(link.time), link.file, link.record,
            "; ".join(link.chains), "true" if link.guess else None,
            "; ".join(f"{other.source}#{other.record}" for other in link.also),
        )  # fmt: skip


def _timeline(report: Report) -> Iterator[Sequence[Cell]]:
    for moment in timeline(report):
        hit = moment.hit
        yield (
            fixed_time(moment.time), moment.host, moment.pid, moment.kind, moment.message,
            moment.chain,
            moment.verdict, hit.detection if hit else None, hit.risk if hit else None,
            "; ".join(hit.attack) if hit else None, moment.source, moment.record, moment.node,
            moment.image, moment.user, moment.integrity, moment.campaign,
        )  # fmt: skip


def _evidence(report: Report) -> Iterator[Sequence[Cell]]:
    for moment in timeline(report):
        hit = moment.hit
        if hit is None:
            continue
        yield (
            moment.chain, hit.detection, hit.type, hit.risk, "; ".join(hit.attack), hit.layer,
            hit.by, moment.host, fixed_time(hit.time), hit.pid, hit.event_id, hit.source,
            hit.record,
            "; ".join(f"{also.source}#{also.record}" for also in hit.also), hit.node, hit.rule_id,
            "; ".join(f"{name}={value}" for name, value in hit.fields.items()),
            hit.image, hit.user, hit.integrity, hit.actor, moment.campaign,
        )  # fmt: skip
