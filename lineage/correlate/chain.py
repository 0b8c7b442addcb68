"""A finding -> a finished chain: its name, and everything that belongs to it.

To the causal steps that connect a cluster come the *artifacts*: what the attack's own processes
did to files, registry values, names and scripts, and how tagged objects came to be tagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from lineage.correlate.roles import roles
from lineage.graph.causality import CausalStep, is_shown, next_event
from lineage.graph.hubs import is_bystander, is_taken_over
from lineage.graph.nodes import ProcessNode
from lineage.graph.provenance import Edge
from lineage.graph.schema import DESCENT, EDGE, OBJECT_KINDS
from lineage.times import TICKS, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lineage.correlate.campaign import Campaign
    from lineage.correlate.finding import Finding
    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph

ID_DIGITS = 12
"""Hexadecimal digits of a chain's id: among 10,000 chains a collision has a chance of 2 in 10
million."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """An attack chain.

    Attributes:
        id: stable: it depends on the hits alone.
        finding: what it was made of: cluster, verdict, family, score.
        campaign: the campaign, where other chains share the attack's own traits.
        roles: id of a process of the attack -> its part, in order of start.
        bystanders: ids of processes that causality only went through, sorted.
        steps: its edges as the graph has them, each once, in order of time.
        nodes: ids of all nodes that hits and steps name, in order of mention.
        artifacts: those of the nodes that are things, neither process nor host nor account.
    """

    id: str
    finding: Finding
    campaign: Campaign | None
    roles: Mapping[str, str]
    bystanders: tuple[str, ...]
    steps: tuple[CausalStep, ...]
    nodes: tuple[str, ...]
    artifacts: tuple[str, ...]

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The evidence, in order of time."""
        return self.finding.cluster.hits


def chain(finding: Finding, graph: ProvenanceGraph, campaign: Campaign | None = None) -> Chain:
    """Finishes a chain.

    Args:
        finding: the best reading of its cluster.
        graph: the provenance graph.
        campaign: the campaign that it belongs to.
    """
    steps = _steps(finding, graph)
    nodes = _nodes(finding.cluster.hits, steps)
    return Chain(
        chain_id(finding),
        finding,
        campaign,
        _by_start(roles(finding.cluster, graph), graph),
        _bystanders(finding, graph),
        steps,
        nodes,
        tuple(node_id for node_id in nodes if _is_thing(node_id, graph)),
    )


def chain_id(finding: Finding) -> str:
    """A name for a chain that depends on its hits alone.

    The same records give the same id in whatever container they come: times count to the second,
    since exports cut their fractions.
    """
    facts = sorted(_facts(finding.cluster.hits))
    return "chain-" + sha256("\n".join(facts).encode()).hexdigest()[:ID_DIGITS]


def _facts(hits: Iterable[Hit]) -> Iterator[str]:
    for hit in hits:
        second = iso(hit.record.time // TICKS * TICKS)
        yield f"{hit.detection.title}|{hit.host}|{second}|{hit.record.record}"


def _by_start(roles: Mapping[str, str], graph: ProvenanceGraph) -> dict[str, str]:
    members = sorted(
        map(graph.process, roles),
        key=lambda process: (process.began or 0, process.id),
    )
    return {process.id: roles[process.id] for process in members}


def _bystanders(finding: Finding, graph: ProvenanceGraph) -> tuple[str, ...]:
    ordered = sorted(finding.cluster.bystanders)
    return tuple(node_id for node_id in ordered if isinstance(graph.node(node_id), ProcessNode))


def _steps(finding: Finding, graph: ProvenanceGraph) -> tuple[CausalStep, ...]:
    steps: dict[tuple[str, str, str], CausalStep] = {}
    for step in (*finding.cluster.steps, *_touched(finding, graph)):
        edge = _as_recorded(step.edge, graph)
        steps.setdefault(edge[:3], CausalStep(edge, step.ordinal))
    return tuple(sorted(steps.values(), key=lambda step: (step.ordinal, step.edge[:3])))


def _touched(finding: Finding, graph: ProvenanceGraph) -> Iterator[CausalStep]:
    """What the attack's processes did to objects, and how tagged objects came to be tagged."""
    tagged = {hit.node for hit in finding.cluster.hits}
    for process_id, since in finding.cluster.processes.items():
        own = not is_taken_over(graph.process(process_id)) and not is_bystander(process_id, graph)
        for edge in graph.out_edges(process_id):
            counts = edge.target in tagged or (own and EDGE[edge.kind].leaves)
            first = next_event(edge.events, since)
            if counts and edge.kind != DESCENT and first is not None:
                yield CausalStep(edge, first)
    for hit in finding.cluster.hits:
        if hit.actor is not None and hit.actor not in finding.cluster.processes:
            yield from _acts(hit, hit.actor, graph)


def _acts(hit: Hit, actor: str, graph: ProvenanceGraph) -> Iterator[CausalStep]:
    """What a bystander did to a tagged object (Explorer writing an opened image's shortcut)."""
    for edge in graph.edges_between(actor, hit.node):
        if is_shown(edge.events, hit.ordinal):
            yield CausalStep(edge, hit.ordinal)


def _as_recorded(edge: Edge, graph: ProvenanceGraph) -> Edge:
    """The edge as the graph has it; causal steps run against the arrow of executed, loaded ..."""
    if graph.has_edge(edge.source, edge.target, edge.kind):
        return edge
    return Edge(edge.target, edge.source, edge.kind, edge.events)


def _nodes(hits: Iterable[Hit], steps: Iterable[CausalStep]) -> tuple[str, ...]:
    nodes: dict[str, None] = {hit.node: None for hit in hits}
    for step in steps:
        nodes[step.edge.source] = nodes[step.edge.target] = None
    return tuple(nodes)


def _is_thing(node_id: str, graph: ProvenanceGraph) -> bool:
    return graph.node(node_id).kind in OBJECT_KINDS
