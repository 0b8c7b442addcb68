"""Untrusted text as rich renderables, fitted to one console.

Everything the terminal shows of the telemetry passes `Pen.text`; rich's own markup is never parsed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from lineage.report.escape import ellipsis_for, terminal
from lineage.report.zone import IN_UTC

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.style import Style

    from lineage.report.zone import Zone

MOST: Final = 4000
"""Most cells of any one text: some forty lines of a script block."""
LINES: Final = 2
"""A command line or path may take about this many lines."""

RECORD: Final = 160
"""Most cells of a record's place: only a forged one is longer."""
COUNTS_WIDTH: Final = 62
"""Cells that a file's format and counts take beside its name."""
WIDE: Final = 40
"""Cells that make it worth showing a file's whole path."""

T = TypeVar("T")
_SEPARATOR: Final = re.compile(r"[\\/!]")


class Pen:
    """Writes for one console: knows its width and what its encoding can print.

    Attributes:
        width: of the console, in cells.
        ellipsis: the sign for what was left out.
        details: whether to leave out nothing that fits `MOST`.
        zone: in which times are shown.
    """

    def __init__(
        self,
        console: Console,
        sources: Iterable[str] = (),
        *,
        details: bool,
        zone: Zone = IN_UTC,
    ) -> None:
        """Args: sources: of the report, so that records can be named by their shortest ends."""
        self.width = console.width
        self.details = details
        self.zone = zone
        self._console = console
        self._encoding = console.encoding
        self.ellipsis = ellipsis_for(self._encoding)
        self._short = shortest_ends(sources)

    def within(self, sources: Iterable[str]) -> Pen:
        """A pen for a part that speaks of these sources alone, so that shorter ends suffice."""
        return Pen(self._console, sources, details=self.details, zone=self.zone)

    def some(self, things: Sequence[T], most: int) -> Sequence[T]:
        """The first few of a list; all for details, or where a single one would be left out."""
        return things if self.details or len(things) <= most + 1 else things[:most]

    def text(self, raw: str, style: str | Style = "", limit: int = MOST) -> Text:
        """A text as one safe line, its middle left out beyond `limit` cells; may wrap anywhere."""
        return Text(terminal(raw, limit, self._encoding), style=style, overflow="fold")

    def fitted(self, raw: str, style: str | Style = "", indent: int = 0) -> Text:
        """A text of at most about `LINES` lines behind an indent; whole where details are asked."""
        room = max(self.width - indent, 20)
        return self.text(raw, style, MOST if self.details else LINES * room)

    def record(self, source: str, number: int) -> Text:
        """A record's place, `source#record`, the source by its shortest distinct end."""
        short = self._short.get(source, source)
        return self.text(f"{short}#{number}", "dim", RECORD)

    def source(self, source: str) -> Text:
        """A file's name for a table's first column: whole where there is room."""
        room = self.width - COUNTS_WIDTH
        whole = room >= WIDE or self.details
        return self.text(source if whole else self._short.get(source, source), limit=max(room, 16))

    def more(self, count: int, one: str, many: str | None = None, where: str = "") -> Text:
        """Says how much a list leaves out: "… and 37 more files"."""
        name = one if count == 1 else many or f"{one}s"
        return Text(f"{self.ellipsis} and {count:,} more {name}{where}", style="dim italic")

    def line(self, *parts: Text | str) -> Text:
        """Parts in a row; a string is our own words."""
        made = Text(overflow="fold")
        for part in parts:
            made.append_text(part if isinstance(part, Text) else Text(part))
        return made


class Trimmed:
    """A renderable without the blanks that tables and trees pad their lines with.

    They would be in every copied line, and in every file that output is sent to.
    """

    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._renderable, options, pad=False):
            yield from _without_end_blanks(line)
            yield Segment.line()


def _without_end_blanks(line: list[Segment]) -> list[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip(" "):
        kept.pop()
    if kept:
        kept[-1] = Segment(kept[-1].text.rstrip(" "), kept[-1].style)
    return kept


def plain_table(*, expand: bool = False) -> Table:
    """A table without lines: its columns stand apart by two blanks."""
    return Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=expand)


def shortest_ends(sources: Iterable[str]) -> dict[str, str]:
    """Source -> the shortest end of its path, in whole components, that no other source has.

    >>> shortest_ends(["in/a/Sysmon.evtx", "in/b/x.xml"])
    {'in/a/Sysmon.evtx': 'Sysmon.evtx', 'in/b/x.xml': 'x.xml'}
    >>> list(shortest_ends(["in/a/Sysmon.evtx", "in/b.zip!Sysmon.evtx"]).values())
    ['a/Sysmon.evtx', 'b.zip!Sysmon.evtx']
    """
    names = list(dict.fromkeys(sources))
    ends = {name: _ends(name) for name in names}
    uses = Counter(end for name in names for end in ends[name])
    return {name: next((end for end in ends[name] if uses[end] == 1), name) for name in names}


def _ends(source: str) -> Sequence[str]:
    """Ends of a path at its separators, shortest first, then the whole."""
    cuts = [
        separator.end()
        for separator in _SEPARATOR.finditer(source)
        if separator.end() < len(source)
    ]
    return [source[cut:] for cut in reversed(cuts[-8:])] + [source]
