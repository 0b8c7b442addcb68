"""The nodes and edges of all chains, each once, as the graph formats draw them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage.graph.schema import NODE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.report.model import Artifact, Chain, ChainEdge, ChainProcess


@dataclass(frozen=True, slots=True)
class Element:
    """A node of one or more chains.

    Attributes:
        node: its id in the report.
        kind: node kind (`lineage.graph.schema`), or "unknown".
        name: image, path, domain or script text; the id for a node that the report only points at.
        host: of a process.
        pid: process id, where known.
        command_line: of a process, where known.
        start: ISO 8601, where seen.
        parent: node id of the parent process, where known.
        role: what a process is to its chain; "bystander" for a node that is only on the way.
        chains: ids of the chains that it is in.
        detections: what fired on it, each once.
    """

    node: str
    kind: str
    name: str
    host: str | None = None
    pid: int | None = None
    command_line: str | None = None
    start: str | None = None
    parent: str | None = None
    role: str | None = None
    chains: tuple[str, ...] = ()
    detections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A causal step of one or more chains."""

    source: str
    target: str
    kind: str
    time: str
    file: str
    record: int
    chains: tuple[str, ...] = ()


def elements(chains: Iterable[Chain]) -> list[Element]:
    """All nodes, in the chains' order: processes, artifacts, then bystanders."""
    found: dict[str, Element] = {}
    for chain in chains:
        fired: dict[str, list[str]] = {}
        for hit in chain.evidence:
            fired.setdefault(hit.node, []).append(hit.detection)
        for element in _members(chain):
            known = found.setdefault(element.node, element)
            found[element.node] = replace(
                known,
                chains=_once(known.chains, [chain.id]),
                detections=_once(known.detections, fired.get(element.node, [])),
            )
    return list(found.values())


def links(chains: Iterable[Chain]) -> list[Link]:
    """All edges, in the chains' order; an edge of several chains is one."""
    found: dict[Link, tuple[str, ...]] = {}
    for chain in chains:
        for edge in chain.edges:
            link = _link(edge)
            found[link] = _once(found.get(link, ()), [chain.id])
    return [replace(link, chains=ids) for link, ids in found.items()]


def _members(chain: Chain) -> list[Element]:
    own = [_process(process) for process in chain.processes]
    own += [_artifact(artifact) for artifact in chain.artifacts]
    known = {element.node for element in own}
    mentioned = [node for edge in chain.edges for node in (edge.from_, edge.to)]
    mentioned += [hit.node for hit in chain.evidence]
    return own + [_bystander(node) for node in dict.fromkeys(mentioned) if node not in known]


def _process(process: ChainProcess) -> Element:
    return Element(
        node=process.node,
        kind="process",
        name=process.image or "(unknown program)",
        host=process.host,
        pid=process.pid,
        command_line=process.command_line,
        start=process.start,
        parent=process.parent,
        role=process.role,
    )


def _artifact(artifact: Artifact) -> Element:
    return Element(node=artifact.node, kind=artifact.kind, name=artifact.value)


def _bystander(node: str) -> Element:
    """A node that only edges or evidence name; ids begin with the kind (`lineage.graph.build`)."""
    kind = node.partition(":")[0]
    return Element(
        node=node, kind=kind if kind in NODE_KINDS else "unknown", name=node, role="bystander"
    )


def _link(edge: ChainEdge) -> Link:
    return Link(edge.from_, edge.to, edge.kind, edge.time, edge.source, edge.record)


def _once(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
