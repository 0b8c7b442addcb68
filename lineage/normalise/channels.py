"""Windows event logs of which every record is read as it is.

What a record means to the graph is in `lineage.graph.placing`; what it doesn't know is the host's,
or the process's that the record names. Rules for a `service` see all fields.

Services and their channels are Sigma's (SigmaHQ, "Sigma Log Sources" and the pySigma pipeline
`windows-logsources`); WinRM and RemoteConnectionManager, which Sigma doesn't name, are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.normalise.event import ChannelEvent, Event
from lineage.normalise.events.channel import ChannelData
from lineage.normalise.header import header, logged_time
from lineage.normalise.powershell import POWERSHELL
from lineage.normalise.security import SECURITY
from lineage.normalise.source import Provider, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_MS: Final = "microsoft-windows-"


class _Actor(NamedTuple):
    """Fields that name the acting process: its pid's and its program's, "" where there is none.

    `otherwise` is where some exports keep the program.
    """

    pid: str
    image: str
    otherwise: str = ""


_LOGONS: Final = frozenset({4624, 4625})
"""Security events whose process is the one that checked the logon, not who acted."""
_SERVERS: Final = frozenset({"lsass.exe", "services.exe"})
"""What they do, as a log has it, they do for who asked them, whom it doesn't name."""
_SYSTEM: Final = frozenset({0, 4})
_LOGGING: Final = _Actor("", "")
"""The process that wrote the record is the one that acted."""

_ACTORS: Final[dict[str, tuple[_Actor, ...]]] = {
    "security": (
        _Actor("ProcessId", "ProcessName", "Application"),
        _Actor("ProcessID", "Application"),
        _Actor("CallerProcessId", "CallerProcessName"),
        _Actor("ClientProcessId", ""),
    ),
    "wmi": (_Actor("ClientProcessId", ""), _Actor("ProcessID", "")),
    "bits-client": (_Actor("processId", "processPath"), _Actor("ProcessId", "")),
    "dns-client": (_LOGGING,),
    "powershell": (_LOGGING,),
    "winrm": (_LOGGING,),
    "firewall-as": (_Actor("", "ModifyingApplication"),),
    "windefend": (_Actor("", "Process Name"),),
    "codeintegrity-operational": (_Actor("", "ProcessNameBuffer"),),
    "security-mitigations": (_Actor("ProcessId", "ProcessPath"),),
}
"""Service -> where its records name the acting process, the surest first."""


