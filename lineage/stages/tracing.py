"""Per group of hosts: events in order -> graph and hits, and the little that other groups need."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lineage.correlate.campaign import is_installed
from lineage.correlate.cluster import profile_of
from lineage.correlate.grade import contexts
from lineage.detect.allow import Allowances
from lineage.detect.correlation import Correlations
from lineage.detect.coverage import FieldsSeen, needed_fields
from lineage.detect.run import tagged
from lineage.graph.build import Builder
from lineage.graph.nodes import DnsNode, caption
from lineage.normalise.powershell import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lineage.correlate.grade import Contexts
    from lineage.correlate.rarity import Pair
    from lineage.detect.alerts.place import AlertBoard
    from lineage.detect.allow import Allowance
    from lineage.detect.catalog import RuleSet
    from lineage.detect.engine import RuleEngine
    from lineage.detect.hit import Hit
    from lineage.graph.canvas import Placed
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event
    from lineage.stages.planning import HostGroup

    Watch = Callable[[Event, Placed], object]


@dataclass(frozen=True, slots=True)
class Traced:
    """What stays with a group until it is judged.

    Attributes:
        graph: of its events.
        hits: in order of time.
        places: ordinal of an event that a hit rests on -> its place among the events of all groups.
    """

    graph: ProvenanceGraph
    hits: Sequence[Hit]
    places: Mapping[int, int]


class Named(NamedTuple):
    """A thing of no one host, as a group names it.

    Attributes:
        place: of the event that first names it, among the events of all groups.
        caption: how that writes it.
    """

    place: int
    caption: str


@dataclass(frozen=True, slots=True)
class TraceFacts:
    """What a group's graph tells the run.

    Attributes:
        nodes: by kind; without those of no one host.
        edges: by kind.
        named: id of a node of no one host -> how the group names it.
        asked: ids of the names that the group asked for -> whether an installed or unknown program
            was among the askers.
        parents: of its profile (`lineage.correlate.rarity`).
        contexts: title of a detection -> kinds of programs that it fired on
            (`lineage.correlate.grade`).
        seen: event source -> fields that its events have, of those that rules need.
        repeats: index of an input -> how many of its events only repeat another's.
        doubts: input and host -> first and last time whose zone can't be known.
        remarks: index of an input, and a line on what it says of itself.
        allowances: entries of allow files, with what they took away here.
    """

    nodes: Mapping[str, int]
    edges: Mapping[str, int]
    named: Mapping[str, Named]
    asked: Mapping[str, bool]
    parents: Mapping[Pair, int]
    contexts: Contexts
    seen: Mapping[str, set[str]]
    repeats: Mapping[int, int]
    doubts: Mapping[tuple[int, str], tuple[int, int]]
    remarks: Sequence[tuple[int, str]]
    allowances: Sequence[Allowance]


class Tracer:
    """Traces groups with one set of rules, which is compiled once.

    Args:
        rules: the user's, beside the package's own.
        engine: of all rules.
        allowances: entries of allow files.
    """

    def __init__(
        self, rules: RuleSet, engine: RuleEngine, allowances: Sequence[Allowance] = ()
    ) -> None:
        self._rules = rules
        self._engine = engine
        self._allowances = allowances
        requirements = [engine.requirements(rule) for rule in engine.detections]
        self._needed = needed_fields(requirements)

    def trace(
        self,
        group: HostGroup,
        events: Iterable[Event],
        watch: Watch | None = None,
        alerts: AlertBoard | None = None,
    ) -> tuple[Traced, TraceFacts]:
        """Orders a group's events, places them in a graph, and matches them.

        Args:
            group: which.
            events: in the order of the inputs.
            watch: called with every event once it is placed, in order.
            alerts: of other tools, which wait for the events that they are about.
        """
        again: Counter[int] = Counter()

        def duplicate(part: Event) -> None:
            again[part.source] += 1

        all_events = list(map(group.keys.named, joined(events, duplicate)))
        builder = Builder(group.keys)
        seen = FieldsSeen(self._needed)
        correlations = Correlations(self._rules.correlations, self._rules.silent)
        allowances = [allowance.unused() for allowance in self._allowances]
        found = tagged(
            all_events,
            group.clock,
            builder,
            self._engine,
            seen,
            correlations,
            Allowances(allowances),
            watch,
            alerts,
        )
        graph = builder.graph
        facts = TraceFacts(
            nodes=_own_nodes(graph, found.shared),
            edges=graph.count_edges(),
            named={
                node: Named(place, caption(graph.node(node)))
                for node, place in found.shared.items()
            },
            asked=dict(_asked(graph)),
            parents=profile_of(graph, found.hits).parents,
            contexts=contexts(graph, found.hits),
            seen=seen.seen,
            repeats=again + found.repeats,
            doubts=group.clock.doubts,
            remarks=list(builder.remarks()),
            allowances=allowances,
        )
        return Traced(graph, found.hits, found.places), facts


def _own_nodes(graph: ProvenanceGraph, shared: Mapping[str, int]) -> dict[str, int]:
    others: Counter[str] = Counter(graph.node(node_id).kind for node_id in shared)
    return {kind: count - others[kind] for kind, count in graph.count_nodes().items()}


def _asked(graph: ProvenanceGraph) -> Iterable[tuple[str, bool]]:
    for node in graph.nodes():
        if isinstance(node, DnsNode):
            images = (graph.process(query.source).image for query in graph.in_edges(node.id))
            yield node.id, any(is_installed(image) for image in images)
