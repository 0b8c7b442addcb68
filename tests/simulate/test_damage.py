from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.simulate import damage
from lineage.simulate.write.raw import windows_records

ALL = {1, 4, 5, 7, 11, 12, 13, 22, 4104, 4608, 4663, 4688, 4689, 6005}
"""Event ids of the simulation."""
seeds = st.integers(0, 2**32)


@settings(max_examples=60)
@given(size=st.integers(0, 300), seed=seeds, share=st.floats(0, 1), window=st.integers(2, 50))
def test_repeats_come_later_and_lose_nothing(
    size: int, seed: int, share: float, window: int
) -> None:
    items = list(damage.repeat(iter(range(size)), Random(seed), share=share, window=window))
    counted = Counter(items)
    assert set(counted) == set(range(size))
    assert max(counted.values(), default=1) <= 2
    firsts = list(dict.fromkeys(items))
    assert firsts == sorted(firsts)


@settings(max_examples=60)
@given(size=st.integers(0, 300), seed=seeds, window=st.integers(1, 50))
def test_disorder_loses_nothing(size: int, seed: int, window: int) -> None:
    items = list(damage.disorder(iter(range(size)), Random(seed), window=window))
    assert sorted(items) == list(range(size))


def test_disorder_is_one() -> None:
    items = list(damage.disorder(iter(range(2000)), Random(1), window=100))
    assert items != sorted(items)


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0, 0, 0), (0.1, 800, 1200), (1, 10**4, 10**4)]
)
def test_losses_are_about_as_many_as_asked_for(share: float, least: int, most: int) -> None:
    kept = sum(1 for _ in damage.lose(iter(range(10_000)), Random(1), share=share))
    assert least <= 10_000 - kept <= most


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("none", ALL),
        ("loss-10", ALL),
        ("only-sysmon", {1, 4, 5, 7, 11, 12, 13, 22}),
        ("only-4688", {4688}),
        ("only-file-events", {11}),
        ("no-process-starts", ALL - {1, 4688}),
        ("no-file-events", ALL - {11}),
        ("no-registry-events", ALL - {12, 13}),
    ],
)
def test_a_missing_source_is_missing(simulation: Any, name: str, left: set[int]) -> None:
    records = damage.DAMAGES[name](windows_records(simulation.facts), Random(1))
    assert {record.event_id for record in records} == left


@pytest.mark.parametrize("name", damage.DAMAGES)
def test_a_damage_repeats_by_its_seed(simulation: Any, name: str) -> None:
    def damaged() -> list[Any]:
        return list(damage.DAMAGES[name](windows_records(simulation.facts), Random(3)))

    assert damaged() == damaged()


def test_an_unlogged_step_is_all_that_is_missing(simulation: Any) -> None:
    left = list(damage.unlogged(iter(simulation.facts), roles=frozenset({"payload file"})))
    missing = [fact for fact in simulation.facts if fact not in left]
    assert missing
    assert {fact.label.role for fact in missing} == {"payload file"}


def test_in_a_gap_nothing_is_logged(simulation: Any) -> None:
    middle = simulation.facts[len(simulation.facts) // 2]
    left = list(damage.gap(iter(simulation.facts), start=middle.time, seconds=600))
    assert middle not in left
    assert simulation.facts[0] in left
    assert simulation.facts[-1] in left
