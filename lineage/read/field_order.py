"""The order of an event's fields, for exports that hand over its values without their names.

Windows stores an event's values in the order of its provider's manifest. Exports that keep only
the values (`StringInserts`, `Properties`, `ReplacementStrings`, `Strings`) and rendered messages in
a language we don't read are understood by that order alone.

Sources: Sysmon's own schema (`sysmon -s`) and its releases' notes for what each version added;
Microsoft Learn, "Advanced security audit policy settings", for the Security events and the order
of their messages; PowerShell's manifest for 4104.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from lineage.read.windows_event import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SYSMON: Final = "sysmon"
SECURITY: Final = "security"
POWERSHELL: Final = "powershell"
SYSTEM: Final = "system"

_WRITERS: Final = (
    ("sysmon", SYSMON),
    ("security", SECURITY),
    ("powershell", POWERSHELL),
    ("service control manager", SYSTEM),
    ("system", SYSTEM),
)
"""A word in a provider's or channel's name, in lower case -> whose event ids it means."""

_GROUPS: Final = {
    "ACTOR": "UtcTime ProcessGuid ProcessId",
    "SUBJECT": "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId",
    "TARGET": "TargetUserSid TargetUserName TargetDomainName TargetLogonId",
    "FILE": "FileVersion Description Product Company",
}
"""Fields that stand together in many events."""

_STORED: Final = """
sysmon 1: RuleName ACTOR Image FILE OriginalFileName CommandLine CurrentDirectory User LogonGuid
    LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage
    ParentCommandLine ParentUser / ParentUser / OriginalFileName / RuleName / FILE
sysmon 2: RuleName ACTOR Image TargetFilename CreationUtcTime PreviousCreationUtcTime User / User
    / RuleName
sysmon 3: RuleName ACTOR Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname
    SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort
    DestinationPortName / RuleName
sysmon 4: RuleName UtcTime State Version SchemaVersion / RuleName
sysmon 16: UtcTime Configuration ConfigurationFileHash
sysmon 255: UtcTime ID Description
sysmon 5: RuleName ACTOR Image User / User / RuleName
sysmon 6: RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus / RuleName
sysmon 7: RuleName ACTOR Image ImageLoaded FILE OriginalFileName Hashes Signed Signature
    SignatureStatus User / User / OriginalFileName / RuleName / FILE / SignatureStatus
sysmon 8: RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid
    TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser
    TargetUser / SourceUser TargetUser / RuleName
sysmon 9: RuleName ACTOR Image Device User / User / RuleName
sysmon 10: RuleName UtcTime SourceProcessGUID SourceProcessId SourceThreadId SourceImage
    TargetProcessGUID TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser /
    SourceUser TargetUser / RuleName
sysmon 11: RuleName ACTOR Image TargetFilename CreationUtcTime User / User / RuleName
sysmon 12: RuleName EventType ACTOR Image TargetObject User / User / RuleName
sysmon 13: RuleName EventType ACTOR Image TargetObject Details User / User / RuleName
sysmon 14: RuleName EventType ACTOR Image TargetObject NewName User / User / RuleName
sysmon 15: RuleName ACTOR Image TargetFilename CreationUtcTime Hash Contents User / User /
    Contents / RuleName
sysmon 17: RuleName EventType ACTOR PipeName Image User / User / EventType
sysmon 18: RuleName EventType ACTOR PipeName Image User / User / EventType
sysmon 19: RuleName EventType UtcTime Operation User EventNamespace Name Query
sysmon 20: RuleName EventType UtcTime Operation User Name Type Destination
sysmon 21: RuleName EventType UtcTime Operation User Consumer Filter
sysmon 22: RuleName ACTOR QueryName QueryStatus QueryResults Image User / User / RuleName
sysmon 23: RuleName ACTOR User Image TargetFilename Hashes IsExecutable Archived / RuleName
sysmon 24: RuleName ACTOR Image Session ClientInfo Hashes Archived User / User
sysmon 25: RuleName ACTOR Image Type User / User
sysmon 26: RuleName ACTOR User Image TargetFilename Hashes IsExecutable
sysmon 27: RuleName ACTOR User Image TargetFilename Hashes
sysmon 28: RuleName ACTOR User Image TargetFilename Hashes IsExecutable
sysmon 29: RuleName ACTOR User Image TargetFilename Hashes
security 4624: SUBJECT TARGET LogonType LogonProcessName AuthenticationPackageName WorkstationName
    LogonGuid TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort
    ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName
    VirtualAccount TargetLinkedLogonId ElevatedToken / RestrictedAdminMode TargetOutboundUserName
    TargetOutboundDomainName VirtualAccount TargetLinkedLogonId ElevatedToken / ImpersonationLevel
security 4625: SUBJECT TargetUserSid TargetUserName TargetDomainName Status FailureReason
    SubStatus LogonType LogonProcessName AuthenticationPackageName WorkstationName
    TransmittedServices LmPackageName KeyLength ProcessId ProcessName IpAddress IpPort
security 4634: TARGET LogonType
security 4647: TARGET
security 4648: SUBJECT LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName
    TargetInfo ProcessId ProcessName IpAddress IpPort
security 4657: SUBJECT ObjectName ObjectValueName HandleId OperationType OldValueType OldValue
    NewValueType NewValue ProcessId ProcessName
