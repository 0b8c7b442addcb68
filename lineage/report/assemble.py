"""Graph, hits and findings -> the report. Pure: the run's values in, the contract's models out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import lineage
from lineage.correlate.campaign import Campaign, campaigns
from lineage.correlate.chains import chain_id
from lineage.correlate.finding import CausalStep, Finding
from lineage.correlate.roles import roles
from lineage.graph.hubs import is_taken_over
from lineage.graph.nodes import (
    FileNode,
    HostNode,
    ModuleNode,
    ObjectNode,
    ProcessNode,
    UserNode,
    caption,
)
from lineage.graph.provenance import Edge, ProvenanceGraph, Reference
from lineage.report import model
from lineage.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.detect.coverage import Coverage
    from lineage.detect.tag import Hit
    from lineage.problems import InputLedger

ARTIFACT_EDGES = frozenset({"wrote", "set", "created", "queried", "ran"})
"""What an attack process did to an object makes the object an artifact of the chain."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a run came to.

    Attributes:
        inputs: the ledgers, in the order of their index in event references.
        graph: the provenance graph.
        hits: all hits, in order of time.
        coverage: one per detection.
        findings: the chains, best first.
        rule_problems: (rule, reason) of the user's rules that could not be used.
    """

    inputs: Sequence[InputLedger]
    graph: ProvenanceGraph
    hits: Sequence[Hit]
    coverage: Sequence[Coverage]
    findings: Sequence[Finding]
    rule_problems: Sequence[tuple[str, str]]


def assemble(found: Found) -> model.Report:
    """The report of a run."""
    entries = {id(hit): _hit(hit, found) for hit in found.hits}
    shared = campaigns(found.findings, found.graph)
    return model.Report(
        generator=model.Generator(name="lineage", version=lineage.__version__),
        inputs=[_input(ledger) for ledger in found.inputs],
        graph=model.GraphCounts(nodes=found.graph.count_nodes(), edges=found.graph.count_edges()),
        coverage=[_coverage(coverage) for coverage in found.coverage],
        detections=[entries[id(hit)] for hit in found.hits],
        chains=[
            _chain(finding, found, entries, shared.get(index))
            for index, finding in enumerate(found.findings)
        ],
        rule_problems=[
            model.RuleProblem(rule=rule, reason=reason) for rule, reason in found.rule_problems
        ],
    )


def _input(ledger: InputLedger) -> model.Input:
    return model.Input(
        source=ledger.source,
        format=ledger.format,
        records=ledger.records,
        events=ledger.events,
        ignored=ledger.ignored,
        duplicates=ledger.duplicates,
        rejected=ledger.rejected,
        problems=[
            model.InputProblem(record=problem.record, reason=problem.reason)
            for problem in ledger.problems
        ],
    )


def _coverage(coverage: Coverage) -> model.Coverage:
    return model.Coverage(
        detection=coverage.detection.title,
        evaluable=coverage.evaluable,
        sources_present=coverage.sources_present,
        missing=coverage.missing,
    )


def _hit(hit: Hit, found: Found) -> model.DetectionHit:
    event = hit.record
    return model.DetectionHit(
        detection=hit.detection.title,
        rule_id=hit.detection.rule_id,
        type=hit.detection.type,
        risk=hit.detection.risk,
        attack=list(hit.detection.attack),
        host=hit.host,
        time=iso(event.time),
        pid=hit.pid,
        event_id=event.event_id,
        source=found.inputs[event.source].source,
        record=event.record,
        node=hit.node,
        layer=hit.layer,
        by=hit.by,
        also=[_record(reference, found) for reference in hit.also],
        fields=hit.fields,
    )


def _record(reference: Reference, found: Found) -> model.RecordReference:
    return model.RecordReference(
        event_id=reference.event_id,
        source=found.inputs[reference.source].source,
        record=reference.record,
    )


def _chain(
    finding: Finding,
    found: Found,
    entries: dict[int, model.DetectionHit],
    campaign: Campaign | None,
) -> model.Chain:
    graph, cluster = found.graph, finding.cluster
    steps = _steps(finding, graph)
    times = [graph.events.time(hit.ordinal) for hit in cluster.hits]
    times += [graph.events.time(step.ordinal) for step in steps]
    return model.Chain(
        id=chain_id(finding),
        score=finding.score,
        verdict=finding.verdict,
        family=finding.family,
        hosts=_hosts(finding),
        first_seen=iso(min(times)),
        last_seen=iso(max(times)),
        score_parts=[
            model.ScorePart(part=part.part, points=part.points, why=part.why)
            for part in finding.parts
        ],
        stages=_stages(finding, graph),
        processes=_processes(finding, graph),
        artifacts=_artifacts(cluster_nodes(finding, steps), graph),
        edges=[_edge(step, found) for step in steps],
        evidence=[entries[id(hit)] for hit in cluster.hits],
        correlator=finding.correlator,
        bystanders=[
            _process(graph.process(process_id), "bystander")
            for process_id in sorted(cluster.bystanders)
            if isinstance(graph.node(process_id), ProcessNode)
        ],
        campaign=_campaign(campaign),
    )


def _campaign(campaign: Campaign | None) -> model.Campaign | None:
    if campaign is None:
        return None
    traits = [model.Trait(kind=kind, value=value) for kind, value in campaign.traits]
    return model.Campaign(name=campaign.name, traits=traits)


def _steps(finding: Finding, graph: ProvenanceGraph) -> list[CausalStep]:
    """The chain's edges as the graph has them, each once, in order of time."""
    found: dict[tuple[str, str, str], CausalStep] = {}
    for step in (*finding.cluster.steps, *_touched(finding, graph)):
        edge = _as_told(step.edge, graph)
        found.setdefault(edge[:3], CausalStep(edge, step.ordinal))
    return sorted(found.values(), key=lambda step: (step.ordinal, step.edge[:3]))


