"""Hits -> clusters: which hits belong together, by time-respecting causal paths.

From every hit its *seeds* are taken: the processes that it says are the attack's, and the object it
tags where a bystander made it. What the seeds influenced is followed forward in time; what two
seeds have in common is found by following causes backward. Hubs (`lineage.graph.hubs`) stop both.
Seeds that meet are one cluster.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from lineage.correlate import grade
from lineage.correlate.family import family_key, is_removal
from lineage.correlate.finding import Cluster, TaggedGraph
from lineage.correlate.flow import INVADING, Flow, Flows
from lineage.correlate.groups import Groups
from lineage.correlate.origins import SAME_TIME, Origins
from lineage.correlate.rarity import Profile
from lineage.correlate.weight import strong_facts
from lineage.graph.ids import parsed
from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode
from lineage.graph.own_scripts import OwnScripts
from lineage.graph.schema import CROSSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.correlate.grade import Contexts
    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph

SPEAKING = 2
"""Strong facts from which an attack takes what it had hosts without hits start: administrators'
tools meet one detection each."""
BACKWARD_STEPS = 12
"""Causes are followed back this many flows: longer than any chain in public Remcos reports."""


def tagged_graph(
    graph: ProvenanceGraph,
    hits: Sequence[Hit],
    profile: Profile | None = None,
    contexts: Contexts | None = None,
) -> TaggedGraph:
    """The graph with its hits and their clusters, ready for correlators.

    Args:
        graph: the provenance graph.
        hits: all hits on it, in order of time.
        profile: what is usual in the whole run, where the graph is only a part of it.
        contexts: what detections fired on in the whole run, where the graph is only a part of it.
    """
    profile = profile or profile_of(graph, hits)
    if contexts is None:
        contexts = grade.contexts(graph, hits)
    return TaggedGraph(graph, hits, clusters(graph, hits, profile), profile, contexts)


def profile_of(graph: ProvenanceGraph, hits: Sequence[Hit]) -> Profile:
    """What is usual in a graph, but for what hits name."""
    return Profile(graph, _named(hits))


def clusters(graph: ProvenanceGraph, hits: Sequence[Hit], profile: Profile) -> list[Cluster]:
    """The clusters of all hits, in order of their first hit.

    Args:
        graph: the provenance graph.
        hits: all hits on it, in order of time.
        profile: what is usual in it.
    """
    flows = Flows(graph, profile, _inhabited(hits, graph), _named(hits))
    spread = _Spread(graph, flows)
    seeds = [spread.seeds(hit) for hit in hits]
    reach = spread.forward(seeds)
    spread.adopt(hits, seeds, reach)
    possessed = list(spread.possessed(hits, seeds, reach))
    reach = spread.with_origins(reach)
    causes = spread.backward(reach)
    reach = spread.with_causes(reach, causes)
    infections = _infections(hits, seeds, graph)
    groups = _grouped(reach.joins, (join for _, join in causes.met), infections, possessed)
    return spread.collect(hits, seeds, reach, causes.below, groups)


Seeds = dict[str, int]
"""Node id -> ordinal from which it is the attack's."""
Join = tuple[str, str]
"""Two nodes of one cluster."""


class Reach(NamedTuple):
    """How far the attacks of all hits went.

    Attributes:
        taken: node id -> ordinal from which it is an attack's.
        arrivals: process id -> the earliest flow by which an attack came to it.
        joins: who was met on the way.
    """

    taken: dict[str, int]
    arrivals: dict[str, Flow]
    joins: list[Join]


class Causes(NamedTuple):
    """What untagged causes the hits have in common.

    Attributes:
        below: cause -> seed below it -> the flow that leads there.
        met: a cause, and two seeds that it brought about at the same time.
    """

    below: dict[str, dict[str, Flow]]
    met: list[tuple[str, Join]]


def _named(hits: Iterable[Hit]) -> frozenset[str]:
    """Nodes that hits name."""
    return frozenset(
        node for hit in hits for node in (hit.node, hit.actor, *hit.implicated) if node is not None
    )


def _inhabited(hits: Sequence[Hit], graph: ProvenanceGraph) -> frozenset[str]:
    """Processes that wrote a family's own key: the malware runs in them, whatever they were."""
    return frozenset(
        hit.actor
        for hit in hits
        if hit.actor is not None
        and family_key(hit, graph) is not None
        and not is_removal(hit, graph)
    )


def _infections(
    hits: Sequence[Hit], seeds: Sequence[Seeds], graph: ProvenanceGraph
) -> Iterator[Join]:
    """Joins the seeds of hits on one family's own key on one host: it is one infection."""
    known: dict[tuple[str, str], str] = {}
    for hit, own in zip(hits, seeds, strict=True):
        key = family_key(hit, graph)
        first = next(iter(own), None)
        if key is not None and first is not None:
            yield known.setdefault((hit.host, key), first), first


def _grouped(*joins: Iterable[Join]) -> Groups:
    groups = Groups()
    for one, other in chain.from_iterable(joins):
        groups.join(one, other)
    return groups


