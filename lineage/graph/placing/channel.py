"""Records of Windows' event logs: what those mean that are about a thing of the graph.

All others are about the process that they name as acting, else about the host.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.contacts import allowed_ends_of
from lineage.graph.nodes import DnsNode, EndpointNode, RegistryNode, endpoint_name
from lineage.graph.placing import sessions, upkeep
from lineage.normalise.event import ChannelEvent
from lineage.normalise.paths import canonical_path
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.graph.nodes import ProcessNode

_PROTOCOLS: Final = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmp6"}
"""Numbers in 5156 (IANA, "Protocol Numbers")."""
_DELETED: Final = frozenset({"%%1906"})
"""`OperationType` of 4657: a value was deleted (msobjs.dll)."""
_THREAT_FILE: Final = re.compile(r"(?:container)?file:_([A-Za-z]:\\[^;]+?)(?:->|;|$)")
"""A file among what Defender says a threat was found in."""


def channel_event(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed:
    """Any record."""
    place = _PLACES.get((_SERVICES[event.origin], event.event_id))
    placed = place(canvas, event, host, ordinal) if place else None
    return placed or _unknown(canvas, event, host, ordinal)


def _unknown(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed:
    process = _actor(canvas, event, host, ordinal)
    if process is not None:
        return Placed(ordinal, process, process.id)
    return Placed(ordinal, None, canvas.host(host, event.host))


def _actor(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> ProcessNode | None:
    if event.acting_pid is None and event.acting_image is None:
        return None
    return canvas.actor(event, host, ordinal)


def _object_accessed(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4656: a handle was asked for; whether it was given isn't said."""
    process = _actor(canvas, event, host, ordinal)
    written = event.ObjectName
    if process is None or written is None:
        return None
    kind = (event.ObjectType or "").lower()
    if kind == "key":
        node_id = canvas.registry(host, written)
    elif kind == "file":
        node_id = canvas.file(
            host, canvas.processes.drives.path(host, canonical_path(written)), written
        )
    else:
        return None
    canvas.graph.connect(process.id, node_id, "accessed", ordinal)
    return Placed(ordinal, process, node_id)


def _value_changed(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4657: a registry value was set or deleted."""
    process = _actor(canvas, event, host, ordinal)
    key, value = event.ObjectName, event.ObjectValueName
    if process is None or key is None:
        return None
    written = f"{key}\\{value}" if value else key
    registry_id = canvas.registry(host, written)
    if event.OperationType in _DELETED:
        canvas.graph.connect(process.id, registry_id, "deleted", ordinal)
        return Placed(ordinal, process, registry_id)
    registry = canvas.graph.node(registry_id)
    if isinstance(registry, RegistryNode) and event.NewValue is not None:
        registry.data = event.NewValue
    canvas.graph.connect(process.id, registry_id, "set", ordinal)
    canvas.expect_value(host, written, event.NewValue, registry_id)
    return Placed(ordinal, process, registry_id)


def _connection_allowed(
    canvas: Canvas, event: ChannelEvent, host: str, ordinal: int
) -> Placed | None:
    """5156: the other side is the destination, or for an inbound connection the source."""
    process, ends = _actor(canvas, event, host, ordinal), allowed_ends_of(event)
    if process is None or not ends.other:
        return None
    address = ends.other
    port = None if ends.accepted else ends.other_port
    protocol = _PROTOCOLS.get(event.Protocol or "", "")
    endpoint_id = canvas.once(
        "endpoint",
        "",
        endpoint_name(address, port, protocol),
        lambda key: EndpointNode(key, address, port, protocol),
    )
    canvas.graph.connect(process.id, endpoint_id, "connected" if port else "accepted", ordinal)
    canvas.contacts.connected(process, ends, ordinal)
    return Placed(ordinal, process, endpoint_id)


def _name_asked(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """DNS-Client 3008: the record is written by the process that asked."""
    process = _actor(canvas, event, host, ordinal)
    name = event.QueryName
    if process is None or name is None:
        return None
    dns_id = canvas.once("dns", "", name.lower().rstrip("."), lambda key: DnsNode(key, name))
    canvas.graph.connect(process.id, dns_id, "queried", ordinal)
    return Placed(ordinal, process, dns_id)


def _threat_found(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """Defender names what it found a threat in; it is about the first file among that."""
    match = _THREAT_FILE.search(event.Path or "")
    if match is None:
        return None
    path = canvas.processes.drives.path(host, canonical_path(match[1]))
    return Placed(ordinal, None, canvas.file(host, path, match[1]))


_PLACES: Final[dict[tuple[str | None, int | str], Callable[..., Placed | None]]] = {
    ("security", 4656): _object_accessed,
    ("security", 4657): _value_changed,
    ("security", 5156): _connection_allowed,
    ("dns-client", 3008): _name_asked,
    **{("windefend", number): _threat_found for number in (1006, 1007, 1116, 1117)},
    ("security", 4624): sessions.logged_on,
    ("security", 4648): sessions.credentials_used,
    (None, "UserLogon"): sessions.logged_on,
    (None, "LogonSuccess"): sessions.logged_on,
    **{("security", number): sessions.about_session for number in (4634, 4647, 4672, 5140)},
    ("security", 5145): sessions.shared_file_opened,
    ("security", 4697): upkeep.service_installed,
    ("system", 7045): upkeep.service_installed,
    ("system", 7036): upkeep.about_service,
    **{("security", number): upkeep.task_registered for number in (4698, 4702)},
    ("security", 4699): upkeep.task_deleted,
    **{("security", number): upkeep.about_task for number in (4700, 4701)},
    **{("taskscheduler", number): upkeep.task_registered for number in (106, 140)},
    ("taskscheduler", 141): upkeep.task_deleted,
    ("taskscheduler", 129): upkeep.task_launched,
    **{("taskscheduler", number): upkeep.about_task for number in (200, 201)},
}
"""Service and event id -> what such a record means; None where it lacks what it would be about."""
_SERVICES: Final = {source.name: source.provider.service for source in SOURCE.values()}


PLACEMENTS: Final = {
    ChannelEvent: Placement("host", channel_event),
}
"""Type of event -> how it comes into the graph."""
