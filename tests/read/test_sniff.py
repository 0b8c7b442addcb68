from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import falcon_event, json_lines, nxlog_event, winlogbeat_event, xml_event
from read_as import READ_AS

from lineage.read.sniff import FORMATS, HEAD_BYTES, READERS, recognise

HEADS = {
    "evtx": b"ElfFile\0" + bytes(200),
    "splunk-json": json_lines([{"preview": False, "result": {"_raw": xml_event()}}]),
    "falcon-fdr": json_lines([falcon_event()]),
    "winlogbeat": json_lines([winlogbeat_event()]),
    "flat-json": json_lines([nxlog_event()]),
    "event-xml": xml_event().encode() + b"\n",
}


def test_every_format_is_listed() -> None:
    assert set(FORMATS) == set(READERS) == set(HEADS) | set(READ_AS.values()) | {"defender"}
    assert all(READERS[name].name == name for name in FORMATS)


@pytest.mark.parametrize("name", HEADS)
def test_content_alone_tells_the_format(name: str) -> None:
    reader = recognise(HEADS[name])
    assert reader is not None
    assert reader.name == name


@pytest.mark.parametrize("name", sorted(set(HEADS) - {"evtx"}))
@pytest.mark.parametrize("damage", [b'{"cut": "of', b"\xff\xfe\xfd", b"\0" * 40, b"<Ev"])
def test_a_damaged_first_line_does_not_hide_the_format(name: str, damage: bytes) -> None:
    if damage.startswith(b"\xff\xfe"):
        damage = b"x" + damage
    reader = recognise(damage + b"\n" + HEADS[name])
    assert reader is not None
    assert reader.name == name


@pytest.mark.parametrize("name", sorted(set(HEADS) - {"evtx"}))
def test_a_first_record_longer_than_the_head_is_enough(name: str) -> None:
    long = HEADS[name].replace(b"wscript.exe ", b"w" * 100_000)
    reader = recognise(long[:HEAD_BYTES])
    assert reader is not None
    assert reader.name == name


@pytest.mark.parametrize("name", sorted(set(HEADS) - {"evtx"}))
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_not_hide_the_format(name: str, encoding: str) -> None:
    reader = recognise(HEADS[name].decode().encode(encoding))
    assert reader is not None
    assert reader.name == name


def test_a_file_of_several_sources_is_recognised_by_the_first_that_is_known() -> None:
    reader = recognise(json_lines([{"message": "x"}, winlogbeat_event()]))
    assert reader is not None
    assert reader.name == "winlogbeat"


def test_evtx_with_a_damaged_header_is_recognised_by_its_first_chunk() -> None:
    reader = recognise(b"\xee" * 4096 + b"ElfChnk\0")
    assert reader is not None
    assert reader.name == "evtx"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"# Notes\nEventID 1 and <Event> are mentioned\n",
        b'{"a": 1}\n',
        json.dumps({"rules": [{"event_id": 1}]}).encode(),
        b"<html><Events></Events></html>",
        b"Name,Size\nEventID,1\n",
    ],
    ids=["empty", "png", "markdown", "json", "other json", "html", "csv"],
)
def test_what_is_not_telemetry_is_not_recognised(head: bytes) -> None:
    assert recognise(head) is None


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b"[", b"<", b"\xff\xfe", b"Elf"]))
def test_arbitrary_bytes_never_raise(head: bytes, start: bytes) -> None:
    recognise(start + head)
