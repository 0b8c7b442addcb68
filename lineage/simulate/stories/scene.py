"""What the stories have in common: starting programs as Windows does, and staying."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32, service_host
from lineage.simulate.machine import Activity, Autostart, Behaviour

if TYPE_CHECKING:
    from lineage.simulate.facts import Label, Process
    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Machine

Obeys = Generator[float, None, "Process"]
"""An activity that returns the process that now obeys the intruder."""

BETWEEN = "between"
"""Role of what Windows itself puts between two of an intrusion's processes: console hosts,
installers' services, the shell. Whether it belongs to the chain is a matter of taste."""

POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
WOW64 = "C:\\Windows\\SysWOW64\\"
DOTNET = "C:\\Windows\\Microsoft.NET\\Framework\\v4.0.30319\\"

_CURRENT_VERSION = "Software\\Microsoft\\Windows\\CurrentVersion"
_CONSOLE = frozenset(
    "cmd.exe powershell.exe pwsh.exe cscript.exe reg.exe schtasks.exe curl.exe certutil.exe"
    " bitsadmin.exe ping.exe xcopy.exe python.exe sc.exe net.exe tar.exe findstr.exe extrac32.exe"
    " timeout.exe tasklist.exe wmic.exe robocopy.exe attrib.exe msbuild.exe csc.exe".split()
)
"""Programs that get a console, and with it a console host, unless their parent has one."""


@dataclass(slots=True)
class Scene:
    """A victim's machine and the plan of the intrusion on it."""

    m: Machine
    plan: Plan

    def own(self, role: str) -> Label:
        """Marks something as the intrusion's."""
        return self.plan.label(role)

    def run(
        self,
        parent: Process,
        image: str,
        command_line: str,
        role: str,
        *,
        lifetime: float | None = None,
        integrity: str | None = None,
        directory: str | None = None,
    ) -> Process:
        """Starts a program of the intrusion, with a console host where Windows gives it one."""
        process = self.m.start(
            parent,
            image,
            command_line,
            label=self.own(role),
            lifetime=lifetime,
            integrity=integrity,
            directory=directory,
        )
        if is_console(process) and not is_console(parent):
            self.console(process)
        return process

    def between(
        self, parent: Process | None, image: str, command_line: str, lifetime: float | None = None
    ) -> Process:
        """Starts a program of Windows that only passes the intrusion on."""
        return self.m.start(parent, image, command_line, label=self.own(BETWEEN), lifetime=lifetime)

    def console(self, process: Process) -> None:
        """The console host of a console program."""
        command = f"\\??\\{SYSTEM32}conhost.exe 0xffffffff -ForceV1"
        self.m.start(
            process, SYSTEM32 + "conhost.exe", command, label=self.own(BETWEEN), lifetime=30
        )

    def powershell(
        self,
        parent: Process,
        arguments: str,
        script: str,
        role: str = "script host",
        *,
        wow64: bool = False,
        path: str = "",
    ) -> Process:
        """PowerShell starts, tests the script policy, and compiles a script block."""
        image = POWERSHELL.replace(SYSTEM32, WOW64) if wow64 else POWERSHELL
        process = self.run(parent, image, f'"{image}" {arguments}', role)
        test = f"__PSScriptPolicyTest_{names.word(self.m.random)}.{names.word(self.m.random, 1)}"
        self.m.write(process, f"{self.temp}\\{test}.ps1", self.own("policy test"))
        self.m.script(process, script, path, self.own("script block"))
        return process

    def drop(self, process: Process, path: str, role: str = "dropped file") -> str:
        """The process writes the payload, or another program, to a path; returns the path."""
        self.m.place(path, self.plan.payload)
        self.m.write(process, path, self.own(role))
        return path

    def save(self, process: Process, path: str, role: str = "dropped file") -> str:
        """The process writes a file that is no program; returns the path."""
        self.m.write(process, path, self.own(role))
        return path

    def word(self, syllables: int = 3) -> str:
        """A made-up word."""
        return names.word(self.m.random, syllables)

    def fetch(self, process: Process, name: str = "") -> str:
        """The process asks for a server's name; returns the name."""
        server = name or self.plan.servers[0]
        self.m.resolve(process, server, self.own("download"))
        return server

    @property
    def temp(self) -> str:
        """The user's temporary folder."""
        return f"{self.m.home}\\AppData\\Local\\Temp"

    @property
    def roaming(self) -> str:
        """The user's Roaming folder."""
        return f"{self.m.home}\\AppData\\Roaming"

    @property
    def startup(self) -> str:
        """The user's Startup folder."""
        return f"{self.roaming}\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"

    # Ways to come back.

    def run_value(
        self, process: Process, image: str, command_line: str, again: Behaviour, *, key: str = "Run"
    ) -> None:
        """A value in the user's Run key."""
        path = f"{self.m.hive}\\{_CURRENT_VERSION}\\{key}\\{self.plan.autostart}"
        self.m.set(process, path, command_line, self.own("autostart"))
        self.returns(image, command_line, again)

    def startup_file(
        self, process: Process, name: str, image: str, command_line: str, again: Behaviour
    ) -> str:
        """A script, shortcut or program in the user's Startup folder; returns its path.

        Args:
            process: who writes it.
            name: file name.
            image: the program that opens it, or "" for itself.
            command_line: with `{path}` for the file.
            again: what then happens.
        """
        path = f"{self.startup}\\{name}"
        self.m.write(process, path, self.own("autostart"))
        if not image:
            self.m.place(path, self.plan.payload)
        self.returns(image or path, command_line.format(path=path), again)
        return path

    def task(self, process: Process, image: str, command_line: str, again: Behaviour) -> None:
        """A scheduled task, made with schtasks."""
        name = self.plan.autostart
        self.run(
            process,
            SYSTEM32 + "schtasks.exe",
            f'schtasks.exe /Create /F /SC ONLOGON /TN "{name}" /TR "{command_line}"',
            "autostart",
            lifetime=1,
        )
        self.task_file(name)
        self.returns(image, command_line, again, by="tasks")

    def task_file(self, name: str) -> None:
        """What the scheduler's service leaves behind of a new task."""
        scheduler = service_host(self.m, "netsvcs -p -s Schedule")
        self.m.write(scheduler, f"C:\\Windows\\System32\\Tasks\\{name}", self.own("autostart"))

    def returns(
        self, image: str, command_line: str, again: Behaviour, *, by: str = "shell"
    ) -> None:
        """Has a command start at every logon."""

        def behaviour(process: Process) -> Activity:
            if is_console(process):
                self.console(process)
            yield from again(process)

        self.m.autostarts.append(
            Autostart(
                image, command_line, behaviour=behaviour, label=self.own("autostarted"), by=by
            )
        )


def is_console(process: Process) -> bool:
    """Whether a program has a console."""
    return process.image.rsplit("\\", 1)[-1].lower() in _CONSOLE
