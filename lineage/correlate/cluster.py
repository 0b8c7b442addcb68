"""Hits -> clusters: which hits belong together, by time-respecting causal paths.

From every hit its *seeds* are taken: the processes that it says are the attack's, and the object it
tags. What the seeds influenced is followed forward in time; what two seeds have in common is found by
following causes backward. Hubs (`lineage.graph.hubs`) stop both. Seeds that meet are one cluster.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lineage.correlate.api import CausalStep, Cluster
from lineage.detect.tag import Hit
from lineage.graph import hubs
from lineage.graph.causality import Step, last_event, next_event
from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode, caption
from lineage.graph.provenance import Edge, ProvenanceGraph
from lineage.normalise.paths import canonical_path

TAKEN_OVER = frozenset(
    "winword.exe excel.exe powerpnt.exe onenote.exe msaccess.exe mspub.exe visio.exe winproj.exe "
    "outlook.exe winhlp32.exe acrord32.exe acrobat.exe".split()
)
"""Honest programs that an attack takes over: theirs is what they do from the first hit on, not what
they did before. Any other process that a hit names is taken for the attack's from its start."""

CARRIERS = frozenset({"executed", "interpreted", "loaded", "spawned", "started", "wrote", "set"})
"""Edge kinds over which an attack goes on, with `copied` and `mapped` between files."""
_OBJECT_STEPS = frozenset({"copied", "mapped"})

DOCUMENT_ENDINGS = frozenset(
    "txt log csv pdf docx xlsx pptx rtf jpg jpeg png gif bmp tiff mp3 mp4 wav xml json ini cfg md "
    "htm html".split()
)
"""Files that are data to what opens them: opening one is not running it."""

COMMON_FILE = 24
"""A file that this many processes ran is a tool of the house, and explains none of them."""
BACKWARD_STEPS = 12
"""Causes are followed back this many steps: longer than any chain in public Remcos reports."""


def clusters(graph: ProvenanceGraph, hits: Sequence[Hit]) -> list[Cluster]:
    """The clusters of all hits, in order of their first hit."""
    return _Clustering(graph, hits).clusters()


