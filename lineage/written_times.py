"""Spellings of times besides ISO 8601: what regions, log stores and programs write.

A table of months, of halves of the day and of zones' names, and a handful of patterns.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

TICKS: Final = 10_000_000
"""Ticks in a second; Windows FILETIME's own resolution (MS-DTYP 2.3.3)."""

_ZONES: Final = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 60, "BST": 60, "IRST": 210, "CET": 60,
    "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "TRT": 180,
    "SAST": 120, "CAT": 120, "EAT": 180, "WAT": 60, "GST": 240, "PKT": 300, "ICT": 420,
    "WIB": 420, "HKT": 480, "SGT": 480, "PHT": 480, "AWST": 480, "JST": 540, "KST": 540,
    "ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "NST": -210,
    "NDT": -150, "ADT": -180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600, "BRT": -180, "ART": -180,
}  # fmt: skip
"""Zone's abbreviation -> minutes east of UTC (IANA tz database). Those that zones on several
continents share (IST, CST, AST) aren't here: a time with one of them has no known zone."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio janeiro janv ene janeiro januari",
            "feb february februar février fevrier febrero febbraio fevereiro févr fev februari",
            "mar march märz marz mars marzo março mrz mär maart",
            "apr april avril abril aprile avr abr",
            "may mai mayo maggio maio mag mei",
            "jun june juni juin junio giugno junho giu",
            "jul july juli juillet julio luglio julho juil lug",
            "aug august août aout agosto ago augustus",
            "sep sept september septembre septiembre settembre setembro set",
            "oct october oktober octobre octubre ottobre outubro okt ott out",
            "nov november novembre noviembre novembro",
            "dec december dezember décembre decembre diciembre dicembre dezembro dez dic déc",
        ),
        1,
    )
    for name in names.split()
}

_HALVES: Final = {
    **dict.fromkeys("am,a.m.,a. m.,a m,vorm.,上午,午前,오전,πμ,π.μ.".split(","), 0),
    **dict.fromkeys("pm,p.m.,p. m.,p m,nachm.,下午,午後,오후,μμ,μ.μ.".split(","), 12),
}
_HALF = "|".join(map(re.escape, sorted(_HALVES, key=len, reverse=True)))
_CLOCK: Final = re.compile(
    rf"(?:(?P<before>{_HALF})\s*)?(?P<hour>\d{{1,2}})[:.h](?P<minute>\d\d)"
    rf"(?:[:.](?P<second>\d\d)(?:[.,](?P<fraction>\d{{1,12}}))?)?"
    rf"(?:\s*(?P<after>{_HALF}))?"
    r"(?:\s*(?P<zone>Z|(?:UTC|GMT)?[+-](?:0?\d|1[0-4])(?::?[0-5]\d)?(?:\[[A-Za-z/_+-]{3,40}\])?"
    r"|\(?[A-Za-z]{2,5}\)?|\[?[A-Z][a-z]{2,12}/[A-Za-z/_+-]{2,40}\]?))?"
    r"(?:\s+(?P<year>\d{4}))?",
    re.IGNORECASE | re.ASCII,
)
_NUMERIC_DATE: Final = re.compile(
    r"(\d{1,4})([-/.])\s?(\d{1,2})\2\s?(\d{1,4})\.?,?(?:T|\s+(?:@\s+)?)(.+)", re.ASCII
)
_NAMED_DATE: Final = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(?:([^\W\d]{3,12})\.?\s+(\d{1,2})|(\d{1,2})\.?[\s-]+([^\W\d]{3,12}))"
    r"\.?,?(?:[\s-]+(?:de\s+)?(\d{4}))?,?(?:\s+(?:@|at|um|à)\s+|[\sT]+)(.+)"
)
_DATE_CALL: Final = re.compile(r"\\?/Date\((-?\d{1,17})(?:[+-]\d{4})?\)\\?/")
"""How .NET's JSON of Windows PowerShell writes a time: milliseconds UTC; the offset only tells how
it would be shown."""
_DMTF: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-]\d{3})")
"""WMI's datetime (DSP0004 5.2.4): the offset in minutes."""
_NUMBER: Final = re.compile(r"-?(\d{9,19})(?:\.(\d{0,12}))?")
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?")
_IANA: Final = re.compile(r"\[?([A-Z][A-Za-z_]+(?:/[A-Za-z_+-]{1,30}){1,2})\]?")

