"""What a hit throws suspicion on, looked up in the finished graph (`detection.Implicated`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.causality import last_event, next_event
from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage.detect.detection import Implicated
    from lineage.detect.hit import Hit
    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.graph.schema import EdgeKind
    from lineage.graph.volumes import Volumes


def implicated(
    hit: Hit, parent: ProcessNode | None, graph: ProvenanceGraph, volumes: Volumes
) -> tuple[str, ...]:
    """Ids of the nodes that a hit implicates, each once, in the order of its detection's list.

    Args:
        hit: which.
        parent: the parent of the process that the event is about, where it tells one.
        graph: the finished graph.
        volumes: what was mounted when.
    """
    suspects: dict[str, None] = {}
    for role in hit.detection.implicates:
        for node_id in _of_role(role, hit, parent, graph, volumes):
            if node_id != hit.node:
                suspects[node_id] = None
    return tuple(suspects)


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
            if parent and not _is_guess(parent, hit, graph):
                yield parent.id
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


def _is_guess(parent: ProcessNode, hit: Hit, graph: ProvenanceGraph) -> bool:
    """Whether the tagged process's parent is only the likely one; suspicion takes more."""
    node = graph.node(hit.node)
    return isinstance(node, ProcessNode) and node.parent == parent.id and node.parent_is_guess


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
