"""Tagged graph -> chains: runs the correlators, and keeps the best reading of each cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineage.correlate.campaign import HonestAskers, campaigns, own_traits
from lineage.correlate.chain import Chain, chain
from lineage.correlate.finding import VERDICTS, Finding, StageFinding
from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.correlate.finding import Cluster, Correlator, TaggedGraph


def correlate(tagged: TaggedGraph, correlators: Sequence[Correlator]) -> list[Chain]:
    """The chains that the correlators find, one a cluster, best first.

    The stage correlators run first; the others see what those found.

    Raises:
        UsageError: a correlator failed; the message names it.
    """
    findings = best_findings(tagged, correlators)
    askers = HonestAskers(tagged.graph)
    shared = campaigns([own_traits(finding, tagged.graph, askers) for finding in findings])
    return [
        chain(finding, tagged.graph, shared.get(index)) for index, finding in enumerate(findings)
    ]


def rank(finding: Finding) -> tuple[int, float]:
    """How strong a finding is: by verdict, then by score."""
    return VERDICTS.index(finding.verdict), finding.score


def best_findings(tagged: TaggedGraph, correlators: Sequence[Correlator]) -> list[Finding]:
    """The best reading of each cluster, the strongest first. See `correlate`."""
    stages = [correlator for correlator in correlators if correlator.tactic is not None]
    staged = replace(tagged, stages=_stages(tagged, stages))
    best: dict[Cluster, Finding] = {}
    for correlator in correlators:
        if correlator.tactic is not None:
            continue
        for finding in _findings(correlator, staged):
            if not isinstance(finding, Finding):
                continue
            known = best.get(finding.cluster)
            if known is None or rank(finding) > rank(known):
                best[finding.cluster] = finding
    return sorted(best.values(), key=_best_first)


def _stages(
    tagged: TaggedGraph, correlators: Sequence[Correlator]
) -> dict[Cluster, list[StageFinding]]:
    by_cluster: dict[Cluster, list[StageFinding]] = {}
    for correlator in correlators:
        for finding in _findings(correlator, tagged):
            if isinstance(finding, StageFinding):
                by_cluster.setdefault(finding.cluster, []).append(finding)
    return by_cluster


def _findings(correlator: Correlator, tagged: TaggedGraph) -> list[Finding | StageFinding]:
    """What a correlator finds. It may be others' code: what it raises is told as its own fault."""
    try:
        return list(correlator(tagged))
    except Exception as error:
        raise UsageError(
            f"correlator {correlator.name!r}: {type(error).__name__}: {error}; "
            "run without it, and tell its author"
        ) from error


def _best_first(finding: Finding) -> tuple[int, float, int]:
    verdict, score = rank(finding)
    return -verdict, -score, finding.cluster.hits[0].ordinal
