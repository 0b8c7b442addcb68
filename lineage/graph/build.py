"""Events -> nodes and edges. Events must come in order of time (`lineage.normalise.order`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from lineage.graph.canvas import Canvas, Placed
from lineage.graph.placing import access, channel, files, network, processes, registry, system
from lineage.normalise import event as events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lineage.graph.identity import Hosts
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.graph.schema import NodeKind
    from lineage.normalise.event import Event

__all__ = ["Builder", "Placed", "Placement"]


class Placement(NamedTuple):
    """How events of a type come into the graph.

    Attributes:
        kind: kind of the node that they are about, which a detection tags unless its rule says
            otherwise.
        place: adds an event of the type to a canvas; takes the host's key and the event's ordinal.
    """

    kind: NodeKind
    place: Callable[..., Placed]


class Builder:
    """Builds the provenance graph, one event at a time.

    Args:
        hosts: the names under which hosts occur in the events to come.
    """

    PLACEMENTS: ClassVar[dict[type[Event], Placement]] = {
        events.ProcessCreated: Placement("process", processes.process_created),
        events.ProcessEnded: Placement("process", processes.process_ended),
        events.RemoteThreadCreated: Placement("process", access.remote_thread_created),
        events.ProcessAccessed: Placement("process", access.process_accessed),
        events.ProcessTampered: Placement("process", access.process_tampered),
        events.ImageLoaded: Placement("module", files.image_loaded),
        events.FileCreated: Placement("file", files.file_created),
        events.ExecutableCreated: Placement("file", files.executable_created),
        events.FileTimeChanged: Placement("file", files.file_time_changed),
        events.FileStreamCreated: Placement("file", files.file_stream_created),
        events.FileDeleted: Placement("file", files.file_deleted),
        events.FileBlocked: Placement("file", files.file_blocked),
        events.ObjectAccessed: Placement("file", files.object_accessed),
        events.RawAccessRead: Placement("file", files.raw_access_read),
        events.RegistryChanged: Placement("registry", registry.registry_changed),
        events.RegistryValueSet: Placement("registry", registry.registry_value_set),
        events.RegistryRenamed: Placement("registry", registry.registry_renamed),
        events.DnsQueried: Placement("dns", network.dns_queried),
        events.ConnectionMade: Placement("endpoint", network.connection_made),
        events.PipeOpened: Placement("pipe", network.pipe_opened),
        events.ScriptBlockLogged: Placement("script", system.script_block_logged),
        events.ClipboardChanged: Placement("process", system.clipboard_changed),
        events.DriverLoaded: Placement("driver", system.driver_loaded),
        events.WmiSubscriptionChanged: Placement("wmi", system.wmi_subscription_changed),
        events.LogChanged: Placement("host", system.log_changed),
        events.HostStarted: Placement("host", system.host_started),
        events.ChannelEvent: Placement("host", channel.channel_event),
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
        for (source, host, note), count in self._canvas.log_notes.items():
            times = "" if count == 1 else f" ({count:,} times)"
            yield source, f"Sysmon of {host} {note}{times}: what it didn't record can't show"

    def add(self, event: Event) -> Placed:
        """Adds an event's facts to the graph and tells where they went."""
        canvas = self._canvas
        ordinal = canvas.graph.events.add(event.time, event.source, event.record, event.event_id)
        place = self.PLACEMENTS[type(event)].place
        return place(canvas, event, canvas.host_of(event), ordinal)
