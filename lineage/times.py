"""The times that sources write, read into 100-nanosecond ticks since 1970-01-01 UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from lineage import written_times

TICKS = written_times.TICKS
"""Ticks in a second; Windows FILETIME's own resolution (MS-DTYP 2.3.3)."""

HOUR = 3600 * TICKS
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,12}))?\s*"
    r"(Z|UTC|[+-](?:0\d|1[0-4]):?[0-5]\d)?",
    re.ASCII | re.IGNORECASE,
)
_TAIL = re.compile(r":([0-5]\d)(?:\.(\d{1,7}))?(Z)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1601, 9998
"""FILETIME begins in 1601; in the last year that `datetime` knows, moving a time by its zone could
leave it."""
_CACHE_LIMIT = 100_000

_minutes: dict[str, int] = {}
"""Ticks of "2026-02-04 10:15"; a log has few minutes."""
_tails: dict[str, tuple[int, bool]] = {}
"""Ticks, and whether zoned, of what follows the minute; ":15.123" has 60,000 values."""


def parse(text: str) -> tuple[int, bool]:
    """Reads a time as Windows, log shippers or exports write it.

    ISO 8601 with `T` or a space, up to 12 fractional digits (beyond 7 they are cut), `Z`, `UTC`, an
    offset or none; what `lineage.written_times` knows besides.

    Args:
        text: the time as written.

    Returns:
        Ticks since the epoch, and whether the text says its zone. Without one it is read as UTC.

    Raises:
        ValueError: it isn't a time of the years 1601 to 9998. The message is one line with the
            text in it.
    """
    minute = _minutes.get(text[:16])
    if minute is None:
        return _parse_slowly(text)
    tail = _tails.get(text[16:]) or _read_tail(text[16:])
    if tail is None:
        return _parse_slowly(text)
    return minute + tail[0], tail[1]


def _read_tail(text: str) -> tuple[int, bool] | None:
    """The part after the minute, for the two spellings that make up nearly all telemetry."""
    match = _TAIL.fullmatch(text)
    if match is None:
        return None
    second, fraction, zone = match.groups("")
    tail = int(second) * TICKS + int((fraction + "0000000")[:7]), zone == "Z"
    if len(_tails) >= _CACHE_LIMIT:
        _tails.clear()
    _tails[text] = tail
    return tail


def _parse_slowly(text: str) -> tuple[int, bool]:
    text = text.strip()
    match = _TIME.fullmatch(text)
    if match is None:
        return _parse_other(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    ticks = _minute(text, year, month, day, int(hour), minute)
    if int(second) > 59:
        raise _not_a_time(text)
    if len(_minutes) >= _CACHE_LIMIT:
        _minutes.clear()
    _minutes[text[:16]] = ticks
    ticks += int(second) * TICKS + int(((fraction or "") + "0000000")[:7])
    return ticks - _offset(zone), zone is not None


def _parse_other(text: str) -> tuple[int, bool]:
    """A time in any other spelling: date and clock by `written_times`, numbers by their size."""
    written = written_times.read(text)
    if written is None:
        raise _not_a_time(text)
    if isinstance(written, int):
        if not 0 <= written < _END:
            raise _not_a_time(text)
        return written, True
    year, month, day, hour, minute, second, fraction, offset = written
    ticks = _minute(text, str(year), str(month), str(day), hour, str(minute))
    if second > 59:
        raise _not_a_time(text)
    ticks += second * TICKS + int((fraction + "0000000")[:7])
    return ticks - (offset or 0) * 60 * TICKS, offset is not None


def _minute(text: str, year: str, month: str, day: str, hour: int, minute: str) -> int:
    try:
        moment = datetime(int(year), int(month), int(day), hour, int(minute), tzinfo=UTC)
    except ValueError:
        raise _not_a_time(text) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise _not_a_time(text)
    return (moment - _EPOCH) // timedelta(minutes=1) * 60 * TICKS


def _offset(zone: str | None) -> int:
    if zone is None or zone.upper() in {"Z", "UTC"}:
        return 0
    digits = zone[1:].replace(":", "")
    ticks = (int(digits[:2]) * 60 + int(digits[2:])) * 60 * TICKS
    return ticks if zone[0] == "+" else -ticks


def _not_a_time(text: str) -> ValueError:
    return ValueError(f"time {text[:60]!r} is not a date and time")


def parse_epoch(text: str, *, per_second: int) -> int:
    """Reads a Unix time written as a decimal number.

    Args:
        text: for instance "1604341234.567" (seconds) or "1604341234567" (milliseconds).
        per_second: how many of its units make a second: 1 or 1000.

    Returns:
        Ticks since the epoch.

    Raises:
        ValueError: it isn't such a number, or lies outside the years 1970 to 9998.
    """
    whole, _, fraction = text.strip().partition(".")
    if not whole.isascii() or not whole.isdigit() or len(whole) > 15:
        raise _not_a_time(text)
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        raise _not_a_time(text)
    scale = TICKS // per_second
    digits = len(str(scale)) - 1
    ticks = int(whole) * scale + int((fraction + "0" * digits)[:digits] or "0")
    if ticks >= _END:
        raise _not_a_time(text)
    return ticks


_END = (datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) * TICKS


def iso(ticks: int) -> str:
    """ISO 8601 in UTC with `Z`, and as many fractional digits (up to 7) as the time has.

    >>> iso(16000000000005000)
    '2020-09-13T12:26:40.0005Z'
    """
    seconds, fraction = divmod(ticks, TICKS)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{fraction:07d}".rstrip("0")
    return f"{text}.{digits}Z" if digits else f"{text}Z"
