"""What could not be read, as values: counted, named with file and record, never lost.

For every input the ledger keeps ``records == events + ignored + duplicates + rejected``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

KEPT_PROBLEMS = 100
"""Problems kept per input for the report; `InputLedger.rejected` counts all of them."""


KEPT_IGNORED = 2000
"""Kinds of ignored events told apart per input; a whole Windows has fewer."""

OTHER_EVENTS = ("others", 0)
"""Stands for what is beyond that."""


class Problem(NamedTuple):
    """One record, or one stretch of a file, that could not be used.

    Attributes:
        record: the record's number in its source (EventRecordID, line or ordinal); None where the
            problem is the file's as a whole.
        reason: what is wrong, in one line without the place.
        lost: how many records it cost (0 for a remark that lost nothing).
    """

    record: int | None
    reason: str
    lost: int = 1


class IgnoredEvent(NamedTuple):
    """A kind of event that isn't read, and how many records of it there were."""

    provider: str
    event_id: int | str
    records: int


@dataclass(slots=True)
class InputLedger:
    """What became of the records of one input.

    Attributes:
        source: path as given, or ``archive.zip!member``.
        format: the container's name (`lineage.read.sniff`), or "unrecognised".
        kind: what it is where it is no telemetry ("registry hive"), else None.
    """

    source: str
    format: str = "unrecognised"
    kind: str | None = None
    records: int = 0
    events: int = 0
    ignored: int = 0
    duplicates: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    ignored_by_event: Counter[tuple[str, int | str]] = field(default_factory=Counter)

    @property
    def ignored_events(self) -> list[IgnoredEvent]:
        """What was ignored, by provider (or channel) and event id, the most frequent first."""
        counted = sorted(self.ignored_by_event.items(), key=lambda item: (-item[1], str(item[0])))
        return [IgnoredEvent(*event, count) for event, count in counted]

    def accept(self) -> None:
        """Counts a record that is an event, or a part of one."""
        self.records += 1
        self.events += 1

    def ignore(self, writer: str, event_id: int | str) -> None:
        """Counts a record of an event that isn't read.

        Args:
            writer: its provider, or where that isn't named its channel.
            event_id: its event id.
        """
        self.records += 1
        self.ignored += 1
        event = (writer, event_id)
        if event not in self.ignored_by_event and len(self.ignored_by_event) >= KEPT_IGNORED:
            event = OTHER_EVENTS
        self.ignored_by_event[event] += 1

    def duplicate(self) -> None:
        """Counts a record that was there already."""
        self.records += 1
        self.duplicates += 1

    def go_on(self, rest: InputLedger) -> None:
        """Takes what became of the records of the input's next part."""
        self.records += rest.records
        self.events += rest.events
        self.ignored += rest.ignored
        self.duplicates += rest.duplicates
        self.rejected += rest.rejected
        self.problems.extend(rest.problems[: KEPT_PROBLEMS - len(self.problems)])
        for event, count in rest.ignored_by_event.items():
            known = event in self.ignored_by_event or len(self.ignored_by_event) < KEPT_IGNORED
            self.ignored_by_event[event if known else OTHER_EVENTS] += count

    def repeated(self, events: int) -> None:
        """Counts events, accepted before, that turned out to be in another record too."""
        self.events -= events
        self.duplicates += events

    def reject(self, problem: Problem) -> None:
        """Counts a problem and keeps it while there is room."""
        self.records += problem.lost
        self.rejected += problem.lost
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)
