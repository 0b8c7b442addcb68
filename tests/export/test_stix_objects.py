from __future__ import annotations

from uuid import UUID

import pytest
from sample_report import full_report

from lineage.export.stix_objects import Observables, malware, stix_id
from lineage.report.model import Artifact


def observed(kind: str, value: str) -> dict[str, object]:
    """The observable of an artifact."""
    artifact = Artifact.model_validate({"node": "n", "kind": kind, "value": value})
    chain = full_report().chains[0]
    edge = chain.edges[0].model_copy(update={"to": "n", "kind": "set"})
    made = Observables()
    made.add_artifacts(chain.model_copy(update={"artifacts": [artifact], "edges": [edge]}), {})
    return dict(made.objects[made.of_node["n"]])


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (r"HKLM\SOFTWARE\Run\x", r"HKEY_LOCAL_MACHINE\SOFTWARE\Run", "x"),
        (r"HKU\S-1-5-21\Software\y", r"HKEY_USERS\S-1-5-21\Software", "y"),
        (r"\REGISTRY\MACHINE\SYSTEM\z", r"HKEY_LOCAL_MACHINE\SYSTEM", "z"),
        (r"\REGISTRY\USER\S-1\z", r"HKEY_USERS\S-1", "z"),
        (r"HKLMX\a\b", r"HKLMX\a", "b"),
    ],
)
def test_a_value_that_was_set_stands_apart_from_its_key(path: str, key: str, value: str) -> None:
    found = observed("registry", path)
    assert (found["key"], found["values"][0]["name"]) == (key, value)  # type: ignore[index]


def test_a_key_without_a_backslash_is_whole() -> None:
    assert observed("registry", "HKLM")["key"] == "HKEY_LOCAL_MACHINE"


@pytest.mark.parametrize("name", ["pastebin.com", "_ldap._tcp.dc._msdcs.corp", "bücher.example."])
def test_domain_names(name: str) -> None:
    assert observed("dns", name)["value"] == name


@pytest.mark.parametrize("name", ["a b", "a..b", "x" * 64, "a." * 128, "a\nb"])
def test_no_domain_names(name: str) -> None:
    assert observed("dns", name)["type"] == "artifact"


@pytest.mark.parametrize(
    ("path", "name"),
    [(r"C:\Temp\a.exe", "a.exe"), ("C:/Temp/b.exe", "b.exe"), ("c.exe", "c.exe"), ("C:\\", "C:\\")],
)
def test_files_are_called_by_their_name(path: str, name: str) -> None:
    assert observed("file", path)["name"] == name


def test_ids_depend_on_every_part_and_have_the_form_that_stix_asks_for() -> None:
    assert len({stix_id("process", "a", "b"), stix_id("process", "ab"), stix_id("tool", "a")}) == 3
    assert UUID(stix_id("process", "a").removeprefix("process--")).version == 4


def test_an_unknown_family_has_no_attack_reference() -> None:
    assert "external_references" not in malware("Nobody")


def test_a_tagged_bystander_is_described_as_the_report_describes_it() -> None:
    chain = full_report().chains[0]
    shell = chain.processes[0].model_copy(
        update={"node": "process:shell", "pid": 77, "image": r"C:\Windows\explorer.exe"}
    )
    hit = chain.evidence[0].model_copy(update={"node": "process:shell", "pid": 77})
    observables = Observables()
    changed = {"bystanders": [shell], "evidence": [*chain.evidence, hit]}
    observables.add_chain(chain.model_copy(update=changed), {})
    made = observables.objects[observables.of_node["process:shell"]]
    assert observables.objects[made.image_ref].name == "explorer.exe"
