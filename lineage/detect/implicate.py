"""What a hit throws suspicion on, looked up in the finished graph (`detection.Implicated`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage.detect.detection import Implicated
    from lineage.detect.hit import Hit
    from lineage.detect.uses import Uses
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.graph.schema import EdgeKind
    from lineage.graph.volumes import Volumes


RUNS: Final[frozenset[EdgeKind]] = frozenset({"executed", "interpreted", "loaded"})
LOADS: Final[frozenset[EdgeKind]] = frozenset({"loaded"})
MAPPINGS: Final[frozenset[EdgeKind]] = frozenset({"mapped"})
STARTS: Final[frozenset[EdgeKind]] = frozenset({"started"})


def implicated(
    hit: Hit,
    parent: ProcessNode | None,
    graph: ProvenanceGraph,
    uses: Uses,
    volumes: Volumes,
) -> tuple[str, ...]:
    """Ids of the nodes that a hit implicates, each once, in the order of its detection's list.

    Args:
        hit: which.
        parent: the parent of the process that the event is about, where it tells one.
        graph: the finished graph.
        uses: who did what to its nodes.
        volumes: what was mounted when.
    """
    suspects: dict[str, None] = {}
    for role in hit.detection.implicates:
        for node_id in _of_role(role, hit, parent, graph, uses, volumes):
            if node_id != hit.node:
                suspects[node_id] = None
    return tuple(suspects)


def _of_role(
    role: Implicated,
    hit: Hit,
    parent: ProcessNode | None,
    graph: ProvenanceGraph,
    uses: Uses,
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
            yield from _runners(graph, uses, hit)
        case "autostart-program":
            until = _replaced(graph, uses, hit, "set")
            yield from uses.between(hit.node, STARTS, hit.ordinal, until, outward=True)
        case "file-writer":
            yield from _writers(graph, uses, hit)
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


def _runners(graph: ProvenanceGraph, uses: Uses, hit: Hit) -> Iterator[str]:
    """Processes that ran, interpreted or loaded the tagged file as it was written."""
    until = _replaced(graph, uses, hit, "wrote")
    yield from uses.between(hit.node, RUNS, hit.ordinal, until)
    for module in uses.of(hit.node, MAPPINGS, outward=True):
        yield from uses.between(module.node, LOADS, hit.ordinal, until)


def _replaced(graph: ProvenanceGraph, uses: Uses, hit: Hit, kind: EdgeKind) -> int:
    """Ordinal from which the tagged object holds what was written or set next.

    By whomever: where the same process wrote again, that was another hit.
    """
    after = uses.following(hit.node, kind, hit.ordinal)
    return len(graph.events) if after is None else after


def _writers(graph: ProvenanceGraph, uses: Uses, hit: Hit) -> Iterator[str]:
    """The process that wrote the program of the tagged process last before it started."""
    for ran in graph.out_edges(hit.node):
        if ran.kind == "executed":
            writer = uses.last(ran.target, "wrote", hit.ordinal)
            if writer is not None:
                yield writer.node
