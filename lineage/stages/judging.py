"""Per group of hosts: graph and hits -> clusters, chains, and these in the report's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lineage.analysis import Analysis
from lineage.correlate.campaign import HonestAskers, own_traits
from lineage.correlate.chain import chain
from lineage.correlate.cluster import tagged_graph
from lineage.correlate.finding import VERDICTS
from lineage.correlate.run import best_findings
from lineage.problems import InputLedger
from lineage.report import assemble
from lineage.report.unchained import unchained
from lineage.stages.sharing import add_strangers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.correlate.campaign import Trait
    from lineage.correlate.chain import Chain
    from lineage.correlate.finding import Correlator
    from lineage.report import model
    from lineage.stages.sharing import Elsewhere
    from lineage.stages.tracing import Traced

HitKey = tuple[int, int, str]
"""Place of the event in the order of all, ordinal in its group, title of the detection."""
ChainKey = tuple[int, float, int, int]
"""Verdict and score, the strongest first; then place and ordinal of the first hit."""

UnchainedKey = tuple[int, int, int, int]
"""Level, the strongest first; how many hits; then place and ordinal of the first."""


class ToldHit(NamedTuple):
    """A hit in the report's words, and by what it is put in order."""

    key: HitKey
    hit: model.DetectionHit


class ToldChain(NamedTuple):
    """A chain in the report's words, by what it is put in order, and its traits."""

    key: ChainKey
    chain: model.Chain
    traits: frozenset[Trait]


class Judgement(NamedTuple):
    """What a group comes to.

    Attributes:
        hits: in order of time.
        chains: best first; campaigns are the run's business.
        rules: those that fired.
        unchained: severe hits on no chain, each with its rank.
    """

    hits: list[ToldHit]
    chains: list[ToldChain]
    rules: list[model.Rule]
    unchained: list[tuple[UnchainedKey, model.Unchained]]


NOTHING = Judgement([], [], [], [])
"""Of a group without hits."""


def judge(
    traced: Traced,
    others: Elsewhere,
    correlators: Sequence[Correlator],
    inputs: Sequence[str],
) -> tuple[Judgement, list[Chain]]:
    """Judges a group.

    Args:
        traced: its graph and hits; what others asked for is added to the graph.
        others: what is known of the other groups.
        correlators: what makes chains of clusters.
        inputs: names of the run's inputs, by number.

    Returns:
        The judgement, and the chains that it tells, in its order.
    """
    graph, hits, places = traced.graph, traced.hits, traced.places
    if not hits:
        return NOTHING, []
    findings = []
    if correlators:
        add_strangers(graph, others.strangers)
        findings = best_findings(
            tagged_graph(graph, hits, others.profile, others.contexts), correlators
        )
    chains = [chain(finding, graph) for finding in findings]
    analysis = Analysis([InputLedger(name) for name in inputs], graph, hits, chains)
    told_hits, told_chains = assemble.told(analysis)
    askers = HonestAskers(graph)
    judgement = Judgement(
        [
            ToldHit((places[hit.ordinal], hit.ordinal, hit.detection.title), told)
            for hit, told in zip(hits, told_hits, strict=True)
        ],
        [
            ToldChain(_key(each, traced), told, own_traits(each.finding, graph, askers))
            for each, told in zip(chains, told_chains, strict=True)
        ],
        assemble.rules(hits),
        [
            ((level, count, places[first], first), entry)
            for (level, count, first), entry in unchained(analysis)
        ],
    )
    return judgement, chains


def _key(chain: Chain, traced: Traced) -> ChainKey:
    finding, first = chain.finding, chain.hits[0].ordinal
    verdict = VERDICTS.index(finding.verdict)
    return -verdict, -finding.score, traced.places[first], first
