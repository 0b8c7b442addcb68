"""What a reader yields: one record of telemetry, still raw, in one shape for all containers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lineage.problems import Problem


RecordFields = tuple[
    int,
    int | None,
    str,
    int | str,
    str,
    str,
    str,
    int | None,
    str | None,
    "Mapping[str, object]",
]


class RawRecord(NamedTuple):
    """One record as its container holds it, not yet understood.

    Attributes:
        number: 1-based line or ordinal in the source.
        record_id: EventRecordID where the event carries one (0 <= id < 2**64), else None.
        provider: provider name ("Microsoft-Windows-Sysmon"); "" where the export leaves it out;
            "CrowdStrike" for Falcon Data Replicator records.
        event_id: the event id as an int; the `event_simpleName` for Falcon records.
        channel: event log channel, or "".
        computer: the host as the telemetry names it, or "".
        time: the record's own time, as the source writes it, or "".
        process_id: the logging process from the event's header (Execution ProcessID), or None.
        user: SID in the event's header (Security UserID), or None.
        data: EventData (or UserData) by field name; for Falcon records the whole flat record.
            Values are as decoded: str, int, float, bool, None, or nested.
    """

    number: int
    record_id: int | None
    provider: str
    event_id: int | str
    channel: str
    computer: str
    time: str
    process_id: int | None
    user: str | None
    data: Mapping[str, object]


made: Callable[[RecordFields], RawRecord] = partial(tuple.__new__, RawRecord)
"""A record of its fields in order, in half the time that naming them takes: for the readers that
make one of every line."""


class Reader(Protocol):
    """Decodes one container format. Stateless; one instance serves all files."""

    name: str
    """The format's name in reports and for `--format`."""

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes of a stream (up to `sniff.HEAD_BYTES`) are of this format."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's records in order, and a Problem for each that can't be decoded.

        Never raises for bad content; memory is bounded by one record.
        """
        ...
