"""Findings -> chains: the best reading of each cluster, best first, with a stable id."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from lineage.normalise.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.correlate.api import Correlator, Finding, TaggedGraph, Verdict

VERDICTS: tuple[Verdict, ...] = ("suspicious", "probable", "confirmed")
"""From the weakest to the strongest."""

ID_DIGITS = 12
"""Hexadecimal digits of a chain's id: among 10,000 chains a collision has a chance of 2 in 10
million."""


def correlate(tagged: TaggedGraph, correlators: Sequence[Correlator]) -> list[Finding]:
    """What the correlators find, one finding a cluster, best first."""
    best: dict[int, Finding] = {}
    for correlator in correlators:
        for finding in correlator(tagged):
            known = best.get(id(finding.cluster))
            if known is None or rank(finding) > rank(known):
                best[id(finding.cluster)] = finding
    return sorted(best.values(), key=_best_first)


def rank(finding: Finding) -> tuple[int, float]:
    """How strong a finding is: by verdict, then by score."""
    return VERDICTS.index(finding.verdict), finding.score


def _best_first(finding: Finding) -> tuple[int, float, int]:
    verdict, score = rank(finding)
    return -verdict, -score, finding.cluster.hits[0].ordinal


def chain_id(finding: Finding) -> str:
    """A name for a chain that depends on its hits alone: the same input gives the same id."""
    told = sorted(_facts(finding))
    return "chain-" + sha256("\n".join(told).encode()).hexdigest()[:ID_DIGITS]


def _facts(finding: Finding) -> Iterable[str]:
    for hit in finding.cluster.hits:
        yield f"{hit.detection.title}|{hit.host}|{iso(hit.record.time)}|{hit.record.record}"
