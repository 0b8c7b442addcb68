"""The registry. See `lineage.normalise.event`."""

from __future__ import annotations

from typing import NamedTuple


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


class RegistryRenamed(NamedTuple):
    """A key or value was given another name: Sysmon 14."""

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
    NewName: str | None
    User: str | None


Kinds = RegistryChanged | RegistryValueSet | RegistryRenamed
"""The event types of this module."""
__all__ = ["RegistryChanged", "RegistryRenamed", "RegistryValueSet"]
