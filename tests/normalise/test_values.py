from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.normalise.values import Values, guid, number, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("C:\\a", "C:\\a"),
        ("", None),
        ("-", None),
        (None, None),
        (" - ", " - "),
        (0, "0"),
        (12, "12"),
        (True, "true"),
        (False, "false"),
        (1.5, "1.5"),
        ([], None),
        (["a", "-", None, 3], "a, 3"),
        ([["deep"], "a"], "a"),
        ({"a": "b"}, None),
    ],
)
def test_text(value: Any, expected: str | None) -> None:
    assert text(value) == expected


def test_a_deeply_nested_list_is_no_text() -> None:
    nested: list[Any] = []
    for _ in range(5_000):
        nested = [nested]
    assert text(nested) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4242", 4242),
        (4242, 4242),
        (4242.0, 4242),
        ("0x1092", 4242),
        ("0X1092", 4242),
        ("0x0000000000001092", 4242),
        (" 4242 ", 4242),
        ("0", 0),
        ("", None),
        ("-", None),
        (None, None),
        (4_294_967_295, 4_294_967_295),
    ],
)
def test_number(value: Any, expected: int | None) -> None:
    assert number(value, "ProcessId") == expected


@pytest.mark.parametrize(
    "value",
    [
        *("abc", "0x", "0xzz", "1092h", "-5", "+5", "1_000", "４２", "4242.5", "9" * 5_000),
        *(-5, 4242.5, True, 10**30, 4_294_967_296, math.inf, math.nan, ["4242"], {"a": 1}),
        "0x" + "f" * 5_000,
    ],
)
def test_what_is_no_process_id_is_named_with_its_field(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^ParentProcessId .* is not a number of 32 bits$") as no:
        number(value, "ParentProcessId")
    assert len(str(no.value)) < 100


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_every_spelling_of_a_process_id_is_the_same(pid: int) -> None:
    spellings: list[Any] = [pid, str(pid), hex(pid), f"0x{pid:016X}", float(pid), f" {pid}"]
    assert {number(spelled, "ProcessId") for spelled in spellings} == {pid}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{5AA13A44-0B18-68FD-6336-000000004002}", "5aa13a44-0b18-68fd-6336-000000004002"),
        ("5aa13a44-0b18-68fd-6336-000000004002", "5aa13a44-0b18-68fd-6336-000000004002"),
        ("{00000000-0000-0000-0000-000000000000}", None),
        ("00000000-0000-0000-0000-000000000000", None),
        ("{}", None),
        ("-", None),
        ("", None),
        (None, None),
    ],
)
def test_guid(value: Any, expected: str | None) -> None:
    assert guid(value) == expected


@given(st.uuids().filter(lambda made: made.int))
@settings(max_examples=60)
def test_every_spelling_of_a_guid_is_the_same(made: Any) -> None:
    bare = str(made)
    spellings = [bare, bare.upper(), "{" + bare + "}", "{" + bare.upper() + "} "]
    assert {guid(spelled) for spelled in spellings} == {bare}


def test_equal_texts_of_a_run_are_one_object() -> None:
    texts = Values().texts
    first, second = ("".join(["C:\\Windows\\", "a.exe"]) for _ in range(2))
    assert texts[first] is texts[second]


def test_values_that_python_takes_for_equal_stay_apart() -> None:
    values = Values()
    assert [values.texts[value] for value in (1, True, 1.0, "1")] == ["1", "true", "1.0", "1"]
    assert values.numbers["ProcessId"]["1"] == values.numbers["ProcessId"][1.0] == 1
    with pytest.raises(ValueError, match="ProcessId 'True'"):
        _ = values.numbers["ProcessId"][True]


def test_each_field_has_its_own_name_in_messages() -> None:
    numbers = Values().numbers
    for field in ("NewProcessId", "ProcessId", "NewProcessId"):
        with pytest.raises(ValueError, match=f"^{field} 'x' is not"):
            _ = numbers[field]["x"]
