"""What a later report has that an earlier one had not."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from sample_intrusion import probable_chain, remcos_chain, suspicious_chain
from sample_report import empty_report, full_report, hostile_report, inputs, report_of

from lineage.report.difference import difference
from lineage.report.difference_view import render
from lineage.report.model import (
    Allowance,
    Chain,
    DetectionHit,
    Generator,
    LeftOut,
    RecordReference,
    Report,
)


def changes(old: Report, new: Report) -> dict[str, str]:
    return {chain.id: chain.change for chain in difference(old, new).chains}


def without(chain: Chain, hits: int, **others: object) -> Chain:
    """A chain as it was before its last hits, under another id."""
    return chain.model_copy(
        update={"id": "chain-before", "evidence": chain.evidence[:-hits], **others}
    )


def moved(hit: DetectionHit, source: str) -> DetectionHit:
    return hit.model_copy(update={"source": source, "also": []})


def shown(old: Report, new: Report) -> str:
    out = Console(file=io.StringIO(), width=160, force_terminal=False)
    render(difference(old, new), out, "new.json")
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@pytest.mark.parametrize("make", [full_report, empty_report, hostile_report])
def test_a_report_does_not_differ_from_itself(make: object) -> None:
    assert callable(make)
    found = difference(make(), make())
    assert {chain.change for chain in found.chains} <= {"same"}
    assert found.new_hits == found.gone_hits == found.new_indicators == found.inputs == []
    assert found.remarks == []


def test_a_chain_that_no_chain_shares_evidence_with_is_new() -> None:
    old, new = report_of([probable_chain()]), report_of([remcos_chain(), probable_chain()])
    assert changes(old, new) == {remcos_chain().id: "new", probable_chain().id: "same"}
    found = difference(old, new)
    assert sum(entry.count for entry in found.new_hits) == len(remcos_chain().evidence)
    assert found.new_indicators
    assert not found.gone_indicators
    assert found.worsened("confirmed")
    assert "1 new (1 probable or confirmed)" in shown(old, new)


def test_a_chain_that_grew_is_found_under_its_other_id() -> None:
    now = remcos_chain()
    before = without(now, 2, verdict="probable")
    found = difference(report_of([before]), report_of([now]))
    (change,) = found.chains
    assert (change.change, change.was, change.gained_hits) == ("grown", ["chain-before"], 2)
    assert set(change.gained) == {hit.detection for hit in now.evidence[-2:]}
    assert (change.was_verdict, change.verdict) == ("probable", "confirmed")
    assert found.worsened("confirmed")
    assert not found.worsened("probable")
    assert "(was probable)" in shown(report_of([before]), report_of([now]))


def test_two_chains_that_became_one_are_both_named() -> None:
    now = remcos_chain()
    half = len(now.evidence) // 2
    parts = [
        now.model_copy(update={"id": f"chain-{n}", "evidence": evidence})
        for n, evidence in enumerate((now.evidence[:half], now.evidence[half:]))
    ]
    parts = [part.model_copy(update={"score": 1.0}) for part in parts]
    (change,) = difference(report_of(parts), report_of([now])).chains
    assert (change.change, change.was) == ("changed", ["chain-0", "chain-1"])
    assert (change.gained_hits, change.lost_hits) == (0, 0)
    assert "joins chain-0, chain-1" in shown(report_of(parts), report_of([now]))


def test_the_same_fact_told_by_another_file_is_the_same() -> None:
    """Moved evidence, and a further input whose record now stands for the fact."""
    before = remcos_chain()
    elsewhere = [moved(hit, f"moved/{number}") for number, hit in enumerate(before.evidence)]
    now = before.model_copy(update={"evidence": elsewhere})
    assert changes(report_of([before]), report_of([now])) == {before.id: "same"}
    told = [
        hit.model_copy(
            update={
                "source": "Sysmon.evtx",
                "record": 900_000 + number,
                "also": [
                    RecordReference(event_id=hit.event_id, source=hit.source, record=hit.record)
                ],
            }
        )
        for number, hit in enumerate(before.evidence)
    ]
    now = before.model_copy(update={"evidence": told})
    found = difference(report_of([before]), report_of([now]))
    assert [chain.change for chain in found.chains] == ["same"]
    assert not found.new_hits


def test_the_same_line_number_of_another_file_is_not_the_same_fact() -> None:
    hit = suspicious_chain().evidence[0]
    later = moved(hit, "other.json").model_copy(update={"time": "2031-01-01T00:00:00Z"})
    now = suspicious_chain().model_copy(update={"id": "chain-now", "evidence": [later]})
    then = suspicious_chain().model_copy(update={"evidence": [hit]})
    assert changes(report_of([then]), report_of([now]))["chain-now"] == "new"


def test_a_gone_chain_is_never_called_clean() -> None:
    chain = remcos_chain()
    source = chain.evidence[0].source
    old = report_of([chain])
    without_input = [entry for entry in inputs() if entry.source != source]
    found = difference(old, report_of([], inputs=without_input))
    (gone,) = found.chains
    assert gone.change == "gone"
    assert any(f"NEW did not read {source}" in reason for reason in gone.why)
    text = shown(old, report_of([], inputs=without_input))
    assert "which doesn't say that nothing happened" in text
    assert not re.search(r"\bclean\b|no attack", text)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"coverage": []}, "NEW was not judged by"),
        ({"left_out": LeftOut(chains=1, hits=9)}, "leaves chains and hits out, as was asked"),
        ({"detections": remcos_chain().evidence}, "still in NEW, outside it"),
        (
            {
                "allowances": [
                    Allowance(
                        place="a.yml",
                        rule="r",
                        reason="r",
                        expires="2030-01-01",
                        hits={remcos_chain().evidence[0].detection: 1},
                        records=[],
                    )
                ]
            },
            "an allow file took hits of",
        ),
    ],
)
def test_a_reason_why_a_chain_is_gone_is_told(changed: dict[str, object], reason: str) -> None:
    old = report_of([remcos_chain()])
    sources = {hit.source for hit in remcos_chain().evidence}
    read = [inputs()[0].model_copy(update={"source": source}) for source in sorted(sources)]
    (gone,) = difference(old, report_of([], **({"inputs": read} | changed))).chains
    assert any(reason in told for told in gone.why)


def test_no_known_reason_is_said_too() -> None:
    sources = {hit.source for hit in remcos_chain().evidence}
    read = [inputs()[0].model_copy(update={"source": source}) for source in sorted(sources)]
    (gone,) = difference(report_of([remcos_chain()]), report_of([], inputs=read)).chains
    assert gone.why == ["nothing in the reports says why: look at what was read, and how"]


def test_coverage_rules_inputs_and_versions_are_compared() -> None:
    old = report_of([])
    blind = [entry.model_copy(update={"evaluable": False}) for entry in old.coverage[:3]]
    new = report_of(
        [],
        coverage=[*blind, *old.coverage[3:-1]],
        inputs=inputs()[1:],
        generator=Generator(name="lineage", version="9.9"),
    )
    found = difference(old, new)
    assert set(found.no_longer_evaluable) == {
        entry.detection for entry in old.coverage[:3] if entry.evaluable
    }
    assert found.gone_rules == [old.coverage[-1].detection]
    (gone,) = found.inputs
    assert (gone.source, gone.records) == (inputs()[0].source, None)
    assert any("0.1.0 and 9.9" in remark for remark in found.remarks)


def test_hostile_text_is_harmless() -> None:
    text = shown(empty_report(), hostile_report())
    assert "\x1b" not in text
    assert "\u202e" not in text
