"""On real recordings the detections give exactly the hits of an independent implementation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lineage.pipeline import Request, run

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.report.model import DetectionHit


def test_every_recording_gives_exactly_the_expected_hits(corpus: Path) -> None:
    expected = json.loads((corpus / "expected-detections.json").read_text(encoding="utf-8"))
    wrong = {
        name: differences
        for name, listed in sorted(expected.items())
        if (differences := _differences(listed, _hits(corpus / name)))
    }
    assert len(expected) >= 142
    assert wrong == {}


def _hits(path: Path) -> list[DetectionHit]:
    """The hits of the 33; those of the rules beside them are told apart by their layer."""
    hits = run(Request([path])).report.detections
    return [hit for hit in hits if hit.layer != "tradecraft"]


def _differences(listed: list[dict[str, Any]], hits: list[DetectionHit]) -> list[str]:
    """Every listed record is told by exactly one hit, and no hit tells of another."""
    wanted = {(hit["detection"], hit["event_id"], hit["record"]): hit for hit in listed}
    told = [
        (hit, (hit.detection, event_id, record))
        for hit in hits
        for event_id, record in [
            (hit.event_id, hit.record),
            *((also.event_id, also.record) for also in hit.also),
        ]
    ]
    keys = [key for _, key in told]
    differences = [f"missing {key}" for key in wanted if keys.count(key) != 1]
    differences += [f"unexpected {key}" for key in keys if key not in wanted]
    for hit, key in told:
        if key in wanted and key == (hit.detection, hit.event_id, hit.record):
            layer = wanted[key]["layer"], wanted[key]["by"]
            if (hit.layer, hit.by) != layer:
                differences.append(f"{key} by {hit.layer}/{hit.by}, expected {layer}")
    return differences
