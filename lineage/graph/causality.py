"""Time-respecting reach: what a node influenced, and what influenced it.

A path counts only if each step happened at or after the one before it (a temporal path; Kempe,
Kleinberg & Kumar, "Connectivity and inference problems for temporal networks", STOC 2000).
Forward, the earliest arrival at each node is found; backward, the latest departure: whatever
happened to a node after it had its effect is no cause of it.

An edge from one host to another leaves on the clock of one and arrives on that of the other, so
that clocks that differ cut no path.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from typing import NamedTuple

from lineage.graph.provenance import Edge, ProvenanceGraph


class CausalStep(NamedTuple):
    """One step of a causal path.

    Attributes:
        edge: the edge, as the graph has it (who did what to what) or turned from cause to effect.
        ordinal: the event by which the step was made.
    """

    edge: Edge
    ordinal: int


Conducts = Callable[[Edge, int], bool]
"""Whether causality may be followed over an edge (cause to effect) at an ordinal."""


def forward(
    graph: ProvenanceGraph, starts: Mapping[str, int], conducts: Conducts
) -> dict[str, int]:
    """What the start nodes influenced, each with its earliest arrival.

    Args:
        graph: the graph.
        starts: node id -> ordinal from which its influence counts.
        conducts: which edges may be followed.

    Returns:
        Node id -> ordinal, start nodes included. Dijkstra's algorithm over ordinals.
    """
    reached = dict(starts)
    queue = [(ordinal, node) for node, ordinal in starts.items()]
    heapq.heapify(queue)
    while queue:
        ordinal, node = heapq.heappop(queue)
        if reached[node] < ordinal:
            continue
        for edge in graph.effects(node):
            passage = first_passage(graph, edge, ordinal)
            known = reached.get(edge.target)
            if passage is None or (known is not None and known <= passage.arrived):
                continue
            if conducts(edge, passage.departed):
                reached[edge.target] = passage.arrived
                heapq.heappush(queue, (passage.arrived, edge.target))
    return reached


def backward(
    graph: ProvenanceGraph, starts: Mapping[str, int], conducts: Conducts
) -> dict[str, int]:
    """What influenced the start nodes, each with its latest departure.

    Args:
        graph: the graph.
        starts: node id -> ordinal up to which influence on it counts.
        conducts: which edges may be followed.

    Returns:
        Node id -> ordinal, start nodes included.
    """
    reached = dict(starts)
    queue = [(-ordinal, node) for node, ordinal in starts.items()]
    heapq.heapify(queue)
    while queue:
        negative, node = heapq.heappop(queue)
        if reached[node] > -negative:
            continue
        for edge in graph.causes(node):
            passage = last_passage(graph, edge, -negative)
            known = reached.get(edge.source)
            if passage is None or (known is not None and known >= passage.departed):
                continue
            if conducts(edge, passage.departed):
                reached[edge.source] = passage.departed
                heapq.heappush(queue, (-passage.departed, edge.source))
    return reached


class Passage(NamedTuple):
    """When influence passed over an edge: one event, but for an edge between hosts.

    Attributes:
        departed: the event on the cause's side.
        arrived: the event on the effect's side.
    """

    departed: int
    arrived: int


def first_passage(graph: ProvenanceGraph, edge: Edge, ordinal: int) -> Passage | None:
    """The first time that influence left over an edge at or after an ordinal, or None."""
    crossing = graph.crossing(edge)
    if crossing is not None:
        return Passage(*crossing) if crossing[0] >= ordinal else None
    at = next_event(edge.events, ordinal)
    return None if at is None else Passage(at, at)


def last_passage(graph: ProvenanceGraph, edge: Edge, ordinal: int) -> Passage | None:
    """The last time that influence arrived over an edge at or before an ordinal, or None."""
    crossing = graph.crossing(edge)
    if crossing is not None:
        return Passage(*crossing) if crossing[1] <= ordinal else None
    at = last_event(edge.events, ordinal)
    return None if at is None else Passage(at, at)


def next_event(events: list[int], ordinal: int) -> int | None:
    """The first event at or after an ordinal, or None.

    >>> next_event([3, 8], 4)
    8
    """
    index = bisect_left(events, ordinal)
    return events[index] if index < len(events) else None


def is_shown(events: list[int], ordinal: int) -> bool:
    """Whether an event is among those of an edge.

    >>> is_shown([3, 8], 8)
    True
    """
    return next_event(events, ordinal) == ordinal


def last_event(events: list[int], ordinal: int) -> int | None:
    """The last event at or before an ordinal, or None.

    >>> last_event([3, 8], 4)
    3
    """
    index = bisect_right(events, ordinal)
    return events[index - 1] if index else None
