"""Per run: what the groups of hosts tell each other before each is judged."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from lineage.correlate.rarity import Profile
from lineage.graph.nodes import ProcessNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage.correlate.grade import Contexts
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.stages.tracing import TraceFacts

ELSEWHERE = ("process:elsewhere:installed", "process:elsewhere:other")
"""Stand for all processes of other groups: of installed or unknown programs, and of others."""
_OTHER_PROGRAM = "?"


class Asked(NamedTuple):
    """In how many groups a name was asked for, and in how many by an installed program."""

    groups: int
    installed: int


class Common(NamedTuple):
    """What all groups come to.

    Attributes:
        profile: how usual process starts are.
        contexts: what detections fired on in the whole run.
        asked: ids of names that several groups asked for.
    """

    profile: Profile
    contexts: Contexts
    asked: Mapping[str, Asked]


class Elsewhere(NamedTuple):
    """What a group is told of the others.

    Attributes:
        profile: how usual process starts are in the whole run.
        contexts: what detections fired on in the whole run.
        strangers: ids of names that others asked for as well -> whether an installed or unknown
            program was among those.
    """

    profile: Profile
    contexts: Contexts
    strangers: Mapping[str, bool]


def shared(facts: Sequence[TraceFacts]) -> Common:
    """Adds up what groups tell."""
    parents: Counter[tuple[str, str]] = Counter()
    contexts: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    groups: Counter[str] = Counter()
    installed: Counter[str] = Counter()
    for each in facts:
        parents.update(each.parents)
        for title, fired_on in each.contexts.items():
            contexts[title] |= fired_on
        groups.update(each.asked.keys())
        installed.update(name for name, known in each.asked.items() if known)
    asked = {name: Asked(n, installed[name]) for name, n in groups.items() if n > 1}
    return Common(Profile.of_all(parents), contexts, asked)


def elsewhere(facts: TraceFacts, common: Common) -> Elsewhere:
    """What a group is told of the others.

    Args:
        facts: its own, which are taken off.
        common: of all groups.
    """
    strangers = {
        name: common.asked[name].installed > known
        for name, known in facts.asked.items()
        if name in common.asked
    }
    return Elsewhere(common.profile, common.contexts, strangers)


def add_strangers(graph: ProvenanceGraph, strangers: Mapping[str, bool]) -> None:
    """Puts into a group's graph that processes elsewhere asked for a name, as one process each.

    Correlators ask who else asked for a name; which of the others it was makes no difference.
    """
    if not strangers:
        return
    installed, other = ELSEWHERE
    graph.add(ProcessNode(installed, ""))
    graph.add(ProcessNode(other, "", image=_OTHER_PROGRAM))
    for name, known in strangers.items():
        graph.connect(installed if known else other, name, "queried", 0)


def named_by(facts: Iterable[TraceFacts]) -> dict[str, str]:
    """Id of a node of no one host -> how the first event that names it writes it."""
    first: dict[str, tuple[int, str]] = {}
    for each in facts:
        for node, named in each.named.items():
            if node not in first or named < first[node]:
                first[node] = named
    return {node: written for node, (_, written) in first.items()}
