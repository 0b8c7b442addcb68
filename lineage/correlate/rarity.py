"""How usual it is that one program starts another: from the input itself and a shipped baseline.

An edge that everybody's processes show explains nothing (NoDoze scores an event by how rare its
like is; Hassan et al., NDSS 2019). Here the frequency of a pair of programs is the number of
parents, none of them tagged, that started such a child.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from lineage.graph.hubs import program_name
from lineage.graph.nodes import ProcessNode

if TYPE_CHECKING:
    from collections.abc import Container

    from lineage.graph.provenance import ProvenanceGraph

USUAL = 2
"""Untagged parents that must have started such a child for it to be usual: once may be chance."""


@cache
def baseline() -> frozenset[tuple[str, str]]:
    """The shipped pairs (parent's program, child's program), both names in lower case."""
    import yaml

    content = yaml.safe_load(
        (files("lineage.correlate") / "baseline.yaml").read_text(encoding="utf-8")
    )
    return frozenset((parent, child) for parent, children in content.items() for child in children)


class Profile:
    """The frequency of pairs of programs in one graph.

    Args:
        graph: the provenance graph.
        tagged: ids of the processes that hits name; what they started proves nothing usual.
    """

    def __init__(self, graph: ProvenanceGraph, tagged: Container[str]) -> None:
        parents: dict[tuple[str, str], set[str]] = defaultdict(set)
        for node in graph.nodes():
            if isinstance(node, ProcessNode) and node.parent and node.parent not in tagged:
                parents[_pair(graph.process(node.parent), node)].add(node.parent)
        self._parents = {pair: len(found) for pair, found in parents.items()}

    def is_usual(self, parent: ProcessNode, child: ProcessNode) -> bool:
        """Whether such a child is usual for such a parent."""
        pair = _pair(parent, child)
        return pair in baseline() or self._parents.get(pair, 0) >= USUAL

    def rarity(self, parent: ProcessNode, child: ProcessNode) -> float:
        """1 where nobody else did it, 1/2 where one did, 1/3 where two; 0 in the baseline."""
        pair = _pair(parent, child)
        return 0.0 if pair in baseline() else 1 / (1 + self._parents.get(pair, 0))


def _pair(parent: ProcessNode, child: ProcessNode) -> tuple[str, str]:
    return program_name(parent), program_name(child)
