"""`lineage inputs` on a terminal and as JSON: what each input is, and what all could show."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lineage.report import model
from lineage.report.input_view import needs, other_files, problems
from lineage.report.pen import Pen, Trimmed
from lineage.report.wording import counted, fixed_time
from lineage.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from lineage.detect.coverage import Coverage
    from lineage.inventory import InputSummary, Inventory, RecordKind

FILES = 20
"""Inputs described one by one; those with most events."""

KINDS = 12
"""Kinds of records named of an input, the most frequent."""

HOSTS = 8
"""Hosts named of an input."""


def render(inventory: Inventory, console: Console, *, details: bool = False) -> None:
    """Prints an inventory; nothing is left out for details."""
    pen = Pen(
        console, (listed_input.ledger.source for listed_input in inventory.inputs), details=details
    )
    for part in _parts(inventory, pen):
        console.print(Trimmed(part))


def as_json(inventory: Inventory) -> str:
    """An inventory as JSON, in ASCII so that no terminal acts on it."""
    return json.dumps(
        {
            "schema_version": "1.0",
            "inputs": [_summary(entry) for entry in inventory.inputs],
            "coverage": [
                {
                    "detection": entry.detection.title,
                    "pack": entry.detection.pack,
                    "evaluable": entry.evaluable,
                    "sources_present": entry.sources_present,
                    "missing": entry.missing,
                }
                for entry in inventory.coverage
            ],
        },
        indent=1,
    )


def _summary(summary: InputSummary) -> dict[str, Any]:
    return {
        **model.Input.copy_of(summary.ledger).model_dump(),
        "hosts": [{"host": host, "records": count} for host, count in summary.hosts.most_common()],
        "first_seen": None if summary.first is None else _time(summary.first),
        "last_seen": None if summary.last is None else _time(summary.last),
        "ids": [
            {**kind._asdict(), "records": count} for kind, count in summary.kinds.most_common()
        ],
    }


def _time(ticks: int) -> str:
    return fixed_time(iso(ticks))


def _parts(inventory: Inventory, pen: Pen) -> Iterator[RenderableType]:
    telemetry = [opened for opened in inventory.inputs if opened.ledger.kind is None]
    telemetry.sort(key=lambda opened: (-opened.ledger.events, -opened.ledger.records))
    shown = pen.some(telemetry, FILES)
    for summary in shown:
        yield _input(summary, pen)
    if len(telemetry) > len(shown):
        yield pen.more(len(telemetry) - len(shown), "input", where=", see --details or --json")
    inputs = [model.Input.copy_of(opened.ledger) for opened in inventory.inputs]
    yield from other_files([entry for entry in inputs if entry.kind is not None], pen)
    yield from problems([entry for entry in inputs if entry.kind is None], pen)
    yield from _coverage(inventory.coverage, pen)


def _input(summary: InputSummary, pen: Pen) -> RenderableType:
    ledger = summary.ledger
    counts = counted(ledger.records, "record")
    if ledger.rejected:
        counts += f", {ledger.rejected:,} rejected"
    title = pen.line(
        pen.fitted(ledger.source, "bold"), "  ", pen.text(ledger.format), f"  {counts}"
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold", ratio=1)
    if summary.first is not None and summary.last is not None:
        grid.add_row("time", f"{_time(summary.first)} to {_time(summary.last)}")
    if summary.hosts:
        grid.add_row(counted(len(summary.hosts), "host"), _hosts(summary.hosts, pen))
    for label, is_read in (("read", True), ("not read", False)):
        kinds = Counter(
            {
                _name(kind): count
                for kind, count in summary.kinds.items()
                if (kind.source is not None) == is_read
            }
        )
        if kinds:
            grid.add_row(label, _list(kinds, KINDS, "kind", pen))
    return Group(title, Padding(grid, (0, 0, 1, 1)))


def _hosts(hosts: Counter[str], pen: Pen) -> Text:
    return _list(hosts, HOSTS, "host", pen) if len(hosts) > 1 else pen.text(next(iter(hosts)))


def _name(kind: RecordKind) -> str:
    return kind.source or f"{kind.writer or 'unnamed'} {kind.event_id}"


def _list(counts: Counter[str], most: int, one: str, pen: Pen) -> Text:
    entries = pen.some(counts.most_common(), most)
    parts: list[Text | str] = []
    for name, count in entries:
        parts += ["; " if parts else "", pen.text(name, limit=80), f" {count:,}"]
    left = len(counts) - len(entries)
    return pen.line(*parts, f" and {left:,} more {one}s" if left else "")


def _coverage(entries: Sequence[Coverage], pen: Pen) -> Iterator[RenderableType]:
    for pack, name in ((False, "detection"), (True, "tradecraft rule")):
        rules = [rule for rule in entries if (rule.detection.pack == "tradecraft") == pack]
        if not rules:
            continue
        missing = Counter(needs(rule.missing) for rule in rules if not rule.evaluable)
        evaluable = len(rules) - missing.total()
        yield Text(f"Evaluable: {evaluable} of {counted(len(rules), name)}", style="bold")
        for need, count in missing.most_common():
            line = pen.line(f"{count} more with ", pen.text(need, "yellow", 400))
            yield Padding(line, (0, 0, 0, 1))