def channel_event(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """Any record. Raises ValueError where it has no time."""
    texts = values.texts
    data = raw.data
    fields = tuple(data)
    pid, image = _acting(raw, origin, values)
    return ChannelEvent(
        *header(raw, source, origin, logged_time(raw)),
        texts[raw.provider],
        texts[raw.channel],
        pid,
        image,
        ChannelData(values.shapes[fields], tuple(map(texts.__getitem__, data.values()))),
    )


def _acting(raw: RawRecord, origin: str, values: Values) -> tuple[int | None, str | None]:
    if raw.event_id in _LOGONS and origin == SECURITY.service:
        return None, None
    for actor in _ACTOR_OF.get(origin, ()):
        if actor is _LOGGING:
            return raw.process_id, None
        image = values.texts[raw.data.get(actor.image)] if actor.image else None
        pid = _pid(raw.data, actor.pid, values)
        if image is None and pid and actor.otherwise:
            image = values.texts[raw.data.get(actor.otherwise)]
        if pid in _SYSTEM or _name(image) in _SERVERS:
            return None, None
        if pid or (image and "\\" in image):
            return pid, image
    return None, None


def _name(image: str | None) -> str:
    return (image or "").rpartition("\\")[2].lower()


def _pid(data: Mapping[str, object], field: str, values: Values) -> int | None:
    """A pid, or None: what isn't one keeps nobody from reading the rest of the record."""
    try:
        return values.numbers[field][data.get(field)] if field else None
    except ValueError:
        return None


def _provider(service: str, *names: str, channels: tuple[str, ...]) -> Provider:
    return Provider(names[0] if names else channels[0], service, channels, aliases=names[1:])


_OPERATIONAL: Final = {
    "appxdeployment-server": "AppXDeploymentServer/Operational",
    "appxpackaging-om": "AppxPackaging/Operational",
    "appmodel-runtime": "AppModel-Runtime/Admin",
    "bits-client": "Bits-Client/Operational",
    "bitlocker": "BitLocker/BitLocker Management",
    "capi2": "CAPI2/Operational",
    "certificateservicesclient-lifecycle-system": (
        "CertificateServicesClient-Lifecycle-System/Operational"
    ),
    "codeintegrity-operational": "CodeIntegrity/Operational",
    "dhcp": "DHCP-Server/Operational",
    "diagnosis-scripted": "Diagnosis-Scripted/Operational",
    "dns-server-analytic": "DNS-Server/Analytical",
    "driver-framework": "DriverFrameworks-UserMode/Operational",
    "firewall-as": "Windows Firewall With Advanced Security/Firewall",
    "hyper-v-worker": "Hyper-V-Worker",
    "kernel-event-tracing": "Kernel-EventTracing/Admin",
    "kernel-shimengine": "Kernel-ShimEngine/Operational",
    "ldap": "LDAP-Client/Debug",
    "lsa-server": "LSA/Operational",
    "ntfs": "Ntfs/Operational",
    "ntlm": "NTLM/Operational",
    "printservice-admin": "PrintService/Admin",
    "printservice-operational": "PrintService/Operational",
    "remoteconnectionmanager": "TerminalServices-RemoteConnectionManager/Operational",
    "sense": "SENSE/Operational",
    "shell-core": "Shell-Core/Operational",
    "smbclient-connectivity": "SmbClient/Connectivity",
    "smbclient-security": "SmbClient/Security",
    "smbserver-connectivity": "SMBServer/Connectivity",
    "smbserver-security": "SMBServer/Security",
    "taskscheduler": "TaskScheduler/Operational",
    "terminalservices-localsessionmanager": "TerminalServices-LocalSessionManager/Operational",
    "vhdmp": "VHDMP/Operational",
    "windefend": "Windows Defender/Operational",
    "winrm": "WinRM/Operational",
    "wmi": "WMI-Activity/Operational",
}
"""Service -> its only channel, after `Microsoft-Windows-`; it begins with the provider's name."""

POWERSHELL_CLASSIC: Final = _provider("powershell-classic", channels=("windows powershell",))

_PROVIDERS: Final = (
    *(
        _provider(
            service,
            f"{_MS}{channel.partition('/')[0].lower()}",
            channels=(f"{_MS}{channel.lower()}",),
        )
        for service, channel in _OPERATIONAL.items()
    ),
    POWERSHELL_CLASSIC,
    _provider(
        "applocker",
        f"{_MS}applocker",
        channels=(
            f"{_MS}applocker/exe and dll",
            f"{_MS}applocker/msi and script",
            f"{_MS}applocker/packaged app-deployment",
            f"{_MS}applocker/packaged app-execution",
        ),
    ),
    _provider(
        "security-mitigations",
        f"{_MS}security-mitigations",
        channels=(
            f"{_MS}security-mitigations/kernelmode",
            f"{_MS}security-mitigations/kernel mode",
            f"{_MS}security-mitigations/usermode",
            f"{_MS}security-mitigations/user mode",
        ),
    ),
    _provider(
        "dns-client",
        f"{_MS}dns-client",
        channels=(f"{_MS}dns-client/operational", f"{_MS}dns client events/operational"),
    ),
    _provider(
        "dns-server", f"{_MS}dns-server-service", channels=("dns server", f"{_MS}dns-server/audit")
    ),
    _provider(
        "iis-configuration",
        f"{_MS}iis-configuration",
        channels=(
            "microsoft-iis-configuration/operational",
            "microsoft-iis-configuration/administrative",
            f"{_MS}iis-configuration/operational",
        ),
    ),
    _provider("microsoft-servicebus-client", channels=("microsoft-servicebus-client",)),
    _provider("msexchange-management", channels=("msexchange management",)),
    _provider("openssh", "openssh", channels=("openssh/operational",)),
    _provider("application", channels=("application",)),
    _provider("system", "service control manager", channels=("system",)),
)


def _every(provider: Provider) -> Source:
    """The row of all records of a provider or its channels that have no row of their own."""
    return Source(str(provider.service), provider, None, ChannelEvent, channel_event, actor=_ACTING)


def _one(provider: Provider, event_id: int, category: str) -> Source:
    return Source(
        f"{provider.service}-{event_id}",
        provider,
        event_id,
        ChannelEvent,
        channel_event,
        {category: ""},
        actor=_ACTING,
    )


_ACTING: Final = (None, "acting_pid", "acting_image")

SOURCES: Final = (
    _one(POWERSHELL, 4103, "ps_module"),
    _one(POWERSHELL_CLASSIC, 400, "ps_classic_start"),
    _one(POWERSHELL_CLASSIC, 600, "ps_classic_provider_start"),
    *map(_every, (SECURITY, POWERSHELL, *_PROVIDERS)),
)
_ACTOR_OF: Final = {
    source.name: _ACTORS[source.provider.service]
    for source in SOURCES
    if source.provider.service in _ACTORS
}
