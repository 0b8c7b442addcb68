"""Which processes of a chain another of its hosts had started, and by which logon."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.schema import CROSSING, EDGE_SCHEMAS

if TYPE_CHECKING:
    from lineage.report.model import Chain, ChainEdge

_ARRANGES: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.arranges)


class RemoteStart(NamedTuple):
    """That a process came about by a logon from another host.

    Attributes:
        origin: node of the process that logged on.
        session: node of the session.
        guess: whether it is only likely to have been that process.
    """

    origin: str
    session: str
    guess: bool


def remote_starts(chain: Chain) -> dict[str, RemoteStart]:
    """Node of each process that another host's process had started, directly or by an entry."""
    into: defaultdict[str, list[ChainEdge]] = defaultdict(list)
    logons: dict[str, ChainEdge] = {}
    for edge in chain.edges:
        into[edge.to].append(edge)
        if edge.kind == CROSSING:
            logons.setdefault(edge.to, edge)
    if not logons:
        return {}
    found: dict[str, RemoteStart] = {}
    for process in chain.processes:
        for entry in (edge.from_ for edge in into[process.node] if edge.kind in _ARRANGES):
            makers = (entry, *(edge.from_ for edge in into[entry]))
            logon = next((logons[maker] for maker in makers if maker in logons), None)
            if logon is not None:
                found.setdefault(process.node, RemoteStart(logon.from_, logon.to, logon.guess))
    return found
