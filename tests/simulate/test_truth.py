from __future__ import annotations

from typing import Any

import pytest

from lineage.simulate.facts import ProcessStart
from lineage.simulate.run import simulate


def test_every_process_of_the_truth_is_in_the_telemetry(simulation: Any) -> None:
    logged = {}
    for record in simulation.records:
        if record.event_id == 1:
            fields = dict(record.data)
            logged[record.computer, fields["ProcessGuid"]] = fields
    (chain,) = simulation.truth["chains"]
    for process in chain["processes"]:
        fields = logged[process["host"], process["guid"]]
        assert fields["ProcessId"] == process["pid"]
        assert fields["Image"] == process["image"]
        assert fields["ParentProcessId"] == process["parent_pid"]
        assert process["start"].replace("T", " ").startswith(fields["UtcTime"])


def test_the_truth_has_exactly_the_labelled_processes(simulation: Any) -> None:
    labelled = {f.process.guid for f in simulation.facts if isinstance(f, ProcessStart) and f.label}
    (chain,) = simulation.truth["chains"]
    assert {process["guid"] for process in chain["processes"]} == labelled


@pytest.mark.parametrize(
    "role",
    [
        "document reader",
        "script host",
        "registration",
        "defender exclusion",
        "payload",
        "survey",
    ],
)
def test_the_textbook_has_its_cast(simulation: Any, role: str) -> None:
    (chain,) = simulation.truth["chains"]
    assert role in {process["role"] for process in chain["processes"]}


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("file", "delivery"),
        ("file", "key log"),
        ("file", "screenshot"),
        ("file", "recording"),
        ("file", "stolen passwords"),
        ("registry", "family key"),
        ("registry", "autostart"),
        ("dns", "command and control"),
        ("module", "macro engine"),
    ],
)
def test_the_textbook_leaves_its_traces(simulation: Any, kind: str, role: str) -> None:
    (chain,) = simulation.truth["chains"]
    assert (kind, role) in {(a["kind"], a["role"]) for a in chain["artifacts"]}


def test_the_truth_spans_two_days_and_names_the_family(simulation: Any) -> None:
    (chain,) = simulation.truth["chains"]
    assert chain["family"] == "Remcos"
    assert chain["first_seen"][:10] < chain["last_seen"][:10]
    assert chain["hosts"] == simulation.truth["hosts"]["attacked"]


def test_labels_never_reach_the_telemetry(tmp_path: Any, simulation: Any) -> None:
    (chain,) = simulation.truth["chains"]
    simulate(tmp_path, 4, "small", formats=("nxlog", "falcon-fdr"))
    for path in tmp_path.glob("*/*"):
        assert chain["id"] not in path.read_text(encoding="utf-8")
