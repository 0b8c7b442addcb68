"""Simulated facts as the Windows events that Sysmon, the Security log and PowerShell write."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lineage.simulate.facts import (
    FileCreate,
    ImageLoad,
    KeyChange,
    NameQuery,
    ObjectAccess,
    ProcessStart,
    ScriptBlock,
    ValueSet,
)
from lineage.simulate.write.record import Guid, Hex, Provider, Value, WindowsRecord, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.simulate.facts import Binary, Fact, Logon, Process

SYSMON = Provider("Microsoft-Windows-Sysmon", Guid("{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"))
SECURITY = Provider(
    "Microsoft-Windows-Security-Auditing", Guid("{54849625-5478-4994-A5BA-3E3B0328C30D}")
)
POWERSHELL = Provider(
    "Microsoft-Windows-PowerShell", Guid("{A0C1853B-5C40-4B15-8766-3CF1C58F985A}")
)

SYSMON_CHANNEL = "Microsoft-Windows-Sysmon/Operational"
SECURITY_CHANNEL = "Security"
POWERSHELL_CHANNEL = "Microsoft-Windows-PowerShell/Operational"

_LOCAL_SYSTEM = "S-1-5-18"
_SYSMON_KEYWORDS = 0x8000000000000000
_AUDIT_SUCCESS = 0x8020000000000000
_SYSMON_PID = 2960
_KERNEL_PID = 4

_ELEVATION = {"System": "%%1936", "High": "%%1937", "Medium": "%%1938", "Low": "%%1938"}
"""Token elevation types of 4688: default, full, limited."""

_MANDATORY_LABEL = {
    "System": "S-1-16-16384",
    "High": "S-1-16-12288",
    "Medium": "S-1-16-8192",
    "Low": "S-1-16-4096",
}

_SYSMON_VERSIONS = {1: 5, 7: 3, 11: 2, 12: 2, 13: 2, 22: 5}

Fields = tuple[tuple[str, Value], ...]


class Journal:
    """Turns facts into records, and counts records per host and channel as the log service does."""

    def __init__(self) -> None:
        self._next_id: defaultdict[tuple[str, str], int] = defaultdict(lambda: 1)

    def records(self, fact: Fact) -> Iterator[WindowsRecord]:
        """The records that a fully instrumented host writes for one fact.

        That is one with Sysmon, process and object auditing and script block logging; a process
        start gives two records.
        """
        match fact:
            case ProcessStart():
                yield self._sysmon(fact, 1, _process_create(fact.process))
                yield self._security(fact, 4688, 2, 13312, _new_process(fact.process))
            case ImageLoad():
                yield self._sysmon(fact, 7, _image_load(fact))
            case FileCreate():
                yield self._sysmon(fact, 11, _file_create(fact))
            case KeyChange():
                data = (("EventType", fact.change), *_actor(fact), ("TargetObject", fact.path))
                yield self._sysmon(fact, 12, (*data, _user(fact.process)))
            case ValueSet():
                data = (("EventType", "SetValue"), *_actor(fact), ("TargetObject", fact.path))
                details: tuple[str, Value] = ("Details", fact.details)
                yield self._sysmon(fact, 13, (*data, details, _user(fact.process)))
            case NameQuery():
                yield self._sysmon(fact, 22, _name_query(fact))
            case ObjectAccess():
                yield self._security(fact, 4663, 1, 12800, _object_access(fact))
            case ScriptBlock():
                for number in range(1, len(fact.parts) + 1):
                    yield self._script_part(fact, number)

    def _sysmon(self, fact: Fact, event_id: int, data: Fields) -> WindowsRecord:
        return self._record(
            fact,
            provider=SYSMON,
            channel=SYSMON_CHANNEL,
            event_id=event_id,
            version=_SYSMON_VERSIONS[event_id],
            level=4,
            task=event_id,
            keywords=_SYSMON_KEYWORDS,
            process_id=_SYSMON_PID,
            user=_LOCAL_SYSTEM,
            data=(("RuleName", "-"), *data),
        )

    def _security(
        self, fact: Fact, event_id: int, version: int, task: int, data: Fields
    ) -> WindowsRecord:
        return self._record(
            fact,
            provider=SECURITY,
            channel=SECURITY_CHANNEL,
            event_id=event_id,
            version=version,
            level=0,
            task=task,
            keywords=_AUDIT_SUCCESS,
            process_id=_KERNEL_PID,
            user=None,
            data=data,
        )

    def _script_part(self, fact: ScriptBlock, number: int) -> WindowsRecord:
        return self._record(
            fact,
            provider=POWERSHELL,
            channel=POWERSHELL_CHANNEL,
            event_id=4104,
            version=1,
            level=5,
            task=2,
            keywords=0,
            process_id=fact.process.pid,
            user=fact.process.logon.account.sid,
            data=(
                ("MessageNumber", number),
                ("MessageTotal", len(fact.parts)),
                ("ScriptBlockText", fact.parts[number - 1]),
                ("ScriptBlockId", Guid("{" + fact.block.upper() + "}")),
                ("Path", fact.path),
            ),
        )

    def _record(
        self,
        fact: Fact,
        *,
        provider: Provider,
        channel: str,
        event_id: int,
        version: int,
        level: int,
        task: int,
        keywords: int,
        process_id: int,
        user: str | None,
        data: Fields,
    ) -> WindowsRecord:
        host = fact.process.host
        record_id = self._next_id[host.name, channel]
        self._next_id[host.name, channel] = record_id + 1
        return WindowsRecord(
            provider=provider,
            event_id=event_id,
            version=version,
            level=level,
            task=task,
            keywords=keywords,
            time=fact.time + host.skew + _logging_delay(fact.time),
            record_id=record_id,
            process_id=process_id,
            thread_id=process_id + 4 * (1 + record_id % 7),
            channel=channel,
            computer=host.fqdn,
            user=user,
            data=data,
            chain=fact.label.chain if fact.label else None,
        )


def _logging_delay(time: int) -> int:
    """How long after the fact its event is stamped, ticks: up to 13 ms, different for each fact."""
    return 5_000 + time % 127_111


def _utc(process: Process, time: int) -> str:
    """Sysmon's UtcTime: milliseconds, on the host's own clock."""
    return f"{moment(time + process.host.skew):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _hashes(binary: Binary) -> str:
    return f"MD5={binary.md5},SHA256={binary.sha256},IMPHASH={binary.imphash}"


def _user(process: Process) -> tuple[str, Value]:
    return "User", process.logon.account.display


def _actor(fact: Fact) -> Fields:
    """The fields with which Sysmon names the acting process."""
    process = fact.process
    return (
        ("UtcTime", _utc(process, fact.time)),
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


def _process_create(process: Process) -> Fields:
    parent = process.parent
    no_guid = Guid("{00000000-0000-0000-0000-000000000000}")
    return (
        ("UtcTime", _utc(process, process.start)),
        ("ProcessGuid", Guid(process.guid)),
        ("ProcessId", process.pid),
        ("Image", process.image),
        *_version(process.binary),
        ("CommandLine", process.command_line),
        ("CurrentDirectory", process.directory),
        _user(process),
        ("LogonGuid", _logon_guid(process)),
        ("LogonId", Hex(process.logon.token)),
        ("TerminalSessionId", process.logon.number),
        ("IntegrityLevel", process.integrity),
        ("Hashes", _hashes(process.binary)),
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


def _new_process(process: Process) -> Fields:
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


def _image_load(fact: ImageLoad) -> Fields:
    binary = fact.binary
    signed = binary.company == "Microsoft Corporation"
    return (
        *_actor(fact),
        ("ImageLoaded", fact.path),
        *_version(binary),
        ("Hashes", _hashes(binary)),
        ("Signed", "true" if signed else "false"),
        ("Signature", binary.company if signed else "-"),
        ("SignatureStatus", "Valid" if signed else "Unavailable"),
        _user(fact.process),
    )


def _file_create(fact: FileCreate) -> Fields:
    return (
        *_actor(fact),
        ("TargetFilename", fact.path),
        ("CreationUtcTime", _utc(fact.process, fact.time)),
        _user(fact.process),
    )


def _name_query(fact: NameQuery) -> Fields:
    time, guid, pid, image = _actor(fact)
    return (
        time,
        guid,
        pid,
        ("QueryName", fact.name),
        ("QueryStatus", "0"),
        ("QueryResults", fact.answer),
        image,
        _user(fact.process),
    )


def _object_access(fact: ObjectAccess) -> Fields:
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
