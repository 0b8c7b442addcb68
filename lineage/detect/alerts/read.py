"""Files of other tools' alerts -> alerts, and what in them is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lineage.detect.alerts.mapping import Alert, alerts, tool_of, unwrapped
from lineage.errors import UsageError
from lineage.problems import KEPT_PROBLEMS, Problem
from lineage.read import json_objects, table
from lineage.read.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lineage.read.row import Row
    from lineage.read.stream import Stream

HEAD_BYTES: Final = 65_536


@dataclass(slots=True)
class AlertFile:
    """A file of alerts, and what became of them: alerts == placed + unplaced.

    Attributes:
        source: its path, or `archive.zip!member`.
        tools: whose alerts it has, each once.
        alerts: how many it has, an alert about several records or processes being several.
        placed: how many were put onto a node.
        problems: the first of those that weren't, and of what is no alert, with the reason.
        unplaced: how many weren't.
        others: objects or rows that are no alert of a known tool, or can't be read.
    """

    source: str
    tools: dict[str, None] = field(default_factory=dict)
    alerts: int = 0
    placed: int = 0
    unplaced: int = 0
    others: int = 0
    problems: list[Problem] = field(default_factory=list)

    def note(self, problem: Problem) -> None:
        """Keeps a problem while there is room."""
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)

    def leave(self, alert: Alert, reason: str) -> None:
        """Counts an alert that can't be placed."""
        self.unplaced += 1
        self.note(Problem(alert.number, reason))


def read(paths: Sequence[Path]) -> Iterator[tuple[AlertFile, list[Alert]]]:
    """The files at paths, each with its alerts.

    Raises:
        InputError: a path doesn't exist.
        UsageError: a file has no alert of a known tool.
    """
    for stream in walk(paths):
        file = AlertFile(stream.name)
        found = list(_alerts(stream, file))
        if stream.problem is not None:
            file.others += 1
            file.note(stream.problem)
        if not found:
            why = f": {file.problems[0].reason}" if file.problems else ""
            raise UsageError(
                f"{stream.name}: no alerts of a tool that is known{why}; see docs/sigma.md"
            )
        yield file, found


def _alerts(stream: Stream, file: AlertFile) -> Iterator[Alert]:
    head = stream.peek(HEAD_BYTES).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    rows = json_objects.objects if head[:1] in {b"{", b"["} else table.rows
    for item in rows(stream):  # type: ignore[arg-type]  # a Stream reads like a file
        if isinstance(item, Problem):
            file.others += 1
            file.note(item)
            continue
        number, row = item
        yield from _of_row(number, unwrapped(row), file)


def _of_row(number: int, row: Row, file: AlertFile) -> Iterator[Alert]:
    tool = tool_of(row)
    if tool is None:
        file.others += 1
        file.note(Problem(number, "no alert of a tool that is known"))
        return
    file.tools[tool.name] = None
    for alert in alerts(number, row, tool):
        file.alerts += 1
        yield alert
