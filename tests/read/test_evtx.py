from __future__ import annotations

import io
import random
import struct
from typing import Any

import pytest
from evtx_logs import (
    chunk_offset,
    overwritten,
    record_offset,
    recorded_log,
    records_in,
    written_log,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import read_all

from lineage.problems import Problem
from lineage.read.evtx import EvtxReader, record_of
from lineage.read.evtx_layout import CHUNK_BYTES, FILE_MAGIC, HEADER_BYTES
from lineage.read.record import RawRecord

READER = EvtxReader()
LOGS = {"written": written_log(), "recorded": recorded_log()}


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest) -> bytes:
    found = LOGS[request.param]
    if found is None:
        pytest.skip("needs the corpus of recordings beside the checkout")
    return found


def test_a_whole_log(log: bytes) -> None:
    assert READER.recognises(log)
    records, problems = read_all(READER, log)
    assert problems == []
    assert len(records) == sum(records_in(log, chunk) for chunk in range(4))
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    first = records[0]
    assert first.provider == "Microsoft-Windows-Sysmon"
    assert first.channel == "Microsoft-Windows-Sysmon/Operational"
    assert isinstance(first.process_id, int)
    assert first.user == "S-1-5-18"
    assert first.time.endswith("Z")
    assert "UtcTime" in first.data


@pytest.mark.parametrize("offset", [128 + 4 * 30, 384 + 4 * 14])
def test_tables_whose_entries_go_round_cost_no_record(log: bytes, offset: int) -> None:
    whole, _ = read_all(READER, log)
    start = chunk_offset(1)
    entry = max(struct.unpack_from("<64I", log, start + 128))
    looped = overwritten(log, start + offset, struct.pack("<I", entry))
    looped = overwritten(looped, start + entry, struct.pack("<I", entry))
    records, problems = read_all(READER, looped)
    assert len(records) + sum(problem.lost for problem in problems) == len(whole)
    assert len(records) >= len(whole) - 2


def test_records_that_were_altered_are_marked(log: bytes) -> None:
    text = "Sysmon".encode("utf-16-le")
    place = log.index(text, chunk_offset(1))
    records, problems = read_all(READER, overwritten(log, place, "Xysmon".encode("utf-16-le")))
    assert len(records) == len(read_all(READER, log)[0])
    (problem,) = problems
    first = records_in(log, 0) + 1
    assert (problem.record, problem.lost) == (first, 0)
    assert f"records {first} to {first + records_in(log, 1) - 1}" in problem.reason
    assert "altered" in problem.reason


WHOLE_CHUNK = -1
SOME = -2


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


@pytest.mark.parametrize(
    ("part", "data", "lost", "reason"),
    [
        ("record", (40, b"\xff" * 20), 1, "damaged EVTX record in chunk 1"),
        ("record", (0, b"\x01" * 8), 1, "damaged bytes at"),
        ("record", (4, bytes(4)), 1, "damaged bytes at"),
        ("record", (0, bytes(6000)), SOME, "chunk 1"),
        ("record", (16, b"\xff" * 8), 0, None),
        ("chunk", (0, bytes(CHUNK_BYTES)), WHOLE_CHUNK, "chunk 1: "),
        ("chunk", (0, _noise(CHUNK_BYTES)), WHOLE_CHUNK, "chunk 1: "),
        ("chunk", (512, _noise(CHUNK_BYTES - 512)), WHOLE_CHUNK, "chunk 1: "),
        ("chunk", (0, bytes(200)), 0, None),
        ("chunk", (0, _noise(512)), 0, None),
        ("chunk", (48, bytes(4)), 0, None),
        ("file", (0, b"\xff" * HEADER_BYTES), 0, "file header is damaged"),
    ],
    ids=[
        "a record's content",
        "a record's magic",
        "a record's size",
        "several records",
        "a record's time",
        "zeros for a chunk",
        "noise for a chunk",
        "noise for a chunk's records",
        "zeros for a chunk's header",
        "noise for a chunk's header and tables",
        "no end of records",
        "the file's header",
    ],
)
def test_damage_costs_only_what_it_hit(
    log: bytes, part: str, data: tuple[int, bytes], lost: int, reason: str | None
) -> None:
    start = {"record": record_offset(log, 1, 10), "chunk": chunk_offset(1), "file": 0}[part]
    whole, _ = read_all(READER, log)
    records, problems = read_all(READER, overwritten(log, start + data[0], data[1]))
    counted = sum(problem.lost for problem in problems)
    assert len(records) + counted == len(whole)
    if lost == SOME:
        assert 2 <= counted <= 40
    else:
        assert counted == (records_in(log, 1) if lost == WHOLE_CHUNK else lost)
    said = [problem for problem in problems if "wrong checksum" not in problem.reason]
    assert [problem for problem in said if reason is None or reason not in problem.reason] == []
    contents = {record.record_id: record.data for record in whole}
    assert all(record.data == contents[record.record_id] for record in records)


