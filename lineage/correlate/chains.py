"""Findings -> chains: the best reading of each cluster, best first, with a stable id."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from lineage.correlate.finding import VERDICTS, Finding, StageFinding
from lineage.errors import UsageError
from lineage.times import TICKS, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.correlate.finding import Cluster, Correlator, TaggedGraph

ID_DIGITS = 12
"""Hexadecimal digits of a chain's id: among 10,000 chains a collision has a chance of 2 in 10
million."""


def correlate(tagged: TaggedGraph, correlators: Sequence[Correlator]) -> list[Finding]:
    """What the correlators find, one finding a cluster, best first.

    The stage correlators run first; the others see what those found.

    Raises:
        UsageError: a correlator failed; the message names it.
    """
    stages = _stages(tagged, [each for each in correlators if each.tactic is not None])
    told = replace(tagged, stages=stages)
    best: dict[Cluster, Finding] = {}
    for correlator in correlators:
        if correlator.tactic is not None:
            continue
        for finding in _findings(correlator, told):
            if not isinstance(finding, Finding):
                continue
            known = best.get(finding.cluster)
            if known is None or rank(finding) > rank(known):
                best[finding.cluster] = finding
    return sorted(best.values(), key=_best_first)


def _stages(
    tagged: TaggedGraph, correlators: Sequence[Correlator]
) -> dict[Cluster, list[StageFinding]]:
    found: dict[Cluster, list[StageFinding]] = {}
    for correlator in correlators:
        for finding in _findings(correlator, tagged):
            if isinstance(finding, StageFinding):
                found.setdefault(finding.cluster, []).append(finding)
    return found


def _findings(correlator: Correlator, tagged: TaggedGraph) -> list[Finding | StageFinding]:
    """What a correlator finds. It may be others' code: what it raises is told as its own fault."""
    try:
        return list(correlator(tagged))
    except Exception as error:
        raise UsageError(
            f"correlator {correlator.name!r}: {type(error).__name__}: {error}; "
            "run without it, and tell its author"
        ) from error


def rank(finding: Finding) -> tuple[int, float]:
    """How strong a finding is: by verdict, then by score."""
    return VERDICTS.index(finding.verdict), finding.score


def _best_first(finding: Finding) -> tuple[int, float, int]:
    verdict, score = rank(finding)
    return -verdict, -score, finding.cluster.hits[0].ordinal


def chain_id(finding: Finding) -> str:
    """A name for a chain that depends on its hits alone.

    The same records give the same id in whatever container they come: times count to the second,
    since exports cut their fractions.
    """
    told = sorted(_facts(finding))
    return "chain-" + sha256("\n".join(told).encode()).hexdigest()[:ID_DIGITS]


def _facts(finding: Finding) -> Iterable[str]:
    for hit in finding.cluster.hits:
        second = iso(hit.record.time // TICKS * TICKS)
        yield f"{hit.detection.title}|{hit.host}|{second}|{hit.record.record}"
