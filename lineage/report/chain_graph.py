"""A report's chains as graphs: every node and every edge once, however often the report names it.

The one answer to which nodes a chain has. Page, exports and Neo4j draw what is here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from lineage.graph.ids import parsed
from lineage.graph.schema import DESCENT, NODE, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lineage.report.model import (
        Artifact,
        Chain,
        ChainEdge,
        ChainProcess,
        Report,
        TimedRecord,
    )

Standing = Literal["own", "bystander", "named"]
"""What a node is to its chain: the attack's; one that causality only went through; or one that the
report names in edges or evidence, and says nothing else of."""


@dataclass(frozen=True, slots=True)
class ChainNode:
    """A node of one or more chains.

    Attributes:
        node: its id in the report.
        kind: node kind (`lineage.graph.schema`), or "unknown" where the id begins with none.
        name: image, path, domain or script text; of a node that the report only names, what its id
            says, for a process the whole id.
        standing: what it is to the chain.
        host: where it is, as the report spells the host; None where it is everybody's.
        process: all that the report says of it, where it is a process and described.
        hashes: algorithm -> digest, of its program or content.
        data: what a registry value was set to, or what a service or task runs.
        chains: ids of the chains that it is in.
        detections: what fired on it, each once.
    """

    node: str
    kind: NodeKind | Literal["unknown"]
    name: str
    standing: Standing
    host: str | None = None
    process: ChainProcess | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    data: str | None = None
    chains: tuple[str, ...] = ()
    detections: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        """The id of a process, where known."""
        return self.process.pid if self.process else None

    @property
    def command_line(self) -> str | None:
        """The command line of a process, where known."""
        return self.process.command_line if self.process else None

    @property
    def user(self) -> str | None:
        """The account that a process runs as, where known."""
        return self.process.user if self.process else None

    @property
    def integrity(self) -> str | None:
        """The integrity level of a process, where known."""
        return self.process.integrity if self.process else None

    @property
    def logon_id(self) -> str | None:
        """The logon session of a process, where known."""
        return self.process.logon_id if self.process else None

    @property
    def start(self) -> str | None:
        """When a process started, ISO 8601, where that was seen."""
        return self.process.start if self.process else None

    @property
    def parent(self) -> str | None:
        """The node id of a process's parent, where known."""
        return self.process.parent if self.process else None

    @property
    def parent_is_guess(self) -> bool:
        """Whether a process's parent is only the likely one."""
        return self.process is not None and self.process.parent_is_guess

    @property
    def role(self) -> str | None:
        """What a process is to the chain; "bystander" for whatever isn't the attack's."""
        if self.standing != "own":
            return "bystander"
        return self.process.role if self.process else None


@dataclass(frozen=True, slots=True)
class Link:
    """A causal step of one or more chains."""

    source: str
    target: str
    kind: str
    time: str
    file: str
    record: int
    guess: bool = False
    """Whether it is only likely: that of a guessed parent, or of a guessed logon."""
    also: tuple[TimedRecord, ...] = ()
    """The other host's record of a step from host to host."""
    chains: tuple[str, ...] = ()


def chain_nodes(chain: Chain) -> dict[str, ChainNode]:
    """The nodes of a chain by id: processes, bystanders, artifacts, then what is only named."""
    nodes = {node.node: node for node in reversed([*_described(chain)])}
    nodes = {node_id: nodes[node_id] for node_id in reversed(nodes)}
    hosts = _spelled(nodes.values())
    for node_id in _mentioned(chain):
        if node_id not in nodes:
            nodes[node_id] = _named(node_id, hosts)
    fired: dict[str, dict[str, None]] = {}
    for hit in chain.evidence:
        fired.setdefault(hit.node, {})[hit.detection] = None
    return {
        node_id: replace(node, chains=(chain.id,), detections=tuple(fired.get(node_id, ())))
        for node_id, node in nodes.items()
    }


def own_processes(chain: Chain) -> dict[str, ChainProcess]:
    """The attack's processes by node id, in the chain's order."""
    return {
        node_id: node.process
        for node_id, node in _own_nodes(chain).items()
        if node.process is not None
    }


def artifacts(chain: Chain) -> dict[str, ChainNode]:
    """What the attack left or used, by node id, in the chain's order."""
    return {node_id: node for node_id, node in _own_nodes(chain).items() if node.process is None}


