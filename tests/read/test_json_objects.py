from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.problems import Problem
from lineage.read.json_objects import read_objects, sample
from lineage.read.record import RawRecord

OBJECTS = [{"n": 1, "s": "a"}, {"n": 2, "s": '},{"', "o": {"p": [{}, [1]]}}, {"n": 3, "s": "é\n"}]


def _read(data: bytes, limit: int = 2**20) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """Objects with their numbers, and problems."""
    found: list[tuple[int, Any]] = []

    def decode(number: int, value: dict[str, Any]) -> RawRecord:
        found.append((number, value))
        return RawRecord(number, None, "", 0, "", "", "", None, None, value)

    items = read_objects(io.BytesIO(data), decode, limit)
    return found, [item for item in items if isinstance(item, Problem)]


def _lines(values: list[Any]) -> str:
    return "\n".join(json.dumps(value) for value in values)


@pytest.mark.parametrize(
    "text",
    [
        _lines(OBJECTS),
        _lines(OBJECTS).replace("\n", "\r\n") + "\r\n",
        _lines(OBJECTS).replace("\n", "\n\n  \n") + "\n",
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=2),
        json.dumps(OBJECTS, separators=(",", ":")),
        "[\n" + _lines(OBJECTS).replace("\n", ",\n") + "\n]\n",
        "\n".join(json.dumps(value, indent=4) for value in OBJECTS),
        _lines(OBJECTS).replace("\n", ",\n"),
        json.dumps({"preview": False, "fields": [{"name": "n"}], "results": OBJECTS}),
        json.dumps({"preview": False, "results": OBJECTS, "highlighted": {}}, indent=1),
        '{"preview":false,"results":[\n' + _lines(OBJECTS).replace("\n", ",\n") + "\n]}",
        json.dumps({"took": 1, "hits": {"total": {"value": 3}, "hits": OBJECTS}}),
    ],
    ids=[
        "lines",
        "CRLF",
        "blank lines",
        "array",
        "pretty array",
        "compact array",
        "element a line",
        "pretty objects",
        "lines with commas",
        "results",
        "pretty results",
        "results, element a line",
        "Elasticsearch hits",
    ],
)
def test_every_layout_gives_the_same_objects(text: str) -> None:
    found, problems = _read(text.encode())
    assert [value for _, value in found] == OBJECTS
    assert problems == []


def test_lines_are_numbered_as_lines_and_elements_as_elements() -> None:
    assert [number for number, _ in _read(b'{"a":1}\n\n{"a":2}\n')[0]] == [1, 3]
    assert [number for number, _ in _read(b'[{"a":1},\n\n\n{"a":2}]')[0]] == [1, 2]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"n": 1, "s": "cut in ha', "not JSON: unexpected end of data"),
        (b'{"n": "\x00"}', "NUL bytes"),
        (b"[1, 2]", "not an object"),
        (b'{"n":' * 5000 + b"1" + b"}" * 5000, "not JSON"),
        (b'{"n": "' + b"x" * 3000 + b'"}', "longer than 2,000 bytes"),
        (b"garbage", "not JSON"),
    ],
    ids=["cut", "nul", "array", "deep", "long", "garbage"],
)
def test_a_bad_line_costs_only_itself_and_is_named(line: bytes, reason: str) -> None:
    data = b'{"n": 1}\n' + line + b'\n{"n": 3}\n'
    found, problems = _read(data, limit=2000 if b"xxx" in line else 2**20)
    assert found == [(1, {"n": 1}), (3, {"n": 3})]
    (problem,) = problems
    assert problem.record == 2
    assert problem.lost == 1
    assert reason in problem.reason


