"""Files and volumes. See `lineage.normalise.event`."""

from __future__ import annotations

from typing import NamedTuple


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


class FileTimeChanged(NamedTuple):
    """A process changed when a file says it was created: Sysmon 2."""

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
    CreationUtcTime: str | None
    PreviousCreationUtcTime: str | None
    User: str | None


class FileDeleted(NamedTuple):
    """A process deleted a file: Sysmon 23 (kept a copy of it), 26."""

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
    Hashes: str | None
    IsExecutable: str | None
    Archived: str | None


class FileBlocked(NamedTuple):
    """Sysmon kept a process from making an executable (27) or from shredding a file (28)."""

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
    Hashes: str | None
    IsExecutable: str | None


class ExecutableCreated(NamedTuple):
    """A process created a file that is a program: Sysmon 29."""

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
    Hashes: str | None


class FileStreamCreated(NamedTuple):
    """A process created a file stream: Sysmon 15. `Contents` is a text stream's text."""

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
    CreationUtcTime: str | None
    Hash: str | None
    Contents: str | None
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


class RawAccessRead(NamedTuple):
    """A process read a volume past the file system: Sysmon 9."""

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
    Device: str | None
    User: str | None


Kinds = (
    FileCreated
    | FileTimeChanged
    | FileDeleted
    | FileBlocked
    | ExecutableCreated
    | FileStreamCreated
    | ObjectAccessed
    | RawAccessRead
)
"""The event types of this module."""
__all__ = [
    "ExecutableCreated",
    "FileBlocked",
    "FileCreated",
    "FileDeleted",
    "FileStreamCreated",
    "FileTimeChanged",
    "ObjectAccessed",
    "RawAccessRead",
]
