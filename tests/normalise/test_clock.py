from __future__ import annotations

import pytest
from raw_records import ordered, security, sysmon

from lineage.normalise.clock import Clock
from lineage.times import HOUR, TICKS, iso

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
    assert clock_of(*differences).offset(0, "ws01") == offset


def test_a_zone_is_one_host_s_in_one_input() -> None:
    clock = clock_of(5 * HOUR)
    assert clock.offset(1, "ws01") == clock.offset(0, "ws02") == 0


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
