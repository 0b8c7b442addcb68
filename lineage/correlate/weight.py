"""What the stages of a chain weigh in its verdict: facts, not detections.

One event may meet detections of several stages: a program that runs out of an archive is a way in,
a first run and an odd place at once. It is one fact all the same, and counts for one stage only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage.correlate.score import CoveredStage
    from lineage.detect.hit import Hit

WEAK_STAGE = 0.5
"""Share of a stage that only Anomaly or Hunting detections, weak alone, show."""
STRONG_RISK = 25
"""Risk from which a TTP is strong: below it the story itself gives it little confidence."""
FURTHER_FACT = 0.5
"""What each further strong fact of a stage weighs, the first weighing 1."""
MOST_OF_STAGE = 2.0
"""Most that the facts of one stage weigh: ten detections of one stage are no whole story."""


def is_strong(hit: Hit) -> bool:
    """Whether a hit is a TTP of some risk, worth attention alone."""
    return hit.detection.type == "TTP" and hit.detection.risk >= STRONG_RISK


def hit_strength(hits: Sequence[Hit]) -> float:
    """1 where a strong hit is among them, `WEAK_STAGE` where only weak ones are, else 0.

    Weak are Anomaly and Hunting detections, and TTPs below `STRONG_RISK`.
    """
    if any(is_strong(hit) for hit in hits):
        return 1.0
    return WEAK_STAGE if hits else 0.0


def strong_facts(hits: Iterable[Hit]) -> list[Hit]:
    """Strong hits of distinct detections on distinct events.

    Two detections of one event are one fact, and so are forty events of one detection.
    """
    known: list[Hit] = []
    for hit in hits:
        again = any(
            hit.ordinal == other.ordinal or hit.detection.title == other.detection.title
            for other in known
        )
        if is_strong(hit) and not again:
            known.append(hit)
    return known


def weights(stages: Mapping[str, CoveredStage]) -> dict[str, float]:
    """What each stage weighs, 0 to `MOST_OF_STAGE`.

    A stage weighs its strength, and `FURTHER_FACT` more for each further strong fact. It weighs
    nothing where every event that shows it counts for another stage.
    """
    own = _own_events(stages)
    return {tactic: _weight(stage, own.get(tactic), own) for tactic, stage in stages.items()}


def _weight(stage: CoveredStage, event: int | None, own: Mapping[str, int]) -> float:
    if stage.hits and event is None:
        return 0.0
    others = set(own.values()) - {event}
    hits = [hit for hit in stage.hits if hit.ordinal not in others]
    strength = max([hit_strength(hits), *(finding.score / 100 for finding in stage.findings)])
    return min(MOST_OF_STAGE, strength + FURTHER_FACT * max(0, len(strong_facts(hits)) - 1))


def _own_events(stages: Mapping[str, CoveredStage]) -> dict[str, int]:
    """An event for each stage, none for two: as many stages as can be, strong hits first.

    Augmenting paths (Kuhn 1955): there are a dozen stages at most.
    """
    owner: dict[int, str] = {}
    for strong in (True, False):
        events = {
            tactic: list(
                dict.fromkeys(hit.ordinal for hit in stage.hits if is_strong(hit) or not strong)
            )
            for tactic, stage in stages.items()
        }
        for tactic in stages:
            if tactic not in owner.values():
                _assign(tactic, events, owner, set())
    return {tactic: event for event, tactic in owner.items()}


def _assign(
    tactic: str, events: Mapping[str, Sequence[int]], owner: dict[int, str], seen: set[int]
) -> bool:
    for event in events[tactic]:
        if event in seen:
            continue
        seen.add(event)
        if event not in owner or _assign(owner[event], events, owner, seen):
            owner[event] = tactic
            return True
    return False
