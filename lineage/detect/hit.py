"""A detection that fired on a fact, with every record that tells the fact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineage.detect.detection import LAYERS

if TYPE_CHECKING:
    from lineage.detect.detection import Detection, Layer
    from lineage.graph.provenance import Reference


@dataclass(frozen=True, slots=True)
class Hit:
    """A detection fired on a fact.

    Attributes:
        detection: which.
        layer: by which layer.
        by: the bridge's or extension's name, else None.
        fields: the fields that made it match.
        ordinal: the event, in the graph's event table.
        record: where it is recorded.
        also: the other records that tell the same fact and fire the detection.
        host: as the event names it.
        pid: of the acting process; for a process start, of the new one.
        node: id of the tagged node.
        actor: id of the acting process (for a process start, the new one), or None where unknown.
        implicated: ids of the nodes that the hit throws suspicion on, beside the tagged one.
    """

    detection: Detection
    layer: Layer
    by: str | None
    fields: dict[str, str]
    ordinal: int
    record: Reference
    also: tuple[Reference, ...]
    host: str
    pid: int | None
    node: str
    actor: str | None
    implicated: tuple[str, ...]


def merged(one: Hit, other: Hit) -> Hit:
    """The hit by the stronger layer, the earlier where equal, with the other's record beside it."""
    first, second = one, other
    if LAYERS.index(other.layer) < LAYERS.index(one.layer):
        first, second = other, one
    also = (*first.also, second.record, *second.also)
    return replace(first, also=also, pid=first.pid if first.pid is not None else second.pid)
