"""Hits -> clusters: which hits belong together, by time-respecting causal paths.

From every hit its *seeds* are taken: the processes that it says are the attack's, and the object it
tags where a bystander made it. What the seeds influenced is followed forward in time; what two
seeds have in common is found by following causes backward. Hubs (`lineage.graph.hubs`) stop both.
Seeds that meet are one cluster.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING

from lineage.correlate.family import family_key
from lineage.correlate.finding import CausalStep, Cluster, TaggedGraph
from lineage.correlate.flow import Flow, Flows
from lineage.correlate.groups import Groups
from lineage.correlate.rarity import Profile
from lineage.graph import hubs
from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode
from lineage.normalise.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.detect.tag import Hit
    from lineage.graph.provenance import ProvenanceGraph

LAUNCH = 60 * TICKS
"""How long a launcher may have run before it starts the attack: a script that downloads first."""

SAME_TIME = 600 * TICKS
"""What an untagged cause brought about within this time belongs together: an installer or a script
is done in minutes."""

BACKWARD_STEPS = 12
"""Causes are followed back this many flows: longer than any chain in public Remcos reports."""


def tagged_graph(graph: ProvenanceGraph, hits: Sequence[Hit]) -> TaggedGraph:
    """The graph with its hits and their clusters, ready for correlators.

    Args:
        graph: the provenance graph.
        hits: all hits on it, in order of time.
    """
    named = {node for hit in hits for node in (hit.node, hit.actor, *hit.implicated) if node}
    profile = Profile(graph, named)
    return TaggedGraph(graph, hits, clusters(graph, hits, profile), profile)


def clusters(graph: ProvenanceGraph, hits: Sequence[Hit], profile: Profile) -> list[Cluster]:
    """The clusters of all hits, in order of their first hit.

    Args:
        graph: the provenance graph.
        hits: all hits on it, in order of time.
        profile: what is usual in it.
    """
    spread = _Spread(graph, hits, profile)
    spread.forward()
    spread.infections()
    spread.backward()
    spread.launchers()
    return spread.collect()


class _Spread:
    """How far the attack of each hit went, and who meets whom."""

    def __init__(self, graph: ProvenanceGraph, hits: Sequence[Hit], profile: Profile) -> None:
        self._graph = graph
        self._hits = hits
        self._flows = Flows(graph, profile)
        self._groups = Groups()
        self._seeds = [self._seeds_of(hit) for hit in hits]
        self._taken: dict[str, int] = {}
        """Node id -> ordinal from which it is the attack's."""
        self._arrivals: dict[str, Flow] = {}
        """Process id -> the earliest flow by which the attack came to it."""
        self._causes: dict[str, dict[str, Flow]] = defaultdict(dict)
        """Untagged cause -> seed below it -> the flow that leads there."""

    # -- seeds ---------------------------------------------------------------------------------

    def _seeds_of(self, hit: Hit) -> dict[str, int]:
        found: dict[str, int] = {}
        for process_id in self._accused(hit):
            process = self._graph.process(process_id)
            taken_over = hubs.is_taken_over(process) or self._is_bystander(process_id)
            found.setdefault(process_id, hit.ordinal if taken_over else 0)
        if not found and isinstance(self._graph.node(hit.node), FileNode | RegistryNode):
            found[hit.node] = hit.ordinal
        return found

    def _accused(self, hit: Hit) -> Iterator[str]:
        """The processes that a hit names, but for bystanders; a tagged process is none."""
        for node_id in (hit.node, hit.actor, *hit.implicated):
            if node_id is None or not isinstance(self._graph.node(node_id), ProcessNode):
                continue
            if node_id == hit.node or not self._is_bystander(node_id):
                yield node_id

    def _is_bystander(self, process_id: str) -> bool:
        return self._flows.is_bystander(process_id)

    # -- forward -------------------------------------------------------------------------------

    def forward(self) -> None:
        """Follows all seeds forward at once, earliest first; who is met is joined."""
        queue: list[tuple[int, str]] = []
        for seeds in self._seeds:
            first = next(iter(seeds), "")
            for node_id, since in seeds.items():
                self._groups.join(node_id, first)
                if since < self._taken.get(node_id, since + 1):
                    self._taken[node_id] = since
                    heapq.heappush(queue, (since, node_id))
        while queue:
            since, node_id = heapq.heappop(queue)
            if self._taken[node_id] < since:
                continue
            for flow in self._onward(node_id, since):
                self._arrive(flow, queue)

    def _onward(self, node_id: str, since: int) -> Iterable[Flow]:
        match self._graph.node(node_id):
            case ProcessNode():
                return self._flows.onward(node_id, since)
            case FileNode():
                return self._flows.from_file(node_id, since)
            case _:
                return self._flows.from_registry(node_id, since)

    def _arrive(self, flow: Flow, queue: list[tuple[int, str]]) -> None:
        self._groups.join(flow.source, flow.target)
        known = self._arrivals.get(flow.target)
        if known is None or flow.ordinal < known.ordinal:
            self._arrivals[flow.target] = flow
        if flow.ordinal < self._taken.get(flow.target, flow.ordinal + 1):
            self._taken[flow.target] = flow.ordinal
            heapq.heappush(queue, (flow.ordinal, flow.target))

    def infections(self) -> None:
        """Joins the seeds of hits on one family's own key on one host: it is one infection."""
        known: dict[tuple[str, str], str] = {}
        for hit, seeds in zip(self._hits, self._seeds, strict=True):
            key = family_key(hit, self._graph)
            first = next(iter(seeds), None)
            if key is not None and first is not None:
                self._groups.join(known.setdefault((hit.host, key), first), first)

    # -- backward ------------------------------------------------------------------------------

    def backward(self) -> None:
        """Joins seeds that have an untagged cause in common."""
        for seed in sorted(self._taken):
            if seed not in self._arrivals and isinstance(self._graph.node(seed), ProcessNode):
                self._trace(seed)

    def launchers(self) -> None:
        """Adds to the attack what only served to start it.

        A parent that nobody tagged is the attack's own when it is no bystander, started no longer
        than `LAUNCH` before, and started nothing that isn't the attack's: `cmd /c start a.exe`.
        """
        frontier = [node for node in self._taken if node not in self._arrivals]
        while frontier:
            found = [flow for node in frontier for flow in self._launches(node)]
            frontier = []
            for flow in found:
                self._groups.join(flow.source, flow.target)
                self._arrivals[flow.target] = flow
                if flow.source not in self._taken:
                    self._taken[flow.source] = 0
                    frontier.append(flow.source)

    def _launches(self, process_id: str) -> Iterator[Flow]:
        for edge in self._graph.in_edges(process_id):
            if edge.kind != "spawned":
                continue
            parent = self._graph.process(edge.source)
            began = self._graph.events.time(edge.events[0])
            if (
                parent.start is not None
                and began - parent.start <= LAUNCH
                and not self._is_bystander(parent.id)
                and self._started_nothing_else(parent.id)
            ):
                step = CausalStep(edge, edge.events[0])
                yield Flow(parent.id, process_id, edge.events[0], (step,))

    def _started_nothing_else(self, process_id: str) -> bool:
        children = (edge for edge in self._graph.out_edges(process_id) if edge.kind == "spawned")
        return all(edge.target in self._taken for edge in children)

    def _trace(self, seed: str) -> None:
        seen = {seed}
        frontier = [seed]
        for _ in range(BACKWARD_STEPS):
            above: list[str] = []
            for process_id in frontier:
                for flow in self._flows.inward(process_id):
                    if flow.source in seen or not self._explains(flow.source):
                        continue
                    seen.add(flow.source)
                    above.append(flow.source)
                    self._meet(seed, flow)
            frontier = above

    def _meet(self, seed: str, flow: Flow) -> None:
        """Joins a seed with those that the same untagged cause brought about at the same time.

        A shell or file manager is open all day: what it started an hour apart is two stories.
        """
        below = self._causes[flow.source]
        at = self._graph.events.time(flow.ordinal)
        for other, known in below.items():
            if abs(self._graph.events.time(known.ordinal) - at) <= SAME_TIME:
                self._groups.join(other, seed)
        below[seed] = flow

    def _explains(self, process_id: str) -> bool:
        """Whether an untagged process may explain what it caused, to the exclusion of chance."""
        if process_id in self._taken:
            return False  # it would have been followed forward, had the times allowed it
        return not self._is_bystander(process_id) and not self._flows.fans_out(process_id)

    # -- result --------------------------------------------------------------------------------

    def collect(self) -> list[Cluster]:
        """The groups as clusters, in order of their first hit."""
        hits: dict[str, list[Hit]] = defaultdict(list)
        for hit, seeds in zip(self._hits, self._seeds, strict=True):
            if seeds:
                hits[self._groups.find(next(iter(seeds)))].append(hit)
        members: dict[str, list[str]] = defaultdict(list)
        for node_id in self._taken:
            members[self._groups.find(node_id)].append(node_id)
        joints: dict[str, list[str]] = defaultdict(list)
        for cause, below in self._causes.items():
            ways: dict[str, set[str]] = defaultdict(set)
            for seed, flow in below.items():
                ways[self._groups.find(seed)].add(flow.target)
            for root, targets in ways.items():
                if len(targets) > 1:
                    joints[root].append(cause)
        return [self._cluster(root, hits[root], members[root], joints[root]) for root in list(hits)]

    def _cluster(
        self, root: str, hits: list[Hit], members: list[str], joints: list[str]
    ) -> Cluster:
        processes = {
            node_id: self._taken[node_id]
            for node_id in members
            if isinstance(self._graph.node(node_id), ProcessNode)
        }
        flows = [self._arrivals[node_id] for node_id in members if node_id in self._arrivals]
        for cause in joints:
            for seed in self._causes[cause]:
                if self._groups.find(seed) != root:
                    continue
                for flow in self._way(cause, seed):
                    processes.setdefault(flow.source, 0)
                    flows.append(flow)
        causes = [flow for process_id in processes for flow in self._flows.inward(process_id)]
        flows += (flow for flow in causes if flow.source in processes)
        entries = [flow for flow in causes if flow.source not in processes]
        caused = {flow.target for flow in flows}
        steps = {step.edge[:3]: step for flow in (*flows, *entries) for step in flow.steps}
        ordered = sorted(steps.values(), key=lambda step: (step.ordinal, step.edge[:3]))
        bystanders = frozenset(flow.source for flow in entries)
        footholds = frozenset(processes.keys() - caused)
        return Cluster(tuple(hits), processes, footholds, bystanders, tuple(ordered))

    def _way(self, cause: str, seed: str) -> Iterator[Flow]:
        """The flows from an untagged cause down to a seed."""
        node_id = cause
        while node_id != seed:
            flow = self._causes[node_id][seed]
            yield flow
            node_id = flow.target
