"""Report -> the data of the page.

The page's scripts get what the report has, made smaller (hits once, nodes by number) and harmless:
every string went through `lineage.report.escape`, so that what can't be seen is written out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from lineage.graph.schema import NODE_KINDS
from lineage.report import escape, story
from lineage.report.wording import headline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.report.model import Chain, ChainEdge, ChainProcess, DetectionHit, Report

Json: TypeAlias = Any
"""What `json.dumps` takes: the page's scripts are its only reader."""

LONGEST: Final = 8_000
"""Most characters of one text in the page (a script block may have millions); the JSON report has
all, and the text says so."""

_LAYOUT: Final = re.compile(r"([\n\t])")


def payload(report: Report) -> Json:
    """The page's data, ready for `json.dumps`."""
    hits = _Hits(report)
    data = {
        "schema_version": report.schema_version,
        "generator": report.generator.model_dump(),
        "inputs": [entry.model_dump() for entry in report.inputs],
        "graph": report.graph.model_dump(),
        "coverage": [entry.model_dump() for entry in report.coverage],
        "rule_problems": [entry.model_dump() for entry in report.rule_problems],
        "chains": [_chain(chain, hits) for chain in report.chains],
        "hits": [_hit(hit) for hit in hits.all],
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


def _hit(hit: DetectionHit) -> Json:
    return hit.model_dump(exclude={"node", "fields", "actor"}) | {
        "fields": list(hit.fields.items())
    }


def _chain(chain: Chain, hits: _Hits) -> Json:
    nodes = _Nodes(chain)
    return {
        "id": chain.id,
        "score": chain.score,
        "verdict": chain.verdict,
        "headline": headline(chain),
        "family": chain.family,
        "correlator": chain.correlator,
        "campaign": _campaign(chain),
        "hosts": chain.hosts,
        "first": chain.first_seen,
        "last": chain.last_seen,
        "parts": [[part.part, part.points, part.why] for part in chain.score_parts],
        "stages": [
            {
                "tactic": stage.tactic,
                "first": stage.first_seen,
                "detections": stage.detections,
                "processes": [nodes.number(node) for node in stage.processes],
            }
            for stage in chain.stages
        ],
        "summary": story.summary(chain).text,
        "story": [_passage(passage, nodes) for passage in story.tell(chain)],
        "edges": [_edge(edge, nodes) for edge in chain.edges],
        "evidence": [[hits.number(hit), nodes.number(hit.node)] for hit in chain.evidence],
        "nodes": nodes.all,
    }


def _campaign(chain: Chain) -> Json:
    if chain.campaign is None:
        return None
    traits = [[trait.kind, trait.value] for trait in chain.campaign.traits]
    return {"name": chain.campaign.name, "traits": traits}


def _edge(edge: ChainEdge, nodes: _Nodes) -> Json:
    ends = [nodes.number(edge.from_), nodes.number(edge.to)]
    return [*ends, edge.kind, edge.time, edge.source, edge.record]


def _passage(passage: story.Passage, nodes: _Nodes) -> Json:
    return {"title": passage.title, "sentences": [_sentence(s, nodes) for s in passage.sentences]}


def _sentence(sentence: story.Sentence, nodes: _Nodes) -> Json:
    return {
        "parts": [
            [part.text, part.kind, None if part.node is None else nodes.number(part.node)]
            for part in sentence.parts
        ],
        "records": [[one.source, one.record] for one in sentence.references],
    }


class _Nodes:
    """The nodes of a chain by number: what its lists name, then what only its edges name.

    A node is `outside` where causality only went through it.
    """

    def __init__(self, chain: Chain) -> None:
        self.all: list[Json] = []
        self._numbers: dict[str, int] = {}
        processes = [*chain.processes, *chain.bystanders]
        attack = {process.node for process in chain.processes}
        for process in processes:
            self._add(process.node, "process", process.image, outside=process.node not in attack)
        for artifact in chain.artifacts:
            self._add(artifact.node, artifact.kind, artifact.value)
            self._hash(artifact.node, artifact.hashes)
        known = set(self._numbers)
        for process in processes:
            self._describe(process, known)

    def number(self, node: str) -> int:
        """A node's number. One that the chain's lists don't name is outside the attack."""
        if node not in self._numbers:
            kind, _, name = node.partition(":")
            self._add(node, kind if kind in NODE_KINDS else "process", None, outside=True)
            if kind != "process":
                self.all[-1]["value"] = name
        return self._numbers[node]

    def _describe(self, process: ChainProcess, known: set[str]) -> None:
        parent = process.parent
        self.all[self._numbers[process.node]] |= {
            "host": process.host,
            "pid": process.pid,
            "command": process.command_line,
            "start": process.start,
            "role": process.role,
            "parent": self._numbers[parent] if parent in known and parent is not None else None,
        }
        self._hash(process.node, process.hashes)

    def _hash(self, node: str, hashes: dict[str, str]) -> None:
        if hashes:
            self.all[self._numbers[node]]["hashes"] = list(hashes.items())

    def _add(self, node: str, kind: str, value: str | None, *, outside: bool = False) -> None:
        if node in self._numbers:
            return
        self._numbers[node] = len(self.all)
        entry: Json = {"kind": kind, "value": value}
        if kind == "process":
            entry |= {"host": None, "pid": None, "command": None, "start": None, "parent": None}
        if outside:
            entry |= {"outside": True, "id": node}
        self.all.append(entry)


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
