from __future__ import annotations

import io
import os
import random
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import read_all

from lineage.problems import Problem
from lineage.read.evtx import CHUNK_BYTES, FILE_MAGIC, HEADER_BYTES, EvtxReader, record_of
from lineage.read.record import RawRecord

if TYPE_CHECKING:
    from collections.abc import Callable

READER = EvtxReader()
CORPUS = Path(
    os.environ.get("LINEAGE_CORPUS")
    or Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
)
LOG = CORPUS / "evtx" / "panache_sysmon_vs_EDRTestingScript.evtx"
"""A log of four used chunks (records 1-38, 39-80, 81-119, 120-122) and thirteen empty ones."""


@pytest.fixture(scope="module")
def log() -> bytes:
    if not LOG.exists():
        pytest.skip(f"needs the corpus of recordings beside the checkout ({LOG.name})")
    return LOG.read_bytes()[: HEADER_BYTES + 5 * CHUNK_BYTES]


def _chunk(index: int) -> int:
    return HEADER_BYTES + index * CHUNK_BYTES


def _record(log: bytes, chunk: int, ordinal: int) -> int:
    """Offset of a chunk's record."""
    offset = _chunk(chunk) + 512
    for _ in range(ordinal):
        offset += struct.unpack_from("<I", log, offset + 4)[0]
    return offset


def _overwrite(log: bytes, offset: int, data: bytes) -> bytes:
    return log[:offset] + data + log[offset + len(data) :]


def test_a_whole_log(log: bytes) -> None:
    assert READER.recognises(log)
    records, problems = read_all(READER, log)
    assert problems == []
    assert [record.number for record in records] == list(range(1, 123))
    first = records[0]
    assert first.provider == "Microsoft-Windows-Sysmon"
    assert first.channel == "Microsoft-Windows-Sysmon/Operational"
    assert isinstance(first.process_id, int)
    assert first.user == "S-1-5-18"
    assert first.time.endswith("Z")
    assert "UtcTime" in first.data


@pytest.mark.parametrize(
    ("damage", "lost", "reason"),
    [
        (lambda log: _overwrite(log, _record(log, 1, 10) + 40, b"\xff" * 20), 1, "record in chunk"),
        (lambda log: _overwrite(log, _record(log, 1, 10), b"\x01" * 8), 1, "chunk 1: "),
        (lambda log: _overwrite(log, _record(log, 1, 10) + 4, b"\0\0\0\0"), 1, "damaged bytes at"),
        (lambda log: _overwrite(log, _record(log, 1, 10), bytes(6000)), None, "chunk 1"),
        (lambda log: _overwrite(log, _chunk(1), bytes(CHUNK_BYTES)), 42, "chunk 1: "),
        (
            lambda log: _overwrite(log, _chunk(1), random.Random(7).randbytes(CHUNK_BYTES)),
            42,
            "chunk 1: ",
        ),
        (lambda log: _overwrite(log, _record(log, 1, 10) + 16, b"\xff" * 8), 0, None),
        (lambda log: _overwrite(log, _chunk(1), bytes(200)), 0, None),
        (lambda log: _overwrite(log, _chunk(1), random.Random(7).randbytes(512)), 0, None),
        (lambda log: _overwrite(log, _chunk(1) + 48, bytes(4)), 0, None),
        (lambda log: _overwrite(log, 0, b"\xff" * HEADER_BYTES), 0, "file header is damaged"),
    ],
    ids=[
        "a record's content",
        "a record's magic",
        "a record's size",
        "several records",
        "zeros for a chunk",
        "noise for a chunk",
        "a record's time",
        "zeros for a chunk's header",
        "noise for a chunk's header and tables",
        "no end of records",
        "the file's header",
    ],
)
def test_damage_costs_only_what_it_hit(
    log: bytes, damage: Callable[[bytes], bytes], lost: int | None, reason: str | None
) -> None:
    whole, _ = read_all(READER, log)
    records, problems = read_all(READER, damage(log))
    counted = sum(problem.lost for problem in problems)
    assert len(records) + counted == len(whole)
    assert counted == lost if lost is not None else 2 <= counted <= 15
    assert [problem for problem in problems if reason is None or reason not in problem.reason] == []
    assert {record.record_id for record in records} <= {record.record_id for record in whole}
    contents = {record.record_id: record.data for record in whole}
    assert all(record.data == contents[record.record_id] for record in records)


def test_a_damaged_record_is_named_by_its_number_in_the_file(log: bytes) -> None:
    _, problems = read_all(READER, _overwrite(log, _record(log, 1, 10) + 40, b"\xff" * 20))
    assert [problem.record for problem in problems] == [49]


@pytest.mark.parametrize("length", [0, 1, 511, 30_000, 64_000])
def test_a_cut_log_counts_what_is_missing(log: bytes, length: int) -> None:
    records, problems = read_all(READER, log[: _chunk(2) + length])
    assert records[:80] == read_all(READER, log)[0][:80]
    assert len(records) + sum(problem.lost for problem in problems) == 122
    assert all("cut short" in problem.reason for problem in problems)


def test_a_log_cut_inside_its_header_is_a_problem() -> None:
    (problem,) = read_all(READER, FILE_MAGIC + bytes(100))[1]
    assert (problem.record, problem.lost) == (None, 0)
    assert "file header" in problem.reason


def test_a_chunk_whose_records_are_all_noise_is_counted_by_its_header(log: bytes) -> None:
    noise = random.Random(7).randbytes(CHUNK_BYTES - 512)
    records, problems = read_all(READER, _overwrite(log, _chunk(1) + 512, noise))
    assert len(records) == 80
    assert sum(problem.lost for problem in problems) == 42


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_noise_in_a_log_never_raises_and_never_invents_records(seed: int) -> None:
    if not LOG.exists():
        pytest.skip(f"needs the corpus of recordings beside the checkout ({LOG.name})")
    log = bytearray(LOG.read_bytes()[: _chunk(2)])
    noise = random.Random(seed)
    for _ in range(noise.choice((1, 5, 40))):
        size = noise.choice((1, 4, 100, 3000))
        start = noise.randrange(HEADER_BYTES, len(log) - size)
        log[start : start + size] = noise.randbytes(size)
    records, problems = read_all(READER, bytes(log))
    assert len(records) <= 80
    assert len(records) + sum(problem.lost for problem in problems) >= 80


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
