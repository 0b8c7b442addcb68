r"""A slice on the terminal: what led to a node and what came of it, in sentences.

::

    2026-02-02 (UTC)
      11:10:24  WINWORD.EXE (pid 1044) started C:\Windows\System32\wscript.exe (pid 1088)
                [Office Product Spawning Windows Script Host]  Sysmon.evtx#56

A path is told in full at its first mention, and by its end from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lineage.graph.nodes import ProcessNode, ScriptNode, caption, short_caption
from lineage.graph.schema import CROSSING, DESCENT, EDGE, FLOW, MODULE_FILE, NODE, PROGRAM
from lineage.report.pen import Pen, Trimmed
from lineage.report.wording import clock, counted, guessed, same_day
from lineage.report.zone import IN_UTC
from lineage.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from lineage.analysis import Analysis
    from lineage.graph.causality import CausalStep
    from lineage.graph.nodes import Node
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.graph.slicing import Slice
    from lineage.report.zone import Zone

SHOWN: Final = 200
"""Steps shown of each half; how many more there are is said."""
SCRIPT: Final = 160
"""Cells of a script block's text in a sentence."""


def render(
    slice_: Slice,
    analysis: Analysis,
    console: Console,
    zone: Zone = IN_UTC,
    title: str | None = None,
) -> None:
    """Prints a slice.

    Args:
        slice_: what to print.
        analysis: whose graph, inputs and hits are meant.
        console: where to.
        zone: in which times are shown.
        title: what stands above it instead of the node's name, where several are meant.
    """
    pen = Pen(console, (ledger.source for ledger in analysis.inputs), details=False, zone=zone)
    for part in _Sliced(slice_, analysis, pen, title).parts():
        console.print(Trimmed(part))


class _Sliced:
    """A slice being told; remembers what was named in full."""

    def __init__(self, slice_: Slice, analysis: Analysis, pen: Pen, title: str | None) -> None:
        self._slice = slice_
        self._inputs = analysis.inputs
        self._graph: ProvenanceGraph = analysis.graph
        self._pen = pen
        self._named: set[str] = set()
        self._accused: set[tuple[int, str]] = set()
        steps = (*slice_.causes, *slice_.effects)
        self._title = title
        self._caused = {*slice_.nodes, *(step.edge.target for step in steps)}
        self._detections: dict[tuple[int, str], list[str]] = {}
        for hit in analysis.hits:
            titles = self._detections.setdefault((hit.ordinal, hit.node), [])
            titles.append(hit.detection.title)

    def parts(self) -> Iterator[RenderableType]:
        """The heading, and the two halves."""
        if self._title is None:
            yield from self._heading(self._graph.node(self._slice.nodes[0]))
        else:
            yield self._pen.fitted(self._title, "bold")
        if self._slice.left_out:
            left = counted(self._slice.left_out, "step")
            yield Padding(Text(f"left out, as asked: {left}", style="dim"), (0, 0, 0, 2))
        for title, steps in (
            ("What led to it", self._slice.causes),
            ("What came of it", self._slice.effects),
        ):
            shown_steps = self._told(steps)
            yield Text()
            if not shown_steps:
                yield Text(f"{title}: nothing that was recorded", style="bold")
                continue
            yield Text(f"{title}: {counted(len(shown_steps), 'step')}", style="bold")
            self._accused.clear()
            yield from self._days(shown_steps[:SHOWN])
            if len(shown_steps) > SHOWN:
                yield self._pen.more(len(shown_steps) - SHOWN, "step")

    def _heading(self, node: Node) -> Iterator[RenderableType]:
        pen = self._pen
        yield pen.line(self._mention(node.id, "bold"), self._host(node))
        if isinstance(node, ProcessNode):
            if node.command_line:
                yield Padding(pen.fitted(node.command_line, "cyan", 2), (0, 0, 0, 2))
            start = node.start
            seen = "start not recorded" if start is None else f"started {_when(start, pen.zone)}"
            user = pen.line(" as ", pen.text(node.user, limit=80)) if node.user else Text()
            yield Padding(pen.line(seen, user), (0, 0, 0, 2))
        yield Padding(pen.text(f"node {node.id}", "dim"), (0, 0, 0, 2))

    def _host(self, node: Node) -> Text:
        host = getattr(node, "host", None)
        return self._pen.line(" on ", self._pen.text(host, limit=80)) if host else Text()

    def _told(self, steps: Sequence[CausalStep]) -> list[CausalStep]:
        """The steps that say more than the names in others do.

        A file is mapped as the module of the same path, and a process runs the program that its own
        path names: that is told where nobody is known to have started it, but something is known
        of the program.
        """
        spawned = {step.edge.target for step in steps if step.edge.kind == DESCENT}
        kept = []
        for step in steps:
            edge = step.edge
            if edge.kind == MODULE_FILE:
                continue
            if edge.kind == PROGRAM and (edge.target in spawned or edge.source not in self._caused):
                continue
            kept.append(step)
        return kept

    def _days(self, steps: Sequence[CausalStep]) -> Iterator[RenderableType]:
        """The steps in a table for every day."""
        before: str | None = None
        table = _table()
        for step in steps:
            time = self._pen.zone.local(iso(self._graph.events.time(step.ordinal)))
            if not same_day(time, before):
                if before is not None:
                    yield Padding(table, (0, 0, 0, 2))
                    table = _table()
                yield Text(f"{time[:10]} ({self._pen.zone.name})", style="dim")
            before = time
            table.add_row(Text(clock(time, time), style="dim"), self._sentence(step))
        yield Padding(table, (0, 0, 0, 2))

    def _sentence(self, step: CausalStep) -> Text:
        edge, pen = step.edge, self._pen
        subject, thing = edge.source, edge.target
        if FLOW[edge.kind] == "backward":
            subject, thing = thing, subject
        noun = NODE[self._graph.node(thing).kind].noun
        phrase = EDGE[edge.kind].words.phrase(noun)
        line = pen.line(self._mention(subject), f" {phrase} ", self._mention(thing))
        for title in (*self._titles(step.ordinal, subject), *self._titles(step.ordinal, thing)):
            line = pen.line(line, " [", pen.text(title, "yellow", limit=200), "]")
        if self._graph.is_guess(edge):
            line = pen.line(line, f" ({guessed(edge.kind)})")
        ordinals = edge.events if edge.kind == CROSSING else [step.ordinal]
        events = [self._graph.events[ordinal] for ordinal in ordinals]
        records = [pen.record(self._inputs[each.source].source, each.record) for each in events]
        return pen.line(line, *(part for record in records for part in ("  ", record)))

    def _titles(self, ordinal: int, node_id: str) -> Sequence[str]:
        """What fired on a record and tagged the node, once in each half."""
        if (ordinal, node_id) in self._accused:
            return ()
        self._accused.add((ordinal, node_id))
        return self._detections.get((ordinal, node_id), ())

    def _mention(self, node_id: str, style: str = "") -> Text:
        """A node's name: in full at its first mention, then by its end."""
        node, pen = self._graph.node(node_id), self._pen
        first = node_id not in self._named
        self._named.add(node_id)
        if isinstance(node, ScriptNode):
            return pen.text(caption(node), style or "cyan", SCRIPT)
        name = caption(node) if first else short_caption(node)
        if not isinstance(node, ProcessNode):
            return pen.fitted(name, style or "cyan")
        pid = "unknown" if node.pid is None else node.pid
        return pen.line(pen.fitted(name, style or "bold"), f" (pid {pid})")


def _table() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _when(ticks: int, zone: Zone) -> str:
    return f"{zone.clock(iso(ticks))} {zone.name}"
