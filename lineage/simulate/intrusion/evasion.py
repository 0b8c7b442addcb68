"""Ways to go unseen, taken by whichever process obeys the intruder at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import DEFENDER, SYSTEM32

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.facts import Process
    from lineage.simulate.intrusion.entry import Entry
    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Activity, Machine

_POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"

_WRAPPER_CLASS = "{89565275-A714-4a43-912E-978B935EDCCC}"
"""DynamicWrapperX registers itself under this class."""


def script_wrapper(m: Machine, plan: Plan, actor: Process) -> Activity:
    """Drops DynamicWrapperX, registers it silently, and loads it: scripts can then call Windows."""
    library = f"{m.home}\\AppData\\Roaming\\dynwrapx.dll"
    m.place(library, plan.wrapper)
    m.write(actor, library, plan.label("script wrapper"))
    yield m.random.uniform(0.3, 2)
    image = "C:\\Windows\\SysWOW64\\regsvr32.exe"
    register = m.start(
        actor,
        image,
        f'"{image}" /i /s "{library}"',
        label=plan.label("registration"),
        lifetime=2,
    )
    m.load(register, library, plan.label("script wrapper"))
    key = f"{m.hive}_Classes\\CLSID\\{_WRAPPER_CLASS}\\InProcServer32"
    m.key(register, key, label=plan.label("script wrapper"))
    m.set(register, f"{key}\\(Default)", library, plan.label("script wrapper"))
    yield m.random.uniform(0.2, 1)
    m.load(actor, library, plan.label("script wrapper"))
    yield m.random.uniform(0.2, 1)


def exclusion_by_powershell(m: Machine, plan: Plan, actor: Process) -> Activity:
    """Has Defender leave the payload's folder alone, by a PowerShell command line."""
    folder = _payload_folder(m, plan)
    command = f"Add-MpPreference -ExclusionPath '{folder}' -Force"
    process = m.start(
        actor,
        _POWERSHELL,
        f'"{_POWERSHELL}" -WindowStyle Hidden -Command "{command}"',
        label=plan.label("defender exclusion"),
    )
    yield m.random.uniform(0.5, 2)
    m.script(process, command, label=plan.label("defender exclusion"))
    yield m.random.uniform(0.5, 2)
    _defender_excludes(m, plan, folder)
    m.exit(process)


def exclusion_by_script(m: Machine, plan: Plan, actor: Process) -> Activity:
    """The same out of a long PowerShell script: the command line doesn't show it."""
    folder = _payload_folder(m, plan)
    padding = "".join(f"$v{n} = {m.random.getrandbits(40)}\n" for n in range(600))
    path = f"{m.home}\\AppData\\Local\\Temp\\{plan.folder.lower()}.ps1"
    m.write(actor, path, plan.label("script"))
    process = m.start(
        actor,
        _POWERSHELL,
        f'powershell.exe -ep bypass -w hidden -f "{path}"',
        label=plan.label("defender exclusion"),
    )
    yield m.random.uniform(0.5, 2)
    text = f'{padding}$target = "{folder}"\nAdd-MpPreference -ExclusionPath $target\n'
    m.script(process, text, path, plan.label("defender exclusion"))
    yield m.random.uniform(0.5, 2)
    _defender_excludes(m, plan, folder)
    m.exit(process)


def exclusion_by_registry(m: Machine, plan: Plan, actor: Process) -> Activity:
    """Writes the exclusion as a policy with reg.exe."""
    key = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\Exclusions\\Paths"
    folder = _payload_folder(m, plan)
    process = m.start(
        actor,
        SYSTEM32 + "reg.exe",
        f'reg add "{key}" /v "{folder}" /t REG_SZ /d 0 /f',
        label=plan.label("defender exclusion"),
        integrity="High",
        lifetime=1,
    )
    m.set(process, f"{key}\\{folder}", "0", plan.label("defender exclusion"))
    yield m.random.uniform(0.5, 2)


def account_control_off(m: Machine, plan: Plan, actor: Process) -> Activity:
    """Switches User Account Control off."""
    key = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
    command = f"reg.exe ADD {key} /v EnableLUA /t REG_DWORD /d 0 /f"
    shell = m.start(
        actor,
        SYSTEM32 + "cmd.exe",
        f"{SYSTEM32}cmd.exe /k %windir%\\System32\\{command}",
        label=plan.label("shell"),
        integrity="High",
        lifetime=3,
    )
    process = m.start(
        shell, SYSTEM32 + "reg.exe", command, label=plan.label("account control off"), lifetime=1
    )
    m.set(process, f"{key}\\EnableLUA", "DWORD (0x00000000)", plan.label("account control off"))
    yield m.random.uniform(0.5, 3)


EVASIONS: dict[str, Callable[[Machine, Plan, Process], Activity]] = {
    "script-wrapper": script_wrapper,
    "exclusion-by-powershell": exclusion_by_powershell,
    "exclusion-by-script": exclusion_by_script,
    "exclusion-by-registry": exclusion_by_registry,
    "account-control-off": account_control_off,
}
"""Every evasion by its name."""


def inject(m: Machine, plan: Plan, rat: Process) -> Entry:
    """Starts the help viewer, takes it over, and goes on as a child of it."""
    image = "C:\\Windows\\winhlp32.exe"
    host = m.start(rat, image, image, label=plan.label("injected"))
    yield m.random.uniform(0.5, 3)
    m.inject(rat, host, plan.label("injected"))
    return m.start(host, rat.image, f'"{rat.image}"', label=plan.label("payload"))


def hollow(m: Machine, plan: Plan, rat: Process) -> Entry:
    """Starts a system program, empties it, and lives on inside."""
    name = m.random.choice(("svchost.exe", "dllhost.exe", "notepad.exe"))
    host = m.start(rat, f"C:\\Windows\\SysWOW64\\{name}", label=plan.label("injected"))
    yield m.random.uniform(0.5, 3)
    m.hollow(host, plan.label("injected"))
    m.exit(rat)
    return host


DISGUISES: dict[str, Callable[[Machine, Plan, Process], Entry]] = {
    "injection": inject,
    "hollowing": hollow,
}
"""Every way to work from inside another program, by its name; each returns the worker."""


def delete_itself(m: Machine, plan: Plan, dropper: Process) -> Activity:
    """The dropper leaves a command prompt behind that deletes it."""
    m.start(
        dropper,
        SYSTEM32 + "cmd.exe",
        f'"{SYSTEM32}cmd.exe" /c ping -n 3 127.0.0.1 & del /q "{dropper.image}"',
        label=plan.label("self-deletion"),
        lifetime=4,
    )
    yield m.random.uniform(0.2, 1)
    m.exit(dropper)


def _payload_folder(m: Machine, plan: Plan) -> str:
    return f"{m.home}\\AppData\\Roaming\\{plan.folder}"


def _defender_excludes(m: Machine, plan: Plan, folder: str) -> None:
    engine = m.running(DEFENDER)
    if engine is None:
        return
    path = f"HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\{folder}"
    m.set(engine, path, "DWORD (0x00000000)", plan.label("defender exclusion"))
