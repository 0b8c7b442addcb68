"""Events -> nodes and edges. Events must come in order of time (`lineage.normalise.order`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.placing import access, channel, files, network, processes, registry, system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.graph.identity import Hosts
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event

__all__ = ["Builder", "Placed", "Placement"]


class Builder:
    """Builds the provenance graph, one event at a time.

    Args:
        hosts: the names under which hosts occur in the events to come.
    """

    PLACEMENTS: ClassVar[dict[type[Event], Placement]] = {
        event_type: placement
        for module in (access, channel, files, network, processes, registry, system)
        for event_type, placement in module.PLACEMENTS.items()
    }

    def __init__(self, hosts: Hosts) -> None:
        self._canvas = Canvas(hosts)

    @property
    def graph(self) -> ProvenanceGraph:
        """The graph, as far as it is built."""
        return self._canvas.graph

    @property
    def shared(self) -> list[str]:
        """Ids of nodes of no one host that were made since the list was last emptied."""
        return self._canvas.shared

    def remarks(self) -> Iterator[tuple[int, str]]:
        """What the logs say of themselves: index of the input, and one line on it."""
        canvas = self._canvas
        for (source, host, note), count in canvas.log_notes.items():
            times = "" if count == 1 else f" ({count:,} times)"
            yield source, f"Sysmon of {host} {note}{times}: what it didn't record can't show"
        yield from canvas.contacts.remarks()

    def join_hosts(self) -> None:
        """Once all events are in: what of one host came about by another's doing."""
        self._canvas.contacts.join()

    def add(self, event: Event) -> Placed:
        """Adds an event's facts to the graph and tells where they went."""
        canvas = self._canvas
        ordinal = canvas.graph.events.add(event.time, event.source, event.record, event.event_id)
        place = self.PLACEMENTS[type(event)].place
        return place(canvas, event, canvas.host_of(event), ordinal)
