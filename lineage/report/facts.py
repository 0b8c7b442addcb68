"""What a chain's records say, one fact each: the material of its story."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.schema import DESCENT, EDGE_SCHEMAS
from lineage.report.chain_graph import artifacts, own_processes
from lineage.report.remote import remote_starts
from lineage.report.tree import actor_of
from lineage.report.wording import fixed_time

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from lineage.report.model import Chain, ChainEdge, ChainProcess, DetectionHit

FOLD_FROM: Final = 3
"""As many facts of one kind, by one process and with the same detections, are told together."""

_TOLD: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.is_told)
_MAKES: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.makes)
_USES: Final = {schema.kind: schema.use for schema in EDGE_SCHEMAS if schema.use}
_ARRANGES: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.arranges)


class Reference(NamedTuple):
    """A record in a source."""

    source: str
    record: int


class Fact(NamedTuple):
    """What one record says of one node.

    Attributes:
        actor: node id of the process that acted, or None where the chain doesn't hold it.
        kind: edge kind from the actor to the target; "" where the chain has no such edge.
        target: node id of what it acted on; for a process's start, the process.
        time: when, ISO 8601; "" where unknown.
        references: the records that say so.
        detections: the detections that it fired, of those that were asked about.
    """

    actor: str | None
    kind: str
    target: str
    time: str
    references: tuple[Reference, ...]
    detections: tuple[str, ...]


class ChainFacts:
    """Looks a chain's facts up.

    Attributes:
        processes: node id -> process.
        values: node id -> an artifact's value.
        remote_starts: processes that another host's process had started.
    """

    def __init__(self, chain: Chain) -> None:
        self.processes = own_processes(chain)
        self.values = {node_id: node.name for node_id, node in artifacts(chain).items()}
        self.remote_starts = remote_starts(chain)
        self._chain = chain
        self._into: dict[str, list[ChainEdge]] = defaultdict(list)
        self._out: dict[tuple[str, str], list[ChainEdge]] = defaultdict(list)
        self._by_record: dict[tuple[str, str, int], ChainEdge] = {}
        self._writes: dict[str, list[ChainEdge]] = defaultdict(list)
        self._descents: dict[str, ChainEdge] = {}
        for edge in chain.edges:
            if edge.kind in _MAKES and edge.from_ in self.processes:
                self._writes[edge.to].append(edge)
            if edge.kind == DESCENT:
                self._descents.setdefault(edge.to, edge)
            self._into[edge.to].append(edge)
            self._out[edge.from_, edge.kind].append(edge)
            self._by_record.setdefault((edge.to, edge.source, edge.record), edge)

    def of_hits(self, hits: Iterable[DetectionHit]) -> list[Fact]:
        """One fact per record and node, with all the detections that it fired, by time."""
        grouped: dict[tuple[str, str, int], list[DetectionHit]] = defaultdict(list)
        for hit in hits:
            grouped[hit.node, hit.source, hit.record].append(hit)
        facts = [self._of_record(same) for same in grouped.values()]
        return sorted(facts, key=lambda fact: fixed_time(fact.time))

    def besides(self, told: Container[str]) -> list[Fact]:
        """What the chain's processes did to nodes that are not told yet, by time."""
        facts = [
            Fact(edge.from_, edge.kind, edge.to, edge.time, _references(edge), ())
            for edge in self._chain.edges
            if edge.kind in _TOLD
            and edge.to not in told
            and (edge.from_ in self.processes or edge.to in self.processes)
        ]
        known = {fact.target for fact in facts}
        facts += [
            Fact(process.parent, DESCENT, process.node, process.start or "", (), ())
            for process in self._chain.processes
            if process.node not in told and process.node not in known
        ]
        unique = {(fact.kind, fact.target): fact for fact in reversed(facts)}
        return sorted(unique.values(), key=lambda fact: fixed_time(fact.time))

    def entry(self, process: str) -> str | None:
        """The autostart entry, or the process, that had a process started."""
        return next((edge.from_ for edge in self._into[process] if edge.kind in _ARRANGES), None)

    def inputs(self, process: str) -> list[tuple[str, str]]:
        """What a process was started with: what each file was to it, and the file's node id."""
        return [
            (use, edge.to)
            for kind, use in _USES.items()
            if kind in _TOLD
            for edge in self._out[process, kind]
        ]

    def prepared(self, process: str) -> list[tuple[str, ChainProcess, ChainEdge]]:
        """Which processes of the chain wrote what a process ran or was started with.

        Returns:
            Per file: what it was to the process ("its program"), who wrote it, and the edge that
            says so.
        """
        return [
            (use, self.processes[edge.from_], edge)
            for kind, use in _USES.items()
            for used in self._out[process, kind]
            for edge in self._writes[used.to][:1]
        ]

    def _of_record(self, hits: Sequence[DetectionHit]) -> Fact:
        hit = hits[0]
        edge = self._edge_of(hit)
        references = [Reference(hit.source, hit.record)]
        references += [Reference(also.source, also.record) for same in hits for also in same.also]
        started = hit.node in self.processes
        return Fact(
            self._parent(hit.node, edge) if started else actor_of(hit, self.processes),
            DESCENT if started else edge.kind if edge else "",
            hit.node,
            hit.time,
            tuple(dict.fromkeys(references)),
            tuple(dict.fromkeys(same.detection for same in hits)),
        )

    def _parent(self, process: str, edge: ChainEdge | None) -> str | None:
        return edge.from_ if edge else self.processes[process].parent

    def _edge_of(self, hit: DetectionHit) -> ChainEdge | None:
        """The edge into the tagged node by the hit's own record, else the first one."""
        started = hit.node in self.processes
        exact = self._by_record.get((hit.node, hit.source, hit.record))
        if exact is not None and (exact.kind == DESCENT or not started):
            return exact
        if started:
            return self._descents.get(hit.node)
        return next(iter(self._into[hit.node]), None)


def folded(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Facts of one kind together where there are many; in order of their first."""
    groups: dict[tuple[str | None, str, tuple[str, ...]], list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.actor, fact.kind, fact.detections].append(fact)
    lines = []
    for group in groups.values():
        lines += [group] if len(group) >= FOLD_FROM else [[fact] for fact in group]
    yield from sorted(lines, key=lambda group: fixed_time(group[0].time))


def _references(edge: ChainEdge) -> tuple[Reference, ...]:
    """The records that show an edge; of a step from host to host, one of each."""
    others = (Reference(other.source, other.record) for other in edge.also)
    return Reference(edge.source, edge.record), *others
