"""The report's times, for formats that want another precision or spelling."""

from __future__ import annotations

from datetime import UTC, datetime

from lineage.errors import InputError


def instant(text: str) -> datetime:
    """A time of the report in UTC, cut to microseconds (the report has up to 100 ns).

    >>> instant("2024-10-21T08:02:11.1234567Z").isoformat()
    '2024-10-21T08:02:11.123456+00:00'

    Raises:
        InputError: it isn't ISO 8601 with an offset, so no report of ours.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        shown = ascii(text[:40])
        raise InputError(
            f"report: {shown} is not an ISO 8601 time with offset; make the report again"
        )
    return moment.astimezone(UTC)
