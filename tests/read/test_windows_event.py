from __future__ import annotations

import pytest

from lineage.read.windows_event import (
    event_data_from_xml,
    event_id_of,
    first_text,
    number_of,
    record_id_of,
    text_of,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (4688, 4688),
        ("4688", 4688),
        ("0x1250", 4688),
        (" 4688 ", 4688),
        ("", None),
        ("-1", None),
        (-1, None),
        (True, None),
        (None, None),
        (1.5, None),
        ("9" * 5000, None),
        ("٣", None),
        ([1], None),
    ],
)
def test_numbers(value: object, number: int | None) -> None:
    assert number_of(value) == number


@pytest.mark.parametrize(
    ("value", "event_id"),
    [
        (1, 1),
        ("4104", 4104),
        ({"#text": 4104, "#attributes": {"Qualifiers": 0}}, 4104),
        ({"#text": "7"}, 7),
        (None, 0),
        ("ProcessRollup2", 0),
        ([], 0),
    ],
)
def test_event_ids(value: object, event_id: int) -> None:
    assert event_id_of(value) == event_id


@pytest.mark.parametrize(
    ("value", "record_id"),
    [(0, 0), (2**64 - 1, 2**64 - 1), (2**64, None), (-1, None), ("12", 12), ("x", None)],
)
def test_record_ids_are_unsigned_64_bit(value: object, record_id: int | None) -> None:
    assert record_id_of(value) == record_id


def test_header_text_is_text_or_a_number() -> None:
    values = ["a", 12, None, True, [], {}]
    assert [text_of(value) for value in values] == ["a", "12", "", "", "", ""]
    assert first_text({"a": "", "b": [], "c": "x", "d": "y"}, ("a", "b", "c", "d")) == "x"
    assert first_text({}, ("a",)) == ""


def test_event_data_inside_a_data_item() -> None:
    text = (
        '<DataItem type="System.XmlData" time="2026"><EventData xmlns="http://x">'
        '<Data Name="Image">C:\\a.exe</Data></EventData></DataItem>'
    )
    assert event_data_from_xml(text) == {"Image": "C:\\a.exe"}


@pytest.mark.parametrize(
    "text", ["", "<EventData>", "</EventData><EventData>", "<EventData><Data></EventData>", "x"]
)
def test_what_has_no_event_data(text: str) -> None:
    assert event_data_from_xml(text) is None
