from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from sample_report import empty_report, full_report, hostile_report, large_report

from lineage.export import navigator

if TYPE_CHECKING:
    from lineage.report.model import Report

COLOR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$"}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}


def closed(required: str, properties: dict[str, Any]) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def array(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


DIVIDER = closed("divider", {"divider": FLAG})
METADATA = {"anyOf": [closed("name value", {"name": TEXT, "value": TEXT}), DIVIDER]}
LINK = {
    "anyOf": [
        closed("label url", {"label": TEXT, "url": {"type": "string", "pattern": "^[a-z]+://"}}),
        DIVIDER,
    ]
}
TECHNIQUE = closed(
    "techniqueID",
    {
        "techniqueID": {"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
        "tactic": TEXT,
        "comment": TEXT,
        "enabled": FLAG,
        "score": {"type": "number"},
        "color": TEXT,
        "metadata": array(METADATA),
        "links": array(LINK),
        "showSubtechniques": FLAG,
    },
)
LAYER = closed(
    "name domain",
    {
        "name": TEXT,
        "versions": closed(
            "navigator layer", {"attack": TEXT, "navigator": TEXT, "layer": {"const": "4.5"}}
        ),
        "domain": {"enum": ["enterprise-attack", "mobile-attack", "ics-attack"]},
        "description": TEXT,
        "customDataURL": TEXT,
        "filters": closed(
            "",
            {
                "platforms": array(
                    {
                        "enum": [
                            "PRE", "Windows", "Linux", "macOS", "Network", "AWS", "GCP", "Azure",
                            "Azure AD", "Office 365", "SaaS",
                        ]
                    }
                )
            },
        ),
        "sorting": {"enum": [0, 1, 2, 3]},
        "layout": closed(
            "",
            {
                "layout": {"enum": ["side", "flat", "mini"]},
                "showID": FLAG,
                "showName": FLAG,
                "showAggregateScores": FLAG,
                "countUnscored": FLAG,
                "aggregateFunction": {"enum": ["average", "min", "max", "sum"]},
                "expandedSubtechniques": {"enum": ["none", "all", "annotated"]},
            },
        ),
        "hideDisabled": FLAG,
        "techniques": array(TECHNIQUE),
        "gradient": closed(
            "colors minValue maxValue",
            {
                "colors": array(COLOR, 2),
                "minValue": {"type": "number"},
                "maxValue": {"type": "number"},
            },
        ),
        "legendItems": array(closed("label color", {"label": TEXT, "color": COLOR})),
        "showTacticRowBackground": FLAG,
        "tacticRowBackground": COLOR,
        "selectTechniquesAcrossTactics": FLAG,
        "selectSubtechniquesWithParent": FLAG,
        "selectVisibleTechniques": FLAG,
        "metadata": array(METADATA),
        "links": array(LINK),
    },
)  # fmt: skip
"""The rules of layer format 4.5 (ATT&CK Navigator, layers/spec/v4.5/layerformat.md); MITRE
publishes them as tables, not as a JSON Schema."""


def layer(report: Report) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(navigator.render(report))
    return made


def entries(report: Report) -> dict[str, dict[str, Any]]:
    return {entry["techniqueID"]: entry for entry in layer(report)["techniques"]}


@pytest.mark.parametrize(
    "report", [full_report(), empty_report(), hostile_report(), large_report(100)]
)
def test_layer_keeps_the_published_format(report: Report) -> None:
    jsonschema.Draft202012Validator(LAYER).validate(layer(report))


def test_a_technique_is_scored_by_its_best_chain() -> None:
    report = full_report()
    best: dict[str, float] = {}
    for chain in report.chains:
        for hit in chain.evidence:
            for technique in hit.attack:
                best[technique] = max(best.get(technique, 0), chain.score)
    assert {name: entry.get("score") for name, entry in entries(report).items()} == best


def test_comments_name_detection_and_record() -> None:
    hit = full_report().chains[0].evidence[0]
    comment = entries(full_report())[hit.attack[0]]["comment"]
    assert f"{hit.time} {hit.host} {hit.detection} ({hit.source}#{hit.record})" in comment


def test_a_technique_outside_every_chain_has_no_score() -> None:
    report = full_report()
    lone = report.detections[-1].model_copy(update={"attack": ["T1592"]})
    found = entries(report.model_copy(update={"chains": [], "detections": [lone]}))
    assert "score" not in found["T1592"]
    assert found["T1592"]["comment"].startswith("in no chain: ")


def test_tags_that_are_no_technique_are_left_out() -> None:
    report = full_report()
    hit = report.detections[0].model_copy(update={"attack": ["S0332", "TA0002", "T1059"]})
    assert set(entries(report.model_copy(update={"chains": [], "detections": [hit]}))) == {"T1059"}


def test_long_comments_say_what_they_leave_out() -> None:
    comments = [entry["comment"] for entry in entries(large_report(500)).values()]
    assert max(comment.count("\n") for comment in comments) == navigator.COMMENT_LINES
    assert any(comment.endswith(" more") for comment in comments)
