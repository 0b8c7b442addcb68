"""The evidence's records as logged: the right one of several, whole, and within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_intrusion import remcos_chain, suspicious_chain
from sample_report import report_of

from lineage.problems import Problem
from lineage.read import Input
from lineage.read.record import RawRecord
from lineage.report import records
from lineage.report.records import with_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.report.model import DetectionHit, LoggedRecord, Report


def raw(hit: DetectionHit, computer: str = "", time: str = "", **data: object) -> RawRecord:
    """A record that could be a hit's."""
    channel = "Microsoft-Windows-Sysmon/Operational"
    return RawRecord(1, hit.record, "Microsoft-Windows-Sysmon", hit.event_id, channel,
                     computer or hit.host, time or hit.time, 4, None, data)  # fmt: skip


def first() -> tuple[Report, DetectionHit]:
    """A report of one hit."""
    chain = remcos_chain()
    hit = chain.evidence[0].model_copy(update={"also": []})
    return report_of([chain.model_copy(update={"evidence": [hit]})]), hit


def kept(report: Report, source: str, *found: RawRecord | Problem) -> list[LoggedRecord]:
    """What is kept where a source has these records."""
    return with_records(report, [Input(source, "evtx", iter(found))]).records


def test_a_record_keeps_all_its_fields_in_their_order() -> None:
    report, hit = first()
    data = {"B": "x", "A": 3, "None": None, "Nested": {"a": [1, "<b>"]}}
    (record,) = kept(report, hit.source, raw(hit, **data))
    assert list(record.data.items()) == [
        ("B", "x"), ("A", "3"), ("None", ""), ("Nested", '{"a": [1, "<b>"]}')
    ]  # fmt: skip
    assert (record.source, record.record, record.host) == (hit.source, hit.record, hit.host)
    assert not record.cut


def test_of_several_with_the_number_it_is_the_one_of_its_host_and_time() -> None:
    report, hit = first()
    others = [
        Problem(hit.record, "damaged"),
        raw(hit, "ELSEWHERE", Which="other host"),
        raw(hit, time="1999-01-01T00:00:00Z", Which="other time"),
        raw(hit, hit.host.lower().partition(".")[0], Which="this"),
        raw(hit, "AGAIN", Which="other host"),
        raw(hit, time="noon", Which="no time")._replace(record_id=hit.record + 1),
    ]
    for found in (others, others[::-1]):
        (record,) = kept(report, hit.source, *found)
        assert record.data == {"Which": "this"}


def test_other_sources_are_not_read() -> None:
    report, hit = first()

    def untouched() -> Iterator[RawRecord]:
        pytest.fail("was read")
        yield raw(hit)

    assert with_records(report, [Input("elsewhere.evtx", "evtx", untouched())]).records == []


def test_reading_ends_with_the_last_that_is_wanted() -> None:
    report, hit = first()

    def source() -> Iterator[RawRecord]:
        yield raw(hit, Which="this")
        pytest.fail("was read on")

    assert len(with_records(report, [Input(hit.source, "evtx", source())]).records) == 1


def test_long_values_are_cut_and_say_so() -> None:
    report, hit = first()
    (record,) = kept(report, hit.source, raw(hit, Script="x" * (records.LONGEST + 5)))
    assert record.cut
    assert record.data["Script"].endswith("x… [5 more characters in the source]")
    (wide,) = kept(report, hit.source, raw(hit, **dict.fromkeys(map(str, range(600)), "")))
    assert wide.cut
    assert len(wide.data) == records.MOST_FIELDS


def test_a_chain_has_room_for_so_many_and_each_detection_comes_first() -> None:
    chain = suspicious_chain()
    seed = chain.evidence[0].model_copy(update={"also": []})
    many = [seed.model_copy(update={"record": number}) for number in range(1, 60)]
    last = seed.model_copy(update={"record": 99, "detection": "Another"})
    report = report_of([chain.model_copy(update={"evidence": [*many, last]})])
    done = with_records(
        report, [Input(seed.source, "evtx", iter([raw(each) for each in [*many, last]]))]
    )
    assert len(done.records) == records.OF_SUSPICIOUS
    assert 99 in {record.record for record in done.records}
    assert done.records_left_out == 60 - records.OF_SUSPICIOUS