def test_a_damaged_record_is_named_by_its_number_in_the_file(log: bytes) -> None:
    _, problems = read_all(READER, overwritten(log, record_offset(log, 1, 10) + 40, b"\xff" * 20))
    assert [problem.record for problem in problems] == [records_in(log, 0) + 11]


@pytest.mark.parametrize("length", [0, 1, 511, 30_000, 64_000])
def test_a_cut_log_counts_what_is_missing(log: bytes, length: int) -> None:
    whole, _ = read_all(READER, log)
    records, problems = read_all(READER, log[: chunk_offset(2) + length])
    assert records == whole[: len(records)]
    assert len(records) >= records_in(log, 0) + records_in(log, 1)
    assert len(records) + sum(problem.lost for problem in problems) == len(whole)
    assert all("cut short" in problem.reason for problem in problems)


def test_a_log_cut_inside_its_header_is_a_problem() -> None:
    (problem,) = read_all(READER, FILE_MAGIC + bytes(100))[1]
    assert (problem.record, problem.lost) == (None, 0)
    assert "file header" in problem.reason


@pytest.mark.parametrize("name", LOGS)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_noise_in_a_log_never_raises_and_never_invents_records(name: str, seed: int) -> None:
    whole = LOGS[name]
    if whole is None:
        pytest.skip("needs the corpus of recordings beside the checkout")
    expected = records_in(whole, 0) + records_in(whole, 1)
    log = bytearray(whole[: chunk_offset(2)])
    noise = random.Random(seed)
    for _ in range(noise.choice((1, 5, 40))):
        size = noise.choice((1, 4, 100, 3000))
        start = noise.randrange(HEADER_BYTES, len(log) - size)
        log[start : start + size] = noise.randbytes(size)
    records, problems = read_all(READER, bytes(log))
    assert len(records) <= expected
    assert len(records) == expected or sum(problem.lost for problem in problems) > 0


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=2000))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    for start in (b"", FILE_MAGIC, FILE_MAGIC.ljust(HEADER_BYTES, b"\0") + b"ElfChnk\0"):
        for item in READER.read(io.BytesIO(start + data)):
            assert isinstance(item, RawRecord | Problem)


SYSTEM = {
    "Provider": {"#attributes": {"Name": "P"}},
    "EventID": 4104,
    "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T10:11:12.000000Z"}},
    "EventRecordID": 9,
    "Execution": {"#attributes": {"ProcessID": 5, "ThreadID": 6}},
    "Channel": "C",
    "Computer": "H",
    "Security": {"#attributes": {"UserID": "S-1-5-18"}},
}


def _decoded(system: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"Event": {"#attributes": {}, "System": {**SYSTEM, **system}, **parts}}


def _record_of(decoded: dict[str, Any]) -> RawRecord:
    record = record_of(1, decoded)
    assert isinstance(record, RawRecord)
    return record


@pytest.mark.parametrize("decoded", [{}, {"Event": None}, {"Event": "x"}, {"Event": {"System": 1}}])
def test_an_event_without_its_header_is_a_problem(decoded: dict[str, Any]) -> None:
    assert isinstance(record_of(1, decoded), Problem)


def test_a_decoded_event() -> None:
    assert record_of(3, _decoded({}, EventData={"a": "b"})) == RawRecord(
        3, 9, "P", 4104, "C", "H", "2026-03-02T10:11:12.000000Z", 5, "S-1-5-18", {"a": "b"}
    )


@pytest.mark.parametrize(
    ("parts", "data"),
    [
        ({"EventData": None}, {}),
        ({}, {}),
        ({"EventData": {"Data": {"#text": ["a", "b"]}}}, {"Data": ["a", "b"]}),
        ({"EventData": {"Data": {"#text": "a"}, "Binary": "00"}}, {"Data": "a", "Binary": "00"}),
        ({"EventData": {"Data": "a"}}, {"Data": "a"}),
        ({"UserData": {"X": {"#attributes": {}, "p": 1}}}, {"#attributes": {}, "p": 1}),
        ({"UserData": None}, {}),
        ({"UserData": {"X": None}}, {"X": None}),
    ],
)
def test_event_data_in_all_its_shapes(parts: dict[str, Any], data: dict[str, Any]) -> None:
    assert _record_of(_decoded({}, **parts)).data == data


@pytest.mark.parametrize("event_id", ["4104", {"#text": 4104, "#attributes": {"Qualifiers": 0}}])
def test_event_ids_in_all_their_shapes(event_id: object) -> None:
    assert _record_of(_decoded({"EventID": event_id})).event_id == 4104


@pytest.mark.parametrize("value", [None, "x", 5, [], {}, {"#attributes": None}, True])
@pytest.mark.parametrize("name", list(SYSTEM))
def test_a_header_value_of_the_wrong_type_never_raises(name: str, value: object) -> None:
    record = _record_of(_decoded({name: value}))
    assert isinstance(record.event_id, int)
    assert isinstance(record.provider + record.channel + record.computer + record.time, str)
