"""What a push writes: counted first, then streamed row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lineage.graphdb.rows import Ends, NodeRow, RelationshipRow

NodeRows = Iterator[tuple[str, NodeRow]]
"""(label, row)"""
RelationshipRows = Iterator[tuple[Ends, RelationshipRow]]


@dataclass(frozen=True, slots=True)
class Content:
    """The nodes and relationships of one push.

    Attributes:
        nodes_by_label: how many nodes `nodes` gives.
        relationships_by_type: how many relationships `relationships` gives.
        nodes: starts the stream of nodes; may be called again.
        relationships: starts the stream of relationships; may be called again.
    """

    nodes_by_label: dict[str, int]
    relationships_by_type: dict[str, int]
    nodes: Callable[[], NodeRows]
    relationships: Callable[[], RelationshipRows]

    @property
    def rows(self) -> int:
        """How many rows are written in all."""
        return sum(self.nodes_by_label.values()) + sum(self.relationships_by_type.values())
