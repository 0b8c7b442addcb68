"""Who did what to an object, in order of time: looked up for many hits on one object.

A temporary program may be written and run ten thousand times. Each hit on it asks who wrote it last
or runs it next, so that the edges of a node are put in order once, and then searched.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.graph.schema import EdgeKind


class Use(NamedTuple):
    """An event of an edge.

    Attributes:
        ordinal: when.
        node: id of the node at the edge's other end.
    """

    ordinal: int
    node: str


class Uses:
    """The uses of the nodes of a finished graph."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self._known: dict[tuple[str, frozenset[EdgeKind], bool], list[Use]] = {}

    def of(self, node_id: str, kinds: frozenset[EdgeKind], *, outward: bool = False) -> list[Use]:
        """The events of a node's edges of some kinds, in order.

        Args:
            node_id: which node.
            kinds: of the edges.
            outward: the edges that leave the node; else those that enter it.
        """
        key = (node_id, kinds, outward)
        uses = self._known.get(key)
        if uses is None:
            edges = self._graph.out_edges(node_id) if outward else self._graph.in_edges(node_id)
            uses = self._known[key] = sorted(_uses(edges, kinds, outward=outward))
        return uses

    def last(self, node_id: str, kind: EdgeKind, ordinal: int) -> Use | None:
        """The last use that others made of a node at or before an ordinal."""
        uses = self.of(node_id, frozenset({kind}))
        index = bisect_right(uses, (ordinal + 1,))
        return uses[index - 1] if index else None

    def following(self, node_id: str, kind: EdgeKind, ordinal: int) -> int | None:
        """When others used a node next after an ordinal."""
        uses = self.of(node_id, frozenset({kind}))
        index = bisect_left(uses, (ordinal + 1,))
        return uses[index].ordinal if index < len(uses) else None

    def between(
        self,
        node_id: str,
        kinds: frozenset[EdgeKind],
        after: int,
        until: int,
        *,
        outward: bool = False,
    ) -> Iterator[str]:
        """The other ends of a node's uses after one ordinal and before another."""
        uses = self.of(node_id, kinds, outward=outward)
        for use in uses[bisect_left(uses, (after + 1,)) :]:
            if use.ordinal >= until:
                return
            yield use.node


def _uses(edges: Iterator[Edge], kinds: frozenset[EdgeKind], *, outward: bool) -> Iterator[Use]:
    for edge in edges:
        if edge.kind in kinds:
            other = edge.target if outward else edge.source
            yield from (Use(ordinal, other) for ordinal in edge.events)