def all_nodes(chains: Iterable[Chain]) -> list[ChainNode]:
    """The nodes of all chains, in the chains' order; a node of several is described best."""
    nodes: dict[str, ChainNode] = {}
    for chain in chains:
        for node_id, node in chain_nodes(chain).items():
            known = nodes.get(node_id, node)
            nodes[node_id] = replace(
                node if known.standing == "named" else known,
                chains=_once(known.chains, node.chains),
                detections=_once(known.detections, node.detections),
            )
    return list(nodes.values())


def host_names(report: Report) -> dict[str, str]:
    """A host's name in a hit, in lower case -> the one that all of its nodes have in the report.

    A record may name a host shortly that others name in full, or in other letters.
    """
    hosts = _spelled(
        node
        for chain in report.chains
        for node in (*map(_own, chain.processes), *map(_artifact, chain.artifacts))
    )
    for hit in report.detections:
        parts = parsed(hit.node)
        key = parts.host if parts and parts.host else hit.host.lower()
        hosts.setdefault(hit.host.lower(), hosts.setdefault(key, hit.host))
    return hosts


def links(chains: Iterable[Chain]) -> list[Link]:
    """All edges, in the chains' order; an edge of several chains is one."""
    ids: dict[Link, tuple[str, ...]] = {}
    for chain in chains:
        guessed = guessed_children(chain)
        for edge in chain.edges:
            by_pid = edge.kind == DESCENT and edge.to in guessed
            link = _link(edge, guess=by_pid or edge.guess)
            ids[link] = _once(ids.get(link, ()), (chain.id,))
    return [replace(link, chains=chain_ids) for link, chain_ids in ids.items()]


def _described(chain: Chain) -> Iterator[ChainNode]:
    yield from map(_own, chain.processes)
    yield from (_process(process, "bystander") for process in chain.bystanders)
    yield from map(_artifact, chain.artifacts)


def _own_nodes(chain: Chain) -> dict[str, ChainNode]:
    nodes: dict[str, ChainNode] = {}
    for node in _described(chain):
        nodes.setdefault(node.node, node)
    return {node_id: node for node_id, node in nodes.items() if node.standing == "own"}


def _mentioned(chain: Chain) -> Iterator[str]:
    for edge in chain.edges:
        yield from (edge.from_, edge.to)
    yield from (hit.node for hit in chain.evidence)
    for stage in chain.stages:
        yield from stage.processes


def _spelled(nodes: Iterable[ChainNode]) -> dict[str, str]:
    """Host key of node ids -> the host's name in the report."""
    hosts: dict[str, str] = {}
    for node in nodes:
        parts = parsed(node.node)
        if parts and node.host:
            hosts.setdefault(parts.host, node.host)
    return hosts


def _own(process: ChainProcess) -> ChainNode:
    return _process(process, "own")


def _process(process: ChainProcess, standing: Standing) -> ChainNode:
    name = process.image or NODE["process"].unknown
    return ChainNode(process.node, "process", name, standing, process.host, process, process.hashes)


def _artifact(artifact: Artifact) -> ChainNode:
    return ChainNode(
        artifact.node,
        artifact.kind,
        artifact.value,
        "own",
        artifact.host,
        hashes=artifact.hashes,
        data=artifact.data,
    )


def _named(node_id: str, hosts: Mapping[str, str]) -> ChainNode:
    parts = parsed(node_id)
    if parts is None:
        return ChainNode(node_id, "unknown", node_id, "named")
    is_named = parts.name and not NODE[parts.kind].unknown
    name = parts.name if is_named else node_id
    return ChainNode(node_id, parts.kind, name, "named", hosts.get(parts.host))


def guessed_children(chain: Chain) -> frozenset[str]:
    """Node ids of the processes whose parents are only the likely ones."""
    processes = (*chain.processes, *chain.bystanders)
    return frozenset(process.node for process in processes if process.parent_is_guess)


def _link(edge: ChainEdge, *, guess: bool) -> Link:
    record = (edge.time, edge.source, edge.record)
    return Link(edge.from_, edge.to, edge.kind, *record, guess, also=tuple(edge.also))


def _once(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
