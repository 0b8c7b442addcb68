"""Names asked for, connections, named pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.contacts import ends_of
from lineage.graph.nodes import DnsNode, EndpointNode, PipeNode, endpoint_name
from lineage.normalise.addresses import canonical_address
from lineage.normalise.event import ConnectionMade, DnsQueried, PipeOpened

if TYPE_CHECKING:
    from lineage.graph.schema import EdgeKind


def dns_queried(canvas: Canvas, event: DnsQueried, host: str, ordinal: int) -> Placed:
    """A name is the same for all hosts."""
    process = canvas.actor(event, host, ordinal)
    name = event.QueryName or ""
    dns_id = canvas.once("dns", "", name.lower().rstrip("."), lambda key: DnsNode(key, name))
    canvas.graph.connect(process.id, dns_id, "queried", ordinal)
    return Placed(ordinal, process, dns_id)


def connection_made(canvas: Canvas, event: ConnectionMade, host: str, ordinal: int) -> Placed:
    """The endpoint is the other side: what was connected to, or who connected.

    The port of one who connects is picked anew each time, so that it tells nothing.
    """
    process = canvas.actor(event, host, ordinal)
    protocol = (event.Protocol or "").lower()
    if (event.Initiated or "").lower() == "false" and event.SourceIp:
        address, name, port = canonical_address(event.SourceIp), event.SourceHostname, None
    else:
        address, name = canonical_address(event.DestinationIp or ""), event.DestinationHostname
        port = event.DestinationPort
    endpoint_id = canvas.once(
        "endpoint",
        "",
        endpoint_name(address, port, protocol),
        lambda key: EndpointNode(key, address, port, protocol, name),
    )
    kind: EdgeKind = "connected" if port else "accepted"
    canvas.graph.connect(process.id, endpoint_id, kind, ordinal)
    canvas.contacts.connected(process, ends_of(event), ordinal)
    return Placed(ordinal, process, endpoint_id)


def pipe_opened(canvas: Canvas, event: PipeOpened, host: str, ordinal: int) -> Placed:
    """Who made a pipe, and who connected to it."""
    process = canvas.actor(event, host, ordinal)
    name = event.PipeName or ""
    pipe_id = canvas.once("pipe", host, name.lower(), lambda key: PipeNode(key, host, name))
    created = (event.EventType or "").lower() == "createpipe" or event.event_id == 17
    canvas.graph.connect(process.id, pipe_id, "created" if created else "connected", ordinal)
    return Placed(ordinal, process, pipe_id)


PLACEMENTS: Final = {
    DnsQueried: Placement("dns", dns_queried),
    ConnectionMade: Placement("endpoint", connection_made),
    PipeOpened: Placement("pipe", pipe_opened),
}
"""Type of event -> how it comes into the graph."""
