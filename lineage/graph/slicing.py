"""Slices: what led to any node, and what came of it, tagged or not.

Backward and forward slices over time-respecting paths (King & Chen, "Backtracking Intrusions", SOSP
2003). A slice shows the hubs that it meets (`lineage.graph.hubs`) and goes no further through them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage.graph.causality import CausalStep, backward, first_passage, forward, last_passage
from lineage.graph.hubs import is_bystander
from lineage.graph.nodes import FileNode, ProcessNode
from lineage.graph.schema import DESCENT, NODE
from lineage.normalise.paths import canonical_path, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lineage.graph.nodes import Node
    from lineage.graph.provenance import Edge, ProvenanceGraph

COMMON = 24
"""An object that this many processes used is everybody's; a slice doesn't go through it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which nodes an analyst points at; what is None doesn't matter.

    Attributes:
        node: a node's id.
        pid: a process id.
        file: a path, or the name of a file or program, in any case.
        hash: a digest of a program's or file's content.
        time: ticks; the process alive then, or the nearest.
        host: host key.
    """

    node: str | None = None
    pid: int | None = None
    file: str | None = None
    hash: str | None = None
    time: int | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """What led to a node or some, and what came of them.

    Attributes:
        nodes: their ids.
        causes: steps that led there, in order of time; each edge runs from cause to effect.
        effects: steps that came of it, in order of time.
        left_out: how many steps aren't shown, for their times.
    """

    nodes: tuple[str, ...]
    causes: tuple[CausalStep, ...]
    effects: tuple[CausalStep, ...]
    left_out: int = 0

    def between(self, graph: ProvenanceGraph, since: int | None, until: int | None) -> Slice:
        """The steps of a stretch of time; the others are counted.

        Args:
            graph: the slice's.
            since: ticks; what came before is left out.
            until: ticks; what came after.
        """

        def kept(steps: tuple[CausalStep, ...]) -> tuple[CausalStep, ...]:
            return tuple(
                step
                for step in steps
                if (since is None or graph.events.time(step.ordinal) >= since)
                and (until is None or graph.events.time(step.ordinal) <= until)
            )

        causes, effects = kept(self.causes), kept(self.effects)
        left = len(self.causes) + len(self.effects) - len(causes) - len(effects)
        return Slice(self.nodes, causes, effects, left)


def find(
    graph: ProvenanceGraph, wanted: Wanted, accepts: Callable[[Node], bool] | None = None
) -> list[Node]:
    """The nodes that are meant, in order of mention; with a time, the one nearest to it.

    Args:
        graph: where to look.
        wanted: which.
        accepts: what else a node must be.
    """
    fitting = [
        node
        for node in _candidates(graph, wanted)
        if _fits(node, wanted) and (accepts is None or accepts(node))
    ]
    if wanted.time is None or len(fitting) < 2:
        return fitting
    processes = [node for node in fitting if isinstance(node, ProcessNode)]
    return [_nearest(processes, wanted.time)] if processes else fitting


def _candidates(graph: ProvenanceGraph, wanted: Wanted) -> Iterator[Node]:
    if wanted.node is None:
        yield from graph.nodes()
    elif wanted.node in graph:
        yield graph.node(wanted.node)


def _fits(node: Node, wanted: Wanted) -> bool:
    if wanted.host is not None and getattr(node, "host", None) != wanted.host:
        return False
    if wanted.pid is not None and not (isinstance(node, ProcessNode) and node.pid == wanted.pid):
        return False
    if wanted.hash is not None and not _has_hash(node, wanted.hash.upper()):
        return False
    if wanted.file is not None and not _is_file(node, canonical_path(wanted.file)):
        return False
    only_time = (wanted.node, wanted.pid, wanted.file, wanted.hash) == (None, None, None, None)
    return not only_time or isinstance(node, ProcessNode)


def _has_hash(node: Node, digest: str) -> bool:
    hashes: Mapping[str, str] = getattr(node, "hashes", {})
    return digest in hashes.values()


def _is_file(node: Node, wanted: str) -> bool:
    if not isinstance(node, FileNode):
        return False
    path = canonical_path(node.path)
    return path == wanted or ("\\" not in wanted and name_of(path) == wanted)


def _nearest(processes: list[ProcessNode], time: int) -> ProcessNode:
    """The last to start before a time; where none did, the first."""
    before = [
        process for process in processes if process.start is not None and process.start <= time
    ]
    if before:
        return max(before, key=lambda process: (process.start or 0, process.id))
    return min(processes, key=lambda process: (process.began or 0, process.id))


def slice_of(graph: ProvenanceGraph, node_id: str) -> Slice:
    """The slice of a node over the whole recording.

    Raises:
        KeyError: there is no such node.
    """
    graph.node(node_id)
    return _slice(graph, (node_id,))


def slice_of_all(graph: ProvenanceGraph, node_ids: Iterable[str]) -> Slice:
    """The slice of several nodes as one, such as a chain's processes.

    What came of one of them and led to another is told once, among what came of them.
    """
    whole = _slice(graph, tuple(node_id for node_id in node_ids if node_id in graph))
    effects = {_told(step) for step in whole.effects}
    causes = tuple(step for step in whole.causes if _told(step) not in effects)
    return replace(whole, causes=causes)


def _told(step: CausalStep) -> tuple[str, str, str]:
    """What a step tells, whichever of the records that tell the same it is by."""
    return step.edge.source, step.edge.target, step.edge.kind


def _slice(graph: ProvenanceGraph, node_ids: tuple[str, ...]) -> Slice:
    own = frozenset(node_ids)

    def outward(edge: Edge, _: int) -> bool:
        return edge.source in own or not _stops(edge.source, graph)

    def inward(edge: Edge, _: int) -> bool:
        return edge.target in own or not _stops(edge.target, graph)

    effects = forward(graph, dict.fromkeys(node_ids, 0), outward)
    causes = backward(graph, dict.fromkeys(node_ids, len(graph.events)), inward)
    return Slice(
        node_ids,
        _in_order(
            (passage.departed, edge)
            for node, reached in causes.items()
            for edge in graph.causes(node)
            if (passage := last_passage(graph, edge, reached)) is not None
            and inward(edge, passage.departed)
        ),
        _in_order(
            (passage.departed, edge)
            for node, reached in effects.items()
            for edge in graph.effects(node)
            if (passage := first_passage(graph, edge, reached)) is not None
            and outward(edge, passage.departed)
        ),
    )


def _stops(node_id: str, graph: ProvenanceGraph) -> bool:
    node = graph.node(node_id)
    if isinstance(node, ProcessNode):
        return is_bystander(node_id, graph)
    return not NODE[node.kind].is_local or graph.graph.degree(node_id) >= COMMON


def _in_order(steps: Iterable[tuple[int, Edge]]) -> tuple[CausalStep, ...]:
    """All steps of a slice, not only those by which each node was reached first.

    A start comes before what the same record tells of the new process.
    """
    ordered = sorted(steps, key=lambda step: (step[0], step[1].kind != DESCENT, step[1]))
    return tuple(CausalStep(edge, at) for at, edge in ordered)
