"""All that a correlator needs to know of the engine; with `lineage.graph`, all it may import.

A correlator is a pure function of a tagged graph. It looks at one cluster after another, each a set
of tagged nodes that time-respecting causal paths connect, and yields what it makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from lineage.detect.tag import Hit
from lineage.graph.provenance import Edge, ProvenanceGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.correlate.rarity import Profile

Verdict = Literal["confirmed", "probable", "suspicious"]

__all__ = [
    "CausalStep",
    "Cluster",
    "Correlator",
    "Edge",
    "Finding",
    "Hit",
    "ProvenanceGraph",
    "ScorePart",
    "TaggedGraph",
    "Verdict",
]


class CausalStep(NamedTuple):
    """One step of a causal path, from cause to effect.

    Attributes:
        edge: the edge as the graph has it (who did what to what).
        ordinal: the event by which the step was made.
    """

    edge: Edge
    ordinal: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tagged nodes that causality connects, and what the attack did beside them.

    Attributes:
        hits: in order of time.
        processes: ids of the processes that the attack ran or took over, with the ordinal from
            which each is its own.
        footholds: ids of those processes that nothing else in the cluster caused.
        bystanders: ids of processes that causality only went through.
        steps: the causal steps that connect it all, in order of time.
    """

    hits: tuple[Hit, ...]
    processes: dict[str, int]
    footholds: frozenset[str]
    bystanders: frozenset[str]
    steps: tuple[CausalStep, ...]


class ScorePart(NamedTuple):
    """One part of a score.

    Attributes:
        part: its name; equal names mean the same computation.
        points: what it adds; the parts of a chain add up to its score.
        why: one sentence an analyst can check.
    """

    part: str
    points: float
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a correlator makes of a cluster: a scored subgraph.

    Attributes:
        correlator: who says so.
        cluster: what it is about.
        verdict: how sure.
        family: malware family, where something specific to it is there.
        parts: the score's parts.
    """

    correlator: str
    cluster: Cluster
    verdict: Verdict
    family: str | None
    parts: tuple[ScorePart, ...]

    @property
    def score(self) -> float:
        """0 to 100: the sum of the parts."""
        return sum(part.points for part in self.parts)


@dataclass(frozen=True, slots=True)
class TaggedGraph:
    """A provenance graph and what is known of it.

    Attributes:
        graph: the graph.
        hits: all hits on it, in order of time.
        clusters: what causality makes of them, in order of their first hit.
        profile: how usual its process starts are.
    """

    graph: ProvenanceGraph
    hits: Sequence[Hit]
    clusters: Sequence[Cluster]
    profile: Profile


class Correlator(Protocol):
    """A plug-in: `name`, and a pure function of a tagged graph."""

    name: str

    def __call__(self, tagged: TaggedGraph) -> Iterable[Finding]:
        """Yields what it finds, best first or in any order."""
        ...