class _Clustering:
    def __init__(self, graph: ProvenanceGraph, hits: Sequence[Hit]) -> None:
        self._graph = graph
        self._hits = hits
        self._bystander: dict[str, bool] = {}
        self._group: dict[str, str] = {}
        self._steps: dict[str, Step] = {}
        self._taken: dict[str, int] = {}
        self._joints: dict[str, set[str]] = defaultdict(set)
        self._toward: dict[tuple[str, str], Step] = {}

    def clusters(self) -> list[Cluster]:
        seeds = [self._seeds(hit) for hit in self._hits]
        self._spread(seeds)
        self._trace_back()
        return self._collect(seeds)

    # -- seeds ---------------------------------------------------------------------------------

    def _seeds(self, hit: Hit) -> dict[str, int]:
        """Node id -> ordinal from which it is the attack's."""
        found = {}
        for node_id in (hit.node, hit.actor, *hit.implicated):
            if node_id is None or node_id in found:
                continue
            node = self._graph.node(node_id)
            if isinstance(node, ProcessNode):
                if not self._is_bystander(node_id) or node_id == hit.node:
                    found[node_id] = self._since(node, hit)
            elif isinstance(node, FileNode | RegistryNode) and node_id == hit.node:
                found[node_id] = hit.ordinal
        return found

    def _since(self, process: ProcessNode, hit: Hit) -> int:
        if hubs.program_name(process) in TAKEN_OVER or self._is_bystander(process.id):
            return hit.ordinal
        return 0

    def _is_bystander(self, process_id: str) -> bool:
        known = self._bystander.get(process_id)
        if known is None:
            known = self._bystander[process_id] = hubs.is_bystander(process_id, self._graph)
        return known

    # -- forward -------------------------------------------------------------------------------

    def _spread(self, seeds: Sequence[dict[str, int]]) -> None:
        """Follows all seeds forward at once; who arrives at another's node joins its group."""
        queue: list[tuple[int, str]] = []
        for hit_seeds in seeds:
            first = next(iter(hit_seeds), None)
            for node_id, since in hit_seeds.items():
                self._join(node_id, first or node_id)
                if since < self._taken.get(node_id, since + 1):
                    self._taken[node_id] = since
                    self._steps.setdefault(node_id, Step(since, None))
                    heapq.heappush(queue, (since, node_id))
        while queue:
            since, node_id = heapq.heappop(queue)
            if self._taken[node_id] < since:
                continue
            for edge, at in self._onward(node_id, since):
                self._join(edge.target, node_id)
                if at < self._taken.get(edge.target, at + 1):
                    self._taken[edge.target] = at
                    heapq.heappush(queue, (at, edge.target))
                if self._steps.get(edge.target, Step(0, None)).edge is None:
                    self._steps[edge.target] = Step(at, edge)

    def _onward(self, node_id: str, since: int) -> Iterator[tuple[Edge, int]]:
        for edge in self._graph.effects(node_id):
            at = next_event(edge.events, since)
            if at is not None and self._carries(edge):
                yield edge, at

    def _carries(self, edge: Edge) -> bool:
        """Whether an attack goes on over an edge, from its cause to its effect."""
        if edge.kind in _OBJECT_STEPS:
            return True
        if edge.kind not in CARRIERS:
            return False
        target = self._graph.node(edge.target)
        if isinstance(target, ProcessNode):
            return self._reaches_process(edge, target)
        return True

    def _reaches_process(self, edge: Edge, target: ProcessNode) -> bool:
        if edge.kind == "spawned":
            return not hubs.is_application(target)
        if self._is_bystander(target.id):
            return False
        if edge.kind == "interpreted":
            source = self._graph.node(edge.source)
            return caption(source).rpartition(".")[2].lower() not in DOCUMENT_ENDINGS
        return True

    # -- backward ------------------------------------------------------------------------------

    def _trace_back(self) -> None:
        """Joins seeds that have an untagged cause in common."""
        owner: dict[str, str] = {}
        for seed in sorted(self._taken, key=lambda node: (self._taken[node], node)):
            if self._steps[seed].edge is not None or not self._is_process(seed):
                continue
            frontier = [(seed, len(self._graph.events), 0)]
            seen = {seed}
            while frontier:
                node_id, until, depth = frontier.pop()
                for edge, at in self._causes(node_id, until):
                    cause = edge.source
                    if cause in seen or depth == BACKWARD_STEPS:
                        continue
                    seen.add(cause)
                    self._toward[cause, seed] = Step(at, edge)
                    self._joints[cause].add(seed)
                    if cause in owner:
                        self._join(cause, seed)
                    owner.setdefault(cause, seed)
                    self._join(owner[cause], seed)
                    frontier.append((cause, at, depth + 1))

    def _is_process(self, node_id: str) -> bool:
        return isinstance(self._graph.node(node_id), ProcessNode)

    def _causes(self, node_id: str, until: int) -> Iterator[tuple[Edge, int]]:
        for edge in self._graph.causes(node_id):
            at = last_event(edge.events, until)
            if at is not None and self._explains(edge):
                yield edge, at

    def _explains(self, edge: Edge) -> bool:
        """Whether an untagged cause may explain its effect to the exclusion of chance."""
        if edge.kind not in CARRIERS and edge.kind not in _OBJECT_STEPS:
            return False
        cause = self._graph.node(edge.source)
        if isinstance(cause, ProcessNode):
            return not self._is_bystander(cause.id) and not hubs.fans_out(cause.id, self._graph)
        if isinstance(cause, FileNode):
            return self._is_rare(cause)
        return True

    def _is_rare(self, file: FileNode) -> bool:
        """Whether a file is one party's: not Windows' own, and run by few."""
        path = canonical_path(file.path)
        if path.startswith((hubs.WINDOWS, "c:\\program files")):
            return False
        runs = sum(
            edge.kind in {"executed", "interpreted"} for edge in self._graph.in_edges(file.id)
        )
        return runs < COMMON_FILE

    # -- groups --------------------------------------------------------------------------------

    def _find(self, node_id: str) -> str:
        root = node_id
        while (above := self._group.setdefault(root, root)) != root:
            root = above
        while (above := self._group[node_id]) != root:
            self._group[node_id] = root
            node_id = above
        return root

    def _join(self, one: str, other: str) -> None:
        first, second = self._find(one), self._find(other)
        if first != second:
            self._group[max(first, second)] = min(first, second)

    # -- result --------------------------------------------------------------------------------

    def _collect(self, seeds: Sequence[dict[str, int]]) -> list[Cluster]:
        hits: dict[str, list[Hit]] = {}
        for hit, hit_seeds in zip(self._hits, seeds, strict=True):
            first = next(iter(hit_seeds), None)
            if first is not None:
                hits.setdefault(self._find(first), []).append(hit)
        members: dict[str, list[str]] = defaultdict(list)
        for node_id in self._taken:
            members[self._find(node_id)].append(node_id)
        joints: dict[str, list[str]] = defaultdict(list)
        for node_id, below in self._joints.items():
            if node_id not in self._taken and self._branches(node_id, below):
                joints[self._find(node_id)].append(node_id)
        return [self._cluster(hits[root], members[root], joints[root]) for root in hits]

    def _branches(self, node_id: str, below: set[str]) -> bool:
        """Whether the ways from a common cause part at it, rather than further down."""
        edges = (self._toward[node_id, seed].edge for seed in below)
        return len({edge.target for edge in edges if edge is not None}) > 1

    def _cluster(self, hits: list[Hit], members: list[str], joints: list[str]) -> Cluster:
        processes = {node: self._taken[node] for node in members if self._is_process(node)}
        steps = {
            (edge.source, edge.target): CausalStep(edge, ordinal)
            for node in members
            for ordinal, edge in (self._steps.get(node, Step(0, None)),)
            if edge is not None
        }
        for joint in joints:
            if self._is_process(joint):
                processes[joint] = 0
            for seed in self._joints[joint]:
                self._add_path(joint, seed, processes, steps)
        bystanders = self._way_in(processes, steps)
        ordered = sorted(steps.values(), key=lambda step: (step.ordinal, step.edge))
        return Cluster(tuple(hits), processes, frozenset(bystanders), tuple(ordered))

    def _add_path(
        self,
        joint: str,
        seed: str,
        processes: dict[str, int],
        steps: dict[tuple[str, str], CausalStep],
    ) -> None:
        node_id = joint
        while node_id != seed:
            step = self._toward[node_id, seed]
            if step.edge is None:
                return
            steps.setdefault((node_id, step.edge.target), CausalStep(step.edge, step.ordinal))
            if self._is_process(node_id):
                processes.setdefault(node_id, 0)
            node_id = step.edge.target

    def _way_in(
        self, processes: dict[str, int], steps: dict[tuple[str, str], CausalStep]
    ) -> set[str]:
        """The bystander parents of the cluster's topmost processes, and the steps from them."""
        found = set()
        for process_id in list(processes):
            parent = self._graph.process(process_id).parent
            if parent is None or parent in processes:
                continue
            for edge in self._graph.in_edges(process_id):
                if edge.kind == "spawned" and edge.source == parent:
                    found.add(parent)
                    steps[parent, process_id] = CausalStep(edge, edge.events[0])
        return found
