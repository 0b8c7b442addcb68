"""The fields of each Windows event that a simulated fact leaves: EventData, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.write.record import Guid, Hex, Value, moment

if TYPE_CHECKING:
    from lineage.simulate.facts import (
        Binary,
        Connection,
        Fact,
        FileCreate,
        HandleUse,
        ImageLoad,
        Logon,
        NameQuery,
        ObjectAccess,
        Process,
        ProcessAccess,
    )

_ELEVATION = {"System": "%%1936", "High": "%%1937", "Medium": "%%1938", "Low": "%%1938"}
"""Token elevation types of 4688: default, full, limited."""

_MANDATORY_LABEL = {
    "System": "S-1-16-16384",
    "High": "S-1-16-12288",
    "Medium": "S-1-16-8192",
    "Low": "S-1-16-4096",
}

_OWN_ADDRESS = "10.20.0.15"
_CALL_TRACE = (
    "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e"
    "|C:\\Windows\\system32\\lsm.dll+e959|C:\\Windows\\System32\\RPCRT4.dll+76a63"
)

Fields = tuple[tuple[str, Value], ...]


def utc(process: Process, time: int) -> str:
    """Sysmon's UtcTime: milliseconds, on the host's own clock."""
    return f"{moment(time + process.host.skew):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def hashes(binary: Binary) -> str:
    """A program's hashes as Sysmon prints them."""
    return f"MD5={binary.md5},SHA256={binary.sha256},IMPHASH={binary.imphash}"


def user(process: Process) -> tuple[str, Value]:
    """The acting account."""
    return "User", process.logon.account.display


def actor(fact: Fact) -> Fields:
    """The fields with which Sysmon names the acting process."""
    process = fact.process
    return (
        ("UtcTime", utc(process, fact.time)),
        ("ProcessGuid", Guid(process.guid)),
        ("ProcessId", process.pid),
        ("Image", process.image),
    )


def _logon_guid(process: Process) -> Guid:
    token = process.logon.token
    return Guid(f"{{{process.host.machine_guid}-0000-0000-{token >> 16:04X}-{token:012X}}}")


def _version(binary: Binary) -> Fields:
    return (
        ("FileVersion", binary.version),
        ("Description", binary.description),
        ("Product", binary.product),
        ("Company", binary.company),
        ("OriginalFileName", binary.original_name),
    )


def process_create(process: Process) -> Fields:
    """Sysmon 1."""
    parent = process.parent
    no_guid = Guid("{00000000-0000-0000-0000-000000000000}")
    return (
        ("UtcTime", utc(process, process.start)),
        ("ProcessGuid", Guid(process.guid)),
        ("ProcessId", process.pid),
        ("Image", process.image),
        *_version(process.binary),
        ("CommandLine", process.command_line),
        ("CurrentDirectory", process.directory),
        user(process),
        ("LogonGuid", _logon_guid(process)),
        ("LogonId", Hex(process.logon.token)),
        ("TerminalSessionId", process.logon.number),
        ("IntegrityLevel", process.integrity),
        ("Hashes", hashes(process.binary)),
        ("ParentProcessGuid", Guid(parent.guid) if parent else no_guid),
        ("ParentProcessId", parent.pid if parent else 0),
        ("ParentImage", parent.image if parent else "-"),
        ("ParentCommandLine", parent.command_line if parent else "-"),
        ("ParentUser", parent.logon.account.display if parent else "-"),
    )


def _subject(logon: Logon) -> Fields:
    return (
        ("SubjectUserSid", logon.account.sid),
        ("SubjectUserName", logon.account.name),
        ("SubjectDomainName", logon.account.domain),
        ("SubjectLogonId", Hex(logon.token)),
    )


def new_process(process: Process) -> Fields:
    """Security 4688."""
    parent = process.parent
    creator = parent.logon if parent else process.logon
    same = creator.token == process.logon.token
    target = process.logon.account
    return (
        *_subject(creator),
        ("NewProcessId", Hex(process.pid)),
        ("NewProcessName", process.image),
        ("TokenElevationType", _ELEVATION[process.integrity]),
        ("ProcessId", Hex(parent.pid if parent else 0)),
        ("CommandLine", process.command_line),
        ("TargetUserSid", "S-1-0-0" if same else target.sid),
        ("TargetUserName", "-" if same else target.name),
        ("TargetDomainName", "-" if same else target.domain),
        ("TargetLogonId", Hex(0 if same else process.logon.token)),
        ("ParentProcessName", parent.image if parent else ""),
        ("MandatoryLabel", _MANDATORY_LABEL[process.integrity]),
    )


def image_load(fact: ImageLoad) -> Fields:
    """Sysmon 7."""
    binary = fact.binary
    signed = binary.company == "Microsoft Corporation"
    return (
        *actor(fact),
        ("ImageLoaded", fact.path),
        *_version(binary),
        ("Hashes", hashes(binary)),
        ("Signed", "true" if signed else "false"),
        ("Signature", binary.company if signed else "-"),
        ("SignatureStatus", "Valid" if signed else "Unavailable"),
        user(fact.process),
    )


