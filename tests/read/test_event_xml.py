from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import (
    CHANNEL,
    DATA,
    HOST,
    NAMESPACE,
    SID,
    SYSMON,
    TIME,
    read_all,
    xml_event,
)

from lineage.problems import Problem
from lineage.read.event_xml import EventXmlReader
from lineage.read.record import RawRecord

if TYPE_CHECKING:
    from pathlib import Path

READER = EventXmlReader()
EVENT = xml_event()
PRETTY = EVENT.replace("><", ">\n  <")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _expected(number: int = 1) -> RawRecord:
    return RawRecord(number, 7, SYSMON, 1, CHANNEL, HOST, TIME, 1888, SID, DATA)


@pytest.mark.parametrize(
    "data",
    [
        EVENT.encode(),
        (EVENT + "\r\n").encode("utf-8-sig"),
        (DECLARATION + EVENT).encode(),
        f"{DECLARATION}<Events>\n{EVENT}\n</Events>".encode(),
        f"<Events>{PRETTY}</Events>".encode(),
        b"\xff\xfe" + f"<Events>{EVENT}</Events>".encode("utf-16-le"),
        b"\xfe\xff" + f"<Events>{EVENT}</Events>".encode("utf-16-be"),
        EVENT.encode("utf-16-le"),
        ('<?xml version="1.0" encoding="windows-1252"?>' + EVENT).encode("cp1252"),
        xml_event(xmlns="lang='en'").encode(),
        xml_event(prefix="e").encode(),
        (f"<e:Events xmlns:e='{NAMESPACE}'>" + xml_event(prefix="e", xmlns="a='b'")).encode(),
        EVENT.replace("'", '"').encode(),
        b"junk before\n" + EVENT.encode(),
        b"<!-- <note> --><Events>" + EVENT.encode() + b"<!-- end --></Events>",
    ],
    ids=[
        "a line",
        "byte order mark",
        "declaration",
        "document",
        "pretty document",
        "utf-16-le",
        "utf-16-be",
        "utf-16 without mark",
        "windows-1252",
        "no namespace",
        "prefix",
        "prefix of the root",
        "double quotes",
        "junk",
        "comments",
    ],
)
def test_every_layout_gives_the_same_record(data: bytes) -> None:
    assert READER.recognises(data)
    assert read_all(READER, data) == ([_expected()], [])


def test_events_without_a_root_are_counted_in_order() -> None:
    records, problems = read_all(READER, (PRETTY * 3).encode())
    assert [record.number for record in records] == [1, 2, 3]
    assert problems == []


@pytest.mark.parametrize(
    ("bad", "lost"),
    [
        (EVENT[:200], 1),
        (EVENT[:200] + EVENT[:150], 2),
        (EVENT.replace("</System>", ""), 1),
        (EVENT.replace("&amp;", "&nothing;"), 1),
        ("<Event xmlns='x'>" + "<a>" * 5000 + "</a>" * 5000 + "</Event>", 1),
        ("<Event ></Event>", 1),
        (EVENT.replace("wscript", "w" * 9000), 1),
    ],
    ids=["cut", "two cut", "unclosed", "entity", "deep", "empty", "long"],
)
def test_a_bad_event_costs_only_itself_and_is_named(bad: str, lost: int) -> None:
    reader = EventXmlReader(limit=8000 if "wwww" in bad else 2**20)
    data = f"<Events>{EVENT}\n{bad}\n{EVENT}\n{EVENT}</Events>".encode()
    records, problems = read_all(reader, data)
    assert [record.number for record in records] == [1, 2 + lost, 3 + lost]
    (problem,) = problems
    assert problem.record == 2
    assert problem.lost == lost


@pytest.mark.parametrize(
    ("stray", "lost"),
    [
        ("<x:Event >", 1),
        ("<Event >", 1),
        ("<x:Event ><y:Event >", 2),
        ("</Event >", 1),
        ("</x:Event>", 1),
        (EVENT.replace("<Event ", "<Evxnt "), 1),
        (EVENT.replace("</Event>", "</Evxnt>"), 1),
        (EVENT.replace("<System>", "<System><x:Event >"), 1),
        (EVENT.replace("</Event>", "") + EVENT[EVENT.index(">") + 1 :], 2),
        (EVENT.replace("</EventData></Event>", "") + EVENT, 1),
        (EVENT.replace("</Event>", "") + EVENT[EVENT.index("<EventData") :], 1),
    ],
)
def test_a_stray_tag_costs_no_event_behind_it(stray: str, lost: int) -> None:
    whole = [xml_event(record_id=number) for number in range(1, 8)]
    data = "\n".join((*whole[:3], stray, *whole[3:]))
    records, problems = read_all(READER, f"<Events>{data}</Events>".encode())
    read = [record.record_id for record in records]
    kept = [number for number in range(1, 8) if number in read]
    assert kept == list(range(1, 8))
    assert sum(problem.lost for problem in problems) + len(records) >= 7 + lost


def test_many_stray_tags_take_time_in_proportion() -> None:
    data = b"".join(b"<n%d:Event >" % number for number in range(100_000))
    _, problems = read_all(READER, EVENT.encode() + data + EVENT.encode())
    assert sum(problem.lost for problem in problems) == 100_000


