"""Processes: what starts, ends, loads and reaches into another. See `lineage.normalise.event`."""

from __future__ import annotations

from typing import NamedTuple


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


class ProcessEnded(NamedTuple):
    """A process ended: Sysmon 5, Security 4689, CrowdStrike EndOfProcess."""

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
    Status: str | None
    """Its exit status, where it is recorded."""


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


class RemoteThreadCreated(NamedTuple):
    """A process started a thread in another one: Sysmon 8."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    SourceProcessGuid: str | None
    SourceProcessId: int | None
    SourceImage: str | None
    TargetProcessGuid: str | None
    TargetProcessId: int | None
    TargetImage: str | None
    NewThreadId: str | None
    StartAddress: str | None
    StartModule: str | None
    StartFunction: str | None
    SourceUser: str | None
    TargetUser: str | None


class ProcessAccessed(NamedTuple):
    """A process opened another one: Sysmon 10."""

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    SourceProcessGuid: str | None
    SourceProcessId: int | None
    SourceImage: str | None
    TargetProcessGuid: str | None
    TargetProcessId: int | None
    TargetImage: str | None
    GrantedAccess: str | None
    CallTrace: str | None
    SourceUser: str | None
    TargetUser: str | None


class ProcessTampered(NamedTuple):
    """A process's image in memory isn't its program's: Sysmon 25.

    Who did it isn't logged.
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
    Type: str | None
    User: str | None


Kinds = (
    ProcessCreated
    | ProcessEnded
    | ImageLoaded
    | RemoteThreadCreated
    | ProcessAccessed
    | ProcessTampered
)
"""The event types of this module."""
__all__ = [
    "ImageLoaded",
    "ProcessAccessed",
    "ProcessCreated",
    "ProcessEnded",
    "ProcessTampered",
    "RemoteThreadCreated",
]
