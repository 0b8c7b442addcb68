"""The provenance graph: a thin typed face over a networkx DiGraph.

Nodes are keyed by id and carry their object under `NODE`. The data of an edge maps each kind of
thing that the source did to the target to the ordinal of the event that shows it, or to a list of
several, so that a repeated fact takes an ordinal and nothing more.

An ordinal is an event's place in the order of time (`EventTable`): ordinals compare as times do,
and the table tells each one's time, source and record.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

import networkx as nx

from lineage.graph.nodes import Node, ProcessNode
from lineage.graph.schema import CROSSING, EDGE_KINDS, FLOW, NODE_KINDS, EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    _DiGraph = nx.DiGraph[str]
else:
    _DiGraph = nx.DiGraph

NODE = "node"
_Kinds = dict[str, int | list[int]]
"""What an edge holds: kind -> ordinals. Most edges show once, and a lone ordinal takes 70 bytes
less than a list of one."""


class Reference(NamedTuple):
    """Where an event is recorded.

    Attributes:
        time: ticks since the epoch.
        source: index of the input in the ledger.
        record: EventRecordID, else line or ordinal.
        event_id: 1, 4688, "ProcessRollup2" ...
    """

    time: int
    source: int
    record: int
    event_id: int | str


class EventTable:
    """Time, source, record and id of every event in the graph, by ordinal, in order of time.

    About 24 bytes an event.
    """

    __slots__ = ("_id_indexes", "_ids", "_index_of", "_record", "_source", "_time")

    def __init__(self) -> None:
        self._time = array("q")
        self._record = array("Q")
        self._source = array("I")
        self._ids: list[int | str] = []
        self._index_of: dict[int | str, int] = {}
        self._id_indexes = array("I")

    def add(self, time: int, source: int, record: int, event_id: int | str) -> int:
        """Appends an event, not earlier than the last, and returns its ordinal."""
        index = self._index_of.get(event_id)
        if index is None:
            index = self._index_of[event_id] = len(self._ids)
            self._ids.append(event_id)
        ordinal = len(self._time)
        self._id_indexes.append(index)
        self._time.append(time)
        self._record.append(record)
        self._source.append(source)
        return ordinal

    def __len__(self) -> int:
        return len(self._time)

    def __getitem__(self, ordinal: int) -> Reference:
        return Reference(
            self._time[ordinal],
            self._source[ordinal],
            self._record[ordinal],
            self._ids[self._id_indexes[ordinal]],
        )

    def time(self, ordinal: int) -> int:
        """When the event happened, in ticks."""
        return self._time[ordinal]

    def at(self, time: int) -> int:
        """The first ordinal that isn't before the time."""
        return bisect_left(self._time, time)


class Edge(NamedTuple):
    """An edge, as its facts were: `source` did `kind` to `target`, at each of `events`.

    `events` are ordinals in order of time; never empty.
    """

    source: str
    target: str
    kind: EdgeKind
    events: list[int]


class _Network(_DiGraph):
    """A networkx DiGraph that takes and gives edges of known nodes without detours.

    `add_edge` and `get_edge_data` are made for any node, known or not, and any data; a million
    edges take them two seconds longer than these, and the views that networkx gives cost as much
    again. The dictionaries are those that its own documentation describes for subclasses.
    """

    _succ: dict[str, dict[str, _Kinds]]
    _pred: dict[str, dict[str, _Kinds]]
    _node: dict[str, dict[str, Node]]

    def kept(self, node_id: str) -> Node:
        """What is kept of a node. Raises KeyError where there is none."""
        return self._node[node_id][NODE]

    def between(self, source: str, target: str) -> _Kinds | None:
        """The data of an edge, or None where there is none. Raises KeyError without the source."""
        return self._succ[source].get(target)

    def targets(self, source: str) -> dict[str, _Kinds]:
        """The edges that leave a node, by target; not to be changed. KeyError without the node."""
        return self._succ[source]

    def sources(self, target: str) -> dict[str, _Kinds]:
        """The edges that enter a node, by source; not to be changed. KeyError without the node."""
        return self._pred[target]

    def join(self, source: str, target: str, kinds: _Kinds) -> None:
        """Adds an edge that isn't there. Raises KeyError where a node is missing."""
        self._pred[target][source] = kinds
        self._succ[source][target] = kinds