def cluster_nodes(finding: Finding, steps: Iterable[CausalStep]) -> dict[str, None]:
    """Ids of all nodes of a chain, in order of mention."""
    nodes: dict[str, None] = {hit.node: None for hit in finding.cluster.hits}
    for step in steps:
        nodes[step.edge.source] = None
        nodes[step.edge.target] = None
    return nodes


def _hosts(finding: Finding) -> list[str]:
    return list(dict.fromkeys(hit.host for hit in finding.cluster.hits))


def _touched(finding: Finding, graph: ProvenanceGraph) -> Iterator[CausalStep]:
    """What the attack's processes did to objects, and how tagged objects came to be tagged."""
    tagged = {hit.node for hit in finding.cluster.hits}
    for process_id, since in finding.cluster.processes.items():
        own = not is_taken_over(graph.process(process_id))
        for edge in graph.out_edges(process_id):
            counts = edge.target in tagged or (own and edge.kind in ARTIFACT_EDGES)
            if counts and edge.kind != "spawned" and edge.events[-1] >= since:
                yield CausalStep(edge, next(event for event in edge.events if event >= since))
    for hit in finding.cluster.hits:
        if hit.actor is not None and hit.actor not in finding.cluster.processes:
            yield from _acts(hit, graph)


def _acts(hit: Hit, graph: ProvenanceGraph) -> Iterator[CausalStep]:
    """What a bystander did to a tagged object (Explorer writing an opened image's shortcut)."""
    for edge in graph.out_edges(hit.actor or ""):
        if edge.target == hit.node and hit.ordinal in edge.events:
            yield CausalStep(edge, hit.ordinal)


def _stages(finding: Finding, graph: ProvenanceGraph) -> list[model.Stage]:
    by_tactic: dict[str, list[Hit]] = {}
    for hit in finding.cluster.hits:
        by_tactic.setdefault(hit.detection.stage or "unassigned", []).append(hit)
    return [
        model.Stage(
            tactic=tactic,
            first_seen=iso(graph.events.time(hits[0].ordinal)),
            detections=list(dict.fromkeys(hit.detection.title for hit in hits)),
            processes=list(
                dict.fromkeys(hit.actor for hit in hits if hit.actor in finding.cluster.processes)
            ),
        )
        for tactic, hits in by_tactic.items()
    ]


def _processes(finding: Finding, graph: ProvenanceGraph) -> list[model.ChainProcess]:
    played = roles(finding.cluster, graph)
    members = [graph.process(process_id) for process_id in finding.cluster.processes]
    members.sort(key=lambda process: (process.start or process.born or 0, process.id))
    return [_process(process, played[process.id]) for process in members]


def _process(process: ProcessNode, role: str) -> model.ChainProcess:
    return model.ChainProcess(
        node=process.id,
        host=process.host,
        pid=process.pid,
        image=process.image,
        command_line=process.command_line,
        start=None if process.start is None else iso(process.start),
        parent=process.parent,
        role=role,
        hashes=dict(process.hashes),
    )


def _artifacts(node_ids: Iterable[str], graph: ProvenanceGraph) -> list[model.Artifact]:
    found = []
    for node_id in node_ids:
        node = graph.node(node_id)
        if not isinstance(node, ProcessNode | HostNode | UserNode):
            found.append(_artifact(node))
    return found


def _artifact(node: ObjectNode) -> model.Artifact:
    hashes = dict(node.hashes) if isinstance(node, FileNode | ModuleNode) else {}
    return model.Artifact(node=node.id, kind=node.kind, value=caption(node), hashes=hashes)


def _edge(step: CausalStep, found: Found) -> model.ChainEdge:
    event = found.graph.events[step.ordinal]
    return model.ChainEdge(
        from_=step.edge.source,
        to=step.edge.target,
        kind=step.edge.kind,
        time=iso(event.time),
        source=found.inputs[event.source].source,
        record=event.record,
    )


def _as_told(edge: Edge, graph: ProvenanceGraph) -> Edge:
    """The edge as the graph has it; causal steps run against the arrow of executed, loaded ..."""
    if graph.has_edge(edge.source, edge.target, edge.kind):
        return edge
    return Edge(edge.target, edge.source, edge.kind, edge.events)
