"""Microsoft-Windows-Security-Auditing, events 4608, 4663, 4688 and 4689; EventLog 6005.

Field meanings: Microsoft Learn, "4688(S): A new process has been created", "4663(S): An attempt
was made to access an object" and so on. In 4688 `ProcessId` is the creator's and `NewProcessId` the
new process's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.normalise.event import (
    Event,
    HostStarted,
    ObjectAccessed,
    ProcessCreated,
    ProcessEnded,
)
from lineage.normalise.header import header, logged_time, require
from lineage.normalise.source import NOBODY, PARENT, Provider, Source

if TYPE_CHECKING:
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_INTEGRITY = {
    "S-1-16-0": "Untrusted",
    "S-1-16-4096": "Low",
    "S-1-16-8192": "Medium",
    "S-1-16-8448": "MediumPlus",
    "S-1-16-12288": "High",
    "S-1-16-16384": "System",
    "S-1-16-20480": "ProtectedProcess",
}
"""Mandatory label SID -> Sysmon's word for it (MS-DTYP 2.4.2.4, well-known SIDs)."""


def process_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """Security 4688. Raises ValueError where a field that must be there is missing or malformed."""
    get = raw.data.get
    text = values.texts.__getitem__
    pid = values.numbers["NewProcessId"][get("NewProcessId")]
    if pid is None:
        raise ValueError("NewProcessId is missing")
    label = text(get("MandatoryLabel"))
    target = _account(raw, values, "Target")
    return ProcessCreated(
        *header(raw, source, origin, logged_time(raw)),
        ProcessGuid=None,
        ProcessId=pid,
        Image=require(text(get("NewProcessName")), "NewProcessName"),
        CommandLine=text(get("CommandLine")),
        User=target or _account(raw, values, "Subject"),
        OriginalFileName=None,
        ParentProcessGuid=None,
        ParentProcessId=values.numbers["ProcessId"][get("ProcessId")],
        ParentImage=text(get("ParentProcessName")),
        ParentCommandLine=None,
        ParentBaseFileName=None,
        CurrentDirectory=None,
        IntegrityLevel=_INTEGRITY.get(label, _shown_level(label)) if label else None,
        Hashes=None,
        LogonId=text(get("TargetLogonId" if target else "SubjectLogonId")),
        ParentUser=None,
        Company=None,
        Product=None,
        Description=None,
        FileVersion=None,
    )


def _shown_level(label: str) -> str:
    r"""The level in a label as messages show it: ``Mandatory Label\\High Mandatory Level``."""
    return label.rpartition("\\")[2].removesuffix(" Mandatory Level")


def object_accessed(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """Security 4663. Raises ValueError where a field that must be there is missing or malformed."""
    get = raw.data.get
    text = values.texts.__getitem__
    pid = values.numbers["ProcessId"][get("ProcessId")]
    name = text(get("ProcessName"))
    if pid is None and name is None:
        raise ValueError("neither ProcessId nor ProcessName says which process it was")
    return ObjectAccessed(
        *header(raw, source, origin, logged_time(raw)),
        ProcessId=pid,
        ProcessName=name,
        ObjectName=require(text(get("ObjectName")), "ObjectName"),
        ObjectType=text(get("ObjectType")),
        ObjectServer=text(get("ObjectServer")),
        AccessMask=text(get("AccessMask")),
        AccessList=text(get("AccessList")),
        User=_account(raw, values, "Subject"),
    )


def process_ended(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """Security 4689. Raises ValueError where a field that must be there is missing or malformed."""
    pid = values.numbers["ProcessId"][raw.data.get("ProcessId")]
    if pid is None:
        raise ValueError("ProcessId is missing")
    return ProcessEnded(
        *header(raw, source, origin, logged_time(raw)),
        ProcessGuid=None,
        ProcessId=pid,
        Image=values.texts[raw.data.get("ProcessName")],
        User=_account(raw, values, "Subject"),
        Status=values.texts[raw.data.get("Status")],
    )


def host_started(raw: RawRecord, source: int, origin: str, _values: Values) -> Event:
    """Security 4608, System 6005. Raises ValueError where the record has no time."""
    return HostStarted(*header(raw, source, origin, logged_time(raw)))


def _account(raw: RawRecord, values: Values, role: str) -> str | None:
    r"""`DOMAIN\\name` of the subject or target, else None."""
    name = values.texts[raw.data.get(f"{role}UserName")]
    if name is None:
        return None
    domain = values.texts[raw.data.get(f"{role}DomainName")]
    return values.texts[f"{domain}\\{name}" if domain else name]


SECURITY: Final = Provider(
    "microsoft-windows-security-auditing",
    "security",
    ("security",),
    aliases=("microsoft windows security auditing.", "microsoft windows security auditing"),
)
EVENT_LOG: Final = Provider("eventlog", "system")

SOURCES: Final = (
    Source(
        "security-4688",
        SECURITY,
        4688,
        ProcessCreated,
        process_created,
        {"process_creation": ""},
        bridged=PARENT,
        never=frozenset({"ParentBaseFileName", "OriginalFileName"}),
        names={
            "NewProcessName": "Image",
            "NewProcessId": "ProcessId",
            "ProcessId": "ParentProcessId",
            "ParentProcessName": "ParentImage",
            "CommandLine": "CommandLine",
            "SubjectLogonId": "LogonId",
            "MandatoryLabel": "IntegrityLevel",
        },
    ),
    Source(
        "security-4663",
        SECURITY,
        4663,
        ObjectAccessed,
        object_accessed,
        actor=(None, "ProcessId", "ProcessName"),
        names={
            "ProcessName": "ProcessName",
            "ProcessId": "ProcessId",
            "ObjectName": "ObjectName",
            "ObjectType": "ObjectType",
            "ObjectServer": "ObjectServer",
            "AccessMask": "AccessMask",
            "AccessList": "AccessList",
        },
    ),
    Source(
        "security-4689",
        SECURITY,
        4689,
        ProcessEnded,
        process_ended,
        names={"ProcessName": "Image", "ProcessId": "ProcessId", "Status": "Status"},
    ),
    Source("security-4608", SECURITY, 4608, HostStarted, host_started, actor=NOBODY),
    Source("system-6005", EVENT_LOG, 6005, HostStarted, host_started, actor=NOBODY),
)
