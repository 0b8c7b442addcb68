"""What the rooms of correlation hand to each other: clusters, findings, scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from lineage.correlate.rarity import Profile
    from lineage.detect.hit import Hit
    from lineage.graph.causality import CausalStep
    from lineage.graph.provenance import ProvenanceGraph

Verdict = Literal["confirmed", "probable", "suspicious"]
VERDICTS: tuple[Verdict, ...] = ("suspicious", "probable", "confirmed")
"""From the weakest to the strongest."""


@dataclass(frozen=True, slots=True, eq=False)
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
        points: what it adds; the parts of a finding add up to its score.
        why: one sentence that an analyst can check.
    """

    part: str
    points: float
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class StageFinding:
    """One tactic found in a cluster.

    Attributes:
        correlator: who says so.
        cluster: where.
        tactic: ATT&CK tactic slug.
        parts: the clues, each with what it proves of the stage.
    """

    correlator: str
    cluster: Cluster
    tactic: str
    parts: tuple[ScorePart, ...]

    @property
    def score(self) -> float:
        """How much of the stage is proved, 0 to 100."""
        return min(100.0, sum(part.points for part in self.parts))


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What a chain correlator makes of a cluster: a scored subgraph.

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
        contexts: title of a detection -> the kinds of programs that it fired on, each as its
            parent's name and its own, in the whole run.
        stages: what the stage correlators found, by cluster; empty while they run.
    """

    graph: ProvenanceGraph
    hits: Sequence[Hit]
    clusters: Sequence[Cluster]
    profile: Profile
    contexts: Mapping[str, AbstractSet[tuple[str, str]]] = field(default_factory=dict)
    stages: Mapping[Cluster, Sequence[StageFinding]] = field(default_factory=dict)


class Correlator(Protocol):
    """A plug-in: a pure function of a tagged graph."""

    @property
    def name(self) -> str:
        """Unique; templates refer to a stage correlator by it."""
        ...

    @property
    def tactic(self) -> str | None:
        """The ATT&CK tactic that it looks for.

        None where it looks at chains as a whole, and so runs after the stage correlators and sees
        their findings.
        """
        ...

    def __call__(self, tagged: TaggedGraph) -> Iterable[Finding | StageFinding]:
        """Yields what it finds, in any order."""
        ...