def file_create(fact: FileCreate) -> Fields:
    """Sysmon 11."""
    return (
        *actor(fact),
        ("TargetFilename", fact.path),
        ("CreationUtcTime", utc(fact.process, fact.time)),
        user(fact.process),
    )


def name_query(fact: NameQuery) -> Fields:
    """Sysmon 22."""
    time, guid, pid, image = actor(fact)
    return (
        time,
        guid,
        pid,
        ("QueryName", fact.name),
        ("QueryStatus", "0"),
        ("QueryResults", fact.answer),
        image,
        user(fact.process),
    )


def object_access(fact: ObjectAccess) -> Fields:
    """Security 4663."""
    return (
        *_subject(fact.process.logon),
        ("ObjectServer", "Security"),
        ("ObjectType", "File"),
        ("ObjectName", fact.path),
        ("HandleId", Hex(0x100 + fact.time % 0x1000 * 4)),
        ("AccessList", "%%4416\n\t\t\t\t"),
        ("AccessMask", "0x1"),
        ("ProcessId", Hex(fact.process.pid)),
        ("ProcessName", fact.process.image),
        ("ResourceAttributes", "S:AI"),
    )


def ended_process(process: Process) -> Fields:
    """Security 4689."""
    return (
        *_subject(process.logon),
        ("Status", Hex(0)),
        ("ProcessId", Hex(process.pid)),
        ("ProcessName", process.image),
    )


def process_access(fact: ProcessAccess) -> Fields:
    """Sysmon 10."""
    process, target = fact.process, fact.target
    return (
        ("UtcTime", utc(process, fact.time)),
        ("SourceProcessGUID", Guid(process.guid)),
        ("SourceProcessId", process.pid),
        ("SourceThreadId", process.pid + 4),
        ("SourceImage", process.image),
        ("TargetProcessGUID", Guid(target.guid)),
        ("TargetProcessId", target.pid),
        ("TargetImage", target.image),
        ("GrantedAccess", f"0x{fact.rights:x}"),
        ("CallTrace", _CALL_TRACE),
        ("SourceUser", process.logon.account.display),
        ("TargetUser", target.logon.account.display),
    )


def connection(fact: Connection) -> Fields:
    """Sysmon 3."""
    return (
        *actor(fact),
        user(fact.process),
        ("Protocol", "tcp"),
        ("Initiated", "true"),
        ("SourceIsIpv6", "false"),
        ("SourceIp", _OWN_ADDRESS),
        ("SourceHostname", fact.process.host.fqdn),
        ("SourcePort", 49152 + fact.time % 16384),
        ("SourcePortName", "-"),
        ("DestinationIsIpv6", "false"),
        ("DestinationIp", fact.address),
        ("DestinationHostname", "-"),
        ("DestinationPort", fact.port),
        ("DestinationPortName", "https"),
    )


def allowed_connection(fact: Connection) -> Fields:
    """Security 5156."""
    return (
        ("ProcessID", fact.process.pid),
        ("Application", "\\device\\harddiskvolume2" + fact.process.image[2:].lower()),
        ("Direction", "%%14593"),
        ("SourceAddress", _OWN_ADDRESS),
        ("SourcePort", str(49152 + fact.time % 16384)),
        ("DestAddress", fact.address),
        ("DestPort", str(fact.port)),
        ("Protocol", 6),
        ("FilterRTID", 66018),
        ("LayerName", "%%14611"),
        ("LayerRTID", 48),
        ("RemoteUserID", "S-1-0-0"),
        ("RemoteMachineID", "S-1-0-0"),
    )


def handle_request(fact: HandleUse) -> Fields:
    """Security 4656."""
    return (
        *_subject(fact.process.logon),
        ("ObjectServer", "Security"),
        ("ObjectType", "Key"),
        ("ObjectName", fact.path),
        ("HandleId", Hex(0x100 + fact.time % 0x1000 * 4)),
        ("TransactionId", Guid("{00000000-0000-0000-0000-000000000000}")),
        ("AccessList", "%%1538\n\t\t\t\t%%4432\n\t\t\t\t"),
        ("AccessReason", "-"),
        ("AccessMask", "0x20019"),
        ("PrivilegeList", "-"),
        ("RestrictedSidCount", 0),
        ("ProcessId", Hex(fact.process.pid)),
        ("ProcessName", fact.process.image),
        ("ResourceAttributes", "-"),
    )


def handle_close(fact: HandleUse) -> Fields:
    """Security 4658."""
    return (
        *_subject(fact.process.logon),
        ("ObjectServer", "Security"),
        ("HandleId", Hex(0x100 + fact.time % 0x1000 * 4)),
        ("ProcessId", Hex(fact.process.pid)),
        ("ProcessName", fact.process.image),
    )


def handle_copy(fact: HandleUse) -> Fields:
    """Security 4690."""
    return (
        *_subject(fact.process.logon),
        ("SourceHandleId", Hex(0x100 + fact.time % 0x1000 * 4)),
        ("SourceProcessId", Hex(fact.process.pid)),
        ("TargetHandleId", Hex(0x104 + fact.time % 0x1000 * 4)),
        ("TargetProcessId", Hex(4)),
    )
