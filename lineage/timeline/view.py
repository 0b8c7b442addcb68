"""Rows on a terminal, or as text: a line each, indented as the process tree is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
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

INDENTS: Final = 16
"""Levels of the process tree that are indented; a deeper one stands below the last."""
TIME, HOST, KIND, PID, PLACE = 23, 16, 8, 6, 5
"""Cells of the columns; of the hosts', at most."""
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
        hosts: of the run; where there is one alone and room is scarce, it isn't named in each line.
        whole: whether a line may be longer than the console is wide; then each has its record.
        zone: in which times are shown.
    """

    def __init__(
        self,
        console: Console,
        sources: Iterable[str],
        hosts: Iterable[str],
        *,
        whole: bool,
        zone: Zone = IN_UTC,
    ) -> None:
        self._zone = zone
        self._short = shortest_ends(sources)
        self._encoding = console.encoding
        self._width = None if whole else console.width
        self._hosts = _called(hosts)
        names = [cell_len(terminal(name, HOST)) for name in self._hosts.values()]
        self._host = max([4, *names]) if whole or len(names) != 1 else 0

    def heading(self) -> Text:
        """What the columns are."""
        time = f"time ({self._zone.name})"
        host = f"{'host':<{self._host}}  " if self._host else ""
        return Text(
            f"{time:<{TIME}}  {host}{'chain':<{PLACE}}  {'kind':<{KIND}}  "
            f"{'pid':>{PID}}  what happened, indented as processes descend",
            style="dim",
        )

    def of(self, row: Row) -> Iterator[Text]:
        """A row's line, and a line for each detection that fired on it."""
        place = f"#{row.places[0]}" if row.places else ""
        pid = "" if row.pid is None else str(row.pid)
        record = f"  {self._short.get(row.source, row.source)}#{row.record}"
        time = self._zone.local(row.time)
        line = Text(no_wrap=True)
        line.append(f"{time[:10]} {time[11:TIME]}  ", "dim")
        line.append(self._host_of(row))
        line.append(f"{place:<{PLACE}}  ", VERDICT_STYLES.get(row.verdict or "", ""))
        marks = line.cell_len
        line.append(f"{row.kind:<{KIND}}  {pid:>{PID}}  ", "dim")
        line.append(" " * min(row.depth, INDENTS))
        line.append(self._fitted(row.message, line.cell_len), _STYLES.get(row.kind, ""))
        if self._width is None:
            line.append(terminal(record, None, self._encoding), "dim")
        yield line
        for title in row.detections:
            told = self._fitted(f"! {title}{record}", marks)
            yield Text(" " * marks + told, "bold yellow", no_wrap=True)

    def _host_of(self, row: Row) -> str:
        if not self._host:
            return ""
        name = terminal(self._hosts.get(row.host, row.host), self._host, self._encoding)
        return name + " " * (self._host - cell_len(name) + 2)

    def _fitted(self, text: str, before: int) -> str:
        room = None if self._width is None else max(self._width - before, 20)
        return terminal(text, room, self._encoding)


def _called(hosts: Iterable[str]) -> dict[str, str]:
    """Host -> its name without the domain, where no other has the same and it is no address."""
    names = {host: host.partition(".")[0] for host in hosts}
    uses = Counter(names.values())
    return {
        host: host if uses[name] > 1 or name.isdigit() else name for host, name in names.items()
    }
