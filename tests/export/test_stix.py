from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
import stix2
from sample_report import (
    HOSTILE,
    empty_report,
    full_report,
    hostile_report,
    large_report,
    report_of,
)

from lineage.export import stix

if TYPE_CHECKING:
    from lineage.report.model import Report

SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def objects(report: Report, kind: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stix.render(report))["objects"]
    return [item for item in found if kind in (None, item["type"])]


def references(item: object) -> set[str]:
    """All ids that an object refers to."""
    found: set[str] = set()
    if isinstance(item, dict):
        for name, value in item.items():
            if name.endswith("_ref"):
                found.add(value)
            elif name.endswith("_refs"):
                found.update(value)
            else:
                found |= references(value)
    return found


def with_hash() -> Report:
    """The whole report, the content of a dropped program of its first chain known."""
    chain = full_report().chains[0]
    hashed = {"hashes": {"SHA256": SHA256.upper()}}
    processes = [
        process.model_copy(update=hashed) if process.role == "dropped program" else process
        for process in chain.processes
    ]
    return report_of([chain.model_copy(update={"processes": processes})])


@pytest.mark.parametrize(
    "report",
    [full_report(), empty_report(), hostile_report(), large_report(60), with_hash()],
    ids=["full", "empty", "hostile", "large", "hash"],
)
def test_stix2_parses_it_strictly(report: Report) -> None:
    bundle = stix2.parse(stix.render(report), allow_custom=False)
    assert bundle.type == "bundle"
    parsed = [json.loads(item.serialize()) for item in bundle.get("objects", [])]
    assert parsed == objects(report)


@pytest.mark.parametrize("report", [full_report(), hostile_report(), with_hash()])
def test_every_reference_is_in_the_bundle_and_every_id_once(report: Report) -> None:
    ids = [item["id"] for item in objects(report)]
    assert len(ids) == len(set(ids))
    assert set().union(*map(references, objects(report))) <= set(ids)


def test_processes_keep_command_line_image_and_parent() -> None:
    chain = full_report().chains[0]
    by_id = {item["id"]: item for item in objects(full_report())}
    processes = {item["pid"]: item for item in by_id.values() if item["type"] == "process"}
    script_host = next(p for p in chain.processes if p.pid == 4980)
    found = processes[4980]
    assert found["command_line"] == script_host.command_line
    assert by_id[found["image_ref"]]["name"] == "wscript.exe"
    assert by_id[found["parent_ref"]]["pid"] == 4312
    folder = by_id[by_id[found["image_ref"]]["parent_directory_ref"]]
    assert folder["path"] == r"C:\Windows\System32"


def test_registry_keys_have_their_hive_in_full_and_the_value_apart() -> None:
    keys = objects(full_report(), "windows-registry-key")
    assert all(key["key"].startswith("HKEY_") for key in keys)
    found = {(key["key"].rpartition("\\")[2], key["values"][0]["name"]) for key in keys}
    assert ("System", "EnableLUA") in found


def test_remcos_is_attack_software_s0332_and_was_sighted() -> None:
    (family,) = objects(full_report(), "malware")
    assert family["name"] == "Remcos"
    assert family["external_references"][0]["external_id"] == "S0332"
    sighted = [
        s for s in objects(full_report(), "sighting") if s["sighting_of_ref"] == family["id"]
    ]
    assert len(sighted) == 1
    assert sighted[0]["count"] == len(full_report().chains[0].evidence)


def test_the_family_uses_the_techniques_of_its_chain() -> None:
    patterns = {item["id"]: item for item in objects(full_report(), "attack-pattern")}
    used = {
        patterns[item["target_ref"]]["external_references"][0]["external_id"]
        for item in objects(full_report(), "relationship")
        if item["relationship_type"] == "uses"
    }
    assert used == {t for hit in full_report().chains[0].evidence for t in hit.attack}


def test_a_known_hash_is_an_indicator_of_the_family() -> None:
    pattern = f"[file:hashes.'SHA-256' = '{SHA256}']"
    (indicator,) = [one for one in objects(with_hash(), "indicator") if one["pattern"] == pattern]
    related = {
        (item["source_ref"], item["relationship_type"])
        for item in objects(with_hash(), "relationship")
    }
    assert (indicator["id"], "indicates") in related
    sighted = {item["sighting_of_ref"] for item in objects(with_hash(), "sighting")}
    assert indicator["id"] in sighted


def test_each_detection_is_observed_data_with_its_records() -> None:
    observed = objects(full_report(), "observed-data")
    assert len(observed) == sum(len(chain.evidence) for chain in full_report().chains)
    told = {item["external_references"][0]["description"] for item in observed}
    hit = full_report().chains[0].evidence[0]
    assert any(hit.detection in text and f"{hit.source}#{hit.record}" in text for text in told)


def test_a_grouping_holds_each_chain_with_its_score() -> None:
    groupings = objects(full_report(), "grouping")
    assert {item["confidence"] for item in groupings} == {
        round(chain.score) for chain in full_report().chains
    }
    assert {item["labels"][0] for item in groupings} == {"confirmed", "probable", "suspicious"}


def test_two_reports_name_the_same_file_and_technique_alike() -> None:
    chain = full_report().chains[0]
    other = report_of([chain.model_copy(update={"id": "other", "score": 1.0})])
    shared = {"file", "process", "attack-pattern", "malware", "identity", "windows-registry-key"}
    ids = {item["id"]: item for item in objects(report_of([chain])) if item["type"] in shared}
    assert ids == {item["id"]: item for item in objects(other) if item["type"] in shared}


def test_hostile_text_comes_out_unchanged() -> None:
    processes = objects(hostile_report(), "process")
    assert [process["command_line"] for process in processes] == list(HOSTILE)
    payloads = [
        base64.b64decode(item["payload_bin"]).decode()
        for item in objects(hostile_report(), "artifact")
    ]
    assert HOSTILE[4] in payloads


def test_what_cannot_be_a_domain_name_is_text() -> None:
    names = objects(hostile_report(), "domain-name")
    assert names == []
    assert {item["value"] for item in objects(full_report(), "domain-name")} >= {"pastebin.com"}


def test_a_process_of_which_nothing_is_known_is_left_out() -> None:
    chain = full_report().chains[0]
    nothing = {"pid": None, "image": None, "command_line": None, "start": None}
    process = chain.processes[0].model_copy(update=nothing)
    bare = chain.model_copy(update={"processes": [process], "evidence": [], "edges": []})
    assert objects(report_of([bare]), "process") == []
