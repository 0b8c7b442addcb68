"""Events -> the provenance graph, and what may be asked of it.

The names below are public: plug-ins and notebooks import them from here, and nothing else of this
package. They are loaded when asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.graph.causality import CausalStep, backward, forward, last_event, next_event
    from lineage.graph.hubs import (
        fans_out,
        is_application,
        is_bystander,
        is_installed,
        is_taken_over,
        program_of,
    )
    from lineage.graph.nodes import (
        DnsNode,
        FileNode,
        HostNode,
        ModuleNode,
        Node,
        ObjectNode,
        ProcessNode,
        RegistryNode,
        ScriptNode,
        UserNode,
        caption,
    )
    from lineage.graph.programs import INTERPRETERS, Program, ProgramKind
    from lineage.graph.provenance import Edge, EventTable, ProvenanceGraph, Reference
    from lineage.graph.schema import EDGE_SCHEMAS, NODE_SCHEMAS, EdgeKind, NodeKind
    from lineage.graph.slicing import Slice, Wanted, find, slice_of, slice_of_all

__all__ = [
    "EDGE_SCHEMAS",
    "INTERPRETERS",
    "NODE_SCHEMAS",
    "CausalStep",
    "DnsNode",
    "Edge",
    "EdgeKind",
    "EventTable",
    "FileNode",
    "HostNode",
    "ModuleNode",
    "Node",
    "NodeKind",
    "ObjectNode",
    "ProcessNode",
    "Program",
    "ProgramKind",
    "ProvenanceGraph",
    "Reference",
    "RegistryNode",
    "ScriptNode",
    "Slice",
    "UserNode",
    "Wanted",
    "backward",
    "caption",
    "fans_out",
    "find",
    "forward",
    "is_application",
    "is_bystander",
    "is_installed",
    "is_taken_over",
    "last_event",
    "next_event",
    "program_of",
    "slice_of",
    "slice_of_all",
]

_MODULES = ("causality", "hubs", "nodes", "programs", "provenance", "schema", "slicing")


def __getattr__(name: str) -> object:
    if name in __all__:
        for module in _MODULES:
            value: object = getattr(import_module(f"{__name__}.{module}"), name, None)
            if value is not None:
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
