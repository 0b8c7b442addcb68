"""What part each process plays in a chain, in words an analyst uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.hubs import program_of

if TYPE_CHECKING:
    from lineage.correlate.finding import Cluster
    from lineage.graph.provenance import ProvenanceGraph


def roles(cluster: Cluster, graph: ProvenanceGraph) -> dict[str, str]:
    """Process id -> role, for every process of a cluster.

    A program that the attack itself wrote is "dropped program"; one that an autostart entry of the
    attack started is "persisted program"; else its kind of program, else "tool".
    """
    written = {step.edge.target for step in cluster.steps if step.edge.kind in {"wrote", "copied"}}
    persisted = {step.edge.target for step in cluster.steps if step.edge.kind == "started"}
    return {
        process_id: _role(process_id, graph, written, persisted) for process_id in cluster.processes
    }


def _role(process_id: str, graph: ProvenanceGraph, written: set[str], persisted: set[str]) -> str:
    known = program_of(graph.process(process_id)).role
    if known:
        return known
    if process_id in persisted:
        return "persisted program"
    programs = (edge.target for edge in graph.out_edges(process_id) if edge.kind == "executed")
    if any(program in written for program in programs):
        return "dropped program"
    return "tool"
