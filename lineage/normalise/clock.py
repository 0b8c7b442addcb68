"""Exports that write local time as if it were UTC, found out by Sysmon's own UtcTime.

Log shippers write the header's time in the machine's zone, at times even with a `Z` behind it. A
Sysmon event carries both that header and its own UtcTime, so the difference, a whole number of
quarter hours (no zone has a finer offset since 1972, IANA tz database), is the zone. Events of the
same host in the same input that only have a header time are moved by it.
"""

from __future__ import annotations

from collections import Counter

from lineage.times import TICKS

QUARTER = 15 * 60 * TICKS
LEAST_QUARTERS, MOST_QUARTERS = -14 * 4, (12 + 12) * 4
"""The zones in use run from UTC-12 to UTC+14, and a format that writes hours by the 12-hour clock
without AM or PM, a mistake met in published recordings, takes another 12 hours away."""
SLACK = 60 * TICKS
"""How long after it happened an event may be logged for the difference still to tell a zone; a
forwarder that lags by minutes has none."""
AGREEMENT = 0.9
"""Share of a host's Sysmon events that must show the same offset before it is believed."""


class Clock:
    """Zone offsets of one run, by input and host."""

    def __init__(self) -> None:
        self._samples: dict[tuple[int, str], Counter[int]] = {}

    def sample(self, source: int, host: str, logged: int, happened: int) -> None:
        """Takes the two times of a Sysmon event, in ticks."""
        quarters = round((happened - logged) / QUARTER)
        if abs(happened - logged - quarters * QUARTER) > SLACK:
            quarters = 0
        if LEAST_QUARTERS <= quarters <= MOST_QUARTERS:
            self._samples.setdefault((source, host), Counter())[quarters] += 1

    def offset(self, source: int, host: str) -> int:
        """Ticks to add to header times of this host in this input to have UTC."""
        samples = self._samples.get((source, host))
        if not samples:
            return 0
        quarters, count = samples.most_common(1)[0]
        return quarters * QUARTER if count >= AGREEMENT * samples.total() else 0
