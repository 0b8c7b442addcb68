"""JSONL for Timesketch (and other tools that import its three mandatory fields).

Each line has `message`, `datetime` (ISO 8601 with microseconds and ``+00:00``) and
`timestamp_desc`; source: Timesketch user guide, "Import from JSON or CSV".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lineage.export.instant import instant
from lineage.export.timeline import Moment, timeline
from lineage.report.wording import fixed_time

if TYPE_CHECKING:
    from lineage.report.model import Report

_DESCRIPTIONS = {"process": "Process Start", "detection": "Detection"}


def render(report: Report) -> str:
    """One JSON object per line, in order of time; fields without a value are left out."""
    lines = [
        json.dumps(_line(moment), ensure_ascii=False, separators=(",", ":"))
        for moment in timeline(report)
    ]
    return "".join(f"{_one_line(line)}\n" for line in lines)


def _line(moment: Moment) -> dict[str, object]:
    line: dict[str, object] = {
        "message": moment.message,
        "datetime": instant(moment.time).isoformat(timespec="microseconds"),
        "timestamp_desc": _DESCRIPTIONS.get(moment.kind, "Event Time"),
        "data_type": f"lineage:{moment.kind}",
        "exact_time": fixed_time(moment.time),
        "host": moment.host,
        "pid": moment.pid,
        "chain": moment.chain,
        "verdict": moment.verdict,
        "campaign": moment.campaign,
        "node": moment.node,
        "source_file": moment.source,
        "record": moment.record,
        "process": moment.image,
        "user": moment.user,
        "integrity": moment.integrity,
    }
    if (about := moment.about) is not None:
        line |= {"logon_id": about.logon_id, "data": about.data}
        line |= {f"{name.lower()}_hash": digest for name, digest in about.hashes.items()}
    if (hit := moment.hit) is not None:
        line |= {
            "detection": hit.detection,
            "risk": hit.risk,
            "attack": hit.attack,
            "layer": hit.layer,
            "event_id": str(hit.event_id),
        }
    line["tag"] = ["lineage", *([moment.verdict] if moment.verdict else [])]
    return {name: value for name, value in line.items() if value is not None}


def _one_line(text: str) -> str:
    """Escapes the characters that JSON lets stand but some readers take for the end of a line."""
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
