"""Graphviz DOT: a cluster for each chain, processes and artifacts left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.schema import NODE
from lineage.report.chain_graph import ChainNode, Link, all_nodes, links
from lineage.report.escape import terminal
from lineage.report.wording import campaign_of, clock, edge_words, guessed, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.report.model import Chain, Report

LABEL_CELLS = 60
"""Widest text in a drawn label, in terminal cells; a longer one loses its middle."""

TOOLTIP_CELLS = 2_000

_COLORS = {"confirmed": "#b2182b", "probable": "#ef8a62", "suspicious": "#fddbc7"}


def render(report: Report) -> str:
    """The document, one `digraph`."""
    lines = [
        "digraph lineage {",
        '  graph [charset="UTF-8", rankdir=LR, fontname="Helvetica", newrank=true];',
        '  node [style="filled", fillcolor="#ffffff", fontname="Helvetica", fontsize=10];',
        '  edge [fontname="Helvetica", fontsize=8, color="#555555"];',
    ]
    for number, chain in reversed([*enumerate(report.chains)]):
        lines += _cluster(number, chain)  # Graphviz draws the last one on top
    return "\n".join([*lines, "}", ""])


def _cluster(number: int, chain: Chain) -> Iterator[str]:
    campaign = campaign_of(chain)
    headline = f"{verdict_line(chain)} ({', '.join(filter(None, (chain.id, campaign)))})"
    yield f"  subgraph cluster_{number} {{"
    yield f'    label={_quoted(headline, 4 * LABEL_CELLS)}; color="{_COLORS[chain.verdict]}";'
    names = {}
    for place, element in enumerate(all_nodes([chain])):
        names[element.node] = f"c{number}_n{place}"
        yield f"    {names[element.node]} [{_node(element)}];"
    for link in links([chain]):
        says = _quoted_lines([_verb(link), clock(link.time, chain.first_seen)])
        shows = _quoted(_records(link), TOOLTIP_CELLS)
        yield (
            f"    {names[link.source]} -> {names[link.target]} "
            f"[label={says}, tooltip={shows}"
            f"{', style=dashed' if link.guess else ''}];"
        )
    yield "  }"


def _records(link: Link) -> str:
    others = (f"; {other.time} {other.source}#{other.record}" for other in link.also)
    return f"{link.time} {link.file}#{link.record}" + "".join(others)


def _verb(link: Link) -> str:
    verb = edge_words(link.kind).verb
    return f"{verb} ({guessed(link.kind)})" if link.guess else verb


def _node(element: ChainNode) -> str:
    lines = [element.name if element.pid is None else f"{element.name} (pid {element.pid})"]
    lines += [clock(element.start, None)] if element.start else []
    lines += element.detections
    tooltip = element.command_line or element.name
    fill = ', fillcolor="#fff2cc"' if element.detections else ""
    style = ', style="filled,dashed"' if element.role == "bystander" else ""
    schema = NODE.get(element.kind)
    return (
        f"shape={schema.box if schema else 'box'}, label={_quoted_lines(lines)}, "
        f"tooltip={_quoted(tooltip, TOOLTIP_CELLS)}{fill}{style}"
    )


def _quoted_lines(lines: list[str]) -> str:
    return '"' + r"\n".join(_escaped(line, LABEL_CELLS) for line in lines) + '"'


def _quoted(text: str, limit: int) -> str:
    return f'"{_escaped(text, limit)}"'


def _escaped(text: str, limit: int) -> str:
    r"""A text inside a quoted string that Graphviz draws as it is.

    Labels and tooltips are escStrings (``\N``, ``\l`` ... are replaced) in which HTML entities are
    replaced too; source: Graphviz, "The DOT Language" and the attribute type escString.
    """
    shown = terminal(text, limit)
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
