"""How a chain is scored: named constants, and parts that add up. `docs/scoring.md` explains them.

A score is 0 to 100. Each distinct detection counts once, however often it hit: a script that starts
forty children is not forty times the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from lineage.correlate.family import FamilyFact, facts
from lineage.correlate.finding import VERDICTS, ScorePart, Verdict
from lineage.correlate.template import MOST_WEIGHT
from lineage.correlate.weight import hit_strength
from lineage.graph.nodes import FileNode
from lineage.normalise.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.correlate.finding import Cluster, StageFinding
    from lineage.correlate.rarity import Profile
    from lineage.correlate.template import Template
    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph

VERDICT_POINTS = (0.0, 32.0, 60.0)
"""For a suspicious, a probable and a confirmed chain. All other parts but the family's add up to 32
at most, and a confirmed chain has 6 or more for the family: no chain outranks one of a stronger
verdict."""
STAGE_POINTS = 18.0
"""Most that the stages add, all covered and strong."""
RISK_POINTS = 6.0
"""Most that the detections' own risk adds."""
ORDER_POINTS = 5.0
"""Most that the order of the stages adds (HOLMES and RapSheet rank by stages in sequence;
Milajerdi et al., S&P 2019; Hassan et al., S&P 2020)."""
FAMILY_POINTS = (6.0, 8.0)
"""For one, and for two or more, distinct things that are specific to the family."""
RARITY_POINTS = 1.5
"""For a chain all of whose process starts are of pairs that nobody else shows."""
TIGHTNESS_POINTS = 1.5
"""For a chain that one foothold explains."""


def quarters(points: float) -> float:
    """Points to the nearest quarter, which binary fractions hold exactly: parts add up to the bit.

    >>> quarters(7.16)
    7.25
    """
    return round(points * 4) / 4


def distinct(hits: Iterable[Hit]) -> dict[str, Hit]:
    """Detection title -> its first hit, in order of time."""
    firsts: dict[str, Hit] = {}
    for hit in hits:
        firsts.setdefault(hit.detection.title, hit)
    return firsts


@dataclass(frozen=True, slots=True)
class CoveredStage:
    """A stage of a template that a cluster shows.

    Attributes:
        hits: the detections' hits that show it, in order of time.
        findings: what stage correlators say of it.
        strength: how much of it is shown, above 0 and at most 1.
        first: ordinal of its first event.
        last: ordinal of its last.
    """

    hits: tuple[Hit, ...]
    findings: tuple[StageFinding, ...]
    strength: float
    first: int
    last: int


Stages = Mapping[str, CoveredStage]
"""Tactic -> how a cluster covers it, in the template's order."""


def covered(
    cluster: Cluster,
    findings: Sequence[StageFinding],
    template: Template,
    weighed: Sequence[Hit] | None = None,
) -> dict[str, CoveredStage]:
    """The stages of a template that a cluster shows.

    A stage is shown by hits of its detections, by findings of its correlators, or by both; the
    stronger counts.

    Args:
        cluster: it.
        findings: what stage correlators say of it.
        template: whose stages.
        weighed: those of its hits that the template weighs; all where left out.
    """
    among = cluster.hits if weighed is None else weighed
    stages: dict[str, CoveredStage] = {}
    for stage in template.stages:
        hits = tuple(hit for hit in among if stage.is_shown_by(hit.detection))
        mine = tuple(finding for finding in findings if finding.correlator in stage.correlators)
        if hits or mine:
            spoken = [hit.ordinal for hit in hits or cluster.hits]
            strength = max([hit_strength(hits), *(finding.score / 100 for finding in mine)])
            stages[stage.tactic] = CoveredStage(hits, mine, strength, min(spoken), max(spoken))
    return stages


def verdict_part(verdict: Verdict, why: str) -> ScorePart:
    """Points for the verdict, which decides the band that a score lies in."""
    return ScorePart("verdict", VERDICT_POINTS[VERDICTS.index(verdict)], f"{verdict}: {why}")


def stage_part(stages: Stages, template: Template) -> ScorePart:
    """Points for the stages covered, by their weight in the template and their strength.

    points = STAGE_POINTS * sum of weight * strength / MOST_WEIGHT.
    """
    points, terms = 0.0, []
    for stage in template.stages:
        shown = stages.get(stage.tactic)
        if shown is None:
            continue
        points += stage.weight * shown.strength
        terms.append(f"{stage.tactic} {stage.weight:g} x {shown.strength:.2g}")
    points *= STAGE_POINTS / MOST_WEIGHT
    return ScorePart("stages", quarters(points), "; ".join(terms) or "no stage covered")


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


def order_part(stages: Stages, template: Template) -> ScorePart:
    """Points for stages that come in the template's order.

    points = ORDER_POINTS * (pairs in order) / (pairs the template orders, all its stages covered or
    not): a chain of two stages can't earn what a whole story earns.
    """
    pairs = [(before, stage.tactic) for stage in template.stages for before in stage.after]
    present = [pair for pair in pairs if pair[0] in stages and pair[1] in stages]
    kept = [pair for pair in present if stages[pair[0]].first <= stages[pair[1]].last]
    points = ORDER_POINTS * len(kept) / len(pairs) if pairs else 0.0
    why = (
        f"{len(kept)} of {len(present)} pairs of covered stages are in order ({len(pairs)} in all)"
    )
    return ScorePart("order", quarters(points), why)


def family_marks(
    cluster: Cluster, template: Template, graph: ProvenanceGraph
) -> dict[str, FamilyFact]:
    """What in a cluster is specific to the template's family, by kind; each thing once.

    A file that a detection names below the folder of one of the template's marks is that mark, and
    no second one.
    """
    if template.family is None:
        return {}
    marks = facts(cluster, graph, template.family)
    for mark in template.marks:
        inside = [
            marks.pop(hit.detection.title)
            for hit in distinct(cluster.hits).values()
            if hit.detection.title in marks
            and isinstance(graph.node(hit.node), FileNode)
            and mark.contains in canonical_path(hit.node)
        ]
        images = {
            canonical_path(graph.process(process_id).image or ""): since
            for process_id, since in cluster.processes.items()
        }
        inside += [
            FamilyFact(f"{mark.name} ({image})", since)
            for image, since in images.items()
            if mark.contains in image
        ]
        if inside:
            marks[mark.name] = inside[0]
    return marks


def family_part(marks: Mapping[str, FamilyFact], family: str | None) -> ScorePart:
    """Points for what only the family leaves behind."""
    if not marks:
        return ScorePart("family", 0.0, f"nothing specific to {family or 'a family'}")
    points = FAMILY_POINTS[min(len(marks), len(FAMILY_POINTS)) - 1]
    marked = ", ".join(fact.what for fact in marks.values())
    return ScorePart("family", points, f"specific to {family}: {marked}")


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


def tightness_part(cluster: Cluster, stages: Stages) -> ScorePart:
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
