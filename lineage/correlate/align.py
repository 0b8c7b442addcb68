"""Aligns a chain template with every cluster, and judges how much of the story is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lineage.correlate import score
from lineage.correlate.finding import Cluster, Finding, TaggedGraph, Verdict
from lineage.correlate.weight import strong_facts, weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lineage.correlate.family import FamilyFact
    from lineage.correlate.score import Stages
    from lineage.correlate.template import Template
    from lineage.detect.hit import Hit

FACTS_FOR_CONFIRMED = 2
"""Independent facts that only the family leaves. One of them may be a leftover or a test; with a
strong fact of another kind that causality connects, it is an infection too."""
WEIGHT_FOR_PROBABLE = 2.5
"""What the stages of a chain without a family's mark must weigh. Installers and chat programs weigh
2 at most, the simulated intrusions of other families 3 or more."""
STRONG_FOR_PROBABLE = 2
"""Strong facts that such a chain must have: weak ones alone are not evidence however many."""
FACTS_FOR_SUSPICIOUS = 2
"""Weak detections must come from this many facts to be more than a lone weak hit."""


class Judgement(NamedTuple):
    """A verdict, and what it rests on in a sentence."""

    verdict: Verdict
    why: str


class TemplateChain:
    """A chain correlator that looks for a template's story.

    Args:
        name: unique.
        template: the story.
    """

    tactic: str | None = None

    def __init__(self, name: str, template: Template) -> None:
        self.name = name
        self.template = template

    def __call__(self, tagged: TaggedGraph) -> Iterator[Finding]:
        """Yields a finding for every cluster that is more than a lone weak hit."""
        for cluster in tagged.clusters:
            finding = self._align(cluster, tagged)
            if finding is not None:
                yield finding

    def _align(self, cluster: Cluster, tagged: TaggedGraph) -> Finding | None:
        template = self.template
        weighed = _weighed(cluster, template)
        marks = score.family_marks(cluster, template, tagged.graph)
        if not weighed.hits and not marks:
            return None
        stages = score.covered(cluster, tagged.stages.get(cluster, ()), template, weighed.hits)
        judgement = judge(weighed, stages, template, marks)
        if judgement is None:
            return None
        parts = (
            score.verdict_part(*judgement),
            score.stage_part(stages, template),
            score.risk_part(weighed.hits),
            score.order_part(stages, template),
            score.family_part(marks, template.family),
            score.rarity_part(cluster, tagged.graph, tagged.profile),
            score.tightness_part(cluster, stages),
        )
        family = template.family if marks else None
        return Finding(self.name, cluster, judgement.verdict, family, parts)


def _weighed(cluster: Cluster, template: Template) -> Cluster:
    """A cluster with those of its hits that a template weighs."""
    if template.weighs == "all":
        return cluster
    own = tuple(hit for hit in cluster.hits if hit.detection.pack is not None)
    return replace(cluster, hits=own)


def judge(
    cluster: Cluster, stages: Stages, template: Template, marks: Mapping[str, FamilyFact]
) -> Judgement | None:
    """The verdict on a cluster (the report contract defines the words), or None for no chain."""
    if not cluster.processes:
        return None
    return (
        _by_family(cluster, template, marks)
        or _by_stages(cluster, stages, template)
        or _by_hits(cluster.hits)
    )


def _by_family(
    cluster: Cluster, template: Template, marks: Mapping[str, FamilyFact]
) -> Judgement | None:
    if not marks:
        return None
    named = " and ".join(fact.what for fact in list(marks.values())[:FACTS_FOR_CONFIRMED])
    only = f"only {template.family} leaves {named}"
    if len(marks) >= FACTS_FOR_CONFIRMED:
        return Judgement("confirmed", only)
    mark = next(iter(marks.values()))
    for hit in strong_facts(cluster.hits):
        if hit.detection.family is None and hit.ordinal != mark.ordinal:
            return Judgement("confirmed", f"{only}, and {hit.detection.title} is connected")
    return Judgement("probable", f"{only}; nothing else strong is connected")


def _by_stages(cluster: Cluster, stages: Stages, template: Template) -> Judgement | None:
    weight = sum(weights(stages).values())
    entered = any(stage.entry and stage.tactic in stages for stage in template.stages)
    strong = len(strong_facts(cluster.hits))
    if not entered or len(cluster.processes) < 2:
        return None
    if weight < WEIGHT_FOR_PROBABLE or strong < STRONG_FOR_PROBABLE:
        return None
    return Judgement(
        "probable",
        f"{len(stages)} stages weigh {weight:g} of {WEIGHT_FOR_PROBABLE:g} needed, with {strong} "
        f"strong facts over {len(cluster.processes)} processes",
    )


def _by_hits(hits: Iterable[Hit]) -> Judgement | None:
    """Whether one detection is worth attention alone, or several facts show different weak ones."""
    listed = list(hits)
    if any(hit.detection.type == "TTP" for hit in listed):
        return Judgement("suspicious", "a detection that is worth attention alone")
    facts = {hit.ordinal for hit in score.distinct(listed).values()}
    if len(facts) >= FACTS_FOR_SUSPICIOUS:
        return Judgement("suspicious", f"weak detections of {len(facts)} facts")
    return None
