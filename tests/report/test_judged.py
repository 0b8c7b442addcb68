"""What a report says of its own limits."""

from __future__ import annotations

import io

from rich.console import Console
from sample_intrusion import suspicious_chain
from sample_report import empty_report, report_of

from lineage.report.judged import judged_by, no_all_clear, unjudged
from lineage.report.model import Coverage, IgnoredEvent, Input, Rule
from lineage.report.terminal import render


def rule(title: str, pack: str | None, *, evaluable: bool = True) -> Coverage:
    return Coverage(detection=title, evaluable=evaluable, sources_present=[], missing=[], pack=pack)


def read(**counts: int) -> Input:
    known = {"records": 0, "events": 0, "ignored": 0, "duplicates": 0, "rejected": 0} | counts
    return Input(source="a.evtx", format="evtx", problems=[], **known)


def test_which_rules_judged() -> None:
    report = report_of(
        [],
        coverage=[rule("a", "remcos"), rule("b", "remcos", evaluable=False), rule("mine", None)],
        tradecraft_coverage=[rule("t", "tradecraft")],
    )
    assert judged_by(report) == (
        "Judged by 2 detections of the Remcos story, 1 tradecraft rule and 1 rule of yours, "
        "of which 1 couldn't have fired on this input."
    )


def test_what_nobody_looked_at_is_counted_and_named() -> None:
    entry = read(records=100, events=20, ignored=78, rejected=2).model_copy(
        update={
            "ignored_events": [
                IgnoredEvent(provider="Microsoft-Windows-Sysmon", event_id=n, records=70 + n)
                for n in range(1, 6)
            ]
        }
    )
    assert unjudged(report_of([], inputs=[entry])) == (
        "Not judged: 78 records of 100 (78%) are events of kinds that nothing here reads: "
        "Sysmon 5 (75), Sysmon 4 (74), Sysmon 3 (73) and 2 more kinds; 2 records couldn't be read."
    )


def test_nothing_is_said_where_all_was_looked_at() -> None:
    report = empty_report().model_copy(update={"inputs": [read(records=3, events=3)]})
    assert unjudged(report) is None
    assert no_all_clear(report) is None


def test_weak_chains_are_never_called_honest() -> None:
    chain = suspicious_chain()
    severe = Rule(
        rule_id=chain.evidence[0].rule_id, title="x", level="critical", description="",
        false_positives=[],
    )  # fmt: skip
    words = no_all_clear(report_of([chain], rules=[severe]))
    assert words is not None
    assert "doesn't make them honest" in words
    assert "1 of them with rules of level high or critical" in words
    assert "1 of them" not in (no_all_clear(report_of([chain])) or "")


def test_many_rules_that_could_not_fire_stay_within_a_screen() -> None:
    blind = [
        Coverage(
            detection=f"rule {number}",
            evaluable=False,
            sources_present=[],
            missing=[f"source-{number % 60}"],
        )
        for number in range(600)
    ]
    text = io.StringIO()
    render(report_of([], coverage=blind), Console(file=text, width=120))
    assert len(text.getvalue().splitlines()) < 90
    assert "and 9 more" in text.getvalue()
    assert "54 more needs" in text.getvalue()
