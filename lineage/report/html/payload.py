"""Report -> the data of the page.

The page's scripts get what the report has, made smaller (hits once, nodes by number) and harmless:
every string went through `lineage.report.escape`, so that what can't be seen is written out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from lineage.report import escape, story
from lineage.report.chain_graph import chain_nodes
from lineage.report.html.vocabulary import vocabulary
from lineage.report.indicators import indicators
from lineage.report.judged import judged_by, left_out, no_all_clear, unjudged
from lineage.report.records import RecordKey, keys_of
from lineage.report.wording import GUESSED, accounts_of, guessed, headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage.report.chain_graph import ChainNode
    from lineage.report.indicators import Indicator
    from lineage.report.model import Chain, ChainEdge, DetectionHit, LoggedRecord, Report

Json: TypeAlias = Any
"""What `json.dumps` takes: the page's scripts are its only reader."""

LONGEST: Final = 8_000
"""Most characters of one text in the page (a script block may have millions); the JSON report has
all, and the text says so."""

_LAYOUT: Final = re.compile(r"([\n\t])")


def payload(report: Report, timezone: str | None = None) -> Json:
    """The page's data, ready for `json.dumps`.

    Args:
        report: what to show.
        timezone: IANA name of the zone in which times are shown first; None for UTC.
    """
    hits = _Hits(report)
    records = {_place(record): number for number, record in enumerate(report.records)}
    data = {
        "schema_version": report.schema_version,
        "timezone": timezone,
        "vocabulary": vocabulary(),
        "judged": [
            sentence
            for sentence in (left_out(report), judged_by(report), unjudged(report))
            if sentence
        ],
        "weak": no_all_clear(report),
        "chains_left_out": report.left_out.chains if report.left_out else 0,
        "generator": report.generator.model_dump(),
        "inputs": [entry.model_dump() for entry in report.inputs],
        "graph": report.graph.model_dump(),
        "coverage": [entry.model_dump() for entry in report.coverage],
        "tradecraft": [entry.model_dump() for entry in report.tradecraft_coverage],
        "rules": [entry.model_dump() for entry in report.rules],
        "rule_problems": [entry.model_dump() for entry in report.rule_problems],
        "unchained": [entry.model_dump() for entry in report.unchained],
        "alert_files": [entry.model_dump() for entry in report.alert_files],
        "allowances": [entry.model_dump() for entry in report.allowances],
        "chains": [_chain(chain, hits) for chain in report.chains],
        "hits": [_hit(hit, records) for hit in hits.all],
        "records": [_record(record) for record in report.records],
    }
    return _harmless(data)


class _Hits:
    """Every hit once, whether a chain uses it or not, with its number."""

    def __init__(self, report: Report) -> None:
        self.all: list[DetectionHit] = []
        self._numbers: dict[tuple[str, str, str, str, int], int] = {}
        for hit in report.detections:
            self.number(hit)

    def number(self, hit: DetectionHit) -> int:
        """The number of a hit. One detection and record on one node is one hit."""
        key = (hit.rule_id, hit.detection, hit.node, hit.source, hit.record)
        if key not in self._numbers:
            self._numbers[key] = len(self.all)
            self.all.append(hit)
        return self._numbers[key]


def _hit(hit: DetectionHit, records: Mapping[RecordKey, int]) -> Json:
    """A hit; `logged` names the records that are kept of it, the hit's own first."""
    logged = [records[key] for key in keys_of(hit) if key in records]
    return hit.model_dump(exclude={"node", "fields", "actor"}) | {
        "fields": list(hit.fields.items()),
        "logged": logged,
    }


def _place(record: LoggedRecord) -> RecordKey:
    return RecordKey(record.source, record.record, record.event_id, record.host)


def _record(record: LoggedRecord) -> Json:
    return record.model_dump(exclude={"host", "data"}) | {"data": list(record.data.items())}


def _indicator(one: Indicator) -> Json:
    return {
        "kind": one.kind,
        "value": one.value,
        "hashes": list(one.hashes.items()),
        "data": one.data,
        "port": one.port,
        "why": one.why,
        "hosts": one.hosts,
        "first": one.first_seen,
        "last": one.last_seen,
        "record": [one.source, one.record] if one.source else None,
    }


