"""How a chain's processes descend from one another, and which of them each detection is about.

Pure arrangement of a `Chain`, shared by every rendering that draws the process tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineage.report.chain_graph import own_processes
from lineage.report.remote import remote_starts

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from lineage.report.model import Chain, ChainProcess, DetectionHit


@dataclass(slots=True)
class Branch:
    """A process of a chain with what hangs on it.

    Attributes:
        process: which.
        hits: detections about it, in the chain's order.
        children: the processes that it started, in the chain's order.
        host: where it runs, where neither the chain nor the branch above says so; else "".
    """

    process: ChainProcess
    hits: list[DetectionHit] = field(default_factory=list)
    children: list[Branch] = field(default_factory=list)
    host: str = ""


@dataclass(frozen=True, slots=True)
class Forest:
    """All processes of a chain, each once.

    Attributes:
        roots: processes whose parent is no part of the chain, and that no other host's started.
        branches: node id -> branch, in the chain's order.
        loose: detections about none of the processes.
    """

    roots: Sequence[Branch]
    branches: Mapping[str, Branch]
    loose: Sequence[DetectionHit]


def grow(chain: Chain) -> Forest:
    """Arranges a chain's processes by parent and hangs its evidence on them.

    What another host's process had started stands below that, where its parent is no part of the
    chain. A process that is its own ancestor, as only a forged report has it, becomes a root.
    """
    branches = {node: Branch(process) for node, process in own_processes(chain).items()}
    origins = {node: start.origin for node, start in remote_starts(chain).items()}
    roots = _link(branches, origins)
    _tell_hosts(roots, several=len({process.host for process in chain.processes}) > 1)
    loose: list[DetectionHit] = []
    for hit in chain.evidence:
        branch = branches.get(actor_of(hit, branches) or "")
        (branch.hits if branch else loose).append(hit)
    return Forest(roots, branches, loose)


def actor_of(hit: DetectionHit, own: Container[str]) -> str | None:
    """The attack's process that a detection is about: who acted, else the process that it tags.

    Args:
        hit: the detection.
        own: node ids of the attack's processes.
    """
    return next((node for node in (hit.actor, hit.node) if node is not None and node in own), None)


def walk(roots: Sequence[Branch]) -> Iterator[tuple[Branch, int]]:
    """Every branch with its depth (roots: 0), parents before children; depth is unbounded."""
    stack = [(root, 0) for root in reversed(roots)]
    while stack:
        branch, depth = stack.pop()
        yield branch, depth
        stack.extend((child, depth + 1) for child in reversed(branch.children))


def parents_of(roots: Sequence[Branch]) -> dict[str, Branch]:
    """Node id of each process that has a parent -> the parent's branch."""
    return {child.process.node: branch for branch, _ in walk(roots) for child in branch.children}


def bounded(
    branches: Sequence[Branch], parents: Mapping[str, Branch], room: int
) -> dict[str, Branch]:
    """The branches to draw where there is no room for all: tagged ones first.

    Args:
        branches: all, in the order in which they are wanted.
        parents: as `parents_of` gives them.
        room: how many at most.

    Returns:
        Node id -> branch. A drawn branch's parent is drawn too, and stands before it.
    """
    chosen: dict[str, Branch] = {}
    for branch in sorted(branches, key=lambda branch: not branch.hits):
        way: list[Branch] = []
        step: Branch | None = branch
        while step is not None and step.process.node not in chosen and len(way) <= room:
            way.append(step)
            step = parents.get(step.process.node)
        if len(chosen) + len(way) <= room:
            chosen |= {each.process.node: each for each in reversed(way)}
    return chosen


def _link(branches: Mapping[str, Branch], origins: Mapping[str, str]) -> list[Branch]:
    """Joins children to parents; gives the roots."""
    roots: list[Branch] = []
    above: dict[str, Branch] = {}
    for node, branch in branches.items():
        parent = branches.get(branch.process.parent or "") or branches.get(origins.get(node, ""))
        if parent is not None:
            above[node] = parent
        (parent.children if parent else roots).append(branch)
    reached = {branch.process.node for branch, _ in walk(roots)}
    for node, branch in branches.items():
        if node in reached:
            continue
        _cut_from_parent(branch, above[node])
        roots.append(branch)
        reached.update(below.process.node for below, _ in walk([branch]))
    return roots


def _tell_hosts(roots: Sequence[Branch], *, several: bool) -> None:
    """Says where branches run of which it isn't clear."""
    for root in roots:
        root.host = root.process.host if several else ""
    for branch, _ in walk(roots):
        for child in branch.children:
            here = child.process.host == branch.process.host
            child.host = "" if here else child.process.host


def _cut_from_parent(branch: Branch, parent: Branch) -> None:
    siblings = parent.children
    siblings[:] = [sibling for sibling in siblings if sibling is not branch]
