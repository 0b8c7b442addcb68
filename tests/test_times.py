from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.times import HOUR, TICKS, iso, parse, parse_epoch

NOON = 1_772_452_800 * TICKS
"""2026-03-02 12:00:00 UTC"""

FIRST = parse("1601-01-01T00:00:00Z")[0]
LAST = parse("9998-12-31T23:59:59.9999999Z")[0]
every_tick = st.integers(FIRST, LAST)


@pytest.mark.parametrize(
    ("written", "ticks", "zoned"),
    [
        ("2026-03-02T12:00:00Z", NOON, True),
        ("2026-03-02 12:00:00", NOON, False),
        ("2026-03-02 12:00:00.345", NOON + 3_450_000, False),
        ("2026-03-02 12:00:00,345", NOON + 3_450_000, False),
        ("2026-03-02T12:00:00.3456789Z", NOON + 3_456_789, True),
        ("2026-03-02T12:00:00.345678912Z", NOON + 3_456_789, True),
        ("2026-03-02T12:00:00.000000Z", NOON, True),
        ("2026-03-02t12:00:00z", NOON, True),
        ("2026-03-02 12:00:00 UTC", NOON, True),
        ("2026-03-02T14:00:00+02:00", NOON, True),
        ("2026-03-02T14:00:00+0200", NOON, True),
        ("2026-03-02T06:30:00.5-05:30", NOON + 5_000_000, True),
        ("2026-03-03T02:00:00+14:00", NOON, True),
        ("  2026-03-02T12:00:00Z\n", NOON, True),
        ("3/2/2026, 12:00:00.345 PM", NOON + 3_450_000, False),
        ("3/2/2026 12:00:00 AM", NOON - 12 * HOUR, False),
        ("03/02/2026 1:00:00 PM", NOON + HOUR, False),
        ("3/2/2026 13:00:00", NOON + HOUR, False),
        ("02.03.2026 @ 12:00:00.345", NOON + 3_450_000, False),  # Kibana's CSV
        ("1601-01-01T00:00:00Z", -11_644_473_600 * TICKS, True),
    ],
)
def test_times_as_sources_write_them(written: str, ticks: int, zoned: bool) -> None:
    assert parse(written) == (ticks, zoned)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T12:60:00Z",
        "2026-03-02T12:00:60Z",
        "2026-03-02T12:00:6",
        "2026-03-02T12:00:00.",
        "2026-03-02T12:00:00.1x",
        "2026-03-02T12:00:00Z Z",
        "2026-03-02T12:00:00+99:00",
        "2026-03-02T12:00:00+02:75",
        "2026-03-02",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "12/31/9999 11:59:59 PM",
        "13/13/2026 1:00:00 PM",
        "3/2/2026 1:00:60 PM",
        "٢٠٢٦-03-02T12:00:00Z",
    ],
)
def test_what_is_no_time_is_said_to_be_none(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date and time"):
        parse(written)


def test_a_time_met_before_does_not_make_a_broken_one_readable() -> None:
    assert parse(" 2026-02-04 10:15:12") == parse("2026-02-04 10:15:12")
    with pytest.raises(ValueError, match="is not a date and time"):
        parse(" 2026-02-04 10:1:30")


def test_the_message_stays_one_short_line() -> None:
    with pytest.raises(ValueError, match="is not a date and time") as caught:
        parse("x\n" * 100_000)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@given(every_tick)
@settings(max_examples=60)
def test_a_written_time_is_read_back(ticks: int) -> None:
    assert parse(iso(ticks)) == (ticks, True)


@given(every_tick, st.sampled_from(["T", " "]), st.integers(-14 * 60, 14 * 60))
@settings(max_examples=60)
def test_a_zone_moves_the_time(ticks: int, between: str, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    written = iso(ticks).removesuffix("Z").replace("T", between) + zone
    assert parse(written) == (ticks - minutes * 60 * TICKS, True)


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_any_text_is_a_time_or_a_value_error(written: str) -> None:
    try:
        ticks, _ = parse(written)
    except ValueError:
        return
    assert FIRST <= ticks <= LAST


@pytest.mark.parametrize(
    ("written", "per_second", "ticks"),
    [
        ("1772452800", 1, NOON),
        ("1772452800.345", 1, NOON + 3_450_000),
        ("1772452800.34567891", 1, NOON + 3_456_789),
        ("1772452800345", 1000, NOON + 3_450_000),
        ("1772452800345.6", 1000, NOON + 3_456_000),
        (" 1772452800. ", 1, NOON),
        ("0", 1, 0),
    ],
)
def test_unix_times(written: str, per_second: int, ticks: int) -> None:
    assert parse_epoch(written, per_second=per_second) == ticks


@pytest.mark.parametrize("written", ["", "-1", "1e9", "nan", "12.x", "9" * 13, "9" * 5000, "١٢"])
def test_what_is_no_unix_time_is_said_to_be_none(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date and time"):
        parse_epoch(written, per_second=1)


@pytest.mark.parametrize(
    ("ticks", "written"),
    [
        (NOON, "2026-03-02T12:00:00Z"),
        (NOON + 1, "2026-03-02T12:00:00.0000001Z"),
        (NOON + 3_450_000, "2026-03-02T12:00:00.345Z"),
        (-1, "1969-12-31T23:59:59.9999999Z"),
    ],
)
def test_iso_has_as_many_digits_as_the_time(ticks: int, written: str) -> None:
    assert iso(ticks) == written
