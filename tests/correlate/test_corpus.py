"""Other people's attacks, really recorded: hardly any Remcos in them, and none confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.report.model import Report


@pytest.fixture(scope="module")
def reports(corpus: Path) -> dict[str, Report]:
    """File name -> what a run on that recording alone reports."""
    found = {}
    for path in sorted(path for path in corpus.rglob("*") if path.suffix in {".evtx", ".zip"}):
        found[path.name] = run(Request([path], correlators=correlators())).report
    return found


def test_no_recording_is_confirmed_remcos(reports: dict[str, Report]) -> None:
    assert len(reports) > 10
    confirmed = {
        name: [chain.id for chain in report.chains if chain.verdict == "confirmed"]
        for name, report in reports.items()
    }
    assert {name for name, chains in confirmed.items() if chains} == set()


def test_every_score_is_the_sum_of_its_parts(reports: dict[str, Report]) -> None:
    chains = [chain for report in reports.values() for chain in report.chains]
    assert chains
    for chain in chains:
        assert sum(part.points for part in chain.score_parts) == chain.score <= 100


def test_evidence_stands_in_one_chain_at_most(reports: dict[str, Report]) -> None:
    for report in reports.values():
        told = [
            (hit.rule_id, hit.source, hit.event_id, hit.record)
            for chain in report.chains
            for hit in chain.evidence
        ]
        assert len(told) == len(set(told))


def test_every_record_is_counted_once(reports: dict[str, Report]) -> None:
    for report in reports.values():
        for each in report.inputs:
            assert each.records == each.events + each.ignored + each.duplicates + each.rejected
