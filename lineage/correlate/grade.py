"""What the hits of any rules weigh in a chain: facts by level, ripeness, doubt and rarity.

Rules of the public sets say how severe they are (`level`), how ripe (`status`) and what else fires
them (`falsepositives`); an input says which of them fire on everything. A fact is what one event or
one command line tells, however many rules saw it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.correlate.score import CoveredStage
from lineage.graph.hubs import program_name, program_of
from lineage.graph.programs import INTERPRETERS
from lineage.normalise.paths import canonical_path, is_provided

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.correlate.finding import Cluster, StageFinding, TaggedGraph
    from lineage.correlate.template import Template
    from lineage.detect.detection import Detection
    from lineage.detect.hit import Hit
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import ProvenanceGraph

STATUS_FACTOR: Final = {
    "stable": 1.0,
    "test": 1.0,
    "experimental": 0.8,
    "deprecated": 0.5,
    "unsupported": 0.5,
}
"""Share of a rule's risk that counts, by how ripe it says that it is."""
LIKELY_FALSE: Final = 0.5
"""Share that counts where the rule says that false positives are likely."""
NAMED_FALSE: Final = 0.8
"""Share that counts where the rule names honest causes."""
FURTHER_FACT: Final = 0.5
"""Of a stage's facts, strongest first, each counts this share of what the one before it did."""
OFTEN: Final = 2
"""Other kinds of programs on which a rule may fire before it counts less."""
WRAPPERS: Final = 4
"""Most programs that hand one command line to each other (`cmd /c`, `powershell -c` ...)."""

_LIKELY = re.compile(r"^(very |highly |most )?(likely|common|frequent|high|many)\b", re.IGNORECASE)
_NONE = re.compile(
    r"^(unknown|unlikely|none|rare(ly)?|low|(highly|very) unlikely)\b[^a-z]*$", re.IGNORECASE
)
_SPACES = re.compile(r'[\s"\']+')
_SHORTEST_ARGUMENTS: Final = 6
"""Arguments shorter than this may be the same by chance."""

Contexts = Mapping[str, AbstractSet[tuple[str, str]]]
"""Title of a detection -> kinds of programs that it fired on: the parent's name and its own."""


class Fact(NamedTuple):
    """What one event or one command line tells.

    Attributes:
        hits: the rules that saw it, in order of time.
        strength: of the strongest, 0 to 1.
    """

    hits: tuple[Hit, ...]
    strength: float


class Grades:
    """The grades of all hits of one graph.

    Args:
        tagged: the graph with its hits.
    """

    def __init__(self, tagged: TaggedGraph) -> None:
        self._graph = tagged.graph
        self._contexts = tagged.contexts

    def facts(self, cluster: Cluster) -> list[Fact]:
        """The facts of a cluster, strongest first. A rule counts once, where it is strongest."""
        inside: dict[str, set[tuple[str, str]]] = defaultdict(set)
        told: dict[str | int, list[Hit]] = defaultdict(list)
        for hit in cluster.hits:
            inside[hit.detection.title].add(context(hit, self._graph))
            told[_deed(hit, self._graph)].append(hit)
        rarities = {title: self._rarity(title, seen) for title, seen in inside.items()}

        def strength(hit: Hit) -> float:
            return worth(hit.detection) * rarities[hit.detection.title]

        ranked = sorted(
            told.values(), key=lambda hits: (-max(map(strength, hits)), hits[0].ordinal)
        )
        counted: set[str] = set()
        facts = []
        for hits in ranked:
            new = [hit for hit in hits if hit.detection.title not in counted]
            if new:
                facts.append(Fact(tuple(hits), max(map(strength, new))))
                counted.update(hit.detection.title for hit in new)
        return sorted(facts, key=lambda fact: (-fact.strength, fact.hits[0].ordinal))

    def _rarity(self, title: str, inside: set[tuple[str, str]]) -> float:
        """1 for a rule that fires on few kinds of programs outside a cluster, less for more."""
        others = len(self._contexts[title] - inside)
        return min(1.0, OFTEN / others) if others else 1.0


