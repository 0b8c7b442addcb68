"""A stored report -> what is pushed: its chains, with all that the report says of their nodes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lineage.errors import InputError
from lineage.graph.ids import parsed
from lineage.graph.nodes import ProcessNode, known_by_id
from lineage.graph.schema import EDGE, NodeKind
from lineage.graphdb.analysis import Analysis, analyse, ticks
from lineage.graphdb.content import Content, EdgeRows, NodeRows
from lineage.graphdb.influence import MAKING, USING, Use, influences
from lineage.graphdb.labels import LABEL, TAGGED
from lineage.graphdb.rows import EdgeRow, Ends, key, node_row, sample, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.graph.nodes import Node
    from lineage.report.model import Artifact, ChainEdge, ChainProcess, Report


def content(report: Report) -> Content:
    """What a push of a stored report writes: the chains, since a report holds no more of the graph.

    Raises:
        InputError: a node id or an edge kind isn't one that lineage writes.
    """
    hits = {
        (hit.rule_id, hit.node, hit.source, hit.record): hit
        for chain in report.chains
        for hit in chain.evidence
    }
    analysis = analyse(report, hits.values(), _label_of)
    nodes = _nodes(report)
    edges = _edges(edge for chain in report.chains for edge in chain.edges)
    analysis.ties += influences(_uses(edges), _label_of)
    labels = Counter(LABEL[node.kind] for node in nodes.values())
    types = Counter(_schema_type(kind) for _, _, kind in edges)
    return Content(
        dict(labels + analysis.count_nodes()),
        dict(types + analysis.count_ties()),
        lambda: _node_rows(nodes.values(), analysis),
        lambda: _edge_rows(edges, analysis),
        analysis.ties,
    )


def kind_of(node_id: str) -> NodeKind:
    """The kind that a node id begins with.

    Raises:
        InputError: it begins with none.
    """
    parts = parsed(node_id)
    if parts is None:
        raise InputError(
            f"the report names node {node_id[:80]!r}, which is of no known kind; make the report "
            "again with lineage correlate --json"
        )
    return parts.kind


def _label_of(node_id: str) -> str:
    return LABEL[kind_of(node_id)]


def _uses(edges: dict[tuple[str, str, str], list[ChainEdge]]) -> Iterator[Use]:
    """The uses of what was made before in the case."""
    made: dict[str, int] = {}
    for (_, target, kind), told in edges.items():
        if kind in MAKING:
            first = min(ticks(edge.time) for edge in told)
            made[target] = min(first, made.get(target, first))
    for (source, target, kind), told in edges.items():
        if kind not in USING or target not in made:
            continue
        later = sorted(
            (ticks(edge.time), f"{edge.source}#{edge.record}")
            for edge in told
            if ticks(edge.time) >= made[target]
        )
        if later:
            evidence = [text(reference) for _, reference in later]
            kind = EDGE[kind].kind
            yield Use(source, target, kind, later[0][0], later[-1][0], evidence)


def _schema_type(kind: str) -> str:
    if kind not in EDGE:
        raise InputError(
            f"the report names edge kind {kind[:80]!r}, which is not known; make the report again "
            "with lineage correlate --json"
        )
    return EDGE[kind].type


def _nodes(report: Report) -> dict[str, Node]:
    """The chains' nodes: those it describes, and those it only names."""
    nodes: dict[str, Node] = {}
    for chain in report.chains:
        nodes |= {process.node: _process(process) for process in chain.bystanders}
        nodes |= {process.node: _process(process) for process in chain.processes}
        nodes |= {artifact.node: _artifact(artifact) for artifact in chain.artifacts}
    for node_id in _named(report):
        if node_id not in nodes:
            kind_of(node_id)
            nodes[node_id] = known_by_id(node_id)
    return nodes


def _named(report: Report) -> Iterator[str]:
    for chain in report.chains:
        yield from (hit.node for hit in chain.evidence)
        for edge in chain.edges:
            yield from (edge.from_, edge.to)


def _process(process: ChainProcess) -> ProcessNode:
    return ProcessNode(
        process.node,
        process.host,
        pid=process.pid,
        image=process.image,
        command_line=process.command_line,
        start=None if process.start is None else ticks(process.start),
        placeholder=process.start is None,
    )


def _artifact(artifact: Artifact) -> Node:
    node = known_by_id(artifact.node, artifact.value)
    if artifact.hashes and hasattr(node, "hashes"):
        node.hashes = artifact.hashes
    return node


def _edges(edges: Iterable[ChainEdge]) -> dict[tuple[str, str, str], list[ChainEdge]]:
    """Each edge once, with all the records that chains give for it."""
    found: dict[tuple[str, str, str], list[ChainEdge]] = {}
    for edge in edges:
        told = found.setdefault((edge.from_, edge.to, edge.kind), [])
        if edge not in told:
            told.append(edge)
    return found


def _node_rows(nodes: Iterable[Node], analysis: Analysis) -> NodeRows:
    for node in nodes:
        yield LABEL[node.kind], node_row(node, [TAGGED] if node.id in analysis.tagged else [])
    yield from analysis.nodes


def _edge_rows(edges: dict[tuple[str, str, str], list[ChainEdge]], analysis: Analysis) -> EdgeRows:
    for (source, target, kind), told in edges.items():
        ends = Ends(_schema_type(kind), LABEL[kind_of(source)], LABEL[kind_of(target)])
        yield ends, _edge_row(source, target, told, analysis.chains_of[source, target, kind])


def _edge_row(source: str, target: str, told: list[ChainEdge], chains: list[str]) -> EdgeRow:
    ordered = sorted(told, key=lambda edge: ticks(edge.time))
    return [
        key(source),
        key(target),
        ticks(ordered[0].time),
        ticks(ordered[-1].time),
        len(told),
        sample([text(f"{edge.source}#{edge.record}") for edge in ordered]),
        chains,
    ]
