"""Rows on a terminal, or as text: a line each, indented as the process tree is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from lineage.report.chain_view import VERDICT_STYLES
from lineage.report.escape import terminal
from lineage.report.pen import shortest_ends
from lineage.report.zone import IN_UTC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from lineage.report.zone import Zone
    from lineage.timeline.rows import Row

INDENTS: Final = 12
"""Levels of the process tree that are indented; a deeper one stands below the last."""
HOST, KIND, PID, PLACE = 16, 8, 6, 5
"""Cells of the columns."""
_STYLES: Final = {
    "process": "bold",
    "file": "cyan",
    "registry": "magenta",
    "dns": "blue",
    "endpoint": "blue",
    "script": "green",
}


class Lines:
    """Writes rows as text for one console.

    Args:
        console: whose width, colour and encoding are kept to.
        sources: of the run, so that records can be named by their shortest ends.
        whole: whether a line may be longer than the console is wide; then each has its record.
        zone: in which times are shown.
    """

    def __init__(
        self, console: Console, sources: Iterable[str], *, whole: bool, zone: Zone = IN_UTC
    ) -> None:
        self._zone = zone
        self._short = shortest_ends(sources)
        self._encoding = console.encoding
        self._width = None if whole else console.width

    def heading(self) -> Text:
        """What the columns are."""
        time = f"time ({self._zone.name})"
        return Text(
            f"{time:<23}  {'host':<{HOST}}  {'chain':<{PLACE}}  {'kind':<{KIND}}  "
            f"{'pid':>{PID}}  what happened, indented as processes descend",
            style="dim",
        )

    def of(self, row: Row) -> Iterator[Text]:
        """A row's line, and a line for each detection that fired on it."""
        style = VERDICT_STYLES.get(row.verdict or "", "")
        place = f"#{row.places[0]}" if row.places else ""
        pid = "" if row.pid is None else str(row.pid)
        indent = "  " * min(row.depth, INDENTS)
        record = f"  {self._short.get(row.source, row.source)}#{row.record}"
        line = Text(no_wrap=True)
        time = self._zone.local(row.time)
        line.append(f"{time[:10]} {time[11:23]}  ", "dim")
        line.append(f"{terminal(_host(row), HOST, self._encoding):<{HOST}}  ")
        line.append(f"{place:<{PLACE}}  ", style)
        line.append(f"{row.kind:<{KIND}}  {pid:>{PID}}  ", "dim")
        start = line.cell_len
        line.append(
            indent + self._fitted(row.message, start + len(indent)), _STYLES.get(row.kind, "")
        )
        if self._width is None:
            line.append(terminal(record, None, self._encoding), "dim")
        yield line
        for title in row.detections:
            told = self._fitted(f"! {title}{record}", start + len(indent))
            yield Text(" " * start + indent + told, "bold yellow", no_wrap=True)

    def _fitted(self, text: str, before: int) -> str:
        room = None if self._width is None else max(self._width - before, 20)
        return terminal(text, room, self._encoding)


def _host(row: Row) -> str:
    """A host's own name, without its domain; an address as it is."""
    name = row.host.partition(".")[0]
    return row.host if name.isdigit() else name