@pytest.mark.parametrize(
    "element",
    [
        '{"n": 2, "s": "cut in ha',
        '{"n": 2, "s": {"t": 1}',
        '{"n": 2, "s": [1, 2}',
        '{"n": 2, "s": 1]}',
        '{"n": 2, "s": tru}',
        '{"n": 2, "s": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"n": 2, "s": "' + "x" * 3000 + '"}',
    ],
    ids=["cut", "brace lost", "bracket lost", "bracket more", "word", "deep", "long"],
)
def test_a_bad_element_costs_only_itself_and_is_named(element: str) -> None:
    text = '[{"n": 1},\n' + element + ',\n{"n": 3, "s": "x"},\n{"n": 4}]'
    found, problems = _read(text.encode(), limit=2000 if "xxx" in element else 2**20)
    assert [value["n"] for _, value in found] == [1, 3, 4]
    assert [problem.record for problem in problems] == [2]


EVENTS = [
    {"Time": f"10:00:0{number}", "Id": number, "Line": f"cmd {number}", "Parts": [{"x": 1}]}
    for number in range(8)
]
FOURTH = json.dumps(EVENTS[3])


@pytest.mark.parametrize(
    ("damaged", "lost"),
    [
        (FOURTH + '"', 0),
        ('"' + FOURTH, 0),
        (FOURTH + '", ' + '"', 0),
        (FOURTH.replace(' "cmd', " cmd"), 1),
        (FOURTH.replace('3", "P', '3, "P'), 1),
        (FOURTH.replace("[{", "["), 1),
        (FOURTH[: FOURTH.index("[") + 1], 1),
        (FOURTH[: FOURTH.index("[") + 2], 1),
        (FOURTH[:-1], 1),
        (FOURTH[1:], 1),
        ("]" + FOURTH[1:], 1),
        (FOURTH + "]", 0),
        (FOURTH + "}]}", 0),
        (FOURTH.replace('"Parts"', '}]},{"Parts"'), 1),
        (FOURTH.replace("cmd", "c\nmd"), 1),
        (FOURTH.replace("cmd", "c\x00md"), 1),
    ],
)
@pytest.mark.parametrize("joint", [", ", ",\n", ",", ",\r\n  "])
@pytest.mark.parametrize("wrap", ["[%s]", '{"took":1,"hits":{"total":8,"hits":[%s]}}'])
def test_damage_in_an_array_costs_its_own_element_and_no_neighbour(
    damaged: str, lost: int, joint: str, wrap: str
) -> None:
    elements = [json.dumps(event) for event in EVENTS]
    elements[3] = damaged
    values, problems = _read((wrap % joint.join(elements)).encode())
    whole = [value for _, value in values if value in EVENTS]
    assert whole == [event for event in EVENTS if event["Id"] != 3 or not lost]
    assert problems or not lost


@pytest.mark.parametrize("first", ["", "X", "\n", "Record 1\n", "\x1e", '"'])
def test_damage_before_the_first_element_costs_it_at_most(first: str) -> None:
    for text in (json.dumps(EVENTS), "\n".join(json.dumps(event, indent=1) for event in EVENTS)):
        values, _ = _read((first + text).encode())
        assert [value for _, value in values if value in EVENTS][-7:] == EVENTS[1:]


def test_two_records_on_a_line_are_both_read() -> None:
    values, problems = _read(b'{"n": 1}{"n": 2}\n{"n": 3}\n')
    assert values == [(1, {"n": 1}), (1, {"n": 2}), (2, {"n": 3})]
    assert problems == []


def test_many_damaged_elements_cost_no_more_than_themselves() -> None:
    elements = [json.dumps({"Id": number, "Line": "x" * 500, "L": []}) for number in range(4000)]
    for number in range(0, 4000, 10):
        elements[number] = elements[number].replace("[]}", "[")
    start = time.process_time()
    values, problems = _read(("[" + ", ".join(elements) + "]").encode())
    assert time.process_time() - start < 20
    assert [value["Id"] for _, value in values] == [n for n in range(4000) if n % 10]
    assert sum(problem.lost for problem in problems) == 400


@pytest.mark.parametrize("opening", [b"", b"["])
def test_what_is_not_utf8_is_read_and_marked(opening: bytes) -> None:
    values, problems = _read(opening + b'{"n": 1},\n{"n": "Zo\xeb"},\n{"n": 3}')
    assert [value["n"] for _, value in values] == [1, "Zo\ufffd", 3]
    assert [(problem.record, problem.lost) for problem in problems if problem.record] == [(2, 0)]
    assert "not UTF-8: byte 0xeb" in problems[0].reason


