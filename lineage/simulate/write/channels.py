"""Records of Windows' event logs that no story needs: one shape an event, told of a process.

Field names: Microsoft Learn, the pages of the Security events; the providers' own manifests for the
others. `{pid}`, `{hex}`, `{image}`, `{user}`, `{domain}`, `{sid}`, `{logon}` and `{host}` stand for
the process's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.write.fields import Fields

_MS: Final = "Microsoft-Windows-"
_SECURITY: Final = (f"{_MS}Security-Auditing", "Security")
_SCM: Final = ("Service Control Manager", "System")
_EVENTLOG: Final = ("Microsoft-Windows-Eventlog", "System")
_TASKS: Final = (f"{_MS}TaskScheduler", f"{_MS}TaskScheduler/Operational")
_CLASSIC: Final = ("PowerShell", "Windows PowerShell")
_POWERSHELL: Final = (f"{_MS}PowerShell", f"{_MS}PowerShell/Operational")
_WINRM: Final = (f"{_MS}WinRM", f"{_MS}WinRM/Operational")
_DEFENDER: Final = (f"{_MS}Windows Defender", f"{_MS}Windows Defender/Operational")
_WMI: Final = (f"{_MS}WMI-Activity", f"{_MS}WMI-Activity/Operational")
_BITS: Final = (f"{_MS}Bits-Client", f"{_MS}Bits-Client/Operational")
_SESSIONS: Final = (
    f"{_MS}TerminalServices-LocalSessionManager",
    f"{_MS}TerminalServices-LocalSessionManager/Operational",
)
_DNS: Final = (f"{_MS}DNS-Client", f"{_MS}DNS-Client/Operational")

_SUBJECT: Final = (
    "SubjectUserSid={sid} SubjectUserName={user} SubjectDomainName={domain} SubjectLogonId={logon}"
)
_TARGET: Final = "TargetUserName=guest7 TargetDomainName={domain} TargetSid=S-1-5-21-1-2-3-1177"
_MEMBER: Final = f"MemberName=- MemberSid=S-1-5-21-1-2-3-1177 {_TARGET} {_SUBJECT}"
_ACTING: Final = "ProcessId={hex} ProcessName={image}"
_THREAT: Final = (
    "Product_Name=Defender Threat_Name=Trojan:Win32/Example Severity_Name=Severe"
    " Path=file:_C:\\Users\\Public\\x.exe Process_Name={image} Detection_User={domain}\\{user}"
)
_REMOTE: Final = "User={domain}\\{user} SessionID=2 Address=10.20.0.9"


class Shape(NamedTuple):
    """The shape of one event.

    Attributes:
        provider: who writes it.
        channel: into which log.
        event_id: its id.
        fields: names and values, without blanks.
    """

    provider: str
    channel: str
    event_id: int
    fields: str

    def data(self, process: Process) -> Fields:
        """The fields of a record about a process."""
        account = process.logon.account
        known = {
            "pid": str(process.pid),
            "hex": hex(process.pid),
            "image": process.image.replace(" ", "_"),
            "user": account.name,
            "domain": account.domain.replace(" ", "_"),
            "sid": account.sid,
            "logon": hex(process.logon.token),
            "host": process.host.name,
        }
        pairs = (pair.partition("=") for pair in self.fields.split())
        return tuple((name, value.format_map(known)) for name, _, value in pairs)


def _some(log: tuple[str, str], ids: tuple[int, ...], fields: str) -> tuple[Shape, ...]:
    return tuple(Shape(*log, event_id, fields) for event_id in ids)


SHAPES: Final = (
    *_some(
        _SECURITY,
        (4625,),
        f"{_SUBJECT} TargetUserName=guest7 TargetDomainName={{domain}} Status=0xc000006d "
        f"SubStatus=0xc000006a LogonType=3 WorkstationName=WS-9 {_ACTING} IpAddress=10.20.0.9 "
        "IpPort=50111",
    ),
    *_some(_SECURITY, (4647,), "TargetUserSid={sid} TargetUserName={user} TargetLogonId={logon}"),
    *_some(_SECURITY, (4672,), f"{_SUBJECT} PrivilegeList=SeDebugPrivilege"),
    *_some(
        _SECURITY,
        (4657,),
        f"{_SUBJECT} ObjectName=\\REGISTRY\\MACHINE\\SOFTWARE\\Demo ObjectValueName=Mode "
        f"OperationType=%%1905 NewValueType=%%1873 NewValue=1 {_ACTING}",
    ),
    *_some(_SECURITY, (4660,), f"{_SUBJECT} ObjectServer=Security HandleId=0x1c4 {_ACTING}"),
    *_some(_SECURITY, (4699, 4700, 4701), f"{_SUBJECT} TaskName=\\Demo TaskContent=<Task/>"),
    *_some(_SECURITY, (4719,), f"{_SUBJECT} CategoryId=%%8276 AuditPolicyChanges=%%8448"),
    *_some(_SECURITY, (4720,), f"{_TARGET} {_SUBJECT} SamAccountName=guest7"),
    *_some(_SECURITY, (4728, 4732), _MEMBER),
    *_some(
        _SECURITY,
        (4768, 4769),
        "TargetUserName={user} TargetDomainName={domain} ServiceName=krbtgt Status=0x0 "
        "IpAddress=::ffff:10.20.0.9 IpPort=50112",
    ),
    *_some(_SECURITY, (4776,), "TargetUserName={user} Workstation=WS-9 Status=0x0"),
    *_some(("Microsoft-Windows-Eventlog", "Security"), (1102,), _SUBJECT),
    *_some(_SCM, (7036,), "param1=Spooler param2=stopped"),
    *_some(_EVENTLOG, (104,), "SubjectUserName={user} SubjectDomainName={domain} Channel=System"),
    *_some(("EventLog", "System"), (6006,), ""),
    *_some(("User32", "System"), (1074,), "param1={image} param2={host} param7={domain}\\{user}"),
    *_some(_TASKS, (129,), "TaskName=\\Demo Path={image} ProcessID={pid} Priority=16384"),
    *_some(_TASKS, (140,), "TaskName=\\Demo UserName={domain}\\{user}"),
    *_some(_TASKS, (141,), "TaskName=\\Demo UserName={domain}\\{user}"),
    *_some(_TASKS, (200, 201), "TaskName=\\Demo ActionName={image} ResultCode=0"),
    *_some(_CLASSIC, (400, 403, 600, 800), "Data=NewEngineState=Available"),
    *_some(_POWERSHELL, (4103,), "ContextInfo=Host Payload=CommandInvocation(Get-Item)"),
    *_some(_WINRM, (91, 168), "resourceUri=http://schemas.example/shell/cmd shellId=7A1"),
    *_some(_DEFENDER, (1006, 1116, 1117), _THREAT),
    *_some(_DEFENDER, (5001, 5013), "Product_Name=Defender"),
    *_some(_DEFENDER, (5007,), "Old_Value=HKLM\\a=0 New_Value=HKLM\\a=1"),
    *_some(_WMI, (5857,), "ProviderName=CIMWin32 HostProcess=wmiprvse.exe ProcessID={pid}"),
    *_some(_WMI, (5858,), "ClientMachine={host} User={domain}\\{user} ClientProcessId={pid}"),
    *_some(_WMI, (5859, 5860), "Namespace=//./root/cimv2 User={user} processid={pid}"),
    *_some(_WMI, (5861,), "Namespace=//./root/subscription ESS=Demo CONSUMER=Demo"),
    *_some(_BITS, (3,), "jobTitle=Demo jobOwner={domain}\\{user} processPath={image}"),
    *_some(_BITS, (59, 60), "transferId=7A1 name=Demo url=http://files.example/a"),
    *_some(_SESSIONS, (21, 22, 23, 24, 25), _REMOTE),
    *_some(_DNS, (3008,), "QueryName=www.example QueryType=1 QueryStatus=0"),
)
"""Every shape."""
SHAPE: Final = {(shape.channel, shape.event_id): shape for shape in SHAPES}
