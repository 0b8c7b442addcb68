"""How a chain is scored: named constants, and parts that add up. `docs/scoring.md` explains them.

A score is 0 to 100. Each distinct detection counts once, however often it hit: a script that starts
forty children is not forty times the proof.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lineage.correlate.api import Cluster, Hit, ScorePart
from lineage.normalise.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.correlate.api import ProvenanceGraph
    from lineage.correlate.rarity import Profile
    from lineage.correlate.template import Template, TemplateStage

WEAK_STAGE = 0.5
"""Share of a stage's weight when only Anomaly or Hunting detections, weak alone, cover it."""
STRONG_RISK = 25
"""Risk from which a TTP is strong: below it the story itself gives it little confidence."""
RISK_POINTS = 15.0
"""Most that the detections' own risk adds."""
ORDER_POINTS = 15.0
"""Most that the order of the stages adds (HOLMES and RapSheet rank by stages in sequence;
Milajerdi et al., S&P 2019; Hassan et al., S&P 2020)."""
FAMILY_POINTS = (15.0, 20.0)
"""For one, and for two or more, distinct things that are specific to the family."""
RARITY_POINTS = 5.0
"""For a chain all of whose process starts are of pairs that nobody else shows."""
TIGHTNESS_POINTS = 5.0
"""For a chain that one foothold explains."""


def quarters(points: float) -> float:
    """Points to the nearest quarter, which binary fractions hold exactly: parts add up to the bit.

    >>> quarters(7.16)
    7.25
    """
    return round(points * 4) / 4


def distinct(hits: Iterable[Hit]) -> dict[str, Hit]:
    """Detection title -> its first hit, in order of time."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(hit.detection.title, hit)
    return found


def covered(cluster: Cluster, template: Template) -> dict[str, list[Hit]]:
    """Tactic -> the hits that satisfy that stage of the template, in the template's order."""
    return {
        stage.tactic: hits
        for stage in template.stages
        if (hits := [hit for hit in cluster.hits if hit.detection.stage == stage.tactic])
    }


def stage_strength(hits: Iterable[Hit]) -> float:
    """1 where a TTP of some risk covers a stage, `WEAK_STAGE` where weak hits do.

    Weak are Anomaly and Hunting detections, and TTPs below `STRONG_RISK`.
    """
    strong = (hit.detection.type == "TTP" and hit.detection.risk >= STRONG_RISK for hit in hits)
    return 1.0 if any(strong) else WEAK_STAGE


def stage_part(stages: dict[str, list[Hit]], template: Template) -> ScorePart:
    """Points for the stages covered, each by its weight in the template."""
    points, told = 0.0, []
    for stage in template.stages:
        if stage.tactic not in stages:
            continue
        strength = stage_strength(stages[stage.tactic])
        gained = stage.weight * strength
        points += gained
        told.append(f"{stage.tactic} {gained:g}{'' if strength == 1 else ' (weak hits only)'}")
    return ScorePart("stages", quarters(points), "; ".join(told) or "no stage covered")


def risk_part(hits: Iterable[Hit]) -> ScorePart:
    """Points for the detections' own risk, combined as independent chances.

    points = RISK_POINTS * (1 - product(1 - risk / 100)) over distinct detections.
    """
    risks = {title: hit.detection.risk for title, hit in distinct(hits).items()}
    points = RISK_POINTS * (1 - prod(1 - risk / 100 for risk in risks.values()))
    top = sorted(risks.items(), key=lambda item: (-item[1], item[0]))[:3]
    named = ", ".join(f"{title} ({risk})" for title, risk in top)
    return ScorePart(
        "risk",
        quarters(points),
        f"{_count(len(risks), 'distinct detection')}; highest risk: {named}",
    )


def order_part(stages: dict[str, list[Hit]], template: Template) -> ScorePart:
    """Points for stages that come in the template's order.

    points = ORDER_POINTS * (pairs in order) / (pairs the template orders, all its stages covered or
    not): a chain of two stages can't earn what a whole story earns.
    """
    pairs = [(before, stage.tactic) for stage in template.stages for before in stage.after]
    present = [pair for pair in pairs if pair[0] in stages and pair[1] in stages]
    kept = [pair for pair in present if _in_order(stages[pair[0]], stages[pair[1]])]
    points = ORDER_POINTS * len(kept) / len(pairs) if pairs else 0.0
    why = (
        f"{len(kept)} of {len(present)} pairs of covered stages are in order ({len(pairs)} in all)"
    )
    return ScorePart("order", quarters(points), why)


def _in_order(before: list[Hit], after: list[Hit]) -> bool:
    return before[0].ordinal <= after[-1].ordinal


def family_marks(cluster: Cluster, template: Template, graph: ProvenanceGraph) -> list[str]:
    """What in a cluster is specific to the template's family, in words; each thing once."""
    if template.family is None:
        return []
    detections = [
        title
        for title, hit in distinct(cluster.hits).items()
        if hit.detection.family == template.family
    ]
    images = [
        canonical_path(image)
        for process_id in cluster.processes
        if (image := graph.process(process_id).image) is not None
    ]
    marks = [
        f"{mark.name} ({next(image for image in images if mark.contains in image)})"
        for mark in template.marks
        if any(mark.contains in image for image in images)
    ]
    return detections + marks


def family_part(marks: list[str], family: str | None) -> ScorePart:
    """Points for what only the family leaves behind."""
    if not marks:
        return ScorePart("family", 0.0, f"nothing specific to {family or 'a family'}")
    points = FAMILY_POINTS[min(len(marks), len(FAMILY_POINTS)) - 1]
    return ScorePart("family", points, f"specific to {family}: {', '.join(marks)}")


def rarity_part(cluster: Cluster, graph: ProvenanceGraph, profile: Profile) -> ScorePart:
    """Points for how rare the chain's process starts are.

    points = RARITY_POINTS * mean of `Profile.rarity` over the pairs (parent's program, child's
    program) that the attack's own processes started.
    """
    rarities = {
        (edge.source, edge.target): profile.rarity(
            graph.process(edge.source), graph.process(edge.target)
        )
        for edge, _ in cluster.steps
        if edge.kind == "spawned" and edge.source in cluster.processes
    }
    if not rarities:
        return ScorePart("rarity", 0.0, "no process start inside the chain")
    mean = sum(rarities.values()) / len(rarities)
    why = f"mean rarity {mean:.2f} over {len(rarities)} process starts inside the chain"
    return ScorePart("rarity", quarters(RARITY_POINTS * mean), why)


def tightness_part(cluster: Cluster, stages: dict[str, list[Hit]]) -> ScorePart:
    """Points for how few footholds explain how many stages.

    points = TIGHTNESS_POINTS * (stages - footholds) / stages, not below 0.
    """
    footholds, count = len(cluster.footholds), len(stages)
    points = TIGHTNESS_POINTS * max(0, count - footholds) / count if count else 0.0
    return ScorePart(
        "tightness",
        quarters(points),
        f"{_count(footholds, 'foothold')} for {_count(count, 'stage')}",
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def entry_stages(template: Template) -> tuple[TemplateStage, ...]:
    """The stages that tell how an attack came in or first ran."""
    return tuple(stage for stage in template.stages if stage.entry)
