"""Records as logged, on a terminal: every field, in the order in which the source has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from lineage.report.pen import Pen, Trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from lineage.report.model import LoggedRecord


def render(records: Sequence[LoggedRecord], console: Console) -> None:
    """Prints records, one below the other."""
    pen = Pen(console, details=True)
    for number, record in enumerate(records):
        if number:
            console.print()
        console.print(Trimmed(Group(*_parts(record, pen))))


def _parts(record: LoggedRecord, pen: Pen) -> Iterator[RenderableType]:
    yield pen.text(f"{record.source}#{record.record}", "bold")
    head = {
        "event": f"{record.provider or record.channel} {record.event_id}",
        "channel": record.channel,
        "computer": record.computer,
        "time": f"{record.time} (as written)" if record.time else "",
        "logged by": "" if record.process_id is None else f"process {record.process_id}",
        "as": record.user or "",
    }
    yield _table({name: value for name, value in head.items() if value}, pen, "dim")
    yield Text()
    yield _table(record.data, pen, "cyan")


def _table(fields: dict[str, str], pen: Pen, style: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", max_width=max(pen.width // 3, 16))
    table.add_column(overflow="fold")
    for name, value in fields.items():
        table.add_row(pen.text(name, style, limit=100), _lines(value, pen))
    return table


def _lines(value: str, pen: Pen) -> Text:
    """A value with the line breaks that it has: a script is read so."""
    lines = value.replace("\r\n", "\n").split("\n")
    return Text("\n").join(pen.text(line, limit=len(line) * 10 + 1) for line in lines)
