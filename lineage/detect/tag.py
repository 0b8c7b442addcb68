"""Matches -> hits on the graph: which node is tagged, which others are implicated.

One fact, one hit: the start of a process told by Sysmon and by the Security log is one hit, with
the other records beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage.graph.causality import last_event, next_event
from lineage.graph.nodes import FileNode, RegistryNode
from lineage.graph.provenance import Reference
from lineage.graph.volumes import Volumes
from lineage.normalise.event import Event, ProcessCreated
from lineage.normalise.sources import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.detect.detection import Detection, Implicated, Layer, Match
    from lineage.graph.build import Placed
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.graph.schema import EdgeKind

_LAYER_RANK: dict[Layer, int] = {"core": 0, "bridge": 1, "extension": 2}


@dataclass(frozen=True, slots=True)
class Hit:
    """A detection fired on a fact.

    Attributes:
        detection: which.
        layer: by which layer.
        by: the bridge's or extension's name, else None.
        fields: the fields that made it match.
        ordinal: the event, in the graph's event table.
        record: where it is recorded.
        also: the other records that tell the same fact and fire the detection.
        host: as the event names it.
        pid: of the acting process; for a process start, of the new one.
        node: id of the tagged node.
        actor: id of the acting process (for a process start, the new one), or None where unknown.
        implicated: ids of the nodes that the hit throws suspicion on, beside the tagged one.
    """

    detection: Detection
    layer: Layer
    by: str | None
    fields: dict[str, str]
    ordinal: int
    record: Reference
    also: tuple[Reference, ...]
    host: str
    pid: int | None
    node: str
    actor: str | None
    implicated: tuple[str, ...]


class Tagger:
    """Collects hits while events go by, then hangs them on the graph."""

    def __init__(self) -> None:
        self._hits: dict[tuple[str, str | int], tuple[Hit, ProcessNode | None]] = {}
        self._of_record: dict[tuple[int, int, str], list[tuple[str, str | int]]] = {}

    def add(self, event: Event, placed: Placed, matches: Iterable[Match]) -> None:
        """Takes an event's matches."""
        for match in matches:
            hit = _hit(event, placed, match)
            start = isinstance(event, ProcessCreated)
            key = (match.detection.rule_id, placed.object if start else placed.ordinal)
            known = self._hits.get(key)
            merged = _merge(known[0], hit) if known else hit
            self._hits[key] = (merged, placed.parent or (known[1] if known else None))
            self._of_record.setdefault(_record(event), []).append(key)

    def repeat(self, event: Event, first: Event) -> None:
        """Takes a record that tells again, under another number, what another told before."""
        if _record(event) == _record(first):
            return
        for key in self._of_record.get(_record(first), ()):
            hit, parent = self._hits[key]
            self._hits[key] = (replace(hit, also=(*hit.also, _reference(event))), parent)

    def hits(self, graph: ProvenanceGraph) -> list[Hit]:
        """All hits in order of time, the implicated nodes looked up in the finished graph."""
        volumes = Volumes(graph)
        resolved = [
            replace(hit, implicated=_implicated(hit, parent, graph, volumes))
            for hit, parent in self._hits.values()
        ]
        return sorted(resolved, key=lambda hit: (hit.ordinal, hit.detection.title))


def _hit(event: Event, placed: Placed, match: Match) -> Hit:
    _, pid, _ = actor_of(event)
    return Hit(
        match.detection,
        match.layer,
        match.by,
        match.fields,
        placed.ordinal,
        _reference(event),
        (),
        event.host,
        pid,
        placed.object,
        placed.actor.id if placed.actor else None,
        (),
    )


def _reference(event: Event) -> Reference:
    return Reference(event.time, event.source, event.record, event.event_id)


def _record(event: Event) -> tuple[int, int, str]:
    """What tells a record from all others: input, number, event source."""
    return event.source, event.record, event.origin


def _merge(one: Hit, other: Hit) -> Hit:
    """The hit by the stronger layer, the earlier where equal, with the other's record beside it."""
    first, second = one, other
    if _LAYER_RANK[other.layer] < _LAYER_RANK[one.layer]:
        first, second = other, one
    also = (*first.also, second.record, *second.also)
    return replace(first, also=also, pid=first.pid if first.pid is not None else second.pid)


def _implicated(
    hit: Hit, parent: ProcessNode | None, graph: ProvenanceGraph, volumes: Volumes
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for role in hit.detection.implicates:
        for node_id in _of_role(role, hit, parent, graph, volumes):
            if node_id != hit.node:
                found[node_id] = None
    return tuple(found)


def _of_role(
    role: Implicated,
    hit: Hit,
    parent: ProcessNode | None,
    graph: ProvenanceGraph,
    volumes: Volumes,
) -> Iterator[str]:
    match role:
        case "actor":
            yield from [hit.actor] if hit.actor else []
        case "parent":
            yield from [parent.id] if parent else []
        case "parent-if-matched":
            if parent and any(field.startswith("Parent") for field in hit.fields):
                yield parent.id
        case "container-file" | "loaded-file":
            yield from _targets(graph, hit, ("interpreted",))
        case "deleted-file":
            yield from _targets(graph, hit, ("deleted",))
        case "later-runner":
            yield from _runners(graph, hit)
        case "autostart-program":
            until = _replaced(graph, hit, "set")
            for edge in graph.out_edges(hit.node):
                if edge.kind == "started" and _within(edge, hit.ordinal, until):
                    yield edge.target
        case "file-writer":
            yield from _writers(graph, hit)
        case "mounted-program":
            node = graph.node(hit.node)
            if isinstance(node, FileNode | RegistryNode):
                yield from volumes.mounted_programs(node.host, hit.record.time)


def _targets(graph: ProvenanceGraph, hit: Hit, kinds: Sequence[str]) -> Iterator[str]:
    """Files that the acting process's command line names."""
    if hit.actor:
        yield from (edge.target for edge in graph.out_edges(hit.actor) if edge.kind in kinds)


def _runners(graph: ProvenanceGraph, hit: Hit) -> Iterator[str]:
    """Processes that ran, interpreted or loaded the tagged file as it was written."""
    until = _replaced(graph, hit, "wrote")
    for edge in (*graph.in_edges(hit.node), *_loads(graph, hit.node)):
        used = edge.kind in {"executed", "interpreted", "loaded"}
        if used and _within(edge, hit.ordinal, until):
            yield edge.source


def _loads(graph: ProvenanceGraph, file_id: str) -> Iterator[Edge]:
    for edge in graph.out_edges(file_id):
        if edge.kind == "mapped":
            yield from graph.in_edges(edge.target)


def _replaced(graph: ProvenanceGraph, hit: Hit, kind: EdgeKind) -> int:
    """Ordinal from which the tagged object holds what another process wrote or set."""
    later = (
        next_event(edge.events, hit.ordinal)
        for edge in graph.in_edges(hit.node)
        if edge.kind == kind and edge.source != hit.actor
    )
    return min((at for at in later if at is not None), default=len(graph.events))


def _within(edge: Edge, after: int, until: int) -> bool:
    at = next_event(edge.events, after + 1)
    return at is not None and at < until


def _writers(graph: ProvenanceGraph, hit: Hit) -> Iterator[str]:
    """The process that wrote the program of the tagged process last before it started."""
    for ran in graph.out_edges(hit.node):
        if ran.kind != "executed":
            continue
        writers = [
            (at, edge.source)
            for edge in graph.in_edges(ran.target)
            if edge.kind == "wrote" and (at := last_event(edge.events, hit.ordinal)) is not None
        ]
        if writers:
            yield max(writers)[1]
