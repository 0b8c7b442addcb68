"""Aligns a chain template with every cluster, and judges how much of the story is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.correlate import score
from lineage.correlate.finding import Cluster, Finding, TaggedGraph, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.correlate.score import Stages
    from lineage.correlate.template import Template
    from lineage.detect.tag import Hit

STAGES_FOR_CONFIRMED = 3
"""A family mark alone may be a leftover or a test; with two more stages it is an infection."""
STRENGTH_FOR_PROBABLE = 3.0
"""Stages, weak ones counted half, from which a chain without a family mark is probable. Installers
and chat programs stay below."""
FACTS_FOR_SUSPICIOUS = 2
"""Weak detections must come from this many facts to be more than a lone weak hit."""


class TemplateChain:
    """A chain correlator that looks for a template's story.

    Args:
        name: unique.
        template: the story.
    """

    tactic: str | None = None

    def __init__(self, name: str, template: Template) -> None:
        self.name = name
        self._template = template

    def __call__(self, tagged: TaggedGraph) -> Iterator[Finding]:
        """Yields a finding for every cluster that is more than a lone weak hit."""
        for cluster in tagged.clusters:
            finding = self._align(cluster, tagged)
            if finding is not None:
                yield finding

    def _align(self, cluster: Cluster, tagged: TaggedGraph) -> Finding | None:
        template = self._template
        stages = score.covered(cluster, tagged.stages.get(cluster, ()), template)
        marks = score.family_marks(cluster, template, tagged.graph)
        verdict = judge(cluster, stages, template, marks)
        if verdict is None:
            return None
        parts = (
            score.stage_part(stages, template),
            score.risk_part(cluster.hits),
            score.order_part(stages, template),
            score.family_part(marks, template.family),
            score.rarity_part(cluster, tagged.graph, tagged.profile),
            score.tightness_part(cluster, stages),
        )
        family = template.family if marks else None
        return Finding(self.name, cluster, verdict, family, parts)


def judge(
    cluster: Cluster, stages: Stages, template: Template, marks: Sequence[str]
) -> Verdict | None:
    """The verdict on a cluster (the report contract defines the words), or None for no chain."""
    if not cluster.processes:
        return None
    if marks and len(stages) >= STAGES_FOR_CONFIRMED:
        return "confirmed"
    entered = any(stage.entry and stage.tactic in stages for stage in template.stages)
    strength = sum(stage.strength for stage in stages.values())
    if entered and strength >= STRENGTH_FOR_PROBABLE and len(cluster.processes) > 1:
        return "probable"
    return "suspicious" if _more_than_weak(cluster.hits) else None


def _more_than_weak(hits: Iterable[Hit]) -> bool:
    """Whether one detection is worth attention alone, or several facts show different weak ones."""
    found = list(hits)
    if any(hit.detection.type == "TTP" for hit in found):
        return True
    facts = {hit.ordinal for hit in score.distinct(found).values()}
    return len(facts) >= FACTS_FOR_SUSPICIOUS
