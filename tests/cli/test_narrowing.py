"""Finding and narrowing: what is asked for is kept whole, and what is left out is counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_report import report_of

from lineage.errors import UsageError
from lineage.report.narrow import Narrowing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import Report

    Lineage = Callable[..., Outcome]


def three() -> Report:
    """A confirmed, a probable and a suspicious chain; the first one's account known."""
    first = remcos_chain()
    processes = [one.model_copy(update={"user": "CORP\\dana"}) for one in first.processes]
    first = first.model_copy(update={"processes": processes})
    return report_of([first, probable_chain(), suspicious_chain()])


FIRST, SECOND, THIRD = three().chains


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"verdict": "confirmed"}, [FIRST.id]),
        ({"verdict": "probable"}, [FIRST.id, SECOND.id]),
        ({"min_score": FIRST.score}, [FIRST.id]),
        ({"top": 2}, [FIRST.id, SECOND.id]),
        ({"hosts": ["ws-fin-07"]}, [FIRST.id]),
        ({"hosts": ["WS-FIN-*"]}, [FIRST.id]),
        ({"hosts": ["fin"]}, []),
        ({"users": ["dana"]}, [FIRST.id]),
        ({"users": ["corp\\dana"]}, [FIRST.id]),
        ({"users": ["other"]}, []),
        ({"since": "2031-01-01"}, []),
        ({"until": "2001-01-01"}, []),
        ({"since": FIRST.first_seen[:10], "hosts": ["ws-fin-07"]}, [FIRST.id]),
        ({"until": FIRST.first_seen[:10], "hosts": ["ws-fin-07"]}, [FIRST.id]),
        ({"since": "-520w"}, [FIRST.id, SECOND.id, THIRD.id]),
        ({}, [FIRST.id, SECOND.id, THIRD.id]),
    ],
)
def test_chains_that_are_asked_for(asked: dict[str, Any], kept: list[str]) -> None:
    report = three()
    narrowed = Narrowing(**asked).apply(report)
    assert [chain.id for chain in narrowed.chains] == kept
    for chain in narrowed.chains:
        assert chain in report.chains
        assert all(hit in narrowed.detections for hit in chain.evidence)
    if asked:
        assert narrowed.left_out is not None
        assert narrowed.left_out.chains == len(report.chains) - len(kept)
        assert narrowed.left_out.hits == len(report.detections) - len(narrowed.detections)


@pytest.mark.parametrize("time", ["yesterday", "-24", "-h", "2026-13-01"])
def test_what_is_no_time_is_said(time: str) -> None:
    with pytest.raises(UsageError, match="-24h"):
        Narrowing(since=time).apply(three())


def test_left_out_is_never_told_as_not_found(lineage: Lineage, telemetry: Path) -> None:
    out = lineage("correlate", telemetry, "--host", "nobody").out
    assert "No attack chain is left." in out
    assert "Left out, as asked: " in out
    assert "fired on this input did" not in out


def test_json_goes_to_standard_output(
    lineage: Lineage, telemetry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = lineage("correlate", telemetry, "--json", "-", "--top", 1)
    assert [chain["verdict"] for chain in json.loads(outcome.out)["chains"]] == ["confirmed"]
    assert list(tmp_path.iterdir()) == []


def test_chains_as_lines(lineage: Lineage, telemetry: Path, report: Report) -> None:
    lines = lineage("correlate", telemetry, "--ndjson").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [chain.id for chain in report.chains]


def test_hits_of_one_account(lineage: Lineage, telemetry: Path) -> None:
    lines = lineage("detect", telemetry, "--ndjson", "--user", "*\\*").out.splitlines()
    assert lines
    assert all("\\" in json.loads(line)["user"] for line in lines)


def test_a_story_by_number_and_by_host(lineage: Lineage, saved: Path, report: Report) -> None:
    best = report.chains[0]
    by_number = lineage("explain", 1, "--report", saved).out
    by_host = lineage("explain", "--report", saved, "--host", best.hosts[0], "--top", 1).out
    assert by_number == by_host
    assert by_number.startswith(f"A {best.verdict}")
    assert "say which CHAIN" in lineage("explain", "--report", saved).error


def test_a_chain_of_telemetry_is_told_without_a_saved_report(
    lineage: Lineage, telemetry: Path, saved: Path
) -> None:
    assert lineage("explain", 1, telemetry).out == lineage("explain", 1, "--report", saved).out
    assert lineage("explain", telemetry, "--top", 1).out.startswith("A confirmed Remcos chain")
    assert "say where the chains are" in lineage("explain", 1).error
    assert "leave out PATH" in lineage("explain", 1, telemetry, "--report", saved).error


def test_only_the_hits_of_the_best_chain(lineage: Lineage, telemetry: Path, report: Report) -> None:
    lines = lineage("detect", telemetry, "--ndjson", "--top", 1).out.splitlines()
    expected = {(hit.detection, hit.record) for hit in report.chains[0].evidence}
    assert {(hit["detection"], hit["record"]) for hit in map(json.loads, lines)} == expected


@pytest.mark.parametrize(
    ("since", "zone", "kept"),
    [
        ("2026-02-03T00:30:00", None, False),
        ("2026-02-03T00:30:00", "Europe/Berlin", True),
        ("2026-02-03T00:30:00Z", "Europe/Berlin", False),
        ("2026-02-03", "America/New_York", False),
        ("2026-02-03", "Asia/Tokyo", True),
    ],
)
def test_a_time_without_a_zone_is_the_shown_one_s(since: str, zone: str | None, kept: bool) -> None:
    chain = FIRST.model_copy(
        update={"first_seen": "2026-02-02T20:00:00Z", "last_seen": "2026-02-02T23:45:00Z"}
    )
    narrowed = Narrowing(since=since, zone=zone).apply(report_of([chain]))
    assert bool(narrowed.chains) is kept


def test_a_number_is_that_of_the_chains_with_the_same_rules(
    lineage: Lineage, telemetry: Path, tmp_path: Path
) -> None:
    rule = tmp_path / "rule.yml"
    rule.write_text(
        "title: Every Word\nid: 5b6f7a10-9f0e-4e6e-9e57-0c7f7c1f0a11\nstatus: test\nlevel: high\n"
        "logsource: {category: process_creation, product: windows}\n"
        "detection: {selection: {Image|endswith: WINWORD.EXE}, condition: selection}\n",
        encoding="utf-8",
    )
    told = lineage("explain", 1, telemetry, "--rules", rule)
    assert (told.status, told.err) == (0, "")
    assert "[Every Word]" in told.out
    sliced = lineage("slice", telemetry, "--chain", 1, "--rules", rule)
    best = lineage("correlate", telemetry, "--rules", rule, "--ndjson").out.splitlines()[0]
    assert sliced.out.startswith(f"Chain 1, {json.loads(best)['id']}: ")
