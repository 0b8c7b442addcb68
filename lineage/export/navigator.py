"""An ATT&CK Navigator layer: which techniques the chains show, scored by chain.

Layer format 4.5, as published with the Navigator (layers/spec/v4.5/layerformat.md), the newest that
Navigator 5 reads and writes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineage.export.attack import ATTACK_VERSION, techniques
from lineage.report.wording import verdict_line

if TYPE_CHECKING:
    from lineage.report.model import Chain, DetectionHit, Report

LAYER_VERSION = "4.5"
NAVIGATOR_VERSION = "5.1.0"
COMMENT_LINES = 20
"""Evidence lines in a technique's comment; the Navigator shows comments in a tooltip."""

_COLORS = ("#fff7bc", "#fec44f", "#d7301f")
"""Light yellow to red: readable under the Navigator's black text."""


@dataclass(slots=True)
class _Technique:
    """What the report says of a technique."""

    score: float | None = None
    chains: dict[str, Chain] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)


def render(report: Report) -> str:
    """The layer, as JSON.

    A technique's score is the highest score among the chains whose evidence shows it. One that only
    hits outside every chain show has a comment and no score.
    """
    return json.dumps(layer(report), ensure_ascii=False, indent=2) + "\n"


def layer(report: Report) -> dict[str, object]:
    """The layer as values."""
    return {
        "name": f"lineage: {len(report.chains)} attack chains"
        if len(report.chains) != 1
        else "lineage: 1 attack chain",
        "versions": {
            "attack": ATTACK_VERSION,
            "navigator": NAVIGATOR_VERSION,
            "layer": LAYER_VERSION,
        },
        "domain": "enterprise-attack",
        "description": _description(report),
        "filters": {"platforms": ["Windows"]},
        "sorting": 3,
        "layout": {
            "layout": "side",
            "showID": True,
            "showName": True,
            "showAggregateScores": False,
            "countUnscored": False,
            "aggregateFunction": "max",
            "expandedSubtechniques": "annotated",
        },
        "hideDisabled": False,
        "techniques": [
            _entry(technique, use) for technique, use in sorted(_techniques(report).items())
        ],
        "gradient": {"colors": list(_COLORS), "minValue": 0, "maxValue": 100},
        "legendItems": [
            {"label": "in a chain of low score", "color": _COLORS[0]},
            {"label": "in a chain of high score", "color": _COLORS[-1]},
        ],
        "metadata": [
            {"name": "generator", "value": f"{report.generator.name} {report.generator.version}"}
        ],
        "links": [],
        "showTacticRowBackground": False,
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
        "selectVisibleTechniques": False,
    }


def _description(report: Report) -> str:
    lines = [f"{verdict_line(chain)} ({chain.id})" for chain in report.chains]
    return "\n".join(lines) or "No attack chain was found."


def _techniques(report: Report) -> dict[str, _Technique]:
    uses: dict[str, _Technique] = {}
    for chain in report.chains:
        for hit in chain.evidence:
            for technique in techniques(hit.attack):
                entry = uses.setdefault(technique, _Technique())
                entry.score = max(entry.score or 0.0, chain.score)
                entry.chains[chain.id] = chain
                entry.evidence.append(_evidence(hit))
    for hit in report.detections:
        for technique in techniques(hit.attack):
            entry = uses.setdefault(technique, _Technique())
            if not entry.chains:
                entry.evidence.append(f"in no chain: {_evidence(hit)}")
    return uses


def _evidence(hit: DetectionHit) -> str:
    return f"{hit.time} {hit.host} {hit.detection} ({hit.source}#{hit.record})"


def _entry(technique: str, use: _Technique) -> dict[str, object]:
    lines = list(dict.fromkeys(use.evidence))
    hidden = len(lines) - COMMENT_LINES
    if hidden > 0:
        lines = [*lines[:COMMENT_LINES], f"… {hidden} more"]
    entry: dict[str, object] = {
        "techniqueID": technique,
        "comment": "\n".join(lines),
        "enabled": True,
        "metadata": [
            {"name": chain.id, "value": f"{chain.verdict} {chain.score:g}"}
            for chain in use.chains.values()
        ],
    }
    if use.score is not None:
        entry["score"] = use.score
    return entry
