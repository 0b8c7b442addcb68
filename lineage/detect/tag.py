"""Matches -> hits on the graph: which node is tagged, which others are implicated.

One fact, one hit: the start of a process told by Sysmon and by the Security log is one hit, with
the other records beside it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lineage.detect.hit import Hit, Telling
from lineage.detect.implicate import implicated
from lineage.detect.uses import Uses
from lineage.graph.provenance import Reference
from lineage.graph.volumes import Volumes
from lineage.normalise.event import Event, ProcessCreated
from lineage.normalise.sources import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.detect.detection import Match
    from lineage.graph.build import Placed
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import ProvenanceGraph

_Record = tuple[int, str, int, str]
"""Input, host, number, event source."""


class Tagger:
    """Collects hits while events go by, then hangs them on the graph.

    Attributes:
        repeats: index of an input -> how many of its events told again what another told.
    """

    def __init__(self) -> None:
        self.repeats: Counter[int] = Counter()
        self._hits: dict[tuple[str, str | int], tuple[Telling, ProcessNode | None]] = {}
        self._dropped: set[tuple[str, str | int]] = set()
        self._of_record: dict[_Record, list[tuple[str, str | int]]] = {}

    def add(self, event: Event, placed: Placed, matches: Iterable[Match]) -> None:
        """Takes an event's matches."""
        for match in matches:
            hit = _hit(event, placed, match)
            key = (match.detection.rule_id, fact(event, placed))
            telling, parent = self._hits.get(key, (None, None))
            if telling is None:
                telling = Telling(hit)
            else:
                telling.add(hit)
            self._hits[key] = (telling, placed.parent or parent)
            self._of_record.setdefault(_record(event), []).append(key)

    def drop(self, event: Event, placed: Placed, matches: Iterable[Match]) -> None:
        """Leaves the hits of these matches out, also where another record tells the same fact."""
        for match in matches:
            self._dropped.add((match.detection.rule_id, fact(event, placed)))

    def repeat(self, event: Event, first: Event) -> None:
        """Takes an event that says again what another said before, maybe of another record."""
        self.repeats[event.source] += 1
        if _record(event) == _record(first):
            return
        for key in self._of_record.get(_record(first), ()):
            self._hits[key][0].repeat(_reference(event))

    def hits(self, graph: ProvenanceGraph) -> list[Hit]:
        """All hits in order of time, the implicated nodes looked up in the finished graph."""
        uses, volumes = Uses(graph), Volumes(graph)
        resolved = [
            telling.whole(implicated(telling.hit, parent, graph, uses, volumes))
            for key, (telling, parent) in self._hits.items()
            if key not in self._dropped
        ]
        return sorted(resolved, key=lambda hit: (hit.ordinal, hit.detection.title))


def fact(event: Event, placed: Placed) -> str | int:
    """What tells a fact from others: the process that started, else the event's ordinal."""
    return placed.object if isinstance(event, ProcessCreated) else placed.ordinal


def _hit(event: Event, placed: Placed, match: Match) -> Hit:
    _, pid, _ = actor_of(event)
    return Hit(
        match.detection,
        match.layer,
        match.by,
        match.fields,
        placed.ordinal,
        _reference(event),
        tuple(_reference(other) for other in match.also),
        event.host,
        pid,
        placed.object,
        placed.actor.id if placed.actor else None,
        (),
    )


def _reference(event: Event) -> Reference:
    return Reference(event.time, event.source, event.record, event.event_id)


def _record(event: Event) -> _Record:
    """What tells a record from all others; in one export, each host counts its own."""
    return event.source, event.host.lower(), event.record, event.origin
