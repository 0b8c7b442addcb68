from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_records import normalised, ordered, part, rollup, security, sysmon

from lineage.normalise.clock import Clock
from lineage.normalise.order import in_order

if TYPE_CHECKING:
    from lineage.normalise.event import Event
    from lineage.read.record import RawRecord

RECORDS = [
    sysmon(1, record_id=1),
    sysmon(7, record_id=2),
    sysmon(11, record_id=3),
    sysmon(13, record_id=4),
    security(4688, record_id=1),
    security(4663, record_id=2),
    sysmon(22, {"UtcTime": "2026-03-02 10:11:13.345"}, record_id=5),
    sysmon(1, {"UtcTime": "2026-03-02 10:11:10.000"}, record_id=6),
    part(1, 2, "a"),
    part(2, 2, "b"),
]


def once(*events: Event) -> tuple[list[Event], list[tuple[Event, Event]]]:
    """The events in order, and what was left out with what stands for it."""
    left_out: list[tuple[Event, Event]] = []
    kept = list(in_order(list(events), Clock(), lambda *pair: left_out.append(pair)))
    return kept, left_out


@given(st.permutations(RECORDS + RECORDS[:5]))
@settings(max_examples=60)
def test_the_order_of_arrival_does_not_matter(records: list[RawRecord]) -> None:
    assert ordered(records) == ordered(RECORDS)


def test_times_never_decrease_and_starts_stand_first() -> None:
    events = ordered([sysmon(11, record_id=1), sysmon(1, record_id=2), sysmon(7, record_id=0)])
    assert [event.event_id for event in events] == [1, 7, 11]
    times = [event.time for event in ordered(RECORDS)]
    assert times == sorted(times)


def test_records_decide_at_equal_times() -> None:
    events = ordered([sysmon(11, record_id=number) for number in (2**64 - 1, 5, 0)])
    assert [event.record for event in events] == [0, 5, 2**64 - 1]


def test_a_record_forwarded_twice_counts_once() -> None:
    first, again = normalised(security(4688)), normalised(security(4688, number=99))
    kept, left_out = once(first, again)
    assert len(kept) == 1
    assert left_out == [(again, first)] or left_out == [(first, again)]


@pytest.mark.parametrize(
    "change",
    [
        {"record_id": 701},
        {"computer": "WS02"},
        {"time": "2026-03-02T10:11:14.3456789Z"},
        {"time": "2027-03-02T10:11:12.3456789Z"},
    ],
)
def test_other_records_are_other_events(change: dict[str, object]) -> None:
    kept, _ = once(normalised(security(4688)), normalised(security(4688, **change)))
    assert len(kept) == 2


@pytest.mark.parametrize(
    "time", ["2026-03-02T10:11:12Z", "2026-03-02T10:11:12.346Z", "2026-03-02T10:11:13Z"]
)
def test_exports_that_cut_or_round_the_fraction_tell_of_the_same_event(time: str) -> None:
    kept, _ = once(normalised(security(4688)), normalised(security(4688, time=time)))
    assert len(kept) == 1


def test_a_host_in_another_case_is_the_same_host() -> None:
    other = normalised(security(4688, computer="ws01.EXAMPLE.test"))
    assert len(once(normalised(security(4688)), other)[0]) == 1


def test_equal_record_numbers_of_two_logs_are_two_events() -> None:
    assert len(once(normalised(security(4688)), normalised(sysmon(1)))[0]) == 2


def test_without_record_ids_equal_fields_make_the_same_event() -> None:
    same = [normalised(rollup(number=number)) for number in (1, 2, 3)]
    assert len(once(*same)[0]) == 1
    other = normalised(rollup({"CommandLine": "wscript.exe b.vbs"}))
    assert len(once(*same, other)[0]) == 2


def test_three_copies_are_all_told_of_the_same_one() -> None:
    copies = [normalised(security(4688, number=number)) for number in (1, 2, 3)]
    kept, left_out = once(*copies)
    assert [first for _, first in left_out] == kept * 2


def test_the_list_is_emptied_on_the_way() -> None:
    events = [normalised(security(4688, record_id=number)) for number in range(3)]
    remaining = [len(events) for _ in in_order(events, Clock())]
    assert remaining == [2, 1, 0]
