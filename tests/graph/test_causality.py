from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.graph.causality import backward, forward, last_event, next_event
from lineage.graph.nodes import ProcessNode
from lineage.graph.provenance import Edge, ProvenanceGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

NODES = "abcdefg"
Step = tuple[str, str]


def graph_of_steps(steps: Sequence[Step]) -> ProvenanceGraph:
    """A graph in which step by step one process started (or influenced) another."""
    graph = ProvenanceGraph()
    for name in NODES:
        graph.add(ProcessNode(name, "ws01"))
    for time, (source, target) in enumerate(steps):
        graph.connect(source, target, "spawned", graph.events.add(time, 0, time, 1))
    return graph


def always(_edge: Edge, _ordinal: int) -> bool:
    return True


def obvious(steps: Sequence[Step], start: str, since: int) -> dict[str, int]:
    """What a node influenced, found by playing the steps in order."""
    reached = {start: since}
    for time, (source, target) in enumerate(steps):
        if time >= since and source in reached:
            reached.setdefault(target, time)
    return reached


def obvious_causes(steps: Sequence[Step], end: str, until: int) -> dict[str, int]:
    """What influenced a node, found by playing the steps from the last to the first."""
    reached = {end: until}
    for time, (source, target) in reversed(list(enumerate(steps))):
        if time <= until and target in reached:
            reached.setdefault(source, time)
    return reached


def test_an_effect_before_its_cause_is_not_reached() -> None:
    graph = graph_of_steps([("b", "c"), ("a", "b")])
    assert forward(graph, {"a": 0}, always) == {"a": 0, "b": 1}
    assert backward(graph, {"c": 1}, always) == {"c": 1, "b": 0}


def test_a_later_event_of_the_same_edge_carries_it_on() -> None:
    graph = graph_of_steps([("b", "c"), ("a", "b"), ("b", "c")])
    assert forward(graph, {"a": 0}, always) == {"a": 0, "b": 1, "c": 2}
    assert backward(graph, {"c": 2}, always) == {"c": 2, "b": 2, "a": 1}


def test_what_happened_before_or_after_the_time_asked_for_does_not_count() -> None:
    graph = graph_of_steps([("a", "b"), ("a", "c"), ("b", "d")])
    assert forward(graph, {"a": 1}, always) == {"a": 1, "c": 1}
    assert backward(graph, {"d": 1}, always) == {"d": 1}


def test_the_earliest_arrival_and_the_latest_departure_count() -> None:
    graph = graph_of_steps([("a", "c"), ("a", "b"), ("b", "c"), ("c", "d")])
    assert forward(graph, {"a": 0}, always)["c"] == 0
    assert backward(graph, {"d": 3}, always) == {"d": 3, "c": 3, "b": 2, "a": 1}


def test_what_does_not_conduct_is_not_passed() -> None:
    graph = graph_of_steps([("a", "e"), ("a", "b"), ("b", "c"), ("b", "d")])

    def not_through_b(edge: Edge, _ordinal: int) -> bool:
        return edge.source != "b"

    assert set(forward(graph, {"a": 0}, not_through_b)) == {"a", "b", "e"}
    assert set(backward(graph, {"d": 3}, not_through_b)) == {"d"}


def test_several_starts() -> None:
    graph = graph_of_steps([("a", "c"), ("b", "c"), ("c", "d")])
    assert forward(graph, {"a": 1, "b": 0}, always) == {"a": 1, "b": 0, "c": 1, "d": 2}


steps = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20)


@given(steps, st.sampled_from(NODES), st.integers(0, 20))
@settings(max_examples=60)
def test_reach_is_what_playing_the_steps_gives(steps: list[Step], node: str, when: int) -> None:
    graph = graph_of_steps(steps)
    assert forward(graph, {node: when}, always) == obvious(steps, node, when)
    assert backward(graph, {node: when}, always) == obvious_causes(steps, node, when)


@pytest.mark.parametrize(
    ("ordinal", "following", "preceding"),
    [(0, 3, None), (3, 3, 3), (5, 8, 3), (8, 8, 8), (9, None, 8)],
)
def test_the_events_around_an_ordinal(
    ordinal: int, following: int | None, preceding: int | None
) -> None:
    assert next_event([3, 8], ordinal) == following
    assert last_event([3, 8], ordinal) == preceding
