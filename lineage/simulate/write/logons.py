"""What happens between hosts as the events that Sysmon, the Security and the System log write.

Field names and order: Microsoft Learn, "4624(S)", "4634(S)", "4648(S)", "4697(S)", "4698(S)",
"5140(S, F)", "5145(S, F)", "5156(S)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.write.fields import actor, user
from lineage.simulate.write.record import Guid, Hex

if TYPE_CHECKING:
    from lineage.simulate.facts import Logon
    from lineage.simulate.remote import (
        CredentialUse,
        Logoff,
        Reach,
        RemoteLogon,
        Route,
        ServiceInstall,
        ShareAccess,
        TaskRegistration,
    )
    from lineage.simulate.write.fields import Fields

_NO_GUID = Guid("{00000000-0000-0000-0000-000000000000}")
_NTLM = "NTLM"
_PORT_NAMES = {135: "epmap", 445: "microsoft-ds", 3389: "ms-wbt-server"}


def reach(fact: Reach) -> Fields:
    """Sysmon 3."""
    route = fact.route
    return (
        *actor(fact),
        user(fact.process),
        ("Protocol", "tcp"),
        ("Initiated", "false" if fact.inbound else "true"),
        ("SourceIsIpv6", "false"),
        ("SourceIp", route.address),
        ("SourceHostname", "-" if fact.inbound else fact.process.host.fqdn),
        ("SourcePort", route.port),
        ("SourcePortName", "-"),
        ("DestinationIsIpv6", "false"),
        ("DestinationIp", route.other),
        ("DestinationHostname", fact.process.host.fqdn if fact.inbound else "-"),
        ("DestinationPort", route.other_port),
        ("DestinationPortName", _PORT_NAMES.get(route.other_port, "-")),
    )


def allowed(fact: Reach) -> Fields:
    """Security 5156."""
    route, image = fact.route, fact.process.image
    path = f"\\device\\harddiskvolume2{image[2:].lower()}" if "\\" in image else image
    return (
        ("ProcessID", fact.process.pid),
        ("Application", path),
        ("Direction", "%%14592" if fact.inbound else "%%14593"),
        ("SourceAddress", route.address),
        ("SourcePort", str(route.port)),
        ("DestAddress", route.other),
        ("DestPort", str(route.other_port)),
        ("Protocol", 6),
        ("FilterRTID", 66018),
        ("LayerName", "%%14610" if fact.inbound else "%%14611"),
        ("LayerRTID", 44 if fact.inbound else 48),
        ("RemoteUserID", "S-1-0-0"),
        ("RemoteMachineID", "S-1-0-0"),
    )


def logon(fact: RemoteLogon) -> Fields:
    """Security 4624. The subject of a network logon is nobody, of a desktop's the computer."""
    route, ntlm = fact.route, bool(fact.workstation)
    package = _NTLM if ntlm else "Kerberos"
    desktop = fact.kind == 10
    return (
        ("SubjectUserSid", "S-1-5-18" if desktop else "S-1-0-0"),
        ("SubjectUserName", f"{fact.process.host.name}$" if desktop else "-"),
        ("SubjectDomainName", fact.process.host.netbios_domain if desktop else "-"),
        ("SubjectLogonId", Hex(0x3E7 if desktop else 0)),
        *_account("Target", fact.logon),
        ("LogonType", fact.kind),
        ("LogonProcessName", "User32 " if desktop else "NtLmSsp " if ntlm else package),
        ("AuthenticationPackageName", "Negotiate" if desktop else package),
        ("WorkstationName", fact.process.host.name if desktop else fact.workstation or "-"),
        ("LogonGuid", _NO_GUID),
        ("TransmittedServices", "-"),
        ("LmPackageName", "NTLM V2" if ntlm else "-"),
        ("KeyLength", 128 if ntlm else 0),
        ("ProcessId", Hex(fact.process.pid if desktop else 0)),
        ("ProcessName", fact.process.image if desktop else "-"),
        ("IpAddress", route.address if route else "-"),
        ("IpPort", "-" if route is None else "0" if desktop else str(route.port)),
    )


def logoff(fact: Logoff) -> Fields:
    """Security 4634."""
    return (*_account("Target", fact.logon), ("LogonType", fact.kind))


def credentials(fact: CredentialUse) -> Fields:
    """Security 4648."""
    return (
        *_account("Subject", fact.process.logon),
        ("LogonGuid", _NO_GUID),
        ("TargetUserName", fact.account.name),
        ("TargetDomainName", fact.account.domain),
        ("TargetLogonGuid", _NO_GUID),
        ("TargetServerName", fact.server),
        ("TargetInfo", f"host/{fact.server}"),
        ("ProcessId", Hex(fact.process.pid)),
        ("ProcessName", fact.process.image),
        ("IpAddress", "-"),
        ("IpPort", "-"),
    )


def service(fact: ServiceInstall) -> Fields:
    """Security 4697."""
    return (
        *_account("Subject", fact.logon),
        ("ServiceName", fact.name),
        ("ServiceFileName", fact.command),
        ("ServiceType", "0x10"),
        ("ServiceStartType", 3),
        ("ServiceAccount", "LocalSystem"),
    )


def installed(fact: ServiceInstall) -> Fields:
    """System 7045."""
    return (
        ("ServiceName", fact.name),
        ("ImagePath", fact.command),
        ("ServiceType", "user mode service"),
        ("StartType", "demand start"),
        ("AccountName", "LocalSystem"),
    )


def task(fact: TaskRegistration) -> Fields:
    """Security 4698."""
    command, _, arguments = fact.command.partition(" ")
    definition = (
        '<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" '
        'xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n'
        f"  <Actions><Exec><Command>{command}</Command>"
        f"{f'<Arguments>{arguments}</Arguments>' if arguments else ''}</Exec></Actions>\r\n</Task>"
    )
    return (
        *_account("Subject", fact.logon),
        ("TaskName", f"\\{fact.name}"),
        ("TaskContent", definition),
    )


def registered(fact: TaskRegistration) -> Fields:
    """TaskScheduler 106."""
    return (("TaskName", f"\\{fact.name}"), ("UserContext", fact.logon.account.display))


def share(fact: ShareAccess) -> Fields:
    """Security 5140."""
    return (
        *_account("Subject", fact.logon),
        ("ObjectType", "File"),
        *_source(fact.route),
        ("ShareName", f"\\\\*\\{fact.share}"),
        ("ShareLocalPath", f"\\??\\{fact.folder}"),
        ("AccessMask", "0x1"),
        ("AccessList", "%%4416\n\t\t\t\t"),
    )


def shared_file(fact: ShareAccess) -> Fields:
    """Security 5145."""
    return (
        *_account("Subject", fact.logon),
        ("ObjectType", "File"),
        *_source(fact.route),
        ("ShareName", f"\\\\*\\{fact.share}"),
        ("ShareLocalPath", f"\\??\\{fact.folder}"),
        ("RelativeTargetName", fact.path),
        ("AccessMask", "0x2" if fact.writes else "0x1"),
        ("AccessList", "%%4417\n\t\t\t\t" if fact.writes else "%%4416\n\t\t\t\t"),
        ("AccessReason", "-"),
    )


def _account(role: str, session: Logon) -> Fields:
    account = session.account
    return (
        (f"{role}UserSid", account.sid),
        (f"{role}UserName", account.name),
        (f"{role}DomainName", account.domain),
        (f"{role}LogonId", Hex(session.token)),
    )


def _source(route: Route) -> Fields:
    return (("IpAddress", route.address), ("IpPort", str(route.port)))
