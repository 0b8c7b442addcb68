"""Ways to come back after a reboot.

Each takes the process that arranges it, the program that is to come back, and what that then does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.machine import Activity, Autostart, Behaviour, Machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.facts import Process
    from lineage.simulate.intrusion.plan import Plan

_CURRENT_VERSION = "Microsoft\\Windows\\CurrentVersion"


def run_key(m: Machine, plan: Plan, rat: Process, program: str, again: Behaviour) -> Activity:
    """A value in the user's Run key."""
    path = f"{m.hive}\\Software\\{_CURRENT_VERSION}\\Run\\{plan.autostart}"
    m.set(rat, path, f'"{program}"', plan.label("autostart"))
    _comes_back(m, plan, program, again)
    yield m.random.uniform(0.1, 1)


def machine_run_key(
    m: Machine, plan: Plan, rat: Process, program: str, again: Behaviour
) -> Activity:
    """A value in the machine's Run key, set with reg.exe."""
    key = f"HKLM\\SOFTWARE\\{_CURRENT_VERSION}\\Run"
    process = m.start(
        rat,
        SYSTEM32 + "reg.exe",
        f'reg add {key} /v {plan.autostart} /t REG_SZ /d "{program}" /f',
        label=plan.label("autostart"),
        integrity="High",
        lifetime=1,
    )
    m.set(process, f"{key}\\{plan.autostart}", program, plan.label("autostart"))
    _comes_back(m, plan, program, again)
    yield m.random.uniform(0.1, 1)


def run_once(m: Machine, plan: Plan, rat: Process, program: str, again: Behaviour) -> Activity:
    """A value in the user's RunOnce key."""
    path = f"{m.hive}\\Software\\{_CURRENT_VERSION}\\RunOnce\\{plan.autostart}"
    m.set(rat, path, program, plan.label("autostart"))
    _comes_back(m, plan, program, again, once=True)
    yield m.random.uniform(0.1, 1)


def startup_folder(
    m: Machine, plan: Plan, rat: Process, program: str, again: Behaviour
) -> Activity:
    """A copy of the payload in the user's Startup folder."""
    folder = f"{m.home}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"
    path = f"{folder}\\{plan.autostart}.exe"
    m.place(path, plan.payload)
    m.write(rat, path, plan.label("autostart"))
    _comes_back(m, plan, path, again)
    yield m.random.uniform(0.1, 1)


def scheduled_task(
    m: Machine, plan: Plan, rat: Process, program: str, again: Behaviour
) -> Activity:
    """A scheduled task that runs at logon."""
    m.start(
        rat,
        SYSTEM32 + "schtasks.exe",
        f'schtasks.exe /create /tn "{plan.autostart}" /tr "{program}" /sc onlogon /f',
        label=plan.label("autostart"),
        lifetime=1,
    )
    yield m.random.uniform(0.2, 1)
    scheduler = service_host(m, "netsvcs -p -s Schedule")
    m.write(scheduler, f"C:\\Windows\\System32\\Tasks\\{plan.autostart}", plan.label("autostart"))
    m.set(
        scheduler,
        "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree"
        f"\\{plan.autostart}\\Id",
        names.guid(m.random),
        plan.label("autostart"),
    )
    _comes_back(m, plan, program, again, by="tasks")
    yield m.random.uniform(0.1, 1)


def service(m: Machine, plan: Plan, rat: Process, program: str, again: Behaviour) -> Activity:
    """A service that starts with Windows."""
    m.start(
        rat,
        SYSTEM32 + "sc.exe",
        f'sc.exe create {plan.autostart} binPath= "{program}" start= auto',
        label=plan.label("autostart"),
        integrity="High",
        lifetime=1,
    )
    yield m.random.uniform(0.2, 1)
    if m.services is not None:
        path = f"HKLM\\System\\CurrentControlSet\\Services\\{plan.autostart}\\ImagePath"
        m.set(m.services, path, program, plan.label("autostart"))
    _comes_back(m, plan, program, again, by="services")
    yield m.random.uniform(0.1, 1)


PERSISTENCES: dict[str, Callable[[Machine, Plan, Process, str, Behaviour], Activity]] = {
    "run-key": run_key,
    "machine-run-key": machine_run_key,
    "run-once": run_once,
    "startup-folder": startup_folder,
    "scheduled-task": scheduled_task,
    "service": service,
}
"""Every way to stay by its name."""


def _comes_back(
    m: Machine,
    plan: Plan,
    program: str,
    again: Behaviour,
    *,
    once: bool = False,
    by: str = "shell",
) -> None:
    entry = Autostart(
        program,
        f'"{program}"',
        behaviour=again,
        label=plan.label("payload"),
        once=once,
        by=by,
    )
    m.autostarts.append(entry)
