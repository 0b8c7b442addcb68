"""Hits and chains of a report -> their nodes, and what ties them to the provenance graph. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineage.detect.detection import LAYERS
from lineage.graphdb import story
from lineage.graphdb.labels import (
    BYSTANDER_OF,
    CHAIN,
    DETECTION,
    EVIDENCED_BY,
    PART_OF,
    TAGGED_BY,
)
from lineage.graphdb.rows import NodeRow, Record, TieRow, evidence, key, short, stored, text
from lineage.report.saved import ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.report.model import Chain, DetectionHit, Report

FIELD_CHARACTERS = 500
"""Longest value kept of a field that made a detection match; the whole stands on the node."""

EdgeName = tuple[str, str, str]
"""(from, to, kind) as the report names an edge."""


@dataclass(slots=True)
class Analysis:
    """What the report adds to the graph.

    Attributes:
        nodes: rows of detections and chains.
        ties: (type, row) between them and the graph's nodes.
        tagged: ids of the nodes that a detection tags.
        chains_of: ids of the chains that an edge belongs to.
        numbers: id of a node that a chain draws first -> the how many-th it is there.
    """

    nodes: list[NodeRow] = field(default_factory=list)
    ties: list[tuple[str, TieRow]] = field(default_factory=list)
    tagged: set[str] = field(default_factory=set)
    chains_of: dict[EdgeName, list[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def count_nodes(self) -> Counter[str]:
        """Nodes by label."""
        return Counter(row["labels"][0] for row in self.nodes)

    def count_ties(self) -> Counter[str]:
        """Relationships by type."""
        return Counter(type_ for type_, _ in self.ties)


def analyse(report: Report, hits: Iterable[DetectionHit]) -> Analysis:
    """The detections and chains, and what ties them to the graph's nodes.

    Args:
        report: its chains are taken.
        hits: the hits to take; a hit of a chain among them or not.
    """
    analysis = Analysis()
    _add_hits(analysis, hits)
    chains_of: defaultdict[EdgeName, list[str]] = defaultdict(list)
    for chain in report.chains:
        analysis.nodes.append(_chain_row(chain))
        drawn = story.order(chain)
        analysis.ties += _members(chain, drawn)
        analysis.ties += _bystanders(chain, drawn)
        analysis.ties += _evidence(chain)
        for edge in chain.edges:
            if chain.id not in chains_of[edge.from_, edge.to, edge.kind]:
                chains_of[edge.from_, edge.to, edge.kind].append(chain.id)
    analysis.chains_of = dict(chains_of)
    analysis.numbers = story.numbers(report.chains)
    return analysis


def _add_hits(analysis: Analysis, hits: Iterable[DetectionHit]) -> None:
    by_detection: defaultdict[str, list[DetectionHit]] = defaultdict(list)
    by_tag: defaultdict[tuple[str, str], list[DetectionHit]] = defaultdict(list)
    for hit in hits:
        by_detection[hit.rule_id].append(hit)
        by_tag[hit.node, hit.rule_id].append(hit)
        analysis.tagged.add(hit.node)
    for same in by_detection.values():
        analysis.nodes.append(_detection_row(same[0]))
    for (node_id, rule_id), same in by_tag.items():
        strongest = min(same, key=lambda hit: LAYERS.index(hit.layer))
        row = _facts_row(node_id, rule_id, same)
        row["properties"] |= {"layer": strongest.layer, "fields": _fields(strongest)}
        if strongest.by:
            row["properties"]["by"] = text(strongest.by)
        analysis.ties.append((TAGGED_BY, row))


def _detection_row(hit: DetectionHit) -> NodeRow:
    return {
        "id": key(hit.rule_id),
        "labels": [DETECTION],
        "times": {},
        "properties": {
            "caption": short(hit.detection),
            "drawn": story.written(hit.detection),
            "title": text(hit.detection),
            "type": hit.type,
            "risk": hit.risk,
            "attack": hit.attack,
        },
    }


def _facts_row(source: str, target: str, hits: list[DetectionHit]) -> TieRow:
    """A relationship that stands for hits: when, how many, and which records."""
    ordered = sorted(hits, key=lambda hit: ticks(hit.time))
    return {
        "source": key(source),
        "target": key(target),
        "times": {"first": ticks(ordered[0].time), "last": ticks(ordered[-1].time)},
        "properties": {
            "count": len(hits),
            **evidence([record for hit in ordered for record in _records(hit)]),
        },
    }


def _records(hit: DetectionHit) -> list[Record]:
    """The records that show a hit: its own, and those of other sources for the same fact."""
    time = ticks(hit.time)
    of = f"#{hit.event_id}#{hit.host}"
    others = (
        Record.at(time, also.source, also.record, f"#{also.event_id}#{hit.host}")
        for also in hit.also
    )
    return [Record.at(time, hit.source, hit.record, of), *others]


def _fields(hit: DetectionHit) -> list[str]:
    return [
        text(f"{name}={value[:FIELD_CHARACTERS]}") for name, value in sorted(hit.fields.items())
    ]


def _chain_row(chain: Chain) -> NodeRow:
    named = chain.family or chain.verdict
    return {
        "id": key(chain.id),
        "labels": [CHAIN],
        "times": {"first_seen": ticks(chain.first_seen), "last_seen": ticks(chain.last_seen)},
        "properties": {
            "caption": short(f"{named} {chain.score:.0f}"),
            "drawn": story.written(f"{named} {chain.score:.0f}"),
            "score": chain.score,
            "verdict": chain.verdict,
            "hosts": [text(host) for host in chain.hosts],
            "tactics": [stage.tactic for stage in chain.stages],
            "score_parts": [
                text(f"{part.points:+.1f} {part.part}: {part.why}") for part in chain.score_parts
            ],
            **_naming(chain),
        },
    }


def _naming(chain: Chain) -> dict[str, object]:
    """What not every chain has."""
    named: dict[str, object] = {}
    if chain.family:
        named["family"] = stored(chain.family)
    if chain.correlator:
        named["correlator"] = stored(chain.correlator)
    if chain.campaign:
        named["campaign"] = stored(chain.campaign.name)
        named["traits"] = [text(f"{trait.kind}={trait.value}") for trait in chain.campaign.traits]
    return named


def _members(chain: Chain, drawn: dict[str, int]) -> Iterator[tuple[str, TieRow]]:
    """PART_OF: the chain's processes and artifacts, and tagged nodes that are neither."""
    roles: dict[str, str] = {hit.node: "evidence" for hit in chain.evidence}
    roles |= {artifact.node: "artifact" for artifact in chain.artifacts}
    roles |= {process.node: process.role for process in chain.processes}
    tactics: defaultdict[str, list[str]] = defaultdict(list)
    for stage in chain.stages:
        for node_id in stage.processes:
            tactics[node_id].append(stage.tactic)
    for node_id, role in roles.items():
        properties: dict[str, object] = {"role": role}
        if node_id in drawn:
            properties["order"] = drawn[node_id]
        if node_id in tactics:
            properties["tactics"] = tactics[node_id]
        yield PART_OF, _tie(node_id, chain.id, properties)


def _bystanders(chain: Chain, drawn: dict[str, int]) -> Iterator[tuple[str, TieRow]]:
    """BYSTANDER_OF: the processes that causality only went through."""
    for process in chain.bystanders:
        order = {"order": drawn[process.node]} if process.node in drawn else {}
        yield BYSTANDER_OF, _tie(process.node, chain.id, {**order})


def _tie(source: str, target: str, properties: dict[str, object]) -> TieRow:
    """A relationship that isn't a fact of some moment."""
    return {"source": key(source), "target": key(target), "times": {}, "properties": properties}


def _evidence(chain: Chain) -> Iterator[tuple[str, TieRow]]:
    """EVIDENCED_BY: the detections that the chain stands on."""
    by_detection: defaultdict[str, list[DetectionHit]] = defaultdict(list)
    for hit in chain.evidence:
        by_detection[hit.rule_id].append(hit)
    for rule_id, hits in by_detection.items():
        yield EVIDENCED_BY, _facts_row(chain.id, rule_id, hits)