security 4663: SUBJECT ObjectServer ObjectType ObjectName HandleId AccessList AccessMask ProcessId
    ProcessName ResourceAttributes / ResourceAttributes
security 4672: SUBJECT PrivilegeList
security 4688: SUBJECT NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TARGET
    ParentProcessName MandatoryLabel / TARGET ParentProcessName MandatoryLabel / CommandLine
security 4689: SUBJECT Status ProcessId ProcessName
security 4697: SUBJECT ServiceName ServiceFileName ServiceType ServiceStartType ServiceAccount
    ClientProcessStartKey ClientProcessId ParentProcessId / ClientProcessStartKey ClientProcessId
    ParentProcessId
security 4698: SUBJECT TaskName TaskContent ClientProcessStartKey ClientProcessId ParentProcessId
    RpcCallClientLocality FQDN / ClientProcessStartKey ClientProcessId ParentProcessId
    RpcCallClientLocality FQDN
security 5140: SUBJECT ObjectType IpAddress IpPort ShareName ShareLocalPath AccessMask AccessList
security 5145: SUBJECT ObjectType IpAddress IpPort ShareName ShareLocalPath RelativeTargetName
    AccessMask AccessList AccessReason
security 5156: ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort
    Protocol FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID
powershell 4103: ContextInfo UserData Payload
powershell 4104: MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path
system 7045: ServiceName ImagePath ServiceType StartType AccountName
"""
"""Whose event and its id: its fields in the newest version / what each version before lacks, newest
first."""

_RENDERED: Final = """
security 4663: SUBJECT ObjectServer ObjectType ObjectName HandleId ResourceAttributes ProcessId
    ProcessName AccessList AccessMask / ResourceAttributes
security 4688: SUBJECT TARGET NewProcessId NewProcessName TokenElevationType MandatoryLabel
    ProcessId ParentProcessName CommandLine / TARGET MandatoryLabel ParentProcessName /
    CommandLine
security 4689: SUBJECT ProcessId ProcessName Status
security 4624: SUBJECT LogonType RestrictedAdminMode VirtualAccount ElevatedToken
    ImpersonationLevel TARGET TargetLinkedLogonId TargetOutboundUserName TargetOutboundDomainName
    LogonGuid ProcessId ProcessName WorkstationName IpAddress IpPort LogonProcessName
    AuthenticationPackageName TransmittedServices LmPackageName KeyLength / RestrictedAdminMode
    VirtualAccount ElevatedToken TargetLinkedLogonId TargetOutboundUserName
    TargetOutboundDomainName / ImpersonationLevel
security 4625: SUBJECT LogonType TargetUserSid TargetUserName TargetDomainName FailureReason
    Status SubStatus ProcessId ProcessName WorkstationName IpAddress IpPort LogonProcessName
    AuthenticationPackageName TransmittedServices LmPackageName KeyLength
security 4648: SUBJECT LogonGuid TargetUserName TargetDomainName TargetLogonGuid TargetServerName
    TargetInfo ProcessId ProcessName IpAddress IpPort
"""
"""The same for rendered messages, where their order isn't the stored one."""

_PIDS: Final = frozenset({"ProcessId", "NewProcessId", "ParentProcessId", "ProcessID"})
Key = tuple[str, int]
"""Whose event, and its id."""
Versions = tuple[tuple[str, ...], ...]


def writer_of(provider: str, channel: str) -> str:
    """Whose event ids a record's are: `SYSMON`, `SECURITY`, ...; "" where no table has them."""
    for name in (provider.lower(), channel.lower()):
        for word, writer in _WRITERS:
            if word in name:
                return writer
    return ""


def named(key: Key, values: Sequence[object], *, message: bool = False) -> dict[str, object] | None:
    """The values under their names; None where no version of the event has so many.

    Args:
        key: whose event, and its id.
        values: in order; behind those of a message may stand more, which aren't its fields.
        message: whether they come from a rendered message.
    """
    for names in orders(key, message=message):
        enough = len(values) >= len(names) if message else len(values) == len(names)
        if enough and _plausible(names, values):
            return dict(zip(names, values, strict=False))
    return None


def orders(key: Key, *, message: bool = False) -> Versions:
    """The orders of fields that an event has had, the newest first."""
    return (_table(_RENDERED).get(key) if message else None) or _table(_STORED).get(key, ())


@cache
def _table(text: str) -> Mapping[Key, Versions]:
    for group, names in _GROUPS.items():
        text = text.replace(group, names)
    rows = text.strip().replace("\n    ", " ").splitlines()
    return dict(map(_row, rows))


def _row(text: str) -> tuple[Key, Versions]:
    event, _, spelled = text.partition(": ")
    writer, _, event_id = event.partition(" ")
    newest, *lacking = (part.split() for part in spelled.split("/"))
    versions = [tuple(newest)]
    for names in lacking:
        versions.append(tuple(name for name in versions[-1] if name not in names))
    return (writer, int(event_id)), tuple(versions)


def _plausible(names: Sequence[str], values: Sequence[object]) -> bool:
    """Whether numbers stand where process ids must: an order of the right length may be wrong."""
    return all(
        value in ("", "-", None) or number_of(value) is not None
        for name, value in zip(names, values, strict=False)
        if name in _PIDS
    )
