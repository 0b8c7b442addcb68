"""Ways from host to host, honest or not: what one host does, and what then happens on the other.

Both ends are decided beforehand (`Hop`), since each machine runs by itself. What the hosts log of
each way is told after JPCERT/CC, "Detecting Lateral Movement through Tracking Event Logs", and the
recordings of OTRF, "Security-Datasets".
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.facts import SECOND, Label, Logon, Process
from lineage.simulate.machine import NETWORK_SERVICE_LOGON, SYSTEM_LOGON, Machine
from lineage.simulate.remote import (
    DESKTOP,
    MAPPER,
    SMB,
    WINRM,
    CredentialUse,
    Logoff,
    Reach,
    RemoteLogon,
    Route,
    ServiceInstall,
    ShareAccess,
    TaskRegistration,
    address_of,
)

if TYPE_CHECKING:
    from random import Random

    from lineage.simulate.facts import Account, Host

Own = Callable[[str], "Label | None"]
"""Marks what plays a role as an intrusion's; None for what is honest."""
Leave = Generator[float, None, None]
Arrive = Generator[float, None, Process]
"""An activity that returns the process that runs on the other host."""

POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
TRAVEL = 2.0
"""Seconds from what one host does to what the other one sees: longer than any step of the first."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from host to host.

    Attributes:
        source: from which host.
        target: to which.
        address: the source's, as the target sees it.
        logon: the session on the target.
        at: when, in ticks of true time.
        port: first of the source's ports.
        program: path of what is to run on the target.
        command_line: its command line.
        name: how the source names the target.
    """

    source: Host
    target: Host
    address: str
    logon: Logon
    at: int
    port: int
    program: str
    command_line: str
    name: str

    def route(self, port: int, number: int = 0) -> Route:
        """A connection to a port of the target."""
        return Route(self.address, self.port + number, address_of(self.target), port)


def dynamic(hop: Hop) -> int:
    """The port that RPC's mapper tells."""
    return 49_664 + hop.port % 32


def until(m: Machine, time: int) -> float:
    """Seconds to wait until a moment."""
    return max(0.0, (time - m.now) / SECOND)


# -- WMI -----------------------------------------------------------------------------------------


def leave_by_wmi(m: Machine, parent: Process, hop: Hop, own: Own) -> Leave:
    """Wmic asks the mapper by way of a service of Windows, and then the other host itself."""
    given = _given(hop, parent, "/user:{} /password:x ")
    command = f'wmic /node:"{hop.name}" {given}process call create "{hop.command_line}"'
    tool = m.start(parent, SYSTEM32 + "wbem\\WMIC.exe", command, label=own("mover"), lifetime=20)
    m.remote(Reach, service_host(m, "RPCSS -p"), None, hop.route(MAPPER))
    _use(m, tool, hop, own)
    m.remote(Reach, tool, own("connection"), hop.route(dynamic(hop), 1))
    yield 1


def arrive_by_wmi(m: Machine, hop: Hop, own: Own) -> Arrive:
    """WMI's provider host starts the program in the caller's session."""
    _answer(m, hop.route(MAPPER), "RPCSS -p")
    _answer(m, hop.route(dynamic(hop), 1), "netsvcs -p -s Winmgmt")
    _log_on(m, hop, hop.route(dynamic(hop), 1))
    provider = m.start(
        service_host(m, "DcomLaunch -p"),
        SYSTEM32 + "wbem\\WmiPrvSE.exe",
        f"{SYSTEM32}wbem\\wmiprvse.exe -secured -Embedding",
        logon=NETWORK_SERVICE_LOGON,
    )
    yield 0.5
    return _run(m, provider, hop, own, hop.logon)


# -- service -------------------------------------------------------------------------------------


def leave_by_service(m: Machine, parent: Process, hop: Hop, own: Own) -> Leave:
    """A tool like PsExec; the kernel connects for it."""
    image = f"{m.home}\\AppData\\Local\\Temp\\px64.exe"
    given = _given(hop, parent, "-u {} -p x ")
    command = f"px64.exe \\\\{hop.name} -accepteula {given}-d -s {hop.command_line}"
    tool = m.start(parent, image, command, label=own("mover"), lifetime=20)
    _use(m, tool, hop, own)
    m.remote(Reach, _kernel(m), None, hop.route(SMB))
    yield 1


