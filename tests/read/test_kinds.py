from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.read.kinds import kind_of


@pytest.mark.parametrize(
    ("head", "name", "label"),
    [
        (b"regf\0\0", "SYSTEM", "registry hive"),
        (b"MAM\x04\0\0", "CMD.EXE-1.pf", "prefetch file"),
        (b"\x11\0\0\0SCCA\0", "CMD.EXE-1.pf", "prefetch file"),
        (b"L\0\0\0\x01\x14\x02\0\0\0", "a.lnk", "shortcut"),
        (b"FILE0\0\x03\0", "x", "$MFT file"),
        (b"\x7fELF\x02\x01\0", "x", "program"),
        (b"MZ\x90\0\x03\0\0\0\x04\0", "x.exe", "program"),
        (b"SQLite format 3\0\x10\0", "History", "SQLite database"),
        (bytes(4) + b"LfLe" + bytes(8), "SecEvent.Evt", "old event log"),
        (b"Rar!\x1a\x07\x01\0", "a.rar", "RAR archive"),
        (bytes(4000), "uploads/ntfs/%5C%5C.%5CC%3A/%24Extend/%24UsnJrnl%3A%24J", "change journal"),
        (bytes(4000), "C/$Extend/$J", "change journal"),
        (b"\x07\x03" * 300, "a.etl", "event trace"),
        (b"\x07\x03" * 300, "x", "binary file"),
        (b"MZ was here, in a note\nof words", "x", "text file"),
        (b"<!DOCTYPE html><html><body>x", "x", "web page"),
        (b"<Task version='1.2'><x/></Task>", "x", "XML file"),
        (b'{"a": 1, "b": {"c": 2}}\n', "x", "JSON file"),
        (b"Key;Value;Time\r\n1;2;3\r\n", "x", "CSV file"),
        ("Key,Value\n1,2\n".encode("utf-16"), "x", "CSV file"),
        (b"EntryNumber\tName\n5\tx\n", "x", "CSV file"),
        (b"only one line, with a comma\n", "x", "text file"),
        (b"a program's own log, line by line\n", "setup.log", "text file"),
        (b"<13>Mar  2 10:11:12 ws7 LEEF:1.0|Microsoft|Windows|x|1|cat=y\n", "x.log", "LEEF text"),
        (b"Mar  2 10:11:12 ws7 CEF:0|Microsoft|Windows|x|1|y|Low|a=b\n", "x.log", "CEF text"),
        (b"<13>Mar  2 ws7 AgentDevice=WindowsLog\tSource=x\n", "x.log", "WinCollect text"),
        (b"<13>Mar  2 ws7 MSWinEventLog\t1\tSecurity\t7\n", "x.log", "Snare text"),
        (b"Timestamp,RuleTitle,Level,EventID,Details\nx,y,z,1,w\n", "x.csv", "Hayabusa text"),
        (b'["<Event/>", "<Event/>"]', "x", "JSON file"),
    ],
)
def test_what_a_file_is(head: bytes, name: str, label: str) -> None:
    assert kind_of(head, name).label == label


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"regf\0\0\0", "a registry hive; not telemetry"),
        (b"a,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,8\n", "its columns are a, b, c, d, e, f and 2 more"),
        (b'[{"name": 1, "id": 2}]', "JSON without an event id: its members are name, id"),
        (b"<a><b/></a>", "XML without events: its root is <a>"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive; unpack it first"),
        (bytes(4) + b"LfLe" + bytes(8), "an old event log; convert it"),
    ],
)
def test_a_file_is_told_why_it_is_not_read(head: bytes, reason: str) -> None:
    assert reason in kind_of(head, "x").reason


@settings(max_examples=200)
@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_bytes_are_some_kind(head: bytes, name: str) -> None:
    kind = kind_of(head, name)
    assert kind.label
    assert "\n" not in kind.reason
    assert "--format" not in kind.reason
