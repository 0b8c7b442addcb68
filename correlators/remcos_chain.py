"""Aligns a chain template with every cluster of the tagged graph and judges what is there."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from lineage.correlate import score
from lineage.correlate.api import Cluster, Finding, Hit, TaggedGraph, Verdict
from lineage.correlate.template import Template, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STAGES_FOR_CONFIRMED = 3
"""A family mark alone may be a leftover or a test; with two more stages it is an infection."""
STRENGTH_FOR_PROBABLE = 3.0
"""Stages, weak ones counted half, from which a chain without a family mark is probable. Installers
and chat programs stay below."""
FACTS_FOR_SUSPICIOUS = 2
"""Weak detections must come from this many facts to be more than a lone weak hit."""


class RemcosChain:
    """The Remcos attack chain (ATT&CK S0332)."""

    name = "remcos_chain"

    def __call__(self, tagged: TaggedGraph) -> Iterator[Finding]:
        """Yields a finding for every cluster that is more than a lone weak hit."""
        with as_file(files("correlators") / "templates" / "remcos.yaml") as path:
            template = load(path)
        for cluster in tagged.clusters:
            finding = align(cluster, template, tagged, self.name)
            if finding is not None:
                yield finding


def align(
    cluster: Cluster, template: Template, tagged: TaggedGraph, correlator: str
) -> Finding | None:
    """A cluster's finding under a template, or None where it is no more than a lone weak hit."""
    stages = score.covered(cluster, template)
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
    return Finding(correlator, cluster, verdict, template.family if marks else None, parts)


def judge(
    cluster: Cluster, stages: dict[str, list[Hit]], template: Template, marks: list[str]
) -> Verdict | None:
    """The verdict on a cluster (the report contract defines the words), or None for no chain."""
    if not cluster.processes:
        return None
    if marks and len(stages) >= STAGES_FOR_CONFIRMED:
        return "confirmed"
    entered = any(stage.tactic in stages for stage in score.entry_stages(template))
    strength = sum(score.stage_strength(hits) for hits in stages.values())
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
