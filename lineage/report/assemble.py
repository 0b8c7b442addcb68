"""Analysis -> report: the run's values in the words of the contract. Pure.

A host is called as the telemetry first names it, though others of its records may spell it
otherwise: what stands in the report of one host has one name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import lineage
from lineage.graph.ids import NodeId, parsed
from lineage.graph.nodes import HostNode, RegistryNode, ServiceNode, TaskNode, WmiNode, caption
from lineage.report import model
from lineage.report.unchained import unchained
from lineage.times import iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage.analysis import Analysis
    from lineage.correlate.chain import Chain
    from lineage.detect.alerts.read import AlertFile
    from lineage.detect.allow import Allowance
    from lineage.detect.coverage import Coverage
    from lineage.detect.detection import RuleProblem
    from lineage.detect.hit import Hit
    from lineage.graph.causality import CausalStep
    from lineage.graph.nodes import Node, ProcessNode
    from lineage.graph.provenance import ProvenanceGraph, Reference
    from lineage.problems import InputLedger


@dataclass(frozen=True, slots=True)
class Summary:
    """What a report is made of.

    Attributes:
        inputs: the ledgers, in order.
        nodes: of the graph, by kind.
        edges: of the graph, by kind.
        hits: in order of time.
        chains: best first.
        rules: those that fired, in order of their titles.
        unchained: severe hits on no chain.
        coverage: one per detection.
        rule_problems: what is wrong with rules of the user's.
        allowances: what was taken to be benign, with what it took away.
        notes: what else there is to say of the run's own settings.
        alert_files: files of other tools' alerts, with what became of those.
    """

    inputs: Sequence[InputLedger]
    nodes: Mapping[str, int]
    edges: Mapping[str, int]
    hits: list[model.DetectionHit]
    chains: list[model.Chain]
    rules: list[model.Rule]
    unchained: list[model.Unchained]
    coverage: Sequence[Coverage] = ()
    rule_problems: Sequence[RuleProblem] = ()
    allowances: Sequence[Allowance] = ()
    notes: Sequence[str] = ()
    alert_files: Sequence[AlertFile] = ()


def assemble(analysis: Analysis) -> model.Report:
    """The report of an analysis."""
    hits, chains = told(analysis)
    summary = Summary(
        analysis.inputs,
        analysis.graph.count_nodes(),
        analysis.graph.count_edges(),
        hits,
        chains,
        rules(analysis.hits),
        [entry for _, entry in unchained(analysis)],
        analysis.coverage,
        analysis.rule_problems,
        analysis.allowances,
        analysis.notes,
        analysis.alert_files,
    )
    return of_summary(summary)


def of_summary(summary: Summary) -> model.Report:
    """The report of what is told already."""
    return model.Report(
        generator=model.Generator(name="lineage", version=lineage.__version__),
        inputs=[model.Input.copy_of(ledger) for ledger in summary.inputs],
        graph=model.GraphCounts(nodes=dict(summary.nodes), edges=dict(summary.edges)),
        coverage=[
            _coverage(coverage)
            for coverage in summary.coverage
            if coverage.detection.pack != "tradecraft"
        ],
        detections=summary.hits,
        chains=summary.chains,
        rules=summary.rules,
        rule_problems=[_rule_problem(problem) for problem in summary.rule_problems],
        tradecraft_coverage=[
            _coverage(coverage)
            for coverage in summary.coverage
            if coverage.detection.pack == "tradecraft"
        ],
        unchained=summary.unchained,
        allowances=[_allowance(allowance, summary.inputs) for allowance in summary.allowances],
        alert_files=[_alert_file(file) for file in summary.alert_files],
        notes=list(summary.notes),
    )


def told(analysis: Analysis) -> tuple[list[model.DetectionHit], list[model.Chain]]:
    """The hits and chains of an analysis, in its order."""
    entries = {id(hit): _hit(hit, analysis) for hit in analysis.hits}
    chains = [_chain(chain, analysis, entries) for chain in analysis.chains]
    return [entries[id(hit)] for hit in analysis.hits], chains


def _allowance(allowance: Allowance, inputs: Sequence[InputLedger]) -> model.Allowance:
    entry = allowance.entry
    return model.Allowance(
        place=allowance.place,
        rule=entry.rule,
        reason=entry.reason,
        expires=entry.expires.isoformat(),
        hits=dict(sorted(allowance.hits.items())),
        records=[
            model.AllowedRecord(source=inputs[r.source].source, record=r.record)
            for r in allowance.records
        ],
    )


def _alert_file(file: AlertFile) -> model.AlertFile:
    return model.AlertFile(
        source=file.source,
        tools=list(file.tools),
        alerts=file.alerts,
        placed=file.placed,
        unplaced=file.unplaced,
        others=file.others,
        problems=[model.InputProblem(record=p.record, reason=p.reason) for p in file.problems],
    )


def _coverage(coverage: Coverage) -> model.Coverage:
    return model.Coverage(
        detection=coverage.detection.title,
        evaluable=coverage.evaluable,
        sources_present=coverage.sources_present,
        missing=coverage.missing,
        pack=coverage.detection.pack,
    )


def rules(hits: Sequence[Hit]) -> list[model.Rule]:
    """The rules that fired, each once, in order of their titles."""
    fired = {(hit.detection.title, hit.detection.rule_id): hit.detection for hit in hits}
    return [
        model.Rule(
            rule_id=detection.rule_id,
            title=detection.title,
            level=detection.level,
            description=detection.description,
            false_positives=list(detection.false_positives),
        )
        for _, detection in sorted(fired.items())
    ]


def _rule_problem(problem: RuleProblem) -> model.RuleProblem:
    return model.RuleProblem(
        rule=problem.title or problem.path,
        reason=problem.reason,
        path=problem.path,
        used=not problem.fatal,
    )


def _hit(hit: Hit, analysis: Analysis) -> model.DetectionHit:
    event = hit.record
    actor = None if hit.actor is None else analysis.graph.process(hit.actor)
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
        source=analysis.inputs[event.source].source,
        record=event.record,
        node=hit.node,
        layer=hit.layer,
        by=hit.by,
        also=[_record(reference, analysis) for reference in hit.also],
        fields=hit.fields,
        actor=hit.actor,
        image=actor.image if actor else None,
        user=actor.user if actor else None,
        integrity=actor.integrity_level if actor else None,
    )


def _record(reference: Reference, analysis: Analysis) -> model.RecordReference:
    return model.RecordReference(
        event_id=reference.event_id,
        source=analysis.inputs[reference.source].source,
        record=reference.record,
    )


def _chain(chain: Chain, analysis: Analysis, entries: dict[int, model.DetectionHit]) -> model.Chain:
    graph, finding = analysis.graph, chain.finding
    times = [graph.events.time(hit.ordinal) for hit in chain.hits]
    times += [graph.events.time(step.ordinal) for step in chain.steps]
    return model.Chain(
        id=chain.id,
        score=finding.score,
        verdict=finding.verdict,
        family=finding.family,
        hosts=_hosts(chain, graph),
        first_seen=iso(min(times)),
        last_seen=iso(max(times)),
        score_parts=[model.ScorePart.copy_of(part) for part in finding.parts],
        stages=_stages(chain, analysis),
        processes=[
            _process(graph.process(each), role, graph) for each, role in chain.roles.items()
        ],
        artifacts=[_artifact(graph.node(node_id), graph) for node_id in chain.artifacts],
        edges=[_edge(step, analysis) for step in chain.steps],
        evidence=[entries[id(hit)] for hit in chain.hits],
        correlator=finding.correlator,
        bystanders=[_process(graph.process(each), "bystander", graph) for each in chain.bystanders],
        campaign=None if chain.campaign is None else model.Campaign.copy_of(chain.campaign),
    )


def _stages(chain: Chain, analysis: Analysis) -> list[model.Stage]:
    by_tactic: dict[str, list[Hit]] = {}
    for hit in chain.hits:
        by_tactic.setdefault(hit.detection.stage or "unassigned", []).append(hit)
    return [
        model.Stage(
            tactic=tactic,
            first_seen=iso(analysis.graph.events.time(hits[0].ordinal)),
            detections=list(dict.fromkeys(hit.detection.title for hit in hits)),
            processes=list(dict.fromkeys(hit.actor for hit in hits if hit.actor in chain.roles)),
        )
        for tactic, hits in by_tactic.items()
    ]


def _timed(reference: Reference, analysis: Analysis) -> model.TimedRecord:
    record = _record(reference, analysis)
    return model.TimedRecord(**dict(record), time=iso(reference.time))


def _hosts(chain: Chain, graph: ProvenanceGraph) -> list[str]:
    """The hosts that a chain has hits or processes of its own on, in order of mention."""
    named = [_host(hit, graph) for hit in chain.hits]
    named += [_called(graph.process(each).host, graph) for each in chain.roles]
    return list(dict.fromkeys(named))


def _host(hit: Hit, graph: ProvenanceGraph) -> str:
    """The name of the host that a hit is on."""
    parts = parsed(hit.actor or hit.node)
    return _called(parts.host, graph, hit.host) if parts and parts.host else hit.host


def _called(host: str, graph: ProvenanceGraph, otherwise: str = "") -> str:
    """The name of the host of a key; the key where its node isn't in the graph."""
    node_id = str(NodeId("host", "", host))
    node = graph.node(node_id) if node_id in graph else None
    return node.host if isinstance(node, HostNode) else otherwise or host


