"""Typed events: what every later room works on.

One class per kind of fact. The telemetry's own fields keep their Sigma/Sysmon names
(`Image`, `CommandLine`, `TargetObject` ...), so that a Sigma rule, a log and this code say the same
word; our own fields are in snake case. Events are plain named tuples: nothing validates them again.

Common header of every class, `HEADER`:

    time (int): when it happened, in 100-nanosecond ticks since 1970-01-01 UTC.
    host (str): the host as the telemetry names it.
    source (int): index of the input in the run's ledger.
    record (int): the EventRecordID, else the 1-based line or ordinal in the source.
    has_record_id (bool): whether `record` is an EventRecordID.
    event_id (int | str): as recorded: 1, 4688, "ProcessRollup2" ...; two providers may use one id.
    origin (str): name of the event's row in `lineage.normalise.sources`: "sysmon-1" ...

Text fields hold the telemetry's own text, or None where the event lacks the field (an empty string
or a lone "-" counts as lacking). ProcessGuid values are lower case without braces. Process ids are
ints (hexadecimal spellings are read), or None.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class ProcessCreated(NamedTuple):
    """A process started: Sysmon 1, Security 4688, CrowdStrike ProcessRollup2."""

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
    CommandLine: str | None
    User: str | None
    OriginalFileName: str | None
    ParentProcessGuid: str | None
    ParentProcessId: int | None
    ParentImage: str | None
    ParentCommandLine: str | None
    ParentBaseFileName: str | None
    """Only the parent's file name, as CrowdStrike gives it."""
    CurrentDirectory: str | None
    IntegrityLevel: str | None
    Hashes: str | None
    LogonId: str | None
    ParentUser: str | None
    Company: str | None
    Product: str | None
    Description: str | None
    FileVersion: str | None


class ImageLoaded(NamedTuple):
    """A process loaded a module: Sysmon 7. `OriginalFileName`, `Product` ... are the module's."""

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
    ImageLoaded: str | None
    User: str | None
    OriginalFileName: str | None
    Product: str | None
    Company: str | None
    Description: str | None
    FileVersion: str | None
    Hashes: str | None
    Signed: str | None
    Signature: str | None
    SignatureStatus: str | None


class FileCreated(NamedTuple):
    """A process created or overwrote a file: Sysmon 11."""

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
    TargetFilename: str | None
    User: str | None
    CreationUtcTime: str | None


class RegistryChanged(NamedTuple):
    """A key was created, deleted or renamed, or a value deleted: Sysmon 12."""

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
    """CreateKey, DeleteKey, DeleteValue ..."""
    TargetObject: str | None
    User: str | None


class RegistryValueSet(NamedTuple):
    """A registry value was set: Sysmon 13. `TargetObject` includes the value's name."""

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
    TargetObject: str | None
    Details: str | None
    User: str | None


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


class ObjectAccessed(NamedTuple):
    """A process opened an audited object: Security 4663."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    ProcessId: int | None
    ProcessName: str | None
    """The acting process's full image path (the field's name in 4663)."""
    ObjectName: str | None
    ObjectType: str | None
    ObjectServer: str | None
    AccessMask: str | None
    AccessList: str | None
    User: str | None


class ScriptBlockLogged(NamedTuple):
    """A PowerShell script block, its parts joined: PowerShell 4104.

    `record` and `source` are those of the first part that was seen.
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


Event = (
    ProcessCreated
    | ImageLoaded
    | FileCreated
    | RegistryChanged
    | RegistryValueSet
    | DnsQueried
    | ObjectAccessed
    | ScriptBlockLogged
)
"""Any normalised event."""


HEADER: Final = ("time", "host", "source", "record", "has_record_id", "event_id", "origin")
"""The leading fields of every event; what follows is telemetry of its own."""
