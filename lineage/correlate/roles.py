"""What part each process plays in a chain, in words an analyst uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.hubs import program_of
from lineage.graph.nodes import SessionNode

if TYPE_CHECKING:
    from lineage.correlate.finding import Cluster
    from lineage.graph.causality import CausalStep
    from lineage.graph.provenance import ProvenanceGraph


def roles(cluster: Cluster, graph: ProvenanceGraph) -> dict[str, str]:
    """Process id -> role, for every process of a cluster.

    A program that the attack itself wrote is "dropped program"; one that an autostart entry of the
    attack started is "persisted program", one that a logon from another host started "remotely
    started"; else its kind of program, else "tool".
    """
    written = {step.edge.target for step in cluster.steps if step.edge.kind in {"wrote", "copied"}}
    made = {step.edge.target for step in cluster.steps if _is_logons(step, graph)}
    started = [step.edge for step in cluster.steps if step.edge.kind == "started"]
    remote = {edge.target for edge in started if edge.source in made}
    remote |= {step.edge.target for step in cluster.steps if _is_logons(step, graph)}
    persisted = {edge.target for edge in started}
    return {
        process_id: _role(process_id, graph, written, persisted, remote)
        for process_id in cluster.processes
    }


def _is_logons(step: CausalStep, graph: ProvenanceGraph) -> bool:
    """Whether a step is something that a logon from another host made or started."""
    return isinstance(graph.node(step.edge.source), SessionNode)


def _role(
    process_id: str,
    graph: ProvenanceGraph,
    written: set[str],
    persisted: set[str],
    remote: set[str],
) -> str:
    known = program_of(graph.process(process_id)).role
    if known:
        return known
    if process_id in remote:
        return "remotely started"
    if process_id in persisted:
        return "persisted program"
    programs = (edge.target for edge in graph.out_edges(process_id) if edge.kind == "executed")
    if any(program in written for program in programs):
        return "dropped program"
    return "tool"