ILLEGAL = ["\x01", "\x1b", "\ufffe", "\uffff"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *((char, "\ufffd") for char in ILLEGAL),
        *((f"&#{ord(char)};", "\ufffd") for char in ILLEGAL),
        *((f"&#x{ord(char):x};", "\ufffd") for char in ILLEGAL),
        ("&#xD83D;&#xDE00;", "\U0001f600"),
        ("&#55357;&#56832;", "\U0001f600"),
        ("&#xD83D;", "\ufffd"),
        ("&#xDE00;&#xD83D;", "\ufffd\ufffd"),
        ("&#x110000;", "\ufffd"),
        ("&#x41;&#60;&#xD800;", "A<\ufffd"),
        ("a & b &amp; &", "a & b & &"),
    ],
)
def test_characters_that_xml_forbids_hide_no_event(written: str, read: str) -> None:
    data = EVENT.replace("wscript.exe ", f"wscript{written}exe ") + EVENT
    records, problems = read_all(READER, data.encode())
    assert [record.data["CommandLine"] for record in records] == [
        DATA["CommandLine"].replace("wscript.exe", f"wscript{read}exe"),
        DATA["CommandLine"],
    ]
    assert problems == []


@pytest.mark.parametrize("page", ["cp850", "cp1252", "cp932", "gbk"])
def test_a_code_page_that_is_not_declared_is_read_and_marked(page: str) -> None:
    word = "表" if page in ("cp932", "gbk") else "ö"
    data = EVENT.replace("Zoë", "Z").encode() + EVENT.replace("Zoë", word).encode(page)
    records, problems = read_all(READER, data)
    assert len(records) == 2
    assert "\ufffd" in str(records[1].data["CommandLine"])
    assert [(problem.record, problem.lost) for problem in problems] == [(2, 0)]
    assert "not UTF-8" in problems[0].reason


def test_an_event_that_the_end_cuts_is_a_problem() -> None:
    records, problems = read_all(READER, (EVENT + EVENT[:-9]).encode())
    assert len(records) == 1
    assert problems == [Problem(2, "not XML: the text ends inside this event")]


def test_an_xml_bomb_is_not_expanded() -> None:
    entities = "".join(f'<!ENTITY l{level + 1} "{f"&l{level};" * 10}">' for level in range(12))
    bomb = EVENT.replace("wscript.exe ", "&l12;")
    data = f'<!DOCTYPE Events [<!ENTITY l0 "ha">{entities}]><Events>{bomb}{EVENT}</Events>'
    records, problems = read_all(READER, data.encode())
    assert records == [_expected(2)]
    assert [(problem.record, problem.lost) for problem in problems] == [(None, 0), (1, 1)]
    assert "document type declaration" in problems[0].reason


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("s3cret", encoding="utf-8")
    event = EVENT.replace("wscript.exe ", "&x;")
    data = f'<!DOCTYPE e [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{event}'
    records, problems = read_all(READER, data.encode())
    assert records == []
    assert "s3cret" not in str(problems)
    assert [problem.record for problem in problems] == [None, 1]


@pytest.mark.parametrize("character", ["\x01", "&#1;", "&#x1F;", "\x0b", "&#0;"])
def test_a_character_that_xml_forbids_does_not_hide_an_event(character: str) -> None:
    records, problems = read_all(READER, EVENT.replace("a &amp; b", character).encode())
    assert problems == []
    assert records[0].data["CommandLine"] == 'wscript.exe "C:\\Users\\Zoë\\\ufffd <1>.vbs"'


def test_values_without_a_name_and_user_data_are_kept() -> None:
    event = EVENT.replace(" Name=", " Nome=")
    records, _ = read_all(READER, event.encode())
    assert records[0].data == {"Data": list(DATA.values())}
    single = "<Event><System/><UserData><X xmlns='y'><Param1>v</Param1></X></UserData></Event>"
    records, _ = read_all(READER, single.replace("<Event>", "<Event a=''>").encode())
    assert records[0].data == {"Param1": "v"}


def test_a_file_of_many_pieces_is_read_whole() -> None:
    data = "\n".join(xml_event(record_id=number) for number in range(1, 1501)).encode()
    records, problems = read_all(READER, data)
    assert [record.record_id for record in records] == list(range(1, 1501))
    assert problems == []


def test_other_markup_is_not_recognised() -> None:
    assert not READER.recognises(b"<html><body>Events</body></html>")
    assert not READER.recognises(b'{"_raw": "text <Event xmlns=1>"}')
    assert not READER.recognises(b"")


@settings(max_examples=60)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(before: bytes, inside: bytes) -> None:
    data = before + b"<Event a='b'>" + inside + b"</Event>"
    for item in READER.read(io.BytesIO(data)):
        assert isinstance(item, RawRecord | Problem)
    READER.recognises(data)


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True),
        st.text(
            st.characters(
                codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"
            ),
            max_size=20,
        ),
        max_size=5,
    )
)
def test_any_text_comes_back(data: dict[str, str]) -> None:
    records, problems = read_all(READER, xml_event(data).encode())
    assert problems == []
    assert records[0].data == data
