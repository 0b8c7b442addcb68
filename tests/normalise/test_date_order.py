"""Dates with slashes: what tells whether the day or the month is first, and what is said if not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_records import ACTOR, SECURITY, SYSMON, ordered, record

from lineage.normalise.dispatch import Normaliser
from lineage.times import iso

PROCESS = {"NewProcessId": "0x99", "NewProcessName": r"C:\a.exe", "ProcessId": "0x1"}


def read(
    *times: str, day_first: bool | None = None, zone: str | None = None
) -> tuple[list[str], list[str]]:
    """The days and hours that header times came to, in order of the records, and the remarks."""
    normaliser = Normaliser(zone, day_first=day_first)
    records = [
        record(SECURITY, 4688, PROCESS, record_id=number, time=time)
        for number, time in enumerate(times)
    ]
    events = sorted(ordered(records, normaliser), key=lambda event: event.record)
    remarks = [text for _, text in normaliser.clock.remarks() if "zone" not in text]
    return [iso(event.time)[:13] for event in events], remarks


def at(*dates: str) -> list[str]:
    return [f"{date} 08:15:00" for date in dates]


@pytest.mark.parametrize(
    ("why", "dates", "days"),
    [
        ("a day above 12", ["03/04/2026", "13/04/2026"], ["2026-04-03", "2026-04-13"]),
        ("one at the end", ["1/2/2026", "2/2/2026", "28/1/2026"],
         ["2026-02-01", "2026-02-02", "2026-01-28"]),
        ("a month's day above 12", ["03/04/2026", "03/14/2026"], ["2026-03-04", "2026-03-14"]),
        ("order, day first", ["11/03/2026", "12/03/2026", "01/04/2026"],
         ["2026-03-11", "2026-03-12", "2026-04-01"]),
        ("order, month first", ["03/11/2026", "03/12/2026", "04/01/2026"],
         ["2026-03-11", "2026-03-12", "2026-04-01"]),
        ("newest first", ["01/04/2026", "12/03/2026", "11/03/2026"],
         ["2026-04-01", "2026-03-12", "2026-03-11"]),
        ("both are the same", ["04/04/2026"], ["2026-04-04"]),
        ("other spellings", ["2026-03-04", "2026/03/05"], ["2026-03-04", "2026-03-05"]),
    ],
)  # fmt: skip
def test_an_inputs_own_dates_tell(why: str, dates: list[str], days: list[str]) -> None:
    events, remarks = read(*at(*dates))
    assert [event[:10] for event in events] == days, why
    assert not remarks


def test_the_hours_of_a_day_tell_whether_an_input_begins_with_the_newest() -> None:
    times = ["12/04/2026 08:00:00", "12/04/2026 09:00:00", "01/05/2026 10:00:00"]
    assert read(*times) == (["2026-04-12T08", "2026-04-12T09", "2026-05-01T10"], [])


@pytest.mark.parametrize(
    ("dates", "day", "reason"),
    [
        (["03/04/2026"], "2026-03-04", "are read month first, as nothing tells"),
        (["03/04/2026", "04/04/2026"], "2026-04-03", "day first, as their days lie close"),
        (["04/03/2026", "04/04/2026"], "2026-04-03", "month first, as their days lie close"),
        (["03/04/2026", "14/03/2026", "03/14/2026"], "2026-03-04", "month first, though"),
    ],
)
def test_what_cannot_be_known_is_said_once(dates: list[str], day: str, reason: str) -> None:
    events, remarks = read(*at(*dates))
    assert events[0][:10] == day
    (remark,) = remarks
    assert reason in remark
    assert "--dates" in remark


@pytest.mark.parametrize(("day_first", "day"), [(True, "2026-04-03"), (False, "2026-03-04")])
def test_the_user_may_say_it(day_first: bool, day: str) -> None:
    events, remarks = read(*at("03/04/2026"), day_first=day_first)
    assert (events[0][:10], remarks) == (day, [])


def test_a_zone_is_that_of_the_day_that_is_meant() -> None:
    times = ["03/07/2026 08:00:00", "13/07/2026 08:00:00"]  # summer; 7 March is winter
    assert read(*times, zone="Europe/Berlin")[0] == ["2026-07-03T06", "2026-07-13T06"]
    zoned = ["03/04/2026 01:00:00 +02:00", "13/04/2026 01:00:00 +02:00"]
    assert read(*zoned)[0] == ["2026-04-02T23", "2026-04-12T23"]


def test_sysmons_own_time_tells_it_and_the_zone() -> None:
    sysmon = record(
        SYSMON, 1, ACTOR | {"UtcTime": "2026-04-03 06:15:00.000"}, time="03/04/2026 08:15:00"
    )
    security = record(SECURITY, 4688, PROCESS, time="03/04/2026 08:20:00")
    normaliser = Normaliser()
    events = ordered([sysmon, security], normaliser)
    assert [iso(event.time) for event in events] == ["2026-04-03T06:15:00Z", "2026-04-03T06:20:00Z"]
    assert not list(normaliser.clock.remarks())


def test_an_input_without_evidence_is_read_as_the_others_are_and_says_so() -> None:
    normaliser = Normaliser()
    normaliser.normalise(record(SECURITY, 4688, PROCESS, time="13/04/2026 08:15:00"), 1)
    (event,) = ordered([record(SECURITY, 4688, PROCESS, time="03/04/2026 08:15:00")], normaliser)
    assert iso(event.time).startswith("2026-04-03")
    remarks = [text for source, text in normaliser.clock.remarks() if source == 0]
    assert any("day first, as in the other inputs" in text for text in remarks)


def test_what_the_portal_of_defender_shows_in_local_time_is_remarked() -> None:
    data = {
        "ActionType": "ProcessCreated",
        "ProcessId": "77",
        "FolderPath": r"C:\a.exe",
        "FileName": "a.exe",
        "ProcessCreationTime": "3/04/2026, 8:14:59.5 am",
    }
    raw = record(
        "Microsoft Defender for Endpoint", "ProcessCreated", data, time="3/04/2026, 8:15:00.9 am"
    )
    later = raw._replace(time="13/04/2026, 8:15:00.9 am", data=data | {"ProcessId": "78"})
    normaliser = Normaliser()
    events = ordered([raw, later], normaliser)
    assert {iso(event.time) for event in events} == {"2026-04-03T08:14:59.5Z"}
    (remark,) = [text for _, text in normaliser.clock.remarks()]
    assert "(the portal showed local time)" in remark
    normaliser = Normaliser("Australia/Sydney")
    events = ordered([raw, later], normaliser)
    assert {iso(event.time) for event in events} == {"2026-04-02T21:14:59.5Z"}
    (remark,) = [text for _, text in normaliser.clock.remarks()]
    assert "read as those of Australia/Sydney" in remark


@given(st.dates().filter(lambda day: 1700 < day.year < 9000), st.integers(0, 400))
def test_any_dates_are_read_back_as_they_were_written(day: object, span: int) -> None:
    from datetime import date, timedelta

    assert isinstance(day, date)
    days = [day, day.replace(day=13), day + timedelta(days=span)]
    for form in ("%d/%m/%Y 08:15:00", "%m/%d/%Y 08:15:00"):
        events, remarks = read(*(one.strftime(form) for one in days))
        assert [event[:10] for event in events] == [one.isoformat() for one in days]
        assert not remarks