class _Spread:
    """Follows causality through one graph. Each step takes what the steps before it gave."""

    def __init__(self, graph: ProvenanceGraph, flows: Flows) -> None:
        self._graph = graph
        self._flows = flows
        self._origins = Origins(graph, flows)
        self._scripts = OwnScripts(graph)

    # -- seeds ---------------------------------------------------------------------------------

    def seeds(self, hit: Hit) -> Seeds:
        """Where the attack of a hit begins, the tagged node first; nowhere in what Windows does."""
        seeds: Seeds = {}
        if self._is_windows_doing(hit):
            return seeds
        for process_id in self._accused(hit):
            honest = self._flows.was_honest(process_id)
            seeds.setdefault(process_id, hit.ordinal if honest else 0)
        if not seeds and isinstance(self._graph.node(hit.node), FileNode | RegistryNode):
            seeds[hit.node] = hit.ordinal
        return seeds

    def _is_windows_doing(self, hit: Hit) -> bool:
        return hit.actor is not None and self._scripts.script_above(hit.actor) is not None

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

    def forward(self, seeds: Sequence[Seeds]) -> Reach:
        """Follows all seeds forward at once, earliest first; who is met is joined."""
        reach = Reach({}, {}, [])
        queue: list[tuple[int, str]] = []
        for own in seeds:
            first = next(iter(own), "")
            for node_id, since in own.items():
                reach.joins.append((node_id, first))
                if since < reach.taken.get(node_id, since + 1):
                    reach.taken[node_id] = since
                    heapq.heappush(queue, (since, node_id))
        return self._follow(queue, reach)

    def adopt(self, hits: Sequence[Hit], seeds: Sequence[Seeds], reach: Reach) -> None:
        """Gives hits on a script of Windows to the attack that was found to have it run."""
        for hit, own in zip(hits, seeds, strict=True):
            since = reach.taken.get(hit.actor or "")
            if (
                not own
                and since is not None
                and since <= hit.ordinal
                and self._is_windows_doing(hit)
            ):
                own[hit.actor or ""] = since

    def possessed(
        self, hits: Sequence[Hit], seeds: Sequence[Seeds], reach: Reach
    ) -> Iterator[Join]:
        """Joins what bystanders did after an attack came into them with that attack.

        A hit that has no seed of its own gets the bystander as its seed.
        """
        for hit, own in zip(hits, seeds, strict=True):
            arrival = reach.arrivals.get(hit.actor or "")
            if arrival is None or arrival.steps[-1].edge.kind not in INVADING:
                continue
            if reach.taken[arrival.target] <= hit.ordinal:
                own.setdefault(arrival.target, hit.ordinal)
                yield arrival.target, next(iter(own))

    def _follow(self, queue: list[tuple[int, str]], reach: Reach) -> Reach:
        """Follows what is in a heap of (ordinal, node id) forward, earliest first."""
        while queue:
            since, node_id = heapq.heappop(queue)
            if reach.taken[node_id] < since:
                continue
            for flow in self._onward(node_id, since):
                if _arrive(flow, reach):
                    heapq.heappush(queue, (flow.ordinal, flow.target))
        return reach

    def _onward(self, node_id: str, since: int) -> Iterable[Flow]:
        match self._graph.node(node_id):
            case ProcessNode():
                return self._flows.onward(node_id, since)
            case FileNode():
                return self._flows.from_file(node_id, since)
            case _:
                return self._flows.from_entry(node_id, since)

    # -- backward ------------------------------------------------------------------------------

    def backward(self, reach: Reach) -> Causes:
        """Joins seeds that have an untagged cause in common."""
        below: dict[str, dict[str, Flow]] = defaultdict(dict)
        for seed in sorted(reach.taken):
            if seed not in reach.arrivals and isinstance(self._graph.node(seed), ProcessNode):
                for flow in self._trace(seed, reach):
                    below[flow.source][seed] = flow
        met = [(cause, join) for cause, flows in below.items() for join in self._at_one_time(flows)]
        return Causes(below, met)

    def _trace(self, seed: str, reach: Reach) -> Iterator[Flow]:
        """The flows by which untagged causes led to a seed, each cause's shortest.

        They end at the host: who deploys to many hosts is no reason to take these for one story.
        """
        seen = {seed}
        frontier = [seed]
        for _ in range(BACKWARD_STEPS):
            above: list[str] = []
            for process_id in frontier:
                for flow in self._flows.inward(process_id):
                    within = flow.steps[0].edge.kind != CROSSING
                    if flow.source not in seen and within and self._explains(flow.source, reach):
                        seen.add(flow.source)
                        above.append(flow.source)
                        yield flow
            frontier = above

    def _at_one_time(self, flows: dict[str, Flow]) -> Iterator[Join]:
        """Neighbours in time among the seeds that one cause led to, by seed.

        A shell or file manager is open all day: what it started an hour apart is two stories.
        """
        by_time = sorted(flows, key=lambda seed: (flows[seed].ordinal, seed))
        for one, other in pairwise(by_time):
            apart = self._time(flows[other]) - self._time(flows[one])
            if apart <= SAME_TIME:
                yield one, other

    def _time(self, flow: Flow) -> int:
        return self._graph.events.time(flow.ordinal)

    def _explains(self, process_id: str, reach: Reach) -> bool:
        """Whether an untagged process may explain what it caused, to the exclusion of chance."""
        if process_id in reach.taken:
            return False  # it would have been followed forward, had the times allowed it
        return not self._is_bystander(process_id) and not self._flows.fans_out(process_id)

    # -- origins -------------------------------------------------------------------------------

    def with_origins(self, reach: Reach) -> Reach:
        """Adds to the attack what only served to bring it about, as far back as it goes.

        What was found backward is followed forward again, once: what else it wrote, set, asked for.
        """
        wider = Reach(dict(reach.taken), dict(reach.arrivals), list(reach.joins))
        frontier = [node for node in wider.taken if node not in wider.arrivals]
        while frontier:
            origins = [flow for node in frontier for flow in self._origins.of(node, wider.taken)]
            frontier = []
            for flow in origins:
                wider.joins.append((flow.source, flow.target))
                wider.arrivals[flow.target] = flow
                if flow.source not in wider.taken:
                    wider.taken[flow.source] = 0
                    frontier.append(flow.source)
        return self._follow(sorted((0, node) for node in wider.taken.keys() - reach.taken), wider)

    def with_causes(self, reach: Reach, causes: Causes) -> Reach:
        """Adds the causes that attacks have in common, where all that they do is one author's."""
        wider = Reach(dict(reach.taken), dict(reach.arrivals), list(reach.joins))
        for cause, (one, other) in causes.met:
            source = self._graph.process(cause)
            at = self._time(causes.below[cause][one])
            age = SAME_TIME + 1 if source.began is None else at - source.began
            if self._origins.is_one_authors(source, age, young=SAME_TIME):
                wider.joins.extend(((cause, one), (cause, other)))
                wider.taken[cause] = 0
        return self._follow(sorted((0, node) for node in wider.taken.keys() - reach.taken), wider)

    # -- result --------------------------------------------------------------------------------

    def collect(
        self,
        hits: Sequence[Hit],
        seeds: Sequence[Seeds],
        reach: Reach,
        causes: dict[str, dict[str, Flow]],
        groups: Groups,
    ) -> list[Cluster]:
        """The groups as clusters, in order of their first hit."""
        own_hits: dict[str, list[Hit]] = defaultdict(list)
        for hit, own in zip(hits, seeds, strict=True):
            if own:
                own_hits[groups.find(next(iter(own)))].append(hit)
        members: dict[str, list[str]] = defaultdict(list)
        for node_id in reach.taken:
            members[groups.find(node_id)].append(node_id)
        for root, found in own_hits.items():
            if len(strong_facts(found)) < SPEAKING:
                members[root] = self._where_hits_are(found, members[root])
        ways: dict[str, list[Flow]] = defaultdict(list)
        for cause, below in causes.items():
            for root, way in _joints(cause, below, causes, groups):
                ways[root] += way
        return [
            self._cluster(own_hits[root], members[root], ways[root], reach) for root in own_hits
        ]

    def _where_hits_are(self, hits: Sequence[Hit], members: list[str]) -> list[str]:
        """The members on hosts that have hits: where little speaks for an attack, no others."""
        named = (parsed(node) for node in _named(hits))
        hosts = {parts.host for parts in named if parts is not None}
        return [node for node in members if getattr(self._graph.node(node), "host", "") in hosts]

    def _cluster(
        self, hits: list[Hit], members: list[str], ways: list[Flow], reach: Reach
    ) -> Cluster:
        processes = {
            node_id: reach.taken[node_id]
            for node_id in members
            if isinstance(self._graph.node(node_id), ProcessNode)
        }
        flows = [reach.arrivals[node_id] for node_id in members if node_id in reach.arrivals]
        for flow in ways:
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


