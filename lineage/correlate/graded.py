"""Aligns a template with the hits of any rules, weighed by grade: `lineage.correlate.grade`."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

from lineage.correlate import score
from lineage.correlate.align import Judgement, TemplateChain
from lineage.correlate.finding import Cluster, Finding, ScorePart, TaggedGraph
from lineage.correlate.grade import Fact, Grades, covered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage.correlate.score import Stages
    from lineage.correlate.template import Template

WEIGHT_FOR_PROBABLE: Final = 2.0
"""What the stages of a probable chain weigh together. With SigmaHQ's rules the simulated honest
hosts, installers and administrators' scripts weigh 1.9 at most, intrusions 2 and more."""
STAGES_FOR_PROBABLE: Final = 3
"""Tactics that such a chain shows ..."""
SHOWN: Final = 0.2
"""... each at least so much."""
STRONG_FACT: Final = 0.5
"""A fact worth attention alone: a rule of level high that names no honest cause, say."""
WEIGHT_FOR_SUSPICIOUS: Final = 0.8
"""What weaker facts must weigh together to be worth it."""


class GradedChain(TemplateChain):
    """A chain correlator for hits of any rules, which are weighed by grade.

    It looks at clusters that rules beside the package's own have hit; the others are the other
    templates' to judge.
    """

    def __call__(self, tagged: TaggedGraph) -> Iterator[Finding]:
        """Yields a finding for every cluster that is more than noise."""
        grades = Grades(tagged)
        for cluster in tagged.clusters:
            if any(hit.detection.pack is None for hit in cluster.hits):
                finding = self._graded(cluster, tagged, grades)
                if finding is not None:
                    yield finding

    def _graded(self, cluster: Cluster, tagged: TaggedGraph, grades: Grades) -> Finding | None:
        template = self.template
        facts = grades.facts(cluster)
        stages = covered(facts, tagged.stages.get(cluster, ()), template)
        judgement = judge(cluster, facts, stages)
        if judgement is None:
            return None
        parts = (
            score.verdict_part(*judgement),
            score.stage_part(stages, template),
            risk_part(facts),
            score.order_part(stages, template),
            score.family_part({}, template.family),
            score.rarity_part(cluster, tagged.graph, tagged.profile),
            score.tightness_part(cluster, stages),
        )
        return Finding(self.name, cluster, judgement.verdict, None, parts)


def template_chain(name: str, template: Template) -> TemplateChain:
    """The correlator that looks for a template's story, by what the template weighs."""
    kind = GradedChain if template.weighs == "graded" else TemplateChain
    return kind(name, template)


def judge(cluster: Cluster, facts: Sequence[Fact], stages: Stages) -> Judgement | None:
    """The verdict on a cluster, or None where there is too little for a chain."""
    if not cluster.processes:
        return None
    weight = sum(stage.strength for stage in stages.values())
    shown = sum(stage.strength >= SHOWN for stage in stages.values())
    told = f"{shown} tactics weigh {weight:.2f}"
    if (
        len(cluster.processes) > 1
        and shown >= STAGES_FOR_PROBABLE
        and weight >= WEIGHT_FOR_PROBABLE
    ):
        return Judgement(
            "probable",
            f"{told} of {WEIGHT_FOR_PROBABLE:g} needed, by {len(facts)} facts over "
            f"{len(cluster.processes)} processes",
        )
    if facts and facts[0].strength >= STRONG_FACT:
        return Judgement("suspicious", f"a fact that is worth attention alone; {told}")
    if weight >= WEIGHT_FOR_SUSPICIOUS:
        return Judgement("suspicious", f"{told}, by {len(facts)} facts")
    return None


def risk_part(facts: Sequence[Fact]) -> ScorePart:
    """Points for what the facts are worth, combined as independent chances.

    points = RISK_POINTS * (1 - product(1 - strength)) over the facts.
    """
    points = score.RISK_POINTS * (1 - prod(1 - fact.strength for fact in facts))
    named = ", ".join(f"{_strongest(fact)} ({fact.strength:.2f})" for fact in facts[:3])
    many = len({hit.detection.title for fact in facts for hit in fact.hits})
    why = f"{len(facts)} facts by {many} rules; worth most: {named}"
    return ScorePart("risk", score.quarters(points), why)


def _strongest(fact: Fact) -> str:
    return max(fact.hits, key=lambda hit: hit.detection.risk).detection.title
