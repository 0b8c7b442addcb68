"""A stored report -> what is pushed: its chains, with all that the report says of their nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.errors import InputError
from lineage.graph.ids import parsed
from lineage.graph.nodes import ProcessNode, known_by_id
from lineage.graph.provenance import ProvenanceGraph
from lineage.graph.schema import EDGE, EdgeKind
from lineage.graphdb.from_run import of_graph
from lineage.report.chain_graph import all_nodes
from lineage.report.saved import ticks

if TYPE_CHECKING:
    from lineage.graph.nodes import Node
    from lineage.graphdb.content import Content
    from lineage.report.chain_graph import ChainNode
    from lineage.report.model import ChainEdge, ChainProcess, Report, TimedRecord

_REMEDY = "make the report again with lineage correlate --json"
_MOST_RECORD = 2**64 - 1
"""The largest EventRecordID: it has 64 bits."""
_NO_EVENT_ID = 0
"""An edge of a report names its record, not the event's id."""


def content(report: Report) -> Content:
    """What a push of a stored report writes: the chains, since a report holds no more of the graph.

    Raises:
        InputError: a node id, an edge kind, a time or a record isn't one that lineage writes.
    """
    graph, sources = restored(report)
    hits = {
        (hit.rule_id, hit.node, hit.source, hit.record): hit
        for chain in report.chains
        for hit in chain.evidence
    }
    return of_graph(graph, report, hits.values(), sources)


def restored(report: Report) -> tuple[ProvenanceGraph, list[str]]:
    """The provenance graph as far as the chains of a report tell it, and its inputs' names.

    Raises:
        InputError: see `content`.
    """
    graph = ProvenanceGraph()
    for node in all_nodes(report.chains):
        graph.add(_node(node))
    edges = [edge for chain in report.chains for edge in chain.edges]
    records = sorted({record for edge in edges for record in _records(edge)})
    sources = {name: index for index, name in enumerate(dict.fromkeys(r[1] for r in records))}
    ordinals = {
        (time, source, record): graph.events.add(time, sources[source], record, _NO_EVENT_ID)
        for time, source, record in records
    }
    placed = [(ordinals[record], edge) for edge in edges for record in _records(edge)]
    for ordinal, edge in sorted(placed, key=lambda entry: entry[0]):
        graph.connect(edge.from_, edge.to, _kind(edge), ordinal)
        if edge.guess:
            graph.guess(edge.from_, edge.to, _kind(edge))
    return graph, list(sources)


def _records(edge: ChainEdge) -> list[tuple[int, str, int]]:
    return [_record(edge), *map(_record, edge.also)]


def _record(edge: ChainEdge | TimedRecord) -> tuple[int, str, int]:
    if not 0 <= edge.record <= _MOST_RECORD:
        raise InputError(
            f"the report names record {str(edge.record)[:40]}, which can't be; {_REMEDY}"
        )
    return ticks(edge.time), edge.source, edge.record


def _kind(edge: ChainEdge) -> EdgeKind:
    if edge.kind not in EDGE:
        raise InputError(
            f"the report names edge kind {edge.kind[:80]!r}, which is not known; {_REMEDY}"
        )
    return EDGE[edge.kind].kind


def _node(node: ChainNode) -> Node:
    if node.kind == "unknown":
        raise InputError(
            f"the report names node {node.node[:80]!r}, which is of no known kind; {_REMEDY}"
        )
    if node.process is not None:
        return _process(node.process)
    if node.standing == "named":
        return known_by_id(node.node)
    made = known_by_id(node.node, node.name)
    if node.hashes and hasattr(made, "hashes"):
        made.hashes = node.hashes
    return made


def _process(process: ChainProcess) -> ProcessNode:
    parts = parsed(process.node)
    return ProcessNode(
        process.node,
        parts.host if parts and parts.host else process.host,
        pid=process.pid,
        image=process.image,
        command_line=process.command_line,
        start=None if process.start is None else ticks(process.start),
        placeholder=process.start is None,
        end=None if process.end is None else ticks(process.end),
        parent_is_guess=process.parent_is_guess,
        parent=process.parent,
        hashes=process.hashes,
        user=process.user,
        integrity_level=process.integrity,
        logon_id=process.logon_id,
        original_file_name=process.original_file_name,
    )
