"""How usual it is that one program starts another: from the input itself and a shipped table.

An edge that everybody's processes show explains nothing (NoDoze scores an event by how rare its
like is; Hassan et al., NDSS 2019). Here the frequency of a pair of programs is the number of
parents, none of them tagged, that started such a child.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lineage.graph.hubs import program_name, program_of
from lineage.graph.nodes import ProcessNode

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from lineage.graph.provenance import ProvenanceGraph

USUAL = 2
"""Untagged parents that must have started such a child for it to be usual: once may be chance."""

Pair = tuple[str, str]
"""File names of a parent's program and of its child's, in lower case."""


class Profile:
    """The frequency of pairs of programs in one graph.

    Args:
        graph: the provenance graph.
        tagged: ids of the processes that hits name; what they started proves nothing usual.
    """

    def __init__(self, graph: ProvenanceGraph, tagged: Container[str]) -> None:
        parents: dict[Pair, set[str]] = defaultdict(set)
        for node in graph.nodes():
            if isinstance(node, ProcessNode) and node.parent and node.parent not in tagged:
                parents[_pair(graph.process(node.parent), node)].add(node.parent)
        self._parents = {pair: len(starters) for pair, starters in parents.items()}

    @property
    def parents(self) -> Mapping[Pair, int]:
        """Pair of programs -> how many untagged parents started such a child."""
        return self._parents

    @classmethod
    def of_all(cls, parents: Mapping[Pair, int]) -> Profile:
        """The profile of several graphs, of whose processes none is in two.

        Args:
            parents: what theirs say, added up.
        """
        profile = cls.__new__(cls)
        profile._parents = dict(parents)
        return profile

    def is_usual(self, parent: ProcessNode, child: ProcessNode) -> bool:
        """Whether such a child is usual for such a parent."""
        return _is_baseline(parent, child) or self._parents.get(_pair(parent, child), 0) >= USUAL

    def rarity(self, parent: ProcessNode, child: ProcessNode) -> float:
        """1 where nobody else did it, 1/2 where one did, 1/3 where two; 0 in the baseline."""
        if _is_baseline(parent, child):
            return 0.0
        return 1 / (1 + self._parents.get(_pair(parent, child), 0))


def _is_baseline(parent: ProcessNode, child: ProcessNode) -> bool:
    """Whether honest programs of the parent's kind start such a child on their own."""
    return program_name(child) in program_of(parent).children


def _pair(parent: ProcessNode, child: ProcessNode) -> Pair:
    return program_name(parent), program_name(child)