def test_an_array_without_its_end_is_named() -> None:
    values, problems = _read(b'[{"n": 1}, {"n": 2},\n')
    assert len(values) == 2
    assert problems == [Problem(None, "the array has no end; the file may be cut short", 0)]


def test_an_array_that_is_cut_short_loses_its_last_element() -> None:
    text = json.dumps([{"n": 1}, {"n": 2}, {"n": 3, "s": "abc"}])[:-8]
    found, problems = _read(text.encode())
    assert [value["n"] for _, value in found] == [1, 2]
    assert problems == [Problem(3, "the text ends inside this element")]


def test_an_array_of_much_more_than_one_piece_is_read_whole() -> None:
    objects = [{"n": number, "s": "}]" * 500, "o": [{"p": "\\"}]} for number in range(2000)]
    for text in (json.dumps(objects), json.dumps(objects, indent=1)):
        found, problems = _read(text.encode())
        assert [value for _, value in found] == objects
        assert problems == []


@pytest.mark.parametrize(
    "data",
    [
        b"[" + b'{"a":[' * 40_000,
        b"[" + b"\n{" * 100_000,
        b"[" + b"{x\n" * 60_000 + b"},{",
        b"[" + b"}\n" * 100_000,
        b'["' + b"\\" * 200_000,
        b'[{"' + b"\n" * 200_000,
        b"[{" + b'"a":' * 50_000,
        b'[{"a"' + b": " * 100_000,
        b"[" + b"{},{" * 50_000,
        b"[" + b"}, " * 60_000 + b"\n" * 60_000,
        b"[" + b'{"a":[' * 60_000,
        b"[" + b'\n{"a":[' * 60_000,
        b"[" + b'{"a":[{"a":1},' * 30_000,
        b"[" + b',{"a":"' * 60_000,
        b"[" + b'[[{"a":1}' * 60_000,
        b"[" + b'{"a":1},\n{"a":1,"b":[\n' * 30_000,
    ],
    ids=range(16),
)
def test_hostile_arrays_take_time_in_proportion_to_their_size(data: bytes) -> None:
    start = time.process_time()
    _read(data)
    assert time.process_time() - start < 10


def test_a_sample_shows_the_objects_behind_a_damaged_first_line() -> None:
    assert list(sample(b'{"damaged": \n{"a": 1}\n{"cut": "of')) == [{"a": 1}]


def test_a_sample_of_a_cut_object_shows_its_names() -> None:
    assert list(sample(b'{"EventID": 1, "CommandLine": "AAAAA')) == [
        {"EventID": None, "CommandLine": None}
    ]


@settings(max_examples=80)
@given(st.binary(max_size=300), st.sampled_from([b"", b"[", b"{", b"[\n", b'{"results":[{']))
def test_arbitrary_bytes_never_raise(data: bytes, start: bytes) -> None:
    found, problems = _read(start + data)
    list(sample(start + data))
    assert all(number >= 1 for number, _ in found)
    assert all(problem.lost >= (problem.record is not None) for problem in problems)


JSON_TEXT = st.text(alphabet='{}[]",:\\n 1truefalse', max_size=120)


@settings(max_examples=80)
@given(JSON_TEXT)
def test_json_like_text_never_raises(text: str) -> None:
    _read(("[" + text).encode())
    _read(("{" + text).encode())


@settings(max_examples=60)
@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=5),
            st.recursive(
                st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=3), inner, max_size=3)
                ),
                max_leaves=6,
            ),
            max_size=4,
        ),
        max_size=5,
    ),
    st.sampled_from([None, 1, 4]),
    st.booleans(),
)
def test_any_array_of_objects_comes_back(
    objects: list[dict[str, Any]], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(objects, indent=indent, ensure_ascii=ascii_only)
    found, problems = _read(text.encode("utf-8", "replace"))
    expected = json.loads(text.encode("utf-8", "replace"))
    if not ascii_only:
        assert [value for _, value in found] == expected
        assert problems == []
    else:
        assert len(found) + len(problems) == len(expected)
