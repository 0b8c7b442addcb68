"""The part of an event that every provider's records share: when, where, which record."""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING

from lineage import times

if TYPE_CHECKING:
    from lineage.read.record import RawRecord

UNKNOWN_HOST = "unknown"
"""Host of records that don't say theirs."""


Header = tuple[int, str, int, int, bool, int | str, str]
"""The values of `lineage.normalise.event.HEADER`."""


def header(raw: RawRecord, source: int, origin: str, time: int) -> Header:
    """The header of a record's event.

    Args:
        raw: the record.
        source: index of its input in the ledger.
        origin: name of its event source.
        time: when it happened, in ticks.
    """
    number, record_id, _, event_id, _, computer, _, _, _, _ = raw
    host = intern(computer) or UNKNOWN_HOST
    if record_id is None:
        return time, host, source, number, False, event_id, origin
    return time, host, source, record_id, True, event_id, origin


def logged_time(raw: RawRecord) -> int:
    """The time in the record's header, in ticks.

    Raises:
        ValueError: absent or not a time.
    """
    if not raw.time:
        raise ValueError("the record has no time")
    return times.parse(raw.time)[0]


def require(value: str | None, field: str) -> str:
    """The value of a field that its event is about.

    Raises:
        ValueError: it is absent.
    """
    if value is None:
        raise ValueError(f"{field} is missing")
    return value
