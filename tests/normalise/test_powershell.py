from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_records import POWERSHELL, normalised, ordered, part, problem, record

from lineage.normalise.event import ScriptBlockLogged
from lineage.normalise.outcome import Outcome
from lineage.normalise.powershell import Joiner

if TYPE_CHECKING:
    from lineage.read.record import RawRecord

PARTS = [part(1, 3, "Invoke-"), part(2, 3, "Expre"), part(3, 3, "ssion")]


def texts(records: list[RawRecord]) -> list[str | None]:
    return [each.ScriptBlockText for each in ordered(records) if type(each) is ScriptBlockLogged]


def block(record: RawRecord) -> ScriptBlockLogged:
    event = normalised(record)
    assert isinstance(event, ScriptBlockLogged)
    return event


def test_a_block_in_one_part_is_an_event_at_once() -> None:
    event: Any = normalised(part(1, 1, "whoami"))
    assert event.ScriptBlockText == "whoami"
    assert (event.parts, event.parts_total) == (("whoami",), 1)
    assert event.ScriptBlockId == "b-1"
    assert (event.ProcessId, event.User) == (1888, "S-1-5-18")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_parts_are_joined_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    (event,) = ordered([PARTS[index] for index in order])
    assert isinstance(event, ScriptBlockLogged)
    assert event.ScriptBlockText == "Invoke-Expression"
    assert event.parts == ("Invoke-", "Expre", "ssion")
    assert (event.parts_total, event.record) == (3, 901)


@given(st.permutations([*PARTS, *PARTS, *PARTS]))
@settings(max_examples=60)
def test_parts_sent_again_change_nothing_and_count_once(records: list[RawRecord]) -> None:
    assert texts(records) == ["Invoke-Expression"]
    joiner = Joiner()
    outcomes = [joiner.add(block(each)) for each in records]
    assert outcomes.count(Outcome.AWAITING) == 2
    assert outcomes.count(Outcome.DUPLICATE) == 6
    assert not list(joiner.rest())


@pytest.mark.parametrize(
    ("there", "text"), [([0], "Invoke-"), ([2, 0], "Invoke-ssion"), ([1, 2], "Expression")]
)
def test_what_is_there_of_a_block_is_not_lost(there: list[int], text: str) -> None:
    (event,) = ordered([PARTS[index] for index in there])
    assert isinstance(event, ScriptBlockLogged)
    assert event.ScriptBlockText == text
    assert len(event.parts) == len(there)
    assert event.parts_total == 3


def test_the_rest_is_given_once() -> None:
    joiner = Joiner()
    joiner.add(block(PARTS[0]))
    assert [len(list(joiner.rest())) for _ in range(2)] == [1, 0]


def test_equal_ids_of_two_hosts_stay_apart() -> None:
    here = [part(1, 2, "a", computer="WS01"), part(2, 2, "b", computer="WS01")]
    there = [part(1, 2, "c", computer="WS02"), part(2, 2, "d", computer="WS02")]
    mixed = [there[1], here[0], there[0], here[1]]
    assert sorted(map(str, texts(mixed))) == ["ab", "cd"]


def test_ids_and_hosts_differ_by_more_than_case() -> None:
    halves = [part(1, 2, "a", "AB", computer="WS01"), part(2, 2, "b", "ab", computer="ws01")]
    assert texts(halves) == ["ab"]


def test_parts_that_disagree_on_their_number_are_no_block() -> None:
    assert sorted(map(str, texts([part(1, 2, "a"), part(2, 3, "b"), part(2, 2, "c")]))) == [
        "ac",
        "b",
    ]


@pytest.mark.parametrize("text", ["", None])
def test_an_empty_part_is_a_part(text: str | None) -> None:
    empty = part(2, 3, "")._replace(data=part(2, 3, "").data | {"ScriptBlockText": text})
    assert texts([PARTS[0], empty, PARTS[2]]) == ["Invoke-ssion"]


def test_without_part_numbers_a_record_is_a_whole_block() -> None:
    event: Any = normalised(record(POWERSHELL, 4104, {"ScriptBlockText": "whoami"}))
    assert (event.parts, event.parts_total, event.ScriptBlockId) == (("whoami",), 1, None)


@pytest.mark.parametrize(
    ("number", "total", "reason"),
    [
        ("0", "2", "part 0 of 2 can't be"),
        ("3", "2", "part 3 of 2 can't be"),
        ("1", "999999999", "part 1 of 999999999 can't be"),
        ("x", "2", "MessageNumber 'x' is not a number of 32 bits"),
        ("1", "1" + "0" * 30, f"MessageTotal '1{'0' * 30}' is not a number of 32 bits"),
    ],
)
def test_part_numbers_that_cannot_be_are_problems(number: str, total: str, reason: str) -> None:
    wrong = part(1, 1, "x")
    data = wrong.data | {"MessageNumber": number, "MessageTotal": total}
    assert problem(wrong._replace(data=data)) == f"event 4104: {reason}"


def test_a_record_without_text_and_id_is_a_problem() -> None:
    assert problem(record(POWERSHELL, 4104, {"Path": "x"})) == (
        "event 4104: neither ScriptBlockText nor ScriptBlockId is there"
    )
    assert problem(part(1, 2, "a", time="")) == "event 4104: the record has no time"