def contexts(graph: ProvenanceGraph, hits: Iterable[Hit]) -> Contexts:
    """Title of a detection -> the kinds of programs that it fired on."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for hit in hits:
        found[hit.detection.title].add(context(hit, graph))
    return found


def worth(detection: Detection) -> float:
    """What a hit is worth before rarity, 0 to 1: risk, less for ripeness and known false alarms.

    The package's own rules state risk as impact x confidence, which holds all that already.
    """
    risk = detection.risk / 100
    if detection.pack is not None:
        return risk
    return risk * STATUS_FACTOR.get(detection.status, 1.0) * _trust(detection.false_positives)


@lru_cache(maxsize=16_384)
def _trust(notes: tuple[str, ...]) -> float:
    if any(_LIKELY.match(note) for note in notes):
        return LIKELY_FALSE
    return 1.0 if all(_NONE.match(note) for note in notes) else NAMED_FALSE


def context(hit: Hit, graph: ProvenanceGraph) -> tuple[str, str]:
    """The kind of program that a hit is about: its parent's name and its own."""
    process = _process(hit, graph)
    if process is None:
        return "", hit.node.partition(":")[0]
    parent = graph.process(process.parent) if process.parent else None
    return program_name(parent) if parent else "", program_name(process)


def _process(hit: Hit, graph: ProvenanceGraph) -> ProcessNode | None:
    return graph.process(hit.actor) if hit.actor is not None else None


def _deed(hit: Hit, graph: ProvenanceGraph) -> str | int:
    """What tells a fact from others: the command line that it is part of, else its event.

    What one of Windows' tools does is what its command line says; an interpreter or somebody's own
    program does many things, each a fact of its own.
    """
    process = _process(hit, graph)
    if process is None:
        return hit.ordinal
    kind = program_of(process).kind
    one_thing = is_provided(canonical_path(process.image or "")) and kind not in INTERPRETERS
    if hit.node == process.id or (one_thing and kind != "system"):
        return _command(process, graph)
    return hit.ordinal


def _command(process: ProcessNode, graph: ProvenanceGraph) -> str:
    """The outermost process whose command line holds a process's own."""
    outermost = process
    for _ in range(WRAPPERS):
        parent = graph.process(outermost.parent) if outermost.parent else None
        if parent is None or not _holds(parent.command_line, outermost.command_line):
            break
        outermost = parent
    return outermost.id


def _holds(outer: str | None, inner: str | None) -> bool:
    if not outer or not inner:
        return False
    arguments = _SPACES.sub(" ", inner.casefold()).strip().partition(" ")[2]
    return len(arguments) >= _SHORTEST_ARGUMENTS and arguments in _SPACES.sub(" ", outer.casefold())


def covered(
    facts: Iterable[Fact], findings: Sequence[StageFinding], template: Template
) -> dict[str, CoveredStage]:
    """The stages that facts show, each fact counting for one: the least shown of its tactics.

    Args:
        facts: the strongest first.
        findings: what stage correlators say.
        template: whose stages.

    Returns:
        Tactic -> how it is covered, in the template's order. What its facts and findings are worth
        adds up, each fact counting `FURTHER_FACT` of the one before, to 1 at most.
    """
    shown: dict[str, list[Fact]] = {stage.tactic: [] for stage in template.stages}
    weight = dict.fromkeys(shown, 0.0)
    mine: dict[str, list[StageFinding]] = {
        stage.tactic: [f for f in findings if f.correlator in stage.correlators]
        for stage in template.stages
    }
    for tactic, found in mine.items():
        weight[tactic] = max((finding.score / 100 for finding in found), default=0.0)
    for fact in facts:
        tactics = [tactic for tactic in shown if _shows(fact, tactic)]
        if tactics:
            least = min(tactics, key=lambda tactic: weight[tactic])
            weight[least] += fact.strength * FURTHER_FACT ** len(shown[least])
            shown[least].append(fact)
    return {
        tactic: _covered(shown[tactic], mine[tactic], min(1.0, weight[tactic]))
        for tactic in shown
        if shown[tactic] or mine[tactic]
    }


def _shows(fact: Fact, tactic: str) -> bool:
    return any(tactic in hit.detection.tactics for hit in fact.hits)


def _covered(
    facts: Sequence[Fact], findings: Sequence[StageFinding], weight: float
) -> CoveredStage:
    hits = tuple(sorted((hit for fact in facts for hit in fact.hits), key=lambda h: h.ordinal))
    spoken = [hit.ordinal for hit in hits] or [
        hit.ordinal for finding in findings for hit in finding.cluster.hits
    ]
    return CoveredStage(hits, tuple(findings), weight, min(spoken), max(spoken))
