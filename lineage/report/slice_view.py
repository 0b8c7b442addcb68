"""A slice on the terminal: what led to a node, what came of it, each step with its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from lineage.graph.nodes import ProcessNode, caption
from lineage.normalise.times import iso
from lineage.report.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from lineage.graph.causality import Step
    from lineage.graph.nodes import Node
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.graph.slicing import Slice
    from lineage.problems import InputLedger

SHOWN = 200
"""Steps shown of each half; how many more there are is said."""


def render(
    slice_: Slice, graph: ProvenanceGraph, inputs: Sequence[InputLedger], console: Console
) -> None:
    """Prints a slice.

    Args:
        slice_: what to print.
        graph: the graph that it is of.
        inputs: the run's inputs, by their index in event references.
        console: where to.
    """
    console.print(Text(_name(graph.node(slice_.node)), style="bold"))
    console.print(Text(f"node {terminal(slice_.node)}", style="dim"))
    for title, steps in (
        ("What led to it", slice_.causes),
        ("What came of it", slice_.effects),
    ):
        console.print()
        console.print(Text(f"{title}: {len(steps)} steps", style="bold"))
        if steps:
            console.print(_table(steps[:SHOWN], graph, inputs))
        if len(steps) > SHOWN:
            console.print(Text(f"... and {len(steps) - SHOWN} more steps"))


def _table(steps: Sequence[Step], graph: ProvenanceGraph, inputs: Sequence[InputLedger]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
    for column in ("time (UTC)", "cause", "", "effect", "record"):
        table.add_column(column, overflow="fold")
    for step in steps:
        if step.edge is None:
            continue
        event = graph.events[step.ordinal]
        table.add_row(
            iso(event.time)[:19].replace("T", " "),
            Text(_name(graph.node(step.edge.source))),
            Text(f"{step.edge.kind} >"),
            Text(_name(graph.node(step.edge.target))),
            Text(f"{terminal(inputs[event.source].source, 60)}#{event.record}"),
        )
    return table


def _name(node: Node) -> str:
    text = terminal(caption(node), 120)
    if isinstance(node, ProcessNode):
        return f"{text} (pid {node.pid if node.pid is not None else 'unknown'})"
    return text