def arrive_by_service(m: Machine, hop: Hop, own: Own) -> Arrive:
    """A service's program is copied and started, which starts the program."""
    kernel = _kernel(m)
    m.remote(Reach, kernel, None, hop.route(SMB), True)
    _log_on(m, hop, hop.route(SMB), workstation=hop.source.name)
    program = f"{names.word(m.random, 2).upper()}SVC.exe"
    share = (hop.logon, hop.route(SMB), "ADMIN$", "C:\\Windows")
    m.remote(ShareAccess, kernel, own("share"), *share, program, True)
    m.write(kernel, f"C:\\Windows\\{program}", own("service program"))
    yield 0.3
    services = _services(m)
    path = f"C:\\Windows\\{program}"
    m.remote(ServiceInstall, services, own("service"), hop.logon, program[:-4], f'"{path}"')
    service = m.start(services, path, f'"{path}"', label=own("service"), logon=SYSTEM_LOGON)
    yield 0.5
    return _run(m, service, hop, own, SYSTEM_LOGON)


# -- WinRM ---------------------------------------------------------------------------------------


def leave_by_winrm(m: Machine, parent: Process, hop: Hop, own: Own) -> Leave:
    """PowerShell remoting."""
    command = f"Invoke-Command -ComputerName {hop.name} -ScriptBlock {{ {hop.command_line} }}"
    tool = m.start(
        parent, POWERSHELL, f'powershell.exe -Command "{command}"', label=own("mover"), lifetime=60
    )
    m.script(tool, command, label=own("script block"))
    m.remote(CredentialUse, tool, own("credentials"), hop.target.name, hop.logon.account)
    m.remote(Reach, tool, own("connection"), hop.route(WINRM))
    yield 1


def arrive_by_winrm(m: Machine, hop: Hop, own: Own) -> Arrive:
    """WinRM's own host runs in the caller's session; the log doesn't say where that came from."""
    m.remote(Reach, _kernel(m), None, hop.route(WINRM), True)
    _log_on(m, hop, None)
    host = m.start(
        service_host(m, "DcomLaunch -p"),
        SYSTEM32 + "wsmprovhost.exe",
        f"{SYSTEM32}wsmprovhost.exe -Embedding",
        logon=hop.logon,
        integrity="High",
        label=own("between"),
    )
    yield 0.5
    return _run(m, host, hop, own, hop.logon)


# -- task ----------------------------------------------------------------------------------------


def leave_by_task(m: Machine, parent: Process, hop: Hop, own: Own) -> Leave:
    """Schtasks makes a task on the other host and runs it."""
    image, task = SYSTEM32 + "schtasks.exe", names.word(m.random).capitalize()
    given = _given(hop, parent, "/u {} /p x ")
    there = f"/s {hop.name} {given}/tn {task}"
    command = f"schtasks /create {there} /tr {hop.program} /sc once /ru SYSTEM"
    made = m.start(parent, image, command, label=own("mover"), lifetime=2)
    _use(m, made, hop, own)
    m.remote(Reach, made, own("connection"), hop.route(MAPPER))
    m.remote(Reach, made, own("connection"), hop.route(dynamic(hop), 1))
    yield 1
    m.start(parent, image, f"schtasks /run {there}", label=own("mover"), lifetime=2)


def arrive_by_task(m: Machine, hop: Hop, own: Own) -> Arrive:
    """The scheduler starts the program as the system."""
    _answer(m, hop.route(MAPPER), "RPCSS -p")
    scheduler = _answer(m, hop.route(dynamic(hop), 1), "netsvcs -p -s Schedule")
    _log_on(m, hop, hop.route(dynamic(hop), 1))
    task = names.word(m.random)
    command = hop.command_line
    m.remote(TaskRegistration, scheduler, own("task"), hop.logon, task, command)
    m.write(scheduler, f"C:\\Windows\\System32\\Tasks\\{task}", own("task"))
    yield 1.5
    return _run(m, scheduler, hop, own, SYSTEM_LOGON)


# -- remote desktop ------------------------------------------------------------------------------


