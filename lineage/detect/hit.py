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


class Telling:
    """A hit, as the records that tell of its fact come in.

    Attributes:
        hit: by the strongest layer, the earliest where equal, as its own record tells it.
    """

    __slots__ = ("_also", "hit")

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        self._also = list(hit.also)

    def add(self, other: Hit) -> None:
        """Another record tells the fact and fires the detection."""
        if LAYERS.index(other.layer) < LAYERS.index(self.hit.layer):
            self._also = [*other.also, self.hit.record, *self._also]
            self.hit, other = other, self.hit
        else:
            self._also += (other.record, *other.also)
        if self.hit.pid is None:
            self.hit = replace(self.hit, pid=other.pid)

    def repeat(self, record: Reference) -> None:
        """A record says again what another said."""
        self._also.append(record)

    def whole(self, implicated: tuple[str, ...]) -> Hit:
        """The hit with every record, and the nodes that it throws suspicion on."""
        return replace(self.hit, also=tuple(self._also), implicated=implicated)
