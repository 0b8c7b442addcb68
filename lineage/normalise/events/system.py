"""Scripts, the clipboard, drivers, WMI, and the log itself. See `lineage.normalise.event`."""

from __future__ import annotations

from typing import NamedTuple


class ScriptBlockLogged(NamedTuple):
    """A PowerShell script block, or a part of one: PowerShell 4104.

    Records of one part each are joined by `lineage.normalise.powershell.Joiner`; `record` and
    `source` are those of the first part that was seen.
    """

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    ProcessId: int | None
    """From the event header (Execution ProcessID): the PowerShell process, where known."""
    ScriptBlockId: str | None
    ScriptBlockText: str | None
    """The whole block: its parts in order of MessageNumber, without a separator."""
    Path: str | None
    User: str | None
    parts: tuple[str, ...]
    """The text of each part that was seen, in order of MessageNumber."""
    parts_total: int
    """MessageTotal: how many parts the block has."""
    ProcessGuid: str | None = None
    """CrowdStrike's identity of the process; PowerShell logs none."""
    part: int = 1
    """MessageNumber of the first part that was seen."""


class ClipboardChanged(NamedTuple):
    """A process changed the clipboard: Sysmon 24."""

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
    Session: str | None
    ClientInfo: str | None
    Hashes: str | None
    Archived: str | None
    User: str | None


class DriverLoaded(NamedTuple):
    """The kernel loaded a driver: Sysmon 6."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    ImageLoaded: str | None
    Hashes: str | None
    Signed: str | None
    Signature: str | None
    SignatureStatus: str | None


class WmiSubscriptionChanged(NamedTuple):
    """A part of a WMI event subscription was made, changed or deleted: Sysmon 19, 20, 21.

    A filter says when (`Query`), a consumer what then is done (`Destination`), a binding which
    filter runs which consumer.
    """

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    EventType: str | None
    Operation: str | None
    User: str | None
    Name: str | None
    EventNamespace: str | None
    Query: str | None
    Type: str | None
    Destination: str | None
    Consumer: str | None
    Filter: str | None


class LogChanged(NamedTuple):
    """Sysmon says something of itself: started or stopped (4), reconfigured (16), failed (255)."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    State: str | None
    Version: str | None
    SchemaVersion: str | None
    Configuration: str | None
    ConfigurationFileHash: str | None
    ID: str | None
    Description: str | None


class HostStarted(NamedTuple):
    """Windows started: Security 4608, System 6005. Both are logged a while after it."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str


Kinds = (
    ScriptBlockLogged
    | ClipboardChanged
    | DriverLoaded
    | WmiSubscriptionChanged
    | LogChanged
    | HostStarted
)
"""The event types of this module."""
__all__ = [
    "ClipboardChanged",
    "DriverLoaded",
    "HostStarted",
    "LogChanged",
    "ScriptBlockLogged",
    "WmiSubscriptionChanged",
]
