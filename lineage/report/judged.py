"""What a run judged, by which rules, and what not: so that silence reassures nobody."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from lineage.report.unchained import SEVERE
from lineage.report.wording import counted

if TYPE_CHECKING:
    from lineage.report.model import Chain, Report

KINDS: Final = 3
"""Kinds of unread events that a sentence names."""
_VENDOR: Final = "Microsoft-Windows-"


def judged_by(report: Report) -> str:
    """Which rules looked at the input, and how many of them could have seen anything."""
    packs = Counter(entry.pack for entry in report.coverage)
    parts = [
        (packs["remcos"], "detection of the Remcos story", "detections of the Remcos story"),
        (len(report.tradecraft_coverage), "tradecraft rule", "tradecraft rules"),
        (packs[None], "rule of yours", "rules of yours"),
    ]
    told = [counted(number, one, many) for number, one, many in parts if number]
    every = (*report.coverage, *report.tradecraft_coverage)
    blind = sum(not entry.evaluable for entry in every)
    rest = f", of which {blind:,} couldn't have fired on this input" if blind else ""
    return f"Judged by {_in_a_row(told) or 'no rule'}{rest}."


def unjudged(report: Report) -> str | None:
    """How much of the input no rule looked at; None where all of it was."""
    records = sum(entry.records for entry in report.inputs)
    ignored = sum(entry.ignored for entry in report.inputs)
    rejected = sum(entry.rejected for entry in report.inputs)
    told = []
    if ignored:
        share = f"{counted(ignored, 'record')} of {records:,} ({ignored / records:.0%})"
        told.append(f"{share} are events of kinds that nothing here reads{_kinds(report)}")
    if rejected:
        told.append(f"{counted(rejected, 'record')} couldn't be read")
    return f"Not judged: {'; '.join(told)}." if told else None


def left_out(report: Report) -> str | None:
    """What was found and isn't in the report, as asked; None where nothing."""
    if report.left_out is None:
        return None
    parts = [(report.left_out.chains, "chain"), (report.left_out.hits, "detection hit")]
    told = " and ".join(counted(number, thing) for number, thing in parts if number)
    return f"Left out, as asked: {told}." if told else None


def no_all_clear(report: Report) -> str | None:
    """What suspicious chains are, where there are some: neither an attack nor honest, so far."""
    weak = [chain for chain in report.chains if chain.verdict == "suspicious"]
    if not weak:
        return None
    severe = sum(_is_severe(chain, report) for chain in weak)
    told = "too little was seen to call them attacks, which doesn't make them honest"
    which = f"; {severe:,} of them with rules of level high or critical" if severe else ""
    return f"{counted(len(weak), 'suspicious chain')}: {told}{which}."


def _is_severe(chain: Chain, report: Report) -> bool:
    severe = {rule.rule_id for rule in report.rules if rule.level in SEVERE}
    return any(hit.rule_id in severe for hit in chain.evidence)


def _kinds(report: Report) -> str:
    counts: Counter[str] = Counter()
    for entry in report.inputs:
        for event in entry.ignored_events:
            provider = event.provider.removeprefix(_VENDOR)
            counts[f"{provider} {event.event_id}"] += event.records
    if not counts:
        return ""
    named = ", ".join(f"{kind} ({number:,})" for kind, number in counts.most_common(KINDS))
    left = len(counts) - KINDS
    return f": {named}{f' and {left:,} more kinds' if left > 0 else ''}"


def _in_a_row(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
