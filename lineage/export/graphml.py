"""GraphML, through networkx: one directed multigraph of all chains."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import networkx as nx

from lineage.report.chain_graph import ChainNode, Link, all_nodes, links
from lineage.report.wording import edge_words, fixed_time

if TYPE_CHECKING:
    from lineage.report.model import Chain, Report

    Attribute = str | int | float | None

_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""What XML 1.0 (production 2) can't hold; and the carriage return, which parsers turn into a line
feed (2.11)."""


def graph(report: Report) -> nx.MultiDiGraph[str]:
    """The graph that `render` writes.

    Nodes are called n0, n1 ... (GraphML ids are name tokens; a report's node ids aren't) and have
    the report's id as `node`. Attributes whose value is unknown are left out. Text is as the
    telemetry has it, but for characters that XML can't hold, which show as ``<U+0000>``.
    """
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    by_id = {chain.id: chain for chain in report.chains}
    names: dict[str, str] = {}
    for number, element in enumerate(all_nodes(report.chains)):
        names[element.node] = f"n{number}"
        best = max((by_id[chain] for chain in element.chains), key=lambda chain: chain.score)
        made.add_node(f"n{number}", **_attributes(_node(element, best)))
    for number, link in enumerate(links(report.chains)):
        made.add_edge(
            names[link.source], names[link.target], key=f"e{number}", **_attributes(_edge(link))
        )
    return made


def render(report: Report) -> str:
    """The GraphML document."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + "\n".join(nx.generate_graphml(graph(report))) + "\n"


def _node(element: ChainNode, best: Chain) -> dict[str, Attribute]:
    return {
        "label": element.name,
        "kind": element.kind,
        "node": element.node,
        "host": element.host,
        "pid": element.pid,
        "command_line": element.command_line,
        "start": fixed_time(element.start) if element.start else None,
        "role": element.role,
        "user": element.user,
        "integrity": element.integrity,
        "logon_id": element.logon_id,
        "data": element.data,
        **{name.lower(): element.hashes.get(name) for name in ("MD5", "SHA1", "SHA256")},
        "chains": "; ".join(element.chains),
        "verdict": best.verdict,
        "score": best.score,
        "detections": "; ".join(element.detections) or None,
        "parent_is_guess": element.parent_is_guess or None,
    }


def _edge(link: Link) -> dict[str, Attribute]:
    return {
        "label": edge_words(link.kind).verb,
        "kind": link.kind,
        "time": fixed_time(link.time),
        "source_file": link.file,
        "record": link.record,
        "chains": "; ".join(link.chains),
        "guess": link.guess or None,
        "also": "; ".join(f"{other.source}#{other.record}" for other in link.also) or None,
    }


def _attributes(values: dict[str, Attribute]) -> dict[str, str | int | float]:
    return {
        name: _xml(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub(lambda letter: f"<U+{ord(letter.group()):04X}>", text)
