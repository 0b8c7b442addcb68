"""Causality between processes: who made whom do what, directly or through an object.

A process influences another by starting it, or by an object: it wrote the file that the other runs,
interprets or loads, set the registry value or made the service or task that starts the other, or
opened the logon of another host that did so. Of several writers it is the last one before the use
that counts, so that two parties who write one file aren't glued together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from lineage.graph import hubs
from lineage.graph.causality import CausalStep, next_event
from lineage.graph.identity import SYSTEM_PID
from lineage.graph.nodes import FileNode, ProcessNode, SessionNode
from lineage.graph.runners import runs_argument, runs_from_archive
from lineage.graph.schema import CROSSING
from lineage.normalise.paths import canonical_path, is_provided

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

    from lineage.correlate.rarity import Profile
    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.graph.schema import EdgeKind

COMMON_PROGRAM = 24
"""A program that this many processes ran is a tool of the house, and explains none of them."""

INVADING: frozenset[EdgeKind] = frozenset({"injected", "hollowed", "opened_for_writing"})
"""By these one process comes to run its code in another."""
MOST_REACHED = 8
"""Who injects into more processes than this explains none of them (backward), and who opens more
for writing than this enters none by that (forward): protections, and a search through all."""

MOST_HOSTS = 8
"""An account that logs on to more hosts than this from one deploys, manages or scans, and joins
none of them."""
_WRITTEN: tuple[EdgeKind, ...] = ("wrote", "created")
"""How files come about: by processes, and by logons from other hosts over shares."""
_SET_OR_CREATED: tuple[EdgeKind, ...] = ("set", "created")
MADE_BY: dict[type, tuple[EdgeKind, ...]] = {FileNode: _WRITTEN}
"""By which edges an entry comes about; any other is set or created."""

_ordinal = attrgetter("ordinal")


class Flow(NamedTuple):
    """Influence of one process, or of one object, on a process.

    Attributes:
        source: id of the process, or of the object whose writer isn't known or doesn't matter.
        target: id of the process influenced.
        ordinal: the event at which the influence arrived.
        steps: the graph's steps that it took.
    """

    source: str
    target: str
    ordinal: int
    steps: tuple[CausalStep, ...]


class Flows:
    """The flows of one graph, found when asked for.

    Args:
        graph: the provenance graph.
        profile: what is usual in it.
        inhabited: ids of processes in which malware runs, whatever their programs are.
        accused: ids of the nodes that hits name.
    """

    def __init__(
        self,
        graph: ProvenanceGraph,
        profile: Profile,
        inhabited: frozenset[str] = frozenset(),
        accused: frozenset[str] = frozenset(),
    ) -> None:
        self._graph = graph
        self._profile = profile
        self._inhabited = inhabited
        self._accused = accused
        self.is_bystander = lru_cache(maxsize=None)(self._is_bystander)
        self.fans_out = lru_cache(maxsize=None)(self._fans_out)
        self.inward = lru_cache(maxsize=None)(self._inward)
        self._uses_of = lru_cache(maxsize=None)(self._uses)
        self._uses_by_writer = lru_cache(maxsize=None)(self._written_uses)
        self._uses_by_target = lru_cache(maxsize=None)(self._targeted_uses)
        self._starts_of = lru_cache(maxsize=None)(self._starts)
        self._starts_by_maker = lru_cache(maxsize=None)(self._made_starts)
        self._makings_of = lru_cache(maxsize=None)(self._makings)
        self._files_of = lru_cache(maxsize=None)(self._files)
        self._count_hosts = lru_cache(maxsize=None)(self._hosts_reached)
        self._count_reached = lru_cache(maxsize=None)(self._reached)
        self._is_rare = lru_cache(maxsize=None)(self._runs_seldom)

    # -- forward -------------------------------------------------------------------------------

    def onward(self, process_id: str, since: int) -> Iterator[Flow]:
        """What a process influenced from an ordinal on."""
        for edge in self._graph.out_edges(process_id):
            at = next_event(edge.events, since)
            if at is None:
                continue
            if edge.kind == "spawned":
                yield from self._to_child(edge, at)
            elif edge.kind in {"started", "requested"}:
                yield from self._to_started(edge, at)
            elif edge.kind in INVADING:
                yield from self._to_invaded(edge, at)
            elif edge.kind == "wrote":
                yield from self.from_file(edge.target, at, process_id)
            elif edge.kind in _SET_OR_CREATED:
                yield from self.from_entry(edge.target, at, process_id)
            elif edge.kind == CROSSING:
                yield from self._to_other_host(edge, since)
            elif edge.kind == "executed":
                yield from self._to_later_runs(process_id, edge, at)

    def _to_child(self, edge: Edge, at: int) -> Iterator[Flow]:
        parent, child = self._graph.process(edge.source), self._graph.process(edge.target)
        if self._is_mere_guess(edge):
            return
        if hubs.is_application(child) and child.id not in self._inhabited:
            return
        if self.was_honest(parent.id) and self._profile.is_usual(parent, child):
            return
        if hubs.is_bystander(parent.id, self._graph) and self.was_honest(child.id):
            return  # what its user opens, or Windows runs, though the attack sits in it
        if parent.id in self._inhabited and self._starts_for_others(parent):
            return
        yield Flow(edge.source, edge.target, at, (CausalStep(edge, at),))

    def _is_mere_guess(self, edge: Edge) -> bool:
        """Whether an edge is a guessed parent's, and not both ends have hits of their own."""
        if edge.kind != "spawned" or not self._graph.process(edge.target).parent_is_guess:
            return False
        return not {edge.source, edge.target} <= self._accused

    def _starts_for_others(self, process: ProcessNode) -> bool:
        """Whether a process goes on starting what its user or Windows wants, malware or not."""
        return hubs.is_system(process, self._graph) or self.fans_out(process.id)

    def _to_started(self, edge: Edge, at: int) -> Iterator[Flow]:
        if not self.is_bystander(edge.target):
            yield Flow(edge.source, edge.target, at, (CausalStep(edge, at),))

    def from_file(self, file_id: str, since: int, writer: str | None = None) -> Iterator[Flow]:
        """Who ran, interpreted or loaded a file, as far as the writer's version of it goes.

        Args:
            file_id: the file.
            since: ordinal from which uses count.
            writer: only uses of what this process wrote; None for whoever wrote it.
        """
        if writer is None:
            flows: Sequence[Flow] = self._uses_of(file_id)
        else:
            flows = self._uses_by_writer(file_id).get(writer, ())
        for flow in flows:
            if flow.ordinal >= since and not self.is_bystander(flow.target):
                yield flow

    def from_entry(self, entry_id: str, since: int, maker: str | None = None) -> Iterator[Flow]:
        """Whom a registry value, service or task started, as far as the maker's version goes.

        See `from_file`.
        """
        if maker is None:
            flows: Sequence[Flow] = self._starts_of(entry_id)
        else:
            flows = self._starts_by_maker(entry_id).get(maker, ())
        started: set[str] = set()
        for flow in flows:
            told = flow.ordinal < since or flow.target in started
            if not told and not self.is_bystander(flow.target):
                started.add(flow.target)
                yield flow

    def _to_other_host(self, edge: Edge, since: int) -> Iterator[Flow]:
        """What a logon on another host brought about there, on that host's clock."""
        crossing = self._graph.crossing(edge)
        if crossing is None or crossing[0] < since or self.is_bystander(edge.source):
            return
        if self._count_hosts(edge.source) > MOST_HOSTS:
            return
        departed, arrived = crossing
        for flow in self._of_session(edge.target, arrived):
            if self._carries(edge, flow):
                steps = (CausalStep(edge, departed), *flow.steps)
                yield Flow(edge.source, flow.target, flow.ordinal, steps)

    def _carries(self, edge: Edge, flow: Flow) -> bool:
        """Whether a logon carries an attack to what it brought about.

        A guess does so only where both ends have hits of their own.
        """
        target = flow.target
        guessed = any(map(self._graph.is_guess, (edge, *(step.edge for step in flow.steps))))
        if guessed and not {edge.source, target} <= self._accused:
            return False
        return target in self._accused or not self.was_honest_application(target)

    def was_honest_application(self, process_id: str) -> bool:
        """Whether a process is a program that comes up in any session, or that takes work on."""
        process = self._graph.process(process_id)
        return hubs.is_taken_over(process) or hubs.is_application(process)

    def _of_session(self, session: str, since: int) -> Iterator[Flow]:
        """What a logon started, had started by a service or task, or wrote for others to run."""
        for edge in self._graph.out_edges(session):
            at = next_event(edge.events, since)
            if at is None:
                continue
            if edge.kind == "started":
                yield Flow(session, edge.target, at, (CausalStep(edge, at),))
            elif isinstance(self._graph.node(edge.target), FileNode):
                yield from self.from_file(edge.target, at, session)
            elif edge.kind == "created":
                yield from self.from_entry(edge.target, at, session)

    def _hosts_reached(self, process_id: str) -> int:
        """On how many hosts a process's account logged on from its host."""
        process = self._graph.process(process_id)
        return len(self._reach_of_accounts[process.host, process.user or process_id])

    @cached_property
    def _reach_of_accounts(self) -> Mapping[tuple[str, str], Set[str]]:
        """Host and account, or process where that isn't known -> hosts that it logged on to."""
        reached: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for source, target in self._graph.crossings():
            process, session = self._graph.process(source), self._graph.node(target)
            if isinstance(session, SessionNode):
                reached[process.host, process.user or source].add(session.host)
        return reached

    def _to_later_runs(self, process_id: str, ran: Edge, at: int) -> Iterator[Flow]:
        """Later processes of the same program, where nobody was seen to write it.

        Whoever brought a program that is nobody else's runs it again; who wrote it isn't logged.
        """
        if not self.is_own_program(ran.target) or self._last(ran.target, _WRITTEN, at):
            return
        for use in self._uses_of(ran.target):
            first = use.target == process_id or use.ordinal <= at
            if first or self._last(ran.target, _WRITTEN, use.ordinal):
                continue
            back = CausalStep(ran, at)
            yield Flow(process_id, use.target, use.ordinal, (back, *use.steps))

    # -- backward ------------------------------------------------------------------------------

    def _inward(self, process_id: str) -> tuple[Flow, ...]:
        """What influenced a process's start and what it runs; bystanders are left out."""
        flows: list[Flow] = []
        for edge in self._graph.in_edges(process_id):
            at = edge.events[0]
            if self._is_mere_guess(edge):
                continue
            if edge.kind in {"spawned", "requested"}:
                flows.append(Flow(edge.source, process_id, at, (CausalStep(edge, at),)))
            elif edge.kind == "started":
                flows += self._from_entry(edge, process_id, at)
            elif edge.kind == "injected" and not self.is_bystander(edge.source):
                flows += self._from_invader(edge, process_id, at)
        for edge in self._graph.out_edges(process_id):
            if edge.kind in {"executed", "interpreted"}:
                flows += self._from_writer(edge.target, process_id, edge.events[0])
            elif edge.kind == "loaded":
                flows += self._from_module(edge, process_id)
        return tuple(flows)

    def _from_invader(self, edge: Edge, process_id: str, at: int) -> Iterator[Flow]:
        """Who reaches into many is a monitor or a protection, and explains none of them."""
        if self._count_reached(edge.source, "injected") <= MOST_REACHED:
            yield Flow(edge.source, process_id, at, (CausalStep(edge, at),))

    def _to_invaded(self, edge: Edge, at: int) -> Iterator[Flow]:
        """Who opens everything looks for something; a thread is a thread, however many."""
        looks = edge.kind == "opened_for_writing"
        if not looks or self._count_reached(edge.source, edge.kind) <= MOST_REACHED:
            yield Flow(edge.source, edge.target, at, (CausalStep(edge, at),))

    def _reached(self, process_id: str, kind: EdgeKind) -> int:
        return sum(edge.kind == kind for edge in self._graph.out_edges(process_id))

    def _from_entry(self, edge: Edge, process_id: str, at: int) -> Iterator[Flow]:
        node = self._graph.node(edge.source)
        step = CausalStep(edge, at)
        if isinstance(node, ProcessNode):
            yield Flow(edge.source, process_id, at, (step,))
        elif isinstance(node, SessionNode):
            yield from self._from_other_host(node.id, process_id, at, step)
        else:
            kinds = MADE_BY.get(type(node), _SET_OR_CREATED)
            origin = self._last(edge.source, kinds, at)
            if origin is not None:
                yield from self._from_maker(origin, process_id, at, step)

    def _from_maker(
        self, origin: CausalStep, process_id: str, at: int, *steps: CausalStep
    ) -> Iterator[Flow]:
        """Who made what a process came about by; an account is nobody in particular."""
        maker = self._graph.node(origin.edge.source)
        if isinstance(maker, ProcessNode):
            yield Flow(maker.id, process_id, at, (origin, *steps))
        elif isinstance(maker, SessionNode):
            yield from self._from_other_host(maker.id, process_id, at, origin, *steps)

    def _from_other_host(
        self, session: str, process_id: str, at: int, *steps: CausalStep
    ) -> Iterator[Flow]:
        """Who logged on from another host."""
        for edge in self._graph.in_edges(session):
            crossing = self._graph.crossing(edge)
            if crossing is not None:
                way = (CausalStep(edge, crossing[0]), *steps)
                yield Flow(edge.source, process_id, at, way)

    def _from_writer(self, file_id: str, process_id: str, at: int) -> Iterator[Flow]:
        origin = self._last(file_id, _WRITTEN, at)
        if origin is None or origin.edge.source == process_id or not self._is_rare(file_id):
            return
        for use in self._uses_by_target(file_id).get(process_id, ()):
            if use.ordinal >= origin.ordinal:
                yield from self._from_maker(origin, process_id, use.ordinal, *use.steps)
                return

    def _from_module(self, loaded: Edge, process_id: str) -> Iterator[Flow]:
        for file_id in self._files_of(loaded.target):
            yield from self._from_writer(file_id, process_id, loaded.events[0])

    # -- objects -------------------------------------------------------------------------------

    def _uses(self, file_id: str) -> tuple[Flow, ...]:
        """Processes that a file or its copies came to, in order of time.

        They ran, interpreted or loaded it, or it is the shortcut that started them.
        """
        flows = [
            Flow(file_id, edge.source, edge.events[0], (CausalStep(edge, edge.events[0]),))
            for edge in self._graph.in_edges(file_id)
            if edge.kind == "executed" or (edge.kind == "interpreted" and self._runs(edge))
        ]
        for edge in self._graph.out_edges(file_id):
            step = CausalStep(edge, edge.events[0])
            if edge.kind == "started":
                flows.append(Flow(file_id, edge.target, edge.events[0], (step,)))
            elif edge.kind == "mapped":
                flows += self._loads(file_id, edge.target, step)
            elif edge.kind == "copied":
                flows += [
                    Flow(file_id, use.target, use.ordinal, (step, *use.steps))
                    for use in self._copies(edge.target)
                ]
        return tuple(sorted(flows, key=lambda use: (use.ordinal, use.target)))

    def _written_uses(self, file_id: str) -> Mapping[str, Sequence[Flow]]:
        """Writer -> the uses of a file as that one wrote it: each is of its last writer's."""
        return self._by_maker(self._uses_of(file_id), file_id, _WRITTEN)

    def _targeted_uses(self, file_id: str) -> Mapping[str, Sequence[Flow]]:
        """Process -> its uses of a file."""
        uses: dict[str, list[Flow]] = defaultdict(list)
        for use in self._uses_of(file_id):
            uses[use.target].append(use)
        return uses

    def _starts(self, entry_id: str) -> tuple[Flow, ...]:
        """Whom a registry value, service or task started, each time, in the graph's order."""
        return tuple(
            Flow(entry_id, edge.target, at, (CausalStep(edge, at),))
            for edge in self._graph.out_edges(entry_id)
            if edge.kind == "started"
            for at in edge.events
        )

    def _made_starts(self, entry_id: str) -> Mapping[str, Sequence[Flow]]:
        """Maker -> whom a registry value, service or task started as that one made it."""
        return self._by_maker(self._starts_of(entry_id), entry_id, _SET_OR_CREATED)

    def _by_maker(
        self, flows: Iterable[Flow], object_id: str, kinds: tuple[EdgeKind, ...]
    ) -> Mapping[str, Sequence[Flow]]:
        """Flows from an object as flows from whoever made it what it was before each."""
        made: dict[str, list[Flow]] = defaultdict(list)
        for flow in flows:
            origin = self._last(object_id, kinds, flow.ordinal)
            if origin is not None:
                maker = origin.edge.source
                steps = (origin, *flow.steps)
                made[maker].append(Flow(maker, flow.target, flow.ordinal, steps))
        return made

    def _copies(self, file_id: str) -> Iterator[Flow]:
        """Runs of a copy that nobody was seen to write."""
        for edge in self._graph.in_edges(file_id):
            at = edge.events[0]
            if edge.kind == "executed" and self._last(file_id, _WRITTEN, at) is None:
                yield Flow(file_id, edge.source, at, (CausalStep(edge, at),))

    def _loads(self, file_id: str, module_id: str, mapped: CausalStep) -> list[Flow]:
        return [
            Flow(file_id, edge.source, edge.events[0], (mapped, CausalStep(edge, edge.events[0])))
            for edge in self._graph.in_edges(module_id)
            if edge.kind == "loaded"
        ]

    def _runs(self, edge: Edge) -> bool:
        """Whether a process that was given a file as an argument runs it."""
        process, path = self._graph.process(edge.source), self._path(edge.target)
        return runs_argument(process, path) or runs_from_archive(process, path)

    def _path(self, file_id: str) -> str:
        node = self._graph.node(file_id)
        return canonical_path(node.path) if isinstance(node, FileNode) else ""

    def _last(self, object_id: str, kinds: tuple[EdgeKind, ...], until: int) -> CausalStep | None:
        """The last time at or before an ordinal that anybody did one of these to an object."""
        makings = self._makings_of(object_id, kinds)
        index = bisect_right(makings, until, key=_ordinal)
        return makings[index - 1] if index else None

    def _makings(self, object_id: str, kinds: tuple[EdgeKind, ...]) -> tuple[CausalStep, ...]:
        """Every time that anybody did one of these to an object, in order of time."""
        steps = [
            CausalStep(edge, ordinal)
            for edge in self._graph.in_edges(object_id)
            if edge.kind in kinds
            for ordinal in edge.events
        ]
        if any(isinstance(self._graph.node(step.edge.source), SessionNode) for step in steps):
            steps = [step for step in steps if not self._is_kernel(step.edge.source)]
        return tuple(sorted(steps, key=_ordinal))

    def _is_kernel(self, node_id: str) -> bool:
        """Whether a node is the kernel, which writes what others send over a share."""
        node = self._graph.node(node_id)
        return isinstance(node, ProcessNode) and node.pid == SYSTEM_PID

    def _files(self, module_id: str) -> tuple[str, ...]:
        """The files that a module was loaded from."""
        edges = self._graph.in_edges(module_id)
        return tuple(edge.source for edge in edges if edge.kind == "mapped")

    def is_own_program(self, file_id: str) -> bool:
        """Whether a program is one party's: not installed for everybody, and run by few."""
        node = self._graph.node(file_id)
        if not isinstance(node, FileNode):
            return False
        return not is_provided(canonical_path(node.path)) and self._is_rare(file_id)

    def _runs_seldom(self, file_id: str) -> bool:
        runs = 0
        for edge in self._graph.in_edges(file_id):
            runs += edge.kind in {"executed", "interpreted"}
        return runs < COMMON_PROGRAM

    def was_honest(self, process_id: str) -> bool:
        """Whether a process is honest by its program, until something shows that it isn't."""
        process = self._graph.process(process_id)
        return hubs.is_taken_over(process) or hubs.is_bystander(process_id, self._graph)

    def _is_bystander(self, process_id: str) -> bool:
        return process_id not in self._inhabited and hubs.is_bystander(process_id, self._graph)

    def _fans_out(self, process_id: str) -> bool:
        return hubs.fans_out(process_id, self._graph)
