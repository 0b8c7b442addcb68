from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import jsonschema
import networkx as nx
import pytest
import stix2
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from sample_report import empty_report, full_report, hostile_report, large_report

from lineage.export import attack_flow

if TYPE_CHECKING:
    from lineage.report.model import Report

TEXT = {"type": "string"}
STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}Z$"}
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def reference(kinds: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^({kinds})--{UUID}$"}


def references(kinds: str) -> dict[str, Any]:
    return {"type": "array", "items": reference(kinds), "minItems": 1}


NEXT = "attack-action|attack-operator|attack-condition"
ANY = "[a-z0-9-]+"
TYPES: dict[str, tuple[str, dict[str, Any]]] = {
    "attack-flow": (
        "name start_refs scope",
        {
            "name": TEXT,
            "description": TEXT,
            "scope": {
                "enum": [
                    "incident", "campaign", "threat-actor", "malware", "emulation-plan",
                    "attack-tree", "other",
                ]
            },
            "start_refs": references("attack-action|attack-condition"),
            "created_by_ref": reference("identity"),
        },
    ),
    "attack-action": (
        "name",
        {
            "name": TEXT,
            "technique_id": {"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
            "description": TEXT,
            "execution_start": STAMP,
            "execution_end": STAMP,
            "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
            "command_ref": reference("process"),
            "asset_refs": references("attack-asset"),
            "effect_refs": references(NEXT),
        },
    ),
    "attack-asset": (
        "name",
        {"name": TEXT, "description": TEXT, "object_ref": reference(ANY)},
    ),
    "attack-condition": (
        "description",
        {"description": TEXT, "on_true_refs": references(NEXT)},
    ),
}  # fmt: skip
"""What Attack Flow 2.0.0 demands of its objects, as far as the exporter uses them."""


def rules(kind: str) -> dict[str, Any]:
    required, properties = TYPES[kind]
    common = {
        "type": {"const": kind},
        "spec_version": {"const": "2.1"},
        "id": reference(kind),
        "created": STAMP,
        "modified": STAMP,
        "extensions": {"const": {attack_flow.EXTENSION: {"extension_type": "new-sdo"}}},
    }
    return {
        "type": "object",
        "properties": common | properties,
        "required": [*common, *required.split()],
        "additionalProperties": False,
    }


def objects(report: Report, kind: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(attack_flow.render(report))["objects"]
    return [item for item in found if kind in (None, item["type"])]


REPORTS = pytest.mark.parametrize(
    "report",
    [full_report(), empty_report(), hostile_report(), large_report(100)],
    ids=["full", "empty", "hostile", "large"],
)


@REPORTS
def test_objects_keep_the_rules_of_attack_flow(report: Report) -> None:
    for item in objects(report):
        if item["type"].startswith("attack-"):
            jsonschema.Draft202012Validator(rules(item["type"])).validate(item)


@REPORTS
def test_the_published_schema_accepts_it(report: Report) -> None:
    """MITRE CTID's schema and the OASIS ones it refers to, as the package countermap ships them."""
    folder = files("countermap") / "emit" / "schemas"
    published = json.loads((folder / "attack-flow-schema-2.0.0.json").read_text(encoding="utf-8"))

    def local(uri: str) -> Resource[Any]:
        path = urlparse(uri).path.split("/")
        file = folder / "stix2.1" / path[-2] / path[-1]
        own = path[1] == "attack-flow"
        content = published if own else json.loads(file.read_text(encoding="utf-8"))
        return DRAFT202012.create_resource(content)

    registry: Registry[Any] = Registry(retrieve=local)  # type: ignore[call-arg]
    validator = jsonschema.Draft202012Validator(published, registry=registry)
    own = [item for item in objects(report) if item["type"] in TYPES]
    for item in own:
        validator.validate(item)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"type": "attack-action", "spec_version": "2.1"})


@REPORTS
def test_stix2_parses_it_and_strictly_all_but_the_extension(report: Report) -> None:
    for item in objects(report):
        if item["type"] not in TYPES:
            assert stix2.parse(item, allow_custom=False).id == item["id"]
    assert stix2.parse(attack_flow.render(report), allow_custom=True).type == "bundle"


@REPORTS
def test_there_is_one_flow_with_the_extension(report: Report) -> None:
    assert len(objects(report, "attack-flow")) == 1
    assert [item["id"] for item in objects(report, "extension-definition")] == [
        attack_flow.EXTENSION
    ]


@REPORTS
def test_all_is_defined_connected_and_without_a_circle(report: Report) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    ids = {item["id"] for item in objects(report)}
    for item in objects(report):
        for name, value in item.items():
            if name.endswith(("_ref", "_refs")) and name != "created_by_ref":
                graph.add_edges_from(
                    (item["id"], target)
                    for target in ([value] if isinstance(value, str) else value)
                )
    (flow,) = objects(report, "attack-flow")
    preamble = {attack_flow.EXTENSION, attack_flow.EXTENSION_AUTHOR, flow["created_by_ref"]}
    assert set(graph) <= ids
    assert nx.is_directed_acyclic_graph(graph)
    assert nx.descendants(graph, flow["id"]) | {flow["id"]} == ids - preamble


def test_actions_name_technique_detection_command_and_host() -> None:
    by_id = {item["id"]: item for item in objects(full_report())}
    action = next(
        item
        for item in by_id.values()
        if item["type"] == "attack-action" and item["description"].startswith("Winhlp32")
    )
    assert (action["technique_id"], action["name"]) == ("T1055", "Process Injection")
    assert action["confidence"] == round(full_report().chains[0].score)
    assert by_id[action["command_ref"]]["pid"] == 5300
    assert [by_id[ref]["name"] for ref in action["asset_refs"]] == ["WS-FIN-07.corp.example"]


def test_tagged_artifacts_are_assets() -> None:
    names = {item["name"] for item in objects(full_report(), "attack-asset")}
    assert "pastebin.com" in names


def test_a_report_without_chains_is_a_flow_that_says_so() -> None:
    (condition,) = objects(empty_report(), "attack-condition")
    assert condition["description"] == "No attack chain was found."
    assert objects(empty_report(), "attack-flow")[0]["start_refs"] == [condition["id"]]