def _chain(chain: Chain, hits: _Hits) -> Json:
    nodes = chain_nodes(chain)
    numbers = {node_id: number for number, node_id in enumerate(nodes)}
    described = {id_: numbers[id_] for id_, node in nodes.items() if node.standing != "named"}
    return {
        "id": chain.id,
        "score": chain.score,
        "verdict": chain.verdict,
        "headline": headline(chain),
        "family": chain.family,
        "correlator": chain.correlator,
        "campaign": _campaign(chain),
        "hosts": chain.hosts,
        "accounts": accounts_of(chain),
        "first": chain.first_seen,
        "last": chain.last_seen,
        "parts": [[part.part, part.points, part.why] for part in chain.score_parts],
        "stages": [
            {
                "tactic": stage.tactic,
                "first": stage.first_seen,
                "detections": stage.detections,
                "processes": [numbers[node] for node in stage.processes],
            }
            for stage in chain.stages
        ],
        "summary": _parts(story.summary(chain), numbers),
        "story": [_passage(passage, numbers) for passage in story.tell(chain)],
        "edges": [_edge(edge, numbers) for edge in chain.edges],
        "evidence": [
            [hits.number(hit), numbers[hit.node], numbers.get(hit.actor or "")]
            for hit in chain.evidence
        ],
        "nodes": [_node(node, described) for node in nodes.values()],
        "indicators": [_indicator(one) for one in indicators(chain)],
    }


def _campaign(chain: Chain) -> Json:
    if chain.campaign is None:
        return None
    traits = [[trait.kind, trait.value] for trait in chain.campaign.traits]
    return {"name": chain.campaign.name, "traits": traits}


def _edge(edge: ChainEdge, numbers: Mapping[str, int]) -> Json:
    ends = [numbers[edge.from_], numbers[edge.to]]
    entry: list[Json] = [*ends, edge.kind, edge.time, edge.source, edge.record]
    if edge.also or edge.guess:
        also = [[other.source, other.record, other.time] for other in edge.also]
        entry += [also, guessed(edge.kind) if edge.guess else None]
    return entry


def _passage(passage: story.Passage, numbers: Mapping[str, int]) -> Json:
    return {"title": passage.title, "sentences": [_sentence(s, numbers) for s in passage.sentences]}


def _sentence(sentence: story.Sentence, numbers: Mapping[str, int]) -> Json:
    return {
        "parts": _parts(sentence, numbers),
        "records": [[one.source, one.record] for one in sentence.references],
    }


def _parts(sentence: story.Sentence, numbers: Mapping[str, int]) -> Json:
    return [_part(part, numbers) for part in sentence.parts]


def _part(part: story.Part, numbers: Mapping[str, int]) -> Json:
    """Text, kind and node; of a time also which it is, as the page may show another zone."""
    told = [part.text, part.kind, None if part.node is None else numbers[part.node]]
    return told if part.moment is None else [*told, list(part.moment)]


def _node(node: ChainNode, described: Mapping[str, int]) -> Json:
    """A node's entry; `outside` where it isn't the attack's.

    Args:
        node: which.
        described: numbers of the nodes of which the report says more than the id.
    """
    entry: Json = {"kind": node.kind, "value": node.name}
    if node.kind in {"process", "unknown"}:
        entry |= {"kind": "process", "host": node.host, "pid": node.pid, "start": node.start}
        entry |= {"command": node.command_line, "parent": described.get(node.parent or "")}
    if node.process is not None:
        entry |= {"value": node.process.image, "role": node.process.role}
        entry |= {"user": node.user, "integrity": node.integrity, "logon": node.logon_id}
    if node.data is not None:
        entry["data"] = node.data
    if node.parent_is_guess:
        entry["guess"] = GUESSED
    if node.hashes:
        entry["hashes"] = list(node.hashes.items())
    if node.standing != "own":
        entry |= {"outside": True, "id": node.node}
    if node.standing == "named" and node.kind == "process":
        entry["value"] = None
    return entry


def _harmless(value: Json) -> Json:
    """The same value with every text fit to be shown. Keys of the telemetry stand in pairs."""
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, dict):
        return {key: _harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(item) for item in value]
    return value


def _shown(text: str) -> str:
    """A text with all but line breaks and tabs written out where it could not be seen."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… [{len(text) - LONGEST:,} more characters in the JSON report]"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterable[str]:
    for piece in _LAYOUT.split(text.replace("\r\n", "\n")):
        yield piece if piece in {"\n", "\t"} else escape.terminal(piece)
