"""Start-up, logon, shutdown, and the days between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.facts import SECOND, Logon
from lineage.simulate.machine import (
    LOCAL_SERVICE_LOGON,
    NETWORK_SERVICE_LOGON,
    SYSTEM_LOGON,
    Activity,
    Autostart,
    Machine,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage.simulate.facts import Process

HOUR = 3600.0
DAY = 24 * HOUR

Habit = tuple["Callable[[Machine], Activity]", float]
"""Something that the user or the computer does, and how often compared with other habits."""

SYSTEM32 = "C:\\Windows\\System32\\"

DEFENDER = "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24050.7-0\\MsMpEng.exe"
CLICK_TO_RUN = "C:\\Program Files\\Common Files\\Microsoft Shared\\ClickToRun\\OfficeClickToRun.exe"

_SERVICE_GROUPS = (
    ("DcomLaunch -p", SYSTEM_LOGON),
    ("RPCSS -p", NETWORK_SERVICE_LOGON),
    ("netsvcs -p -s Schedule", SYSTEM_LOGON),
    ("netsvcs -p -s ProfSvc", SYSTEM_LOGON),
    ("netsvcs -p -s Themes", SYSTEM_LOGON),
    ("netsvcs -p -s Winmgmt", SYSTEM_LOGON),
    ("LocalServiceNetworkRestricted -p -s EventLog", LOCAL_SERVICE_LOGON),
    ("LocalServiceNetworkRestricted -p -s Dhcp", LOCAL_SERVICE_LOGON),
    ("NetworkService -p -s Dnscache", NETWORK_SERVICE_LOGON),
    ("NetworkService -p -s LanmanWorkstation", NETWORK_SERVICE_LOGON),
    ("LocalService -p -s nsi", LOCAL_SERVICE_LOGON),
    ("LocalSystemNetworkRestricted -p -s SysMain", SYSTEM_LOGON),
)


def workdays(
    m: Machine,
    habits: Sequence[Habit],
    *,
    days: int,
    hours: float,
    per_hour: float,
) -> Activity:
    """The computer is switched on in the morning, used, and switched off, day after day.

    Args:
        m: the computer.
        habits: what happens during the day.
        days: how many days.
        hours: length of a working day.
        per_hour: how many habits begin in an hour, on average.
    """
    callables = [habit for habit, _ in habits]
    weights = [weight for _, weight in habits]
    for day in range(days):
        morning = m.now
        boot(m)
        yield m.random.uniform(25, 60)
        logon(m)
        yield m.random.uniform(20, 60)
        evening = morning + int(hours * HOUR * SECOND)
        while m.now < evening:
            m.begin(m.random.choices(callables, weights)[0](m))
            yield m.random.expovariate(per_hour / HOUR)
        m.power_off()
        if day + 1 < days:
            until_morning = (morning - m.now) / SECOND + DAY + m.random.uniform(-900, 900)
            yield max(until_morning, 4 * HOUR)


def boot(m: Machine) -> None:
    """Everything that starts before a user logs on."""
    system = m.start(None, "System", "System")
    m.system = system
    smss = m.start(system, SYSTEM32 + "smss.exe", "\\SystemRoot\\System32\\smss.exe")
    session0 = m.start(smss, smss.image, f"{smss.command_line} 000000a4 00000084", lifetime=2)
    m.start(session0, SYSTEM32 + "csrss.exe", SYSTEM32 + "csrss.exe ObjectDirectory=\\Windows")
    wininit = m.start(session0, SYSTEM32 + "wininit.exe", "wininit.exe")
    session1 = m.start(smss, smss.image, f"{smss.command_line} 000000d8 00000084", lifetime=2)
    m.start(session1, SYSTEM32 + "csrss.exe", SYSTEM32 + "csrss.exe ObjectDirectory=\\Windows")
    m.start(session1, SYSTEM32 + "winlogon.exe", "winlogon.exe")
    services = m.start(wininit, SYSTEM32 + "services.exe", SYSTEM32 + "services.exe")
    m.services = services
    m.start(wininit, SYSTEM32 + "lsass.exe", SYSTEM32 + "lsass.exe")
    m.start(wininit, SYSTEM32 + "fontdrvhost.exe", '"fontdrvhost.exe"')
    for group, session in _SERVICE_GROUPS:
        m.start(
            services, SYSTEM32 + "svchost.exe", f"{SYSTEM32}svchost.exe -k {group}", logon=session
        )
    m.start(services, SYSTEM32 + "spoolsv.exe", SYSTEM32 + "spoolsv.exe")
    m.start(services, SYSTEM32 + "SearchIndexer.exe", f"{SYSTEM32}SearchIndexer.exe /Embedding")
    m.start(services, DEFENDER, f'"{DEFENDER}"')
    m.start(services, CLICK_TO_RUN, f'"{CLICK_TO_RUN}" /service')
    for entry in m.autostarts:
        if entry.by == "services":
            _launch(m, services, entry)
    m.note("started")
    m.booted()
    _forget_spent(m, "services")


def service_host(m: Machine, group: str) -> Process:
    """A new svchost.exe for a service group."""
    return m.start(m.services, SYSTEM32 + "svchost.exe", f"{SYSTEM32}svchost.exe -k {group}")


def logon(m: Machine) -> None:
    """The user logs on; the shell starts what is registered to start."""
    session = Logon(m.user, m.random.randrange(0x20000, 0xFFFFF), 1)
    m.logon = session
    m.set(
        m.start(m.services, SYSTEM32 + "svchost.exe", f"{SYSTEM32}svchost.exe -k UnistackSvcGroup"),
        f"{m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\CloudStore\\Store\\Revision",
        f"DWORD (0x{m.random.getrandbits(16):08x})",
    )
    winlogon = m.start(m.system, SYSTEM32 + "winlogon.exe", "winlogon.exe")
    m.start(winlogon, SYSTEM32 + "dwm.exe", '"dwm.exe"')
    userinit = m.start(
        winlogon, SYSTEM32 + "userinit.exe", lifetime=25, logon=session, integrity="Medium"
    )
    m.explorer = m.start(userinit, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE")
    host = service_host(m, "netsvcs -p -s UserManager")
    m.start(host, SYSTEM32 + "sihost.exe", "sihost.exe", logon=session, integrity="Medium")
    m.start(
        host,
        SYSTEM32 + "taskhostw.exe",
        "taskhostw.exe {222A245B-E637-4AE9-A93F}",
        logon=session,
        integrity="Medium",
    )
    m.start(m.explorer, SYSTEM32 + "ctfmon.exe", '"ctfmon.exe"')
    for number in range(3):
        broker = m.start(host, SYSTEM32 + "RuntimeBroker.exe", logon=session, integrity="Medium")
        m.set(
            broker,
            f"{m.hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Notifications\\Seq{number}",
            f"QWORD (0x00000000-0x{m.random.getrandbits(31):08x})",
        )
    m.begin(_autostart(m))


def _autostart(m: Machine) -> Activity:
    yield m.random.uniform(5, 15)
    for entry in list(m.autostarts):
        if entry.by == "services":
            continue
        starter = m.shell()
        if entry.by == "tasks":
            starter = service_host(m, "netsvcs -p -s Schedule")
        _launch(m, starter, entry)
        yield m.random.uniform(0.5, 6)
    _forget_spent(m, "shell", "tasks")


def _launch(m: Machine, starter: Process, entry: Autostart) -> None:
    process = m.start(
        starter,
        entry.image,
        entry.command_line,
        label=entry.label,
        logon=m.logon,
        integrity="Medium" if m.logon else "System",
    )
    if entry.behaviour is not None:
        m.begin(entry.behaviour(process))


def _forget_spent(m: Machine, *starters: str) -> None:
    m.autostarts = [e for e in m.autostarts if not (e.once and e.by in starters)]
