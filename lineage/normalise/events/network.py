"""Names, connections, pipes. See `lineage.normalise.event`."""

from __future__ import annotations

from typing import NamedTuple


class DnsQueried(NamedTuple):
    """A process asked for a name: Sysmon 22."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    ProcessGuid: str | None
    ProcessId: int | None
    Image: str | None
    QueryName: str | None
    QueryStatus: str | None
    QueryResults: str | None
    User: str | None


class ConnectionMade(NamedTuple):
    """A process connected, or was connected to: Sysmon 3.

    The source is who began the connection; `Initiated` tells whether that was this process.
    """

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    ProcessGuid: str | None
    ProcessId: int | None
    Image: str | None
    User: str | None
    Protocol: str | None
    Initiated: str | None
    SourceIp: str | None
    SourceHostname: str | None
    SourcePort: str | None
    SourcePortName: str | None
    DestinationIp: str | None
    DestinationHostname: str | None
    DestinationPort: str | None
    DestinationPortName: str | None
    SourceIsIpv6: str | None
    DestinationIsIpv6: str | None


class PipeOpened(NamedTuple):
    """A process created a named pipe (Sysmon 17) or connected to one (18)."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    ProcessGuid: str | None
    ProcessId: int | None
    Image: str | None
    EventType: str | None
    PipeName: str | None
    User: str | None


Kinds = DnsQueried | ConnectionMade | PipeOpened
"""The event types of this module."""
__all__ = ["ConnectionMade", "DnsQueried", "PipeOpened"]
