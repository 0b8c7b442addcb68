"""A run's graph and report -> what is pushed: all of it, or the chains and what is near."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lineage.graph.nodes import ProcessNode
from lineage.graph.schema import EDGE_SCHEMAS, FLOW, NODE_SCHEMAS, EdgeKind
from lineage.graphdb.analysis import Analysis, analyse
from lineage.graphdb.content import Content, EdgeRows, NodeRows
from lineage.graphdb.labels import IN_CHAIN, LABEL, TAGGED, TYPE
from lineage.graphdb.rows import EdgeRow, Record, caption, key, node_row, sample
from lineage.graphdb.story import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.graph.nodes import Node
    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.report.model import DetectionHit, Report

_MAKING = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.makes)
"""Edges into what was made."""
_USING: frozenset[EdgeKind] = frozenset(kind for kind in FLOW if FLOW[kind] == "backward")
"""Edges from a process to what influenced it."""
_LEAVES = frozenset(schema.kind for schema in NODE_SCHEMAS if schema.is_place)
"""Kinds that are shown but not walked through: everything on a host is one step from it."""


def content(graph: ProvenanceGraph, report: Report, *, hops: int | None = None) -> Content:
    """What a push of a run writes.

    Args:
        graph: the run's provenance graph.
        report: the run's report.
        hops: None for the whole graph; else only the chains and what lies within so many steps of
            them, in any direction (hosts and users are not walked through).
    """
    selected = None if hops is None else _around(graph, report, hops)
    hits = [hit for hit in report.detections if selected is None or hit.node in selected]
    return of_graph(graph, report, hits, [entry.source for entry in report.inputs], selected)


def of_graph(
    graph: ProvenanceGraph,
    report: Report,
    hits: Iterable[DetectionHit],
    sources: Sequence[str],
    selected: dict[str, None] | None = None,
) -> Content:
    """What a push of a graph and the chains on it writes.

    Args:
        graph: the graph; it holds every node that the chains and hits name.
        report: its chains are taken.
        hits: the hits to take; a hit of a chain among them or not.
        sources: names of the inputs, by their index in the graph's events.
        selected: ids of the nodes to take, or None for all.
    """
    analysis = analyse(report, hits)
    if selected is None:
        nodes, edges = graph.count_nodes(), graph.count_edges()
        node_counts = Counter({schema.label: nodes[schema.kind] for schema in NODE_SCHEMAS})
        edge_counts = Counter({schema.type: edges[schema.kind] for schema in EDGE_SCHEMAS})
    else:
        node_counts = Counter(LABEL[graph.node(node_id).kind] for node_id in selected)
        edge_counts = Counter(TYPE[edge.kind] for edge in _edges(graph, selected))
    return Content(
        dict(node_counts + analysis.count_nodes()),
        dict(edge_counts + analysis.count_ties()),
        lambda: _nodes(graph, selected, analysis),
        lambda: _edge_rows(graph, selected, analysis, sources),
        analysis.ties,
    )


def _made(graph: ProvenanceGraph, selected: dict[str, None] | None) -> dict[str, int]:
    """Id of what something in the case made -> the ordinal of the event that first did."""
    made: dict[str, int] = {}
    for edge in _edges(graph, selected):
        if edge.kind in _MAKING:
            made[edge.target] = min(edge.events[0], made.get(edge.target, edge.events[0]))
    return made


def _carried(graph: ProvenanceGraph, edge: Edge, made: dict[str, int]) -> int | None:
    """The time from which on a use carried what the case itself had made, in ticks."""
    if edge.kind not in _USING or edge.target not in made:
        return None
    since = made[edge.target]
    later = next((ordinal for ordinal in edge.events if ordinal >= since), None)
    return None if later is None else graph.events.time(later)


def _record(graph: ProvenanceGraph, ordinal: int, sources: Sequence[str]) -> Record:
    event = graph.events[ordinal]
    return Record.at(event.time, sources[event.source], event.record)


def _around(graph: ProvenanceGraph, report: Report, hops: int) -> dict[str, None]:
    """Ids of the chains' nodes and of what lies within so many steps, nearest first."""
    selected: dict[str, None] = {}
    for chain in report.chains:
        selected |= dict.fromkeys(member.node for member in chain.processes)
        selected |= dict.fromkeys(member.node for member in chain.bystanders)
        selected |= dict.fromkeys(member.node for member in chain.artifacts)
        selected |= dict.fromkeys(hit.node for hit in chain.evidence)
        for edge in chain.edges:
            selected[edge.from_] = selected[edge.to] = None
    frontier = list(selected)
    for _ in range(hops):
        frontier = [reached for node_id in frontier for reached in _reach(graph, node_id, selected)]
    return selected


def _reach(graph: ProvenanceGraph, node_id: str, selected: dict[str, None]) -> Iterator[str]:
    """The neighbours that weren't selected yet, which are now."""
    if graph.node(node_id).kind in _LEAVES:
        return
    neighbours = [edge.target for edge in graph.out_edges(node_id)]
    neighbours += [edge.source for edge in graph.in_edges(node_id)]
    for neighbour in neighbours:
        if neighbour not in selected:
            selected[neighbour] = None
            yield neighbour


def _edges(graph: ProvenanceGraph, selected: dict[str, None] | None) -> Iterator[Edge]:
    if selected is None:
        yield from graph.edges()
        return
    for node_id in selected:
        yield from (edge for edge in graph.out_edges(node_id) if edge.target in selected)


def _nodes(
    graph: ProvenanceGraph, selected: dict[str, None] | None, analysis: Analysis
) -> NodeRows:
    nodes = graph.nodes() if selected is None else map(graph.node, selected)
    for node in nodes:
        number = analysis.numbers.get(node.id)
        extra = [IN_CHAIN] * (number is not None) + [TAGGED] * (node.id in analysis.tagged)
        row = node_row(node, [LABEL[node.kind], *extra])
        row["properties"]["drawn"] = written(_drawn(node), number)
        yield row
    yield from analysis.nodes


def _drawn(node: Node) -> str:
    """A process's id tells its lives apart."""
    if isinstance(node, ProcessNode) and node.pid is not None:
        return f"{caption(node)} {node.pid}"
    return caption(node)


def _edge_rows(
    graph: ProvenanceGraph,
    selected: dict[str, None] | None,
    analysis: Analysis,
    sources: Sequence[str],
) -> EdgeRows:
    made = _made(graph, selected)
    for edge in _edges(graph, selected):
        row = _edge_row(graph, edge, analysis, sources)
        likely = graph.is_guess(edge) or None
        yield TYPE[edge.kind], [*row, _carried(graph, edge, made), likely]


def _edge_row(
    graph: ProvenanceGraph, edge: Edge, analysis: Analysis, sources: Sequence[str]
) -> EdgeRow:
    ordinals, time = edge.events, graph.events.time
    records = [_record(graph, ordinal, sources) for ordinal in sample(ordinals)]
    return [
        key(edge.source),
        key(edge.target),
        time(ordinals[0]),
        time(ordinals[-1]),
        len(ordinals),
        [record.shown for record in records],
        analysis.chains_of.get((edge.source, edge.target, edge.kind)),
        [record.key for record in records],
    ]
