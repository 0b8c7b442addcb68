"""Uses of what was made in the case -> INFLUENCED: causality to be walked along arrows. Pure.

EXECUTED, INTERPRETED, LOADED and ACCESSED point at what influenced the process, against causality,
and Cypher's shortest paths can't change direction on the way. A file or module that something in
the case made gets an arrow to the processes that used it afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lineage.graph.schema import EDGE_SCHEMAS, FLOW, EdgeKind
from lineage.graphdb.labels import INFLUENCED, TYPE
from lineage.graphdb.rows import Ends, Record, TieRow, evidence, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAKING: frozenset[EdgeKind] = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.makes)
"""Edges into what was made."""
USING: frozenset[EdgeKind] = frozenset(kind for kind in FLOW if FLOW[kind] == "backward")
"""Edges from a process to what influenced it."""


class Use(NamedTuple):
    """That a process used something: an edge of a kind in `USING`, with times in ticks."""

    process: str
    used: str
    kind: EdgeKind
    first: int
    last: int
    records: list[Record]


def influences(uses: Iterable[Use], label_of: Callable[[str], str]) -> list[tuple[Ends, TieRow]]:
    """One relationship from each used thing to each process that used it.

    Args:
        uses: uses that came after the making.
        label_of: label of a node by its id in the report.
    """
    together: dict[tuple[str, str], list[Use]] = {}
    for use in uses:
        together.setdefault((use.used, use.process), []).append(use)
    return [
        (Ends(INFLUENCED, label_of(used), label_of(process)), _row(same))
        for (used, process), same in together.items()
    ]


def _row(same: list[Use]) -> TieRow:
    records = [record for use in same for record in use.records]
    return {
        "source": key(same[0].used),
        "target": key(same[0].process),
        "times": {
            "first": min(use.first for use in same),
            "last": max(use.last for use in same),
        },
        "properties": {
            "flow": "forward",
            "via": sorted(TYPE[use.kind] for use in same),
            "count": len(records),
            **evidence(records),
        },
    }