def leave_by_desktop(m: Machine, parent: Process, hop: Hop, own: Own) -> Leave:
    """The remote desktop's client, which is given an account."""
    image = SYSTEM32 + "mstsc.exe"
    client = m.start(parent, image, f'"{image}" /v:{hop.name}', label=own("mover"), lifetime=1200)
    m.remote(CredentialUse, client, own("credentials"), hop.target.fqdn, hop.logon.account)
    m.remote(Reach, client, own("connection"), hop.route(DESKTOP))
    yield 1


def arrive_by_desktop(m: Machine, hop: Hop, own: Own) -> Arrive:
    """A session with a shell of its own, in which the user starts a program."""
    _answer(m, hop.route(DESKTOP), "NetworkService -s TermService")
    yield 4
    _log_on(m, hop, hop.route(DESKTOP), kind=10)
    winlogon = m.start(m.system, SYSTEM32 + "winlogon.exe", "winlogon.exe")
    userinit = m.start(
        winlogon, SYSTEM32 + "userinit.exe", lifetime=25, logon=hop.logon, integrity="Medium"
    )
    shell = m.start(userinit, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE")
    m.start(shell, SYSTEM32 + "ctfmon.exe", '"ctfmon.exe"')
    yield 20
    return _run(m, shell, hop, own, hop.logon)


# -- both ----------------------------------------------------------------------------------------


class Way(NamedTuple):
    """A way from host to host: what its two ends do."""

    leave: Callable[[Machine, Process, Hop, Own], Leave]
    arrive: Callable[[Machine, Hop, Own], Arrive]


WAYS: dict[str, Way] = {
    "service": Way(leave_by_service, arrive_by_service),
    "wmi": Way(leave_by_wmi, arrive_by_wmi),
    "winrm": Way(leave_by_winrm, arrive_by_winrm),
    "task": Way(leave_by_task, arrive_by_task),
    "desktop": Way(leave_by_desktop, arrive_by_desktop),
}
"""Every way by its name."""


def hop(random: Random, source: Host, target: Host, account: Account, at: int, program: str) -> Hop:
    """A step with ports and a session of its own.

    Args:
        random: source of the numbers.
        source: from which host.
        target: to which.
        account: that logs on.
        at: when, in ticks of true time.
        program: path of what is to run.
    """
    return Hop(
        source,
        target,
        address_of(source),
        Logon(account, random.randrange(0x100000, 0xFFFFFFF), 0),
        at,
        random.randrange(49_800, 64_000),
        program,
        program,
        random.choice((target.name, target.fqdn, target.name.lower())),
    )


def _given(hop: Hop, process: Process, option: str) -> str:
    """The option by which a tool is given an account that isn't the process's own."""
    account = hop.logon.account
    return "" if account == process.logon.account else option.format(account.display)


def _use(m: Machine, tool: Process, hop: Hop, own: Own) -> None:
    """A tool that was given an account logs on with it."""
    if hop.logon.account != tool.logon.account:
        m.remote(CredentialUse, tool, own("credentials"), hop.target.fqdn, hop.logon.account)


def _kernel(m: Machine) -> Process:
    if m.system is None:
        raise RuntimeError(f"{m.host.name} is off")
    return m.system


def _services(m: Machine) -> Process:
    if m.services is None:
        raise RuntimeError(f"{m.host.name} is off")
    return m.services


def _answer(m: Machine, route: Route, group: str) -> Process:
    """A service of Windows accepts a connection."""
    server = service_host(m, group)
    m.remote(Reach, server, None, route, True)
    return server


def _log_on(
    m: Machine, hop: Hop, route: Route | None, *, kind: int = 3, workstation: str = ""
) -> None:
    lsass = m.running(SYSTEM32 + "lsass.exe")
    if lsass is not None:
        m.remote(RemoteLogon, lsass, None, hop.logon, kind, route, workstation)
        m.begin(_log_off(m, lsass, hop, kind))


def _log_off(m: Machine, lsass: Process, hop: Hop, kind: int) -> Leave:
    yield 900
    m.remote(Logoff, lsass, None, hop.logon, kind)


def _run(m: Machine, parent: Process, hop: Hop, own: Own, logon: Logon) -> Process:
    return m.start(
        parent,
        hop.program,
        hop.command_line,
        logon=logon,
        integrity="High",
        label=own("remote program"),
    )
