"""Simulated facts as the Windows events that Sysmon, the Security log and PowerShell write."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lineage.simulate.facts import (
    Boot,
    ClipboardChange,
    Connection,
    DriverLoad,
    ExecutableWrite,
    FileCreate,
    FileDelete,
    FileTimeChange,
    HandleUse,
    Hollowing,
    ImageLoad,
    KeyChange,
    KeyRename,
    LogRecord,
    NameQuery,
    ObjectAccess,
    PipeUse,
    ProcessAccess,
    ProcessEnd,
    ProcessStart,
    RemoteThread,
    ScriptBlock,
    SensorNote,
    ShredAttempt,
    StreamCreate,
    Subscription,
    ValueSet,
    VolumeRead,
)
from lineage.simulate.remote import (
    CredentialUse,
    Logoff,
    Reach,
    RemoteLogon,
    ServiceInstall,
    ShareAccess,
    TaskRegistration,
)
from lineage.simulate.write import fields, logons, sysmon
from lineage.simulate.write.channels import SHAPE
from lineage.simulate.write.record import Guid, Provider, Value, WindowsRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.simulate.facts import Fact
    from lineage.simulate.write.fields import Fields

SYSMON = Provider("Microsoft-Windows-Sysmon", Guid("{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"))
SECURITY = Provider(
    "Microsoft-Windows-Security-Auditing", Guid("{54849625-5478-4994-A5BA-3E3B0328C30D}")
)
POWERSHELL = Provider(
    "Microsoft-Windows-PowerShell", Guid("{A0C1853B-5C40-4B15-8766-3CF1C58F985A}")
)

EVENT_LOG = Provider("EventLog", Guid("{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}"))

SERVICE_CONTROL = Provider(
    "Service Control Manager", Guid("{555908D1-A6D7-4695-8E1E-26931D2012F4}")
)
SCHEDULER = Provider(
    "Microsoft-Windows-TaskScheduler", Guid("{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}")
)

SYSMON_CHANNEL = "Microsoft-Windows-Sysmon/Operational"
SECURITY_CHANNEL = "Security"
SYSTEM_CHANNEL = "System"
TASK_CHANNEL = "Microsoft-Windows-TaskScheduler/Operational"
POWERSHELL_CHANNEL = "Microsoft-Windows-PowerShell/Operational"

_NO_GUID = Guid("{00000000-0000-0000-0000-000000000000}")
_LOCAL_SYSTEM = "S-1-5-18"
_SYSMON_KEYWORDS = 0x8000000000000000
_AUDIT_SUCCESS = 0x8020000000000000
_SYSMON_PID = 2960
_KERNEL_PID = 4

_CLASSIC_KEYWORDS = 0x80000000000000
_SYSMON_VERSIONS = {
    1: 5, 2: 5, 3: 5, 4: 3, 5: 3, 6: 4, 7: 3, 8: 2, 9: 2, 10: 3, 11: 2, 12: 2, 13: 2, 14: 2, 15: 2,
    16: 3, 17: 1, 18: 1, 19: 3, 20: 3, 21: 3, 22: 5, 23: 5, 24: 5, 25: 5, 26: 5, 27: 5, 28: 5,
    29: 5, 255: 3,
}  # fmt: skip
"""Versions of the events' schemas."""


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
                yield self._sysmon(fact, 1, fields.process_create(fact.process))
                yield self._security(fact, 4688, 2, 13312, fields.new_process(fact.process))
            case ProcessEnd():
                yield self._sysmon(fact, 5, sysmon.process_end(fact))
                yield self._security(fact, 4689, 0, 13313, fields.ended_process(fact.process))
            case Boot():
                yield self._security(fact, 4608, 0, 12288, ())
                yield self._log(fact, EVENT_LOG, SYSTEM_CHANNEL, 6005, ())
            case ImageLoad():
                yield self._sysmon(fact, 7, fields.image_load(fact))
            case FileCreate():
                yield self._sysmon(fact, 11, fields.file_create(fact))
            case KeyChange():
                data = (
                    ("EventType", fact.change),
                    *fields.actor(fact),
                    ("TargetObject", fact.path),
                )
                yield self._sysmon(fact, 12, (*data, fields.user(fact.process)))
            case ValueSet():
                data = (("EventType", "SetValue"), *fields.actor(fact), ("TargetObject", fact.path))
                details: tuple[str, Value] = ("Details", fact.details)
                yield self._sysmon(fact, 13, (*data, details, fields.user(fact.process)))
            case NameQuery():
                yield self._sysmon(fact, 22, fields.name_query(fact))
            case ObjectAccess():
                yield self._security(fact, 4663, 1, 12800, fields.object_access(fact))
            case ScriptBlock():
                for number in range(1, len(fact.parts) + 1):
                    yield self._script_part(fact, number)
            case ProcessAccess():
                yield self._sysmon(fact, 10, fields.process_access(fact))
            case RemoteThread():
                yield self._sysmon(fact, 8, sysmon.remote_thread(fact))
            case Hollowing():
                yield self._sysmon(fact, 25, sysmon.hollowing(fact))
            case FileDelete():
                yield self._sysmon(fact, 23 if fact.archived else 26, sysmon.file_delete(fact))
            case FileTimeChange():
                yield self._sysmon(fact, 2, sysmon.file_time_change(fact))
            case StreamCreate():
                yield self._sysmon(fact, 15, sysmon.stream_create(fact))
            case ExecutableWrite():
                yield self._sysmon(fact, 27 if fact.blocked else 29, sysmon.executable_write(fact))
            case ShredAttempt():
                yield self._sysmon(fact, 28, sysmon.shred_attempt(fact))
            case VolumeRead():
                yield self._sysmon(fact, 9, sysmon.volume_read(fact))
            case KeyRename():
                yield self._sysmon(fact, 14, sysmon.key_rename(fact))
            case PipeUse():
                yield self._sysmon(fact, 17 if fact.created else 18, sysmon.pipe_use(fact))
            case ClipboardChange():
                yield self._sysmon(fact, 24, sysmon.clipboard_change(fact))
            case DriverLoad():
                yield self._sysmon(fact, 6, sysmon.driver_load(fact))
            case Subscription():
                for event_id, data in sysmon.subscription(fact).items():
                    yield self._sysmon(fact, event_id, data)
            case SensorNote():
                event_id, data = sysmon.sensor_note(fact)
                yield self._sysmon(fact, event_id, data)
            case Connection():
                yield self._sysmon(fact, 3, fields.connection(fact))
                yield self._security(fact, 5156, 1, 12810, fields.allowed_connection(fact))
            case Reach():
                yield self._sysmon(fact, 3, logons.reach(fact))
                yield self._security(fact, 5156, 1, 12810, logons.allowed(fact))
            case CredentialUse():
                yield self._security(fact, 4648, 0, 12544, logons.credentials(fact))
            case RemoteLogon():
                yield self._security(fact, 4624, 2, 12544, logons.logon(fact))
            case Logoff():
                yield self._security(fact, 4634, 0, 12545, logons.logoff(fact))
            case ServiceInstall():
                yield self._security(fact, 4697, 0, 12289, logons.service(fact))
                yield self._log(fact, SERVICE_CONTROL, SYSTEM_CHANNEL, 7045, logons.installed(fact))
            case TaskRegistration():
                yield self._security(fact, 4698, 0, 12804, logons.task(fact))
                yield self._log(fact, SCHEDULER, TASK_CHANNEL, 106, logons.registered(fact))
            case ShareAccess():
                yield self._security(fact, 5140, 1, 12808, logons.share(fact))
                yield self._security(fact, 5145, 0, 12811, logons.shared_file(fact))
            case LogRecord():
                shape = SHAPE[fact.channel, fact.event_id]
                provider, data = Provider(shape.provider, _NO_GUID), shape.data(fact.process)
                pid = fact.process.pid
                yield self._log(fact, provider, shape.channel, shape.event_id, data, pid)
            case HandleUse():
                yield self._security(fact, 4656, 1, 12801, fields.handle_request(fact))
                yield self._security(fact, 4690, 0, 12807, fields.handle_copy(fact))
                yield self._security(fact, 4658, 0, 12801, fields.handle_close(fact))

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

    def _log(
        self,
        fact: Fact,
        provider: Provider,
        channel: str,
        event_id: int,
        data: Fields,
        process_id: int = 0,
    ) -> WindowsRecord:
        """A record of a log that isn't Sysmon's nor the Security log."""
        return self._record(
            fact,
            provider=provider,
            channel=channel,
            event_id=event_id,
            version=0,
            level=4,
            task=0,
            keywords=_CLASSIC_KEYWORDS,
            process_id=process_id,
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