_FILETIME_EPOCH: Final = 116_444_736_000_000_000
"""1970 as a FILETIME: ticks since 1601 ([MS-DTYP] 2.3.3)."""
_NET_EPOCH: Final = 621_355_968_000_000_000
"""1970 in .NET's ticks since the year 1 (DateTime.UnixEpoch)."""
_SIZES: Final = (
    (10**11, TICKS, 0),  # seconds, to the year 5138
    (10**14, TICKS // 1000, 0),  # milliseconds, from 1973
    (10**17, TICKS // 10**6, 0),  # microseconds, from 1973
    (4 * 10**17, 1, _FILETIME_EPOCH),  # from 1917 to 2868
    (10**18, 1, _NET_EPOCH),  # from 1268
)
"""Below which size a number is of which unit: ticks in it, and 1970 in ticks; the rest are ns."""


_LONGEST: Final = 100
"""Characters that a time has at most."""


class Written(NamedTuple):
    """A time by its parts; `offset` in minutes east of UTC, None where it isn't told."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    fraction: str
    offset: int | None


def read(text: str) -> Written | int | None:
    """Reads a time in any spelling that is known here.

    Numbers are taken by their size: seconds, milliseconds, microseconds or nanoseconds since 1970,
    FILETIME, .NET's ticks. Dates of three numbers with slashes are month first, unless that can't
    be.

    Returns:
        Its parts; ticks since 1970 for a number; None where it is no such time.
    """
    if len(text) > _LONGEST:
        return None
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return _of_number(int(number[1]), number[2] or "")
    call = _DATE_CALL.fullmatch(text)
    if call is not None:
        return int(call[1]) * (TICKS // 1000)
    dmtf = _DMTF.fullmatch(text)
    if dmtf is not None:
        year, month, day, hour, minute, second = (int(part) for part in dmtf.groups()[:6])
        return Written(year, month, day, hour, minute, second, dmtf[7], int(dmtf[8]))
    return _of_date(text)


def _of_number(whole: int, fraction: str) -> int:
    for limit, ticks, epoch in _SIZES:
        if whole < limit:
            digits = len(str(ticks)) - 1
            return whole * ticks + int((fraction + "0" * digits)[:digits] or 0) - epoch
    return whole // 100


def _of_date(text: str) -> Written | None:
    numeric = _NUMERIC_DATE.fullmatch(text)
    if numeric is not None:
        date = _in_order(int(numeric[1]), int(numeric[3]), int(numeric[4]), numeric[2])
        return _with_clock(date, numeric[5])
    named = _NAMED_DATE.fullmatch(text)
    if named is None:
        return None
    month = _MONTHS.get((named[1] or named[4]).lower())
    if month is None:
        return None
    return _with_clock((int(named[5] or 0), month, int(named[2] or named[3])), named[6])


def _in_order(first: int, second: int, third: int, mark: str) -> tuple[int, int, int]:
    """Year, month and day: with dots or dashes the day is first, with slashes the month."""
    if first > 31:
        return first, second, third
    if mark == "/" and first <= 12:
        return third, first, second
    return third, second, first


def _with_clock(date: tuple[int, int, int], text: str) -> Written | None:
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        return None
    year = date[0] or int(clock["year"] or 0)
    if not year:
        return None
    hour = int(clock["hour"])
    half = clock["before"] or clock["after"]
    if half:
        hour = hour % 12 + _HALVES[half.lower()]
    minute = int(clock["minute"])
    second = int(clock["second"] or 0)
    moment = (year, date[1], date[2], hour, minute)
    offset = _offset(clock["zone"], moment)
    return Written(*moment, second, clock["fraction"] or "", offset)


def _offset(zone: str | None, moment: tuple[int, int, int, int, int]) -> int | None:
    if not zone:
        return None
    zone = zone.strip("()")
    if zone[0] in "+-":
        zone = zone.partition("[")[0]  # Java's ZonedDateTime tells both
    if zone.upper() in _ZONES:
        return _ZONES[zone.upper()]
    offset = _OFFSET.fullmatch(zone)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return minutes if offset[1] == "+" else -minutes
    iana = _IANA.fullmatch(zone)
    if iana is None:
        return None
    try:
        shift = datetime(*moment, tzinfo=UTC).replace(tzinfo=ZoneInfo(iana[1])).utcoffset()
    except (ValueError, OSError, KeyError):
        return None
    return None if shift is None else int(shift.total_seconds()) // 60
