"""How a chain's processes descend from one another, and which of them each detection is about.

Pure arrangement of a `Chain`, shared by every rendering that draws the process tree.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lineage.report.model import Chain, ChainProcess, DetectionHit


@dataclass(slots=True)
class Branch:
    """A process of a chain with what hangs on it.

    Attributes:
        process: which.
        hits: detections about it, in the chain's order.
        children: the processes that it started, in the chain's order.
    """

    process: ChainProcess
    hits: list[DetectionHit] = field(default_factory=list)
    children: list[Branch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Forest:
    """All processes of a chain, each once.

    Attributes:
        roots: processes whose parent is no part of the chain.
        branches: node id -> branch, in the chain's order.
        loose: detections about none of the processes.
    """

    roots: Sequence[Branch]
    branches: Mapping[str, Branch]
    loose: Sequence[DetectionHit]


def grow(chain: Chain) -> Forest:
    """Arranges a chain's processes by parent and hangs its evidence on them.

    A process that is its own ancestor, as only a forged report has it, becomes a root.
    """
    branches: dict[str, Branch] = {}
    for process in chain.processes:
        branches.setdefault(process.node, Branch(process))
    roots = _link(branches)
    owner = Actors(chain)
    loose: list[DetectionHit] = []
    for hit in chain.evidence:
        branch = branches.get(owner(hit) or "")
        (branch.hits if branch else loose).append(hit)
    return Forest(roots, branches, loose)


def walk(roots: Sequence[Branch]) -> Iterator[tuple[Branch, int]]:
    """Every branch with its depth (roots: 0), parents before children; depth is unbounded."""
    stack = [(root, 0) for root in reversed(roots)]
    while stack:
        branch, depth = stack.pop()
        yield branch, depth
        stack.extend((child, depth + 1) for child in reversed(branch.children))


class Actors:
    """Finds the process that a detection of a chain is about."""

    def __init__(self, chain: Chain) -> None:
        self._processes = {process.node for process in chain.processes}
        self._by_record: dict[tuple[str, str, int], str] = {}
        self._by_node: dict[str, str] = {}
        self._by_pid: dict[tuple[str, int], list[str]] = defaultdict(list)
        for process in chain.processes:
            if process.pid is not None:
                self._by_pid[process.host, process.pid].append(process.node)
        for edge in chain.edges:
            if edge.from_ in self._processes and edge.to not in self._processes:
                self._by_record.setdefault((edge.to, edge.source, edge.record), edge.from_)
                self._by_node.setdefault(edge.to, edge.from_)

    def __call__(self, hit: DetectionHit) -> str | None:
        """The process's node id: the tagged node, or whose record it is, or who touched the node.

        Failing these, the only process of the chain with that pid on that host; else None.
        """
        if hit.node in self._processes:
            return hit.node
        records = [(hit.source, hit.record), *((also.source, also.record) for also in hit.also)]
        for source, record in records:
            if found := self._by_record.get((hit.node, source, record)):
                return found
        same_pid = self._by_pid.get((hit.host, hit.pid), []) if hit.pid is not None else []
        if len(same_pid) == 1:
            return same_pid[0]
        return self._by_node.get(hit.node)


def _link(branches: Mapping[str, Branch]) -> list[Branch]:
    """Joins children to parents; gives the roots."""
    roots: list[Branch] = []
    for branch in branches.values():
        parent = branches.get(branch.process.parent or "")
        (parent.children if parent else roots).append(branch)
    reached = {branch.process.node for branch, _ in walk(roots)}
    for node, branch in branches.items():
        if node in reached:
            continue
        _cut_from_parent(branch, branches)
        roots.append(branch)
        reached.update(below.process.node for below, _ in walk([branch]))
    return roots


def _cut_from_parent(branch: Branch, branches: Mapping[str, Branch]) -> None:
    siblings = branches[branch.process.parent or ""].children
    siblings[:] = [sibling for sibling in siblings if sibling is not branch]
