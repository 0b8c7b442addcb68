"""Stage correlators: clues of one tactic, weighed together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.correlate.finding import Cluster, ScorePart, StageFinding, TaggedGraph

if TYPE_CHECKING:
    from collections.abc import Iterator

Clue = Callable[[Cluster, TaggedGraph], ScorePart | None]
"""Looks for one thing in a cluster; its points say how much of the stage that alone proves (100 is
all of it)."""


@dataclass(frozen=True, slots=True)
class StageCorrelator:
    """Finds one tactic by its clues.

    Attributes:
        name: unique.
        tactic: ATT&CK tactic slug.
        clues: what to look for; the points of those found are added, up to 100.
    """

    name: str
    tactic: str
    clues: tuple[Clue, ...]

    def __call__(self, tagged: TaggedGraph) -> Iterator[StageFinding]:
        """Yields a finding for every cluster in which a clue is found."""
        for cluster in tagged.clusters:
            clues = (clue(cluster, tagged) for clue in self.clues)
            parts = tuple(part for part in clues if part is not None)
            if parts:
                yield StageFinding(self.name, cluster, self.tactic, parts)


@dataclass(frozen=True, slots=True)
class Detected:
    """A clue: at least one of some detections fired in the cluster.

    Attributes:
        points: what it proves.
        titles: exact names of the detections.
    """

    points: float
    titles: frozenset[str]

    def __call__(self, cluster: Cluster, _: TaggedGraph) -> ScorePart | None:
        """The clue, with those that fired in order of time."""
        titles = (hit.detection.title for hit in cluster.hits)
        fired = dict.fromkeys(title for title in titles if title in self.titles)
        return ScorePart("detection", self.points, " and ".join(fired)) if fired else None


def detected(points: float, *titles: str) -> Detected:
    """The clue that at least one of these detections fired in the cluster.

    Args:
        points: what it proves.
        titles: exact names of detections.
    """
    return Detected(points, frozenset(titles))
