from __future__ import annotations

import pytest
from raw_records import ordered, security, sysmon

from lineage.errors import UsageError
from lineage.normalise.clock import Clock
from lineage.normalise.dispatch import Normaliser
from lineage.times import HOUR, TICKS, iso, parse

MINUTE = 60 * TICKS


def clock_of(*differences: int) -> Clock:
    """A clock that saw events logged these many ticks before they happened by UTC."""
    clock = Clock()
    for difference in differences:
        clock.sample(0, "ws01", logged=1_000 * HOUR - difference, happened=1_000 * HOUR)
    return clock


@pytest.mark.parametrize(
    ("differences", "offset"),
    [
        ([], 0),
        ([-3 * TICKS], 0),
        ([5 * HOUR] * 3, 5 * HOUR),
        ([-2 * HOUR - 40 * TICKS, -2 * HOUR], -2 * HOUR),
        ([-5 * HOUR - 45 * MINUTE] * 2, -5 * HOUR - 45 * MINUTE),
        ([-14 * HOUR], -14 * HOUR),
        ([-14 * HOUR - 15 * MINUTE], 0),
        ([12 * HOUR] * 3, 12 * HOUR),
        ([(7 + 12) * HOUR] * 3, 19 * HOUR),
        ([24 * HOUR + 15 * MINUTE] * 3, 0),
        ([-900 * 24 * HOUR] * 3, 0),
        ([5 * HOUR] * 9 + [0], 5 * HOUR),
        ([5 * HOUR] * 8 + [0] * 2, 0),
        ([-11 * MINUTE] * 5, 0),
        ([-20 * MINUTE] * 5, 0),
    ],
)
def test_a_zone_is_believed_when_whole_and_agreed_on(differences: list[int], offset: int) -> None:
    assert offset_of(clock_of(*differences), 1_000 * HOUR - offset) == (offset, True)


def offset_of(clock: Clock, time: int, source: int = 0, host: str = "ws01") -> tuple[int, bool]:
    """What must be added to a header time, and whether that is known."""
    local = clock.local(source, host)
    return (0, True) if local is None else local.offset(time)


def test_a_zone_is_one_host_s_in_one_input() -> None:
    clock = clock_of(5 * HOUR)
    assert clock.local(1, "ws01") is clock.local(0, "ws02") is None


def test_another_export_of_the_host_tells_the_zone_of_times_without_one() -> None:
    clock = clock_of(5 * HOUR, 5 * HOUR)
    clock.unzoned(1, "ws01", (990 * HOUR, 990 * HOUR))
    assert offset_of(clock, 995 * HOUR, source=1) == (5 * HOUR, True)


def berlin(*days: str) -> Clock:
    """A clock that saw one Sysmon event at noon of these days, logged in Berlin's time."""
    clock = Clock()
    for day in days:
        happened, _ = parse(f"{day}T12:00:00Z")
        summer = "03-29" <= day[5:] < "10-25"
        clock.sample(0, "ws01", happened + (2 if summer else 1) * HOUR, happened)
    return clock


@pytest.mark.parametrize(
    ("seen", "local", "utc", "sure"),
    [
        (("2026-03-28", "2026-03-30"), "2026-03-28T13:00:00", "2026-03-28T12:00:00Z", True),
        (("2026-03-28", "2026-03-30"), "2026-03-29T01:30:00", "2026-03-29T00:30:00Z", True),
        (("2026-03-28", "2026-03-30"), "2026-03-29T03:30:00", "2026-03-29T01:30:00Z", True),
        (("2026-03-28", "2026-03-30"), "2026-07-01T12:00:00", "2026-07-01T10:00:00Z", True),
        (("2026-03-30",), "2026-03-30T10:00:00", "2026-03-30T08:00:00Z", True),
        (("2026-03-30",), "2026-01-30T10:00:00", "2026-01-30T08:00:00Z", False),
        (("2026-03-30", "2026-04-30"), "2026-04-10T10:00:00", "2026-04-10T08:00:00Z", True),
    ],
)
def test_a_change_of_the_clock_is_told_by_the_zone_not_by_one_offset(
    seen: tuple[str, ...], local: str, utc: str, sure: bool
) -> None:
    time, _ = parse(local)
    offset, known = offset_of(berlin(*seen), time)
    assert (iso(time + offset), known) == (utc, sure)


def test_what_cannot_be_known_is_remarked_once_per_host() -> None:
    clock = berlin("2026-03-30")
    for hour in (1, 3, 2):
        clock.doubt(0, "ws01", hour * HOUR)
    ((source, remark),) = clock.remarks()
    assert source == 0
    assert "ws01 from 1970-01-01T01:00:00Z to 1970-01-01T03:00:00Z" in remark
    assert "--timezone" in remark


def test_times_without_a_zone_that_nothing_tells_are_remarked() -> None:
    clock = Clock()
    clock.unzoned(2, "ws01", (HOUR, HOUR))
    assert [source for source, _ in clock.remarks()] == [2]


def test_a_named_zone_is_used_where_times_say_none() -> None:
    events = ordered(
        [
            security(4688, record_id=1, time="2026-07-02 05:11:12"),
            security(4688, record_id=2, time="2026-01-02T05:11:12.5"),
            security(4688, record_id=3, time="2026-01-02T05:11:12Z"),
        ],
        Normaliser("Europe/Berlin"),
    )
    assert {event.record: iso(event.time) for event in events} == {
        1: "2026-07-02T03:11:12Z",
        2: "2026-01-02T04:11:12.5Z",
        3: "2026-01-02T05:11:12Z",
    }


def test_a_zone_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="time zone 'Europe/Berin' is unknown"):
        Normaliser("Europe/Berin")


def test_an_export_in_local_time_is_put_right_by_sysmon_s_utctime() -> None:
    local = "2026-03-02T05:11:12.400Z"
    events = ordered([sysmon(11, record_id=1, time=local), security(4688, record_id=2, time=local)])
    assert [(event.event_id, iso(event.time)) for event in events] == [
        (11, "2026-03-02T10:11:12.345Z"),
        (4688, "2026-03-02T10:11:12.4Z"),
    ]


def test_hosts_that_write_utc_are_left_alone() -> None:
    local = "2026-03-02T05:11:12.400Z"
    events = ordered(
        [sysmon(11, record_id=1, time=local), security(4688, time=local, computer="WS02")]
    )
    assert [iso(event.time) for event in events if event.event_id == 4688] == [
        "2026-03-02T05:11:12.4Z"
    ]


def test_sysmon_s_own_events_are_not_moved() -> None:
    local = [sysmon(11, record_id=number, time="2026-03-02T05:11:12.400Z") for number in range(300)]
    assert {iso(event.time) for event in ordered(local)} == {"2026-03-02T10:11:12.345Z"}
