from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import orjson
import pytest

from lineage.simulate.benign.background import with_background
from lineage.simulate.facts import ImageLoad, KeyChange, ProcessStart
from lineage.simulate.run import simulate
from lineage.simulate.scenario import clean

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.simulate.facts import Fact


def story() -> list[Fact]:
    return list(clean(3, "small", hosts=2, days=1).facts())


@pytest.fixture(scope="module")
def full() -> list[Fact]:
    return list(with_background(iter(story()), 7))


def shown(facts: list[Fact]) -> list[tuple[str, int, str]]:
    return [(type(fact).__name__, fact.time, fact.process.guid) for fact in facts]


def test_the_story_stays_as_it_was(full: list[Fact]) -> None:
    left = iter(shown(full))
    assert all(fact in left for fact in shown(story()))


def test_facts_come_in_order_of_time(full: list[Fact]) -> None:
    assert all(one.time <= other.time for one, other in pairwise(full))


def test_the_same_seed_adds_the_same(full: list[Fact]) -> None:
    assert shown(full) == shown(list(with_background(iter(story()), 7)))


def test_nobody_acts_before_its_start(full: list[Fact]) -> None:
    assert all(fact.time >= fact.process.start for fact in full)


def test_starts_are_rare_and_loads_and_registry_traffic_common(full: list[Fact]) -> None:
    counts = Counter(map(type, full))
    starts = counts[ProcessStart]
    assert 25 * starts <= counts[ImageLoad] <= 61 * starts
    assert counts[KeyChange] > 50 * starts


def test_an_export_of_full_telemetry_holds_events_that_nobody_reads(tmp_path: Path) -> None:
    simulate(tmp_path, noise="small", formats=("nxlog",), telemetry="full")
    lines = (tmp_path / "nxlog" / "nxlog.json").read_bytes().splitlines()
    ids = Counter(orjson.loads(line)["EventID"] for line in lines)
    assert {3, 10, 4656, 4658, 4690, 5156} <= ids.keys()
    assert ids[10] > 0.2 * len(lines)