class ProvenanceGraph:
    """Processes, objects and what happened between them.

    >>> graph = ProvenanceGraph()
    >>> graph.add(ProcessNode("p1", "ws01")); graph.add(ProcessNode("p2", "ws01"))
    >>> when = graph.events.add(time=0, source=0, record=1, event_id=1)
    >>> graph.connect("p1", "p2", "spawned", when)
    >>> [edge.target for edge in graph.effects("p1")]
    ['p2']
    """

    def __init__(self) -> None:
        self.graph = _Network()
        self.events = EventTable()
        self._crossings: dict[tuple[str, str], tuple[int, int]] = {}
        self._guesses: set[tuple[str, str, str]] = set()

    def add(self, node: Node) -> None:
        """Adds a node, or replaces the one of the same id."""
        self.graph.add_node(node.id, **{NODE: node})

    def connect(self, source: str, target: str, kind: EdgeKind, ordinal: int) -> None:
        """Records that an event showed an edge; a repeated edge keeps all its events in order.

        Raises:
            KeyError: there is no such node.
        """
        graph = self.graph
        kinds = graph._succ[source].get(target)
        if kinds is None:
            graph.join(source, target, {kind: ordinal})
            return
        events = kinds.get(kind)
        if events is None:
            kinds[kind] = ordinal
        elif isinstance(events, list):
            if events[-1] != ordinal:
                events.append(ordinal)
        elif events != ordinal:
            kinds[kind] = [events, ordinal]

    def cross(
        self, source: str, target: str, records: tuple[int, int], departed: int, arrived: int
    ) -> None:
        """Records that influence went from one host to another.

        Args:
            source: what reached out.
            target: what that came to on the other host.
            records: the events that show it, one of each host.
            departed: ordinal from which it had left, on the clock of the source's host.
            arrived: ordinal from which it was there, on the clock of the target's host.

        Raises:
            KeyError: there is no such node.
        """
        for ordinal in sorted(records):
            self.connect(source, target, CROSSING, ordinal)
        self._crossings[source, target] = departed, arrived

    def crossing(self, edge: Edge) -> tuple[int, int] | None:
        """When influence left over an edge, and arrived on another host; None within a host."""
        if edge.kind != CROSSING:
            return None
        return self._crossings.get((edge.source, edge.target))

    def crossings(self) -> Iterator[tuple[str, str]]:
        """The ends of all edges from host to host."""
        yield from self._crossings

    def guess(self, source: str, target: str, kind: EdgeKind) -> None:
        """Notes that an edge is only likely: no record says that it was just that one."""
        self._guesses.add((source, target, kind))

    def is_guess(self, edge: Edge) -> bool:
        """Whether an edge is only likely."""
        return edge[:3] in self._guesses

    def disconnect(self, source: str, target: str, kind: EdgeKind) -> None:
        """Takes back that the source did this to the target.

        Raises:
            KeyError: it isn't said.
        """
        kinds = self.graph.between(source, target)
        if kinds is None:
            raise KeyError((source, target))
        del kinds[kind]
        if not kinds:
            self.graph.remove_edge(source, target)

    def __contains__(self, node_id: str) -> bool:
        return node_id in self.graph

    def __len__(self) -> int:
        return len(self.graph)

    def node(self, node_id: str) -> Node:
        """The node of an id. Raises KeyError where there is none."""
        return self.graph.kept(node_id)

    def process(self, node_id: str) -> ProcessNode:
        """The process of an id. Raises KeyError where there is none."""
        node = self.graph.kept(node_id)
        if not isinstance(node, ProcessNode):
            raise KeyError(node_id)
        return node

    def nodes(self) -> Iterator[Node]:
        """All nodes, in the order in which telemetry named them."""
        for _, data in self.graph.nodes(data=True):
            yield data[NODE]

    def edges(self) -> Iterator[Edge]:
        """All edges."""
        for source, target, kinds in self.graph.edges(data=True):
            for kind, events in kinds.items():
                yield _edge(source, target, kind, events)

    def has_edge(self, source: str, target: str, kind: EdgeKind) -> bool:
        """Whether the source ever did this to the target."""
        return kind in (self.graph.get_edge_data(source, target) or ())

    def edges_between(self, source: str, target: str) -> Iterator[Edge]:
        """All that the source did to the target. Raises KeyError where there is no such source."""
        for kind, events in (self.graph.between(source, target) or {}).items():
            yield _edge(source, target, kind, events)

    def out_edges(self, node_id: str) -> Iterator[Edge]:
        """The edges that leave a node."""
        for target, kinds in self.graph.targets(node_id).items():
            for kind, events in kinds.items():
                yield _edge(node_id, target, kind, events)

    def in_edges(self, node_id: str) -> Iterator[Edge]:
        """The edges that enter a node."""
        for source, kinds in self.graph.sources(node_id).items():
            for kind, events in kinds.items():
                yield _edge(source, node_id, kind, events)

    def effects(self, node_id: str) -> Iterator[Edge]:
        """The edges over which this node influenced another, turned to run from cause to effect."""
        for edge in self.out_edges(node_id):
            if FLOW[edge.kind] == "forward":
                yield edge
        for edge in self.in_edges(node_id):
            if FLOW[edge.kind] == "backward":
                yield Edge(node_id, edge.source, edge.kind, edge.events)

    def causes(self, node_id: str) -> Iterator[Edge]:
        """The edges over which another influenced this node, turned to run from cause to effect."""
        for edge in self.in_edges(node_id):
            if FLOW[edge.kind] == "forward":
                yield edge
        for edge in self.out_edges(node_id):
            if FLOW[edge.kind] == "backward":
                yield Edge(edge.target, node_id, edge.kind, edge.events)

    def count_nodes(self) -> dict[str, int]:
        """Nodes by kind, every kind named."""
        counts = Counter(node.kind for node in self.nodes())
        return {kind: counts[kind] for kind in NODE_KINDS}

    def count_edges(self) -> dict[str, int]:
        """Edges by kind, every kind named."""
        edges = (kinds for _, _, kinds in self.graph.edges(data=True))
        counts = Counter(chain.from_iterable(edges))
        return {kind: counts[kind] for kind in EDGE_KINDS}


def _edge(source: str, target: str, kind: str, events: int | list[int]) -> Edge:
    ordinals = events if isinstance(events, list) else [events]
    return Edge(source, target, cast("EdgeKind", kind), ordinals)
