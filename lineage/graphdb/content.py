"""What a push writes: counted first, then streamed row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lineage.graphdb.rows import EdgeRow, NodeRow, TieRow

NodeRows = Iterator[NodeRow]
EdgeRows = Iterator[tuple[str, EdgeRow]]
"""(type, row)"""
TieRows = Iterable[tuple[str, TieRow]]
"""(type, row)"""


@dataclass(frozen=True, slots=True)
class Content:
    """The nodes and relationships of one push.

    Attributes:
        nodes_by_label: how many nodes `nodes` gives.
        relationships_by_type: how many relationships `edges` and `ties` give.
        nodes: starts the stream of nodes; may be called again.
        edges: starts the stream of the provenance graph's edges; may be called again.
        ties: what ties detections and chains to the nodes.
    """

    nodes_by_label: dict[str, int]
    relationships_by_type: dict[str, int]
    nodes: Callable[[], NodeRows]
    edges: Callable[[], EdgeRows]
    ties: TieRows

    @property
    def rows(self) -> int:
        """How many rows are written in all."""
        return sum(self.nodes_by_label.values()) + sum(self.relationships_by_type.values())
