from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import evtx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.simulate.write.evtx import EvtxFile
from lineage.simulate.write.record import Guid, Hex, Value, WindowsRecord, printable
from lineage.simulate.write.windows import SYSMON

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 65536


def record(number: int, *data: tuple[str, Value], user: str | None = "S-1-5-18") -> WindowsRecord:
    return WindowsRecord(
        provider=SYSMON,
        event_id=1,
        version=5,
        level=4,
        task=1,
        keywords=0x8000000000000000,
        time=17_700_336_001_234_567,
        record_id=number,
        process_id=2960,
        thread_id=2964,
        channel="Microsoft-Windows-Sysmon/Operational",
        computer="PC-1.corp.example",
        user=user,
        data=data,
        chain=None,
    )


def written(path: Path, *records: WindowsRecord) -> list[dict[str, Any]]:
    with EvtxFile(path) as file:
        for entry in records:
            file.write(entry)
    parsed = evtx.PyEvtxParser(str(path)).records_json()
    return [orjson.loads(entry["data"])["Event"] for entry in parsed]


def test_the_system_part_is_that_of_a_real_event(tmp_path: Path) -> None:
    (event,) = written(tmp_path / "a.evtx", record(7, ("Image", "C:\\a.exe")))
    assert event["System"] == {
        "Provider": {"#attributes": {"Name": SYSMON.name, "Guid": SYSMON.guid}},
        "EventID": 1,
        "Version": 5,
        "Level": 4,
        "Task": 1,
        "Opcode": 0,
        "Keywords": "0x8000000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": "2026-02-02T12:00:00.123456Z"}},
        "EventRecordID": 7,
        "Execution": {"#attributes": {"ProcessID": 2960, "ThreadID": 2964}},
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Computer": "PC-1.corp.example",
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    }


def test_values_keep_their_types(tmp_path: Path) -> None:
    guid = Guid("{098C1270-7EDD-6980-28B7-0F0480849358}")
    entry = record(1, ("Number", 42), ("Hex", Hex(0x1A2C)), ("Guid", guid), ("Text", "42"))
    (event,) = written(tmp_path / "a.evtx", entry)
    assert event["EventData"] == {
        "Number": 42,
        "Hex": "0x1a2c",
        "Guid": "098C1270-7EDD-6980-28B7-0F0480849358",
        "Text": "42",
    }


def test_an_event_without_user_has_none(tmp_path: Path) -> None:
    (event,) = written(tmp_path / "a.evtx", record(1, ("A", "b"), user=None))
    assert "#attributes" not in (event["System"].get("Security") or {})


def test_records_go_on_over_chunks_and_checksums_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    events = written(path, *(record(n, ("A", "x" * 5000), (f"B{n % 3}", n)) for n in range(1, 101)))
    assert [event["EventData"][f"B{n % 3}"] for n, event in enumerate(events, 1)] == [
        *range(1, 101)
    ]
    content = path.read_bytes()
    header, chunks = content[:4096], content[4096:]
    count = len(chunks) // CHUNK
    assert count > 10
    assert struct.unpack_from("<QQQIHHHH", header, 8) == (0, count - 1, 101, 128, 1, 3, 4096, count)
    assert struct.unpack_from("<I", header, 124)[0] == zlib.crc32(header[:120])
    number = 1
    for at in range(0, len(chunks), CHUNK):
        chunk = chunks[at : at + CHUNK]
        first, last, *_ = struct.unpack_from("<QQQQ", chunk, 8)
        end, checksum = struct.unpack_from("<II", chunk, 48)
        assert first == number
        assert checksum == zlib.crc32(chunk[512:end])
        expected = zlib.crc32(chunk[128:512], zlib.crc32(chunk[:120]))
        assert struct.unpack_from("<I", chunk, 124)[0] == expected
        number = last + 1
    assert number == 101


def test_a_file_without_records_is_still_a_file(tmp_path: Path) -> None:
    assert written(tmp_path / "a.evtx") == []


@pytest.mark.parametrize("fields", [1, 3])
def test_an_event_that_fits_no_chunk_is_refused(tmp_path: Path, fields: int) -> None:
    size = 40_000 if fields == 1 else 12_000
    data = [(f"F{n}", "y" * size) for n in range(fields)]
    with EvtxFile(tmp_path / "a.evtx") as file, pytest.raises(ValueError, match="EVTX"):
        file.write(record(1, *data))


text = st.text(st.characters(), max_size=400) | st.text("<>&'\"\r\n\t\x00\x1f\ud800￾ é漢😀")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.lists(text, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_text_survives_but_for_what_xml_forbids(
    tmp_path: Path, values: list[list[str]]
) -> None:
    records = [
        record(number, *((f"F{n}", value) for n, value in enumerate(row)))
        for number, row in enumerate(values, 1)
    ]
    events = written(tmp_path / "a.evtx", *records)
    assert [
        [event["EventData"][f"F{n}"] for n in range(len(row))]
        for event, row in zip(events, values, strict=True)
    ] == [[printable(value) for value in row] for row in values]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(0, 31_000), repeats=st.integers(1, 3))
def test_long_values_come_whole(tmp_path: Path, length: int, repeats: int) -> None:
    value = "ab" * (length // 2)
    events = written(tmp_path / "a.evtx", *(record(n, ("A", value)) for n in range(repeats)))
    assert [event["EventData"]["A"] for event in events] == [value] * repeats