def _process(process: ProcessNode, role: str, graph: ProvenanceGraph) -> model.ChainProcess:
    return model.ChainProcess(
        node=process.id,
        host=_called(process.host, graph),
        pid=process.pid,
        image=process.image,
        command_line=process.command_line,
        start=None if process.start is None else iso(process.start),
        parent=process.parent,
        role=role,
        hashes=dict(process.hashes),
        end=None if process.end is None else iso(process.end),
        parent_is_guess=process.parent_is_guess,
        user=process.user,
        integrity=process.integrity_level,
        logon_id=process.logon_id,
        original_file_name=process.original_file_name,
    )


def _artifact(node: Node, graph: ProvenanceGraph) -> model.Artifact:
    host: str | None = getattr(node, "host", None)
    return model.Artifact(
        node=node.id,
        kind=node.kind,
        value=caption(node),
        hashes=dict(getattr(node, "hashes", {})),
        host=None if host is None else _called(host, graph),
        data=_data(node),
    )


def _data(node: Node) -> str | None:
    """What a registry value was set to, or what an entry has Windows run."""
    match node:
        case RegistryNode():
            return node.data
        case ServiceNode() | TaskNode():
            return node.command
        case WmiNode():
            return node.content
        case _:
            return None


def _edge(step: CausalStep, analysis: Analysis) -> model.ChainEdge:
    graph = analysis.graph
    event = graph.events[step.ordinal]
    crosses = graph.crossing(step.edge) is not None
    others = [each for each in step.edge.events if crosses and each != step.ordinal]
    return model.ChainEdge(
        from_=step.edge.source,
        to=step.edge.target,
        kind=step.edge.kind,
        time=iso(event.time),
        source=analysis.inputs[event.source].source,
        record=event.record,
        also=[_timed(graph.events[each], analysis) for each in others],
        guess=graph.is_guess(step.edge),
    )