def _arrive(flow: Flow, reach: Reach) -> bool:
    """Takes a flow; whether its target is the attack's from earlier on than known."""
    reach.joins.append((flow.source, flow.target))
    known = reach.arrivals.get(flow.target)
    if known is None or flow.ordinal < known.ordinal:
        reach.arrivals[flow.target] = flow
    earlier = flow.ordinal < reach.taken.get(flow.target, flow.ordinal + 1)
    if earlier:
        reach.taken[flow.target] = flow.ordinal
    return earlier


def _joints(
    cause: str, below: dict[str, Flow], causes: dict[str, dict[str, Flow]], groups: Groups
) -> Iterator[tuple[str, list[Flow]]]:
    """The clusters that a cause leads into by several ways, each with the flows of those ways."""
    seeds: dict[str, list[str]] = defaultdict(list)
    for seed in below:
        seeds[groups.find(seed)].append(seed)
    for root, own in seeds.items():
        if len({below[seed].target for seed in own}) > 1:
            yield root, [flow for seed in own for flow in _way(cause, seed, causes)]


def _way(cause: str, seed: str, causes: dict[str, dict[str, Flow]]) -> Iterator[Flow]:
    """The flows from an untagged cause down to a seed."""
    node_id = cause
    while node_id != seed:
        flow = causes[node_id][seed]
        yield flow
        node_id = flow.target
