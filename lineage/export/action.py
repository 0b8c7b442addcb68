"""Attack actions of a chain, and which of them each one comes of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lineage.export.instant import instant
from lineage.graph.schema import FLOW
from lineage.report.chain_graph import own_processes
from lineage.report.tree import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage.report.model import Chain, DetectionHit

LOOKED_AT = 48
"""Nodes among which the cause of an action is looked for. A chain may be a hundred thousand
processes deep or wide; a flow is drawn for people."""
_BACKWARD = {kind for kind, flow in FLOW.items() if flow == "backward"}


@dataclass(frozen=True, slots=True)
class Action:
    """A detection on one process, however often it fired.

    Attributes:
        owner: node id of the process that acted; the tagged node where no process is known.
        detection: what fired.
        hits: its hits there, in order of time.
        cause: place of the action that this one comes of, always an earlier one; None for a start.
    """

    owner: str
    detection: str
    hits: tuple[DetectionHit, ...]
    cause: int | None = None


def actions(chain: Chain) -> list[Action]:
    """A chain's actions in order of their first hit.

    The cause of an action is the one before it by the same owner; of an owner's first action, the
    latest earlier one of the nearest owner that causality leads back to.
    """
    own = own_processes(chain)
    grouped: dict[tuple[str, str], list[DetectionHit]] = defaultdict(list)
    for hit in sorted(chain.evidence, key=lambda hit: (instant(hit.time), hit.time)):
        grouped[actor_of(hit, own) or hit.node, hit.detection].append(hit)
    causes = _causes(chain)
    steps: list[Action] = []
    latest: dict[str, int] = {}
    for number, ((owner, detection), hits) in enumerate(grouped.items()):
        cause = _nearest(owner, causes, latest)
        steps.append(Action(owner, detection, tuple(hits), cause))
        latest[owner] = number
    return steps


def _causes(chain: Chain) -> dict[str, list[str]]:
    """Node -> what it comes of: parents, and edges in the direction that causality flows."""
    causes: dict[str, list[str]] = defaultdict(list)
    for edge in chain.edges:
        cause, effect = edge.from_, edge.to
        if edge.kind in _BACKWARD:
            cause, effect = effect, cause
        causes[effect].append(cause)
    for process in own_processes(chain).values():
        if process.parent is not None:
            causes[process.node].append(process.parent)
    return causes


def _nearest(
    owner: str, causes: Mapping[str, Sequence[str]], latest: Mapping[str, int]
) -> int | None:
    """The latest action so far of the owner itself, else of the nearest nodes that it comes of."""
    seen, border = {owner}, [owner]
    while border and len(seen) <= LOOKED_AT:
        acted = [latest[node] for node in border if node in latest]
        if acted:
            return max(acted)
        above = (cause for node in border for cause in causes.get(node, ()) if cause not in seen)
        border = list(dict.fromkeys(islice(above, LOOKED_AT)))
        seen.update(border)
    return None
