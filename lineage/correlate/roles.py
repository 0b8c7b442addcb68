"""What part each process plays in a chain, in words an analyst uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.hubs import program_name

if TYPE_CHECKING:
    from lineage.correlate.finding import Cluster
    from lineage.graph.provenance import ProvenanceGraph

_BY_PROGRAM: Final = {
    **dict.fromkeys(
        ("winword.exe", "excel.exe", "powerpnt.exe", "onenote.exe", "msaccess.exe", "mspub.exe"),
        "document host",
    ),
    **dict.fromkeys(("visio.exe", "winproj.exe"), "document host"),
    **dict.fromkeys(("wscript.exe", "cscript.exe", "mshta.exe"), "script host"),
    **dict.fromkeys(("powershell.exe", "pwsh.exe"), "PowerShell"),
    "cmd.exe": "command interpreter",
    **dict.fromkeys(("regsvr32.exe", "rundll32.exe"), "library loader"),
    **dict.fromkeys(("reg.exe", "regedit.exe"), "registry editor"),
    "schtasks.exe": "task scheduler",
    "dxdiag.exe": "system inventory",
}


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
    known = _BY_PROGRAM.get(program_name(graph.process(process_id)))
    if known:
        return known
    if process_id in persisted:
        return "persisted program"
    programs = (edge.target for edge in graph.out_edges(process_id) if edge.kind == "executed")
    if any(program in written for program in programs):
        return "dropped program"
    return "tool"
