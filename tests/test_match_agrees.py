"""The fast matcher equals the slow, obvious one: on every recorded case and on generated ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from detection_cases import cases
from events import make
from hypothesis import given, settings
from hypothesis import strategies as st
from sigma.rule.detection import SigmaDetections

from lineage.detect.catalog import load_builtin
from lineage.detect.compile import Predicates
from lineage.detect.condition import Condition
from lineage.detect.detection import PACKS
from lineage.detect.fields import text_attributes
from lineage.detect.match import explain, matches
from lineage.normalise.sources import SOURCE, of_category

if TYPE_CHECKING:
    import random

    from lineage.normalise.event import Event

CONDITIONS = [
    layer.condition for pack in PACKS for rule in load_builtin(pack) for layer in rule.layers
]
BUILTIN = {origin: Predicates(CONDITIONS, origin) for origin in SOURCE}

PIECES = [
    "a",
    "B",
    "\\",
    "*",
    "?",
    ".",
    "%",
    " ",
    "/c",
    "del",
    "ß",
    "İ",
    "ſ",
    "Σ",
    "\n",
    "é",
    "-",
    "0x1f",
]
"""What values and patterns are made of: few pieces, so that they meet, and the awkward ones."""
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
VALUES = st.none() | st.text(max_size=12) | TEXTS.map(lambda text: text or None)
FIELDS = ["Image", "ImageName", "CommandLine", "ParentName", "DeletionArguments", "NoSuchField"]
REFERENCES = ["ParentImage", "CommandLine", "ImageName", "NoSuchField"]


def predicates_agree(conditions: list[Condition], event: Event) -> None:
    fast = Predicates(conditions, event.origin).true_on(event)
    slow = tuple(index for index, each in enumerate(conditions) if matches(each, event))
    assert fast == slow
    for index, each in enumerate(conditions):
        if index not in slow:
            assert explain(each, event) == {}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_on_recorded_cases(case: Any) -> None:
    slow = tuple(index for index, each in enumerate(CONDITIONS) if matches(each, case.event))
    assert BUILTIN[case.event.origin].true_on(case.event) == slow


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(cases()))
def test_on_altered_cases(chance: random.Random, case: Any) -> None:
    """Recorded events with values cut, joined, swapped or left out."""
    event = case.event
    for name in text_attributes(event.origin):
        value = getattr(event, name)
        if isinstance(value, str):
            event = event._replace(**{name: altered(value, chance)})
    slow = tuple(index for index, each in enumerate(CONDITIONS) if matches(each, event))
    assert BUILTIN[event.origin].true_on(event) == slow


def altered(value: str, chance: random.Random) -> str | None:
    cut = chance.randint(0, len(value))
    other = chance.choice(cases()).event
    lines = [text for text in other if isinstance(text, str)]
    ways = [value, value.upper(), value[cut:], value[:cut], value + " ", chance.choice(lines), None]
    return chance.choice(ways)


MODIFIERS = [
    "",
    "",
    "|contains",
    "|startswith",
    "|endswith",
    "|cased",
    "|contains|all",
    "|contains|cased",
    "|neq",
    "|exists",
    "|gte",
    "|windash|contains",
    "|fieldref",
    "|fieldref|contains",
    "|fieldref|startswith",
    "|fieldref|endswith",
]


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """A selection of one to three comparisons."""
    selection: dict[str, Any] = {}
    for _ in range(draw(st.integers(1, 3))):
        modifier = draw(st.sampled_from(MODIFIERS))
        selection[draw(st.sampled_from(FIELDS)) + modifier] = draw(values_of(modifier))
    return selection


def values_of(modifier: str) -> st.SearchStrategy[Any]:
    if modifier == "|exists":
        return st.booleans()
    if modifier == "|gte":
        return st.integers(-2, 40)
    if "fieldref" in modifier:
        return st.sampled_from(REFERENCES)
    if modifier:
        return st.lists(TEXTS, min_size=1, max_size=3)
    return st.lists(TEXTS | st.none() | st.integers(0, 31) | st.booleans(), max_size=3)


SELECTIONS = items() | st.lists(TEXTS.filter(bool), min_size=1, max_size=2)
SHAPES = [
    "a",
    "not a",
    "a and b",
    "a or b",
    "a and not b",
    "not (a or b) or c",
    "1 of them",
    "all of them",
]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    sections = {name: draw(SELECTIONS) for name in "abc"}
    detections = SigmaDetections.from_dict({**sections, "condition": draw(st.sampled_from(SHAPES))})
    tree = detections.parsed_condition[0].parsed
    assert tree is not None
    return Condition(tree, frozenset(of_category("process_creation")), "sigma")


EVENTS = st.builds(
    make,
    st.sampled_from([1, 4688, "ProcessRollup2"]),
    Image=VALUES,
    CommandLine=VALUES,
    ParentImage=VALUES,
    ParentBaseFileName=VALUES,
    ParentCommandLine=VALUES,
    ProcessId=st.none() | st.integers(0, 40),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(conditions(), min_size=1, max_size=3), EVENTS)
def test_on_generated_rules_and_events(rules: list[Condition], event: Event) -> None:
    predicates_agree(rules, event)
