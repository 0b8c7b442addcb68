"""Honest doings that invite a wrong conclusion, most of all beside an intrusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign import admin, office, upkeep, web
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.machine import Activity, Autostart, Machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.facts import Process

_RUN = "Software\\Microsoft\\Windows\\CurrentVersion\\Run"


def hub(m: Machine) -> Activity:
    """One long-lived shell starts a hundred things."""
    shell = m.start(m.shell(), SYSTEM32 + "cmd.exe", f'"{SYSTEM32}cmd.exe" /k build-all')
    for number in range(100):
        yield m.random.uniform(0.5, 20)
        tool = m.random.choice(("net.exe", "ipconfig.exe", "tasklist.exe", "whoami.exe"))
        child = m.start(shell, SYSTEM32 + tool, f"{tool} /x{number}", lifetime=2)
        m.write(child, f"{m.home}\\AppData\\Local\\Temp\\report{number % 5}.txt")


def shared_file(m: Machine) -> Activity:
    """Many unrelated programs write the same log file in the temporary folder, all day."""
    path = f"{m.home}\\AppData\\Local\\Temp\\shared.log"
    for _ in range(40):
        host = service_host(m, "LocalService -p")
        m.write(host, path)
        yield m.random.uniform(60, 500)
        m.exit(host)


def reused_pids(m: Machine) -> Activity:
    """As soon as a process ends, an honest one gets its pid: scripts, shells and tools in turn."""
    for _ in range(60):
        yield m.random.uniform(20, 240)
        first = m.start(m.shell(), SYSTEM32 + "notepad.exe")
        m.write(first, f"{m.home}\\Documents\\{names.document(m.random)}.txt")
        yield m.random.uniform(0.5, 10)
        m.exit(first)
        m.reuse_next_pid()
        second = m.start(m.shell(), SYSTEM32 + "mmc.exe", "mmc.exe devmgmt.msc")
        yield m.random.uniform(0.5, 10)
        m.exit(second)


def benign_autostart(m: Machine) -> Activity:
    """A program installs itself under Roaming, registers to start at logon and caches pictures."""
    product = names.word(m.random).capitalize()
    image = f"{m.home}\\AppData\\Roaming\\{product}\\{product}.exe"
    installer = m.start(m.shell(), f"{m.home}\\Downloads\\{product}Setup.exe")
    yield m.random.uniform(1, 10)
    m.write(installer, image)
    process = m.start(installer, image, f'"{image}"')
    m.set(process, f"{m.hive}\\{_RUN}\\{product}", f'"{image}" --tray')
    m.exit(installer)

    def works(running: Process) -> Activity:
        return _caches_pictures(m, running, product)

    m.autostarts.append(Autostart(image, f'"{image}" --tray', behaviour=works))
    yield from works(process)


def _caches_pictures(m: Machine, process: Process, product: str) -> Activity:
    m.resolve(process, f"api.{product.lower()}.example")
    for _ in range(6):
        yield m.random.uniform(60, 900)
        picture = f"{m.random.getrandbits(64):016x}.png"
        m.write(process, f"{m.home}\\AppData\\Roaming\\{product}\\Cache\\{picture}")


def lone_hits(m: Machine) -> Activity:
    """Each of a day's oddities by itself, hours apart, from unrelated programs."""
    oddities = [
        upkeep.install_program,
        upkeep.windows_servicing,
        upkeep.backup,
        web.chat,
        web.music,
        admin.network_diagnosis,
        _honest_macro,
        _honest_exclusion,
        _honest_paste,
    ]
    m.random.shuffle(oddities)
    for oddity in oddities:
        yield m.random.uniform(900, 3600)
        m.begin(oddity(m))


def _honest_macro(m: Machine) -> Activity:
    """Accounting opens its own workbook with macros."""
    path = f"H:\\Accounting\\{names.document(m.random)}.xlsm"
    excel = m.start(m.shell(), office.OFFICE + "EXCEL.EXE", f'"{office.OFFICE}EXCEL.EXE" "{path}"')
    yield 2
    office.opened(m, excel, "Excel", path)
    m.load(excel, office.VBA + "VBE7.DLL")
    m.load(excel, office.VBA + "VBE7INTL.DLL")
    yield m.random.uniform(300, 1200)
    m.exit(excel)


def _honest_exclusion(m: Machine) -> Activity:
    """Management excludes a build server's folder from scanning."""
    task = service_host(m, "netsvcs -p -s Schedule")
    script = "Add-MpPreference -ExclusionPath 'D:\\Build'"
    process = admin.run_powershell(m, task, f'-NoProfile -Command "{script}"', script)
    yield 3
    m.exit(process)
    m.exit(task)


def _honest_paste(m: Machine) -> Activity:
    """Somebody fetches a snippet from PowerShell."""
    script = "Invoke-RestMethod https://pastebin.com/raw/example"
    process = admin.run_powershell(m, m.shell(), "-NoProfile", script)
    m.resolve(process, "pastebin.com")
    yield m.random.uniform(10, 60)
    m.exit(process)


TRAPS: dict[str, Callable[[Machine], Activity]] = {
    "hub": hub,
    "shared-file": shared_file,
    "reused-pids": reused_pids,
    "benign-autostart": benign_autostart,
    "lone-hits": lone_hits,
}
"""Every trap by its name."""
