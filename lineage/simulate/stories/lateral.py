"""Intrusions that go from host to host, and honest doings between hosts that look so.

After public reports: The DFIR Report, "Quantum ransomware", 2022 (PsExec, WMI and remote desktop
from a host that a mailed lure infected); Check Point Research, "DFIR report: The Gentlemen", 2026
(tasks made with schtasks on other hosts); OTRF, "Security-Datasets: Covenant PowerShell remoting",
2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.stories import delivery, remcos
from lineage.simulate.stories.scene import Scene
from lineage.simulate.stories.ways import TRAVEL, WAYS, Hop, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.facts import Label, Process
    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Activity, Machine
    from lineage.simulate.stories.ways import Way

SOURCES = {
    "service": "The DFIR Report, Quantum ransomware, 2022",
    "wmi": "The DFIR Report, Quantum ransomware, 2022",
    "winrm": "OTRF Security-Datasets, Covenant PowerShell remoting, 2020",
    "task": "Check Point Research, DFIR report: The Gentlemen, 2026",
    "desktop": "The DFIR Report, Quantum ransomware, 2022",
}
"""Way -> the public report or recording that tells of it."""

CONSOLE = SYSTEM32 + "cmd.exe"
"""Where administrators type."""
_SURVEY = ("whoami /groups", "net group /domain", "ipconfig /all", "nltest /dclist:")


def first_host(m: Machine, plan: Plan, way: Way, hop: Hop) -> Activity:
    """A program out of a zip archive infects the first host, and later reaches for another one."""
    s = Scene(m, plan)
    shell, lure = yield from delivery.zip_window(s, f"{plan.document}.zip", f"{plan.document}.exe")
    m.place(lure, plan.payload)
    rat = s.run(shell, lure, f'"{lure}" ', "payload")
    yield 2
    if plan.family:
        remcos.settle(s, rat)
    copy = s.drop(rat, f"{s.roaming}\\{plan.folder}\\{plan.program}", "payload file")

    def again(process: Process) -> Activity:
        yield from _work(s, process)

    s.run_value(rat, copy, f'"{copy}"', again)
    yield until(m, hop.at)
    prompt = s.run(rat, SYSTEM32 + "cmd.exe", "cmd.exe", "shell")
    yield from way.leave(m, prompt, hop, s.own)
    yield from _work(s, rat)


def next_host(m: Machine, plan: Plan, way: Way, hop: Hop, *, loud: bool) -> Activity:
    """On the other host a program looks around; a loud one settles as well."""
    s = Scene(m, plan)
    yield until(m, hop.at) + TRAVEL
    m.place(hop.program, plan.payload)
    program = yield from way.arrive(m, hop, s.own)
    yield 3
    for survey in m.random.sample(_SURVEY, 2):
        name, _, arguments = survey.partition(" ")
        command = f"{name} {arguments}"
        s.run(program, f"{SYSTEM32}{name}.exe", command, "survey", lifetime=1)
        yield m.random.uniform(2, 20)
    if loud:
        if plan.family:
            remcos.settle(s, program)
        s.run_value(program, hop.program, f'"{hop.program}"', lambda again: _work(s, again))
    yield from _work(s, program)


def honest_ends(way: str, hop: Hop) -> tuple[Callable[[Machine], Activity], ...]:
    """What an administrator's host does, and what then happens honestly on another one."""

    def leaving(m: Machine) -> Activity:
        yield until(m, hop.at)
        shell = m.running(CONSOLE) or m.start(m.shell(), CONSOLE, f'"{CONSOLE}"')
        yield from WAYS[way].leave(m, shell, hop, _nobodys)

    def arriving(m: Machine) -> Activity:
        yield until(m, hop.at) + TRAVEL
        program = yield from WAYS[way].arrive(m, hop, _nobodys)
        yield m.random.uniform(1, 30)
        m.write(program, "C:\\ProgramData\\Deploy\\result.log")
        yield 20
        m.exit(program)

    return leaving, arriving


def _nobodys(_role: str) -> Label | None:
    return None


def _work(s: Scene, process: Process) -> Activity:
    """What malware does then; only the family's own keeps its log where that does by default."""
    if s.plan.family:
        yield from remcos.work(s, process)
    else:
        yield from remcos.work(s, process, log="")
