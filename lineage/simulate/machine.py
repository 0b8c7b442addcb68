"""A simulated computer: its clock, its process table, and the activities that run on it.

An activity is a generator that acts on the machine and yields how many seconds to wait. The machine
runs all activities of a host in the order of simulated time, so facts come out in order, process
ids are given out while others are really in use, and memory holds the living processes only.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

from lineage.simulate import binaries, names
from lineage.simulate.facts import (
    SECOND,
    Account,
    Binary,
    Boot,
    Fact,
    FileCreate,
    FileDelete,
    Hollowing,
    Host,
    ImageLoad,
    KeyChange,
    Label,
    Logon,
    NameQuery,
    ObjectAccess,
    Process,
    ProcessAccess,
    ProcessEnd,
    ProcessStart,
    RemoteThread,
    ScriptBlock,
    SensorNote,
    ValueSet,
)

if TYPE_CHECKING:
    from random import Random

    from lineage.simulate.remote import RemoteFact

Activity = Generator[float, None, None]
"""Acts on a machine; yields seconds to wait."""

Behaviour = Callable[[Process], Activity]
"""What a program does once it runs."""

SYSTEM = Account("NT AUTHORITY", "SYSTEM", "S-1-5-18")
LOCAL_SERVICE = Account("NT AUTHORITY", "LOCAL SERVICE", "S-1-5-19")
NETWORK_SERVICE = Account("NT AUTHORITY", "NETWORK SERVICE", "S-1-5-20")

SYSTEM_LOGON = Logon(SYSTEM, 0x3E7, 0)
LOCAL_SERVICE_LOGON = Logon(LOCAL_SERVICE, 0x3E5, 0)
NETWORK_SERVICE_LOGON = Logon(NETWORK_SERVICE, 0x3E4, 0)

SCRIPT_PART_CHARACTERS = 9_000
"""PowerShell logs a long script block in parts of about this many characters."""

_FREED_PIDS_KEPT_BACK = 12
"""How many freed process ids Windows is taken to hold back before it gives them out again."""


_STEP = 1_000
"""Ticks; less than between any two things that chance sets apart."""


class Machine:
    """A host, its users' accounts and everything that runs on it.

    Attributes:
        host: names and ids.
        random: the host's own source of randomness.
        now: simulated time, ticks.
        boots: how often it has started.
        system: the System process (pid 4), from boot on.
        services: services.exe, from boot on.
        logon: the user's session, while there is one.
        explorer: the user's shell, while there is one.
        autostarts: command lines that the shell runs at each logon, with what they then do.
    """

    def __init__(self, host: Host, user: Account, random: Random, now: int) -> None:
        self.host = host
        self.user = user
        self.random = random
        self.now = now
        self.boots = 0
        self.system: Process | None = None
        self.services: Process | None = None
        self.logon: Logon | None = None
        self.explorer: Process | None = None
        self.autostarts: list[Autostart] = []
        self._facts: deque[Fact] = deque()
        self._queue: list[tuple[int, int, int | None, Activity]] = []
        self._sequence = 0
        self._alive: dict[int, Process] = {}
        self._freed: deque[Process] = deque()
        self._next_pid = 8
        self._forced_pid: int | None = None
        self._placed: dict[str, Binary] = {}

    # The clock and the activities.

    def begin(self, activity: Activity, *, survives_reboot: bool = False) -> None:
        """Starts an activity now. It ends with the boot unless it survives reboots."""
        self._push(self.now, None if survives_reboot else self.boots, activity)

    def run(self) -> Iterator[Fact]:
        """Runs all activities to their end; yields facts in order of time."""
        while self._queue:
            due, _, boot, activity = heapq.heappop(self._queue)
            if boot is not None and boot != self.boots:
                continue
            self.now = max(self.now, due)
            wait = next(activity, None)
            if wait is not None:
                self._push(self.now + int(wait * SECOND), boot, activity)
            while self._facts:
                yield self._facts.popleft()

    def power_off(self) -> None:
        """Ends every process and every activity of this boot."""
        for process in self._alive.values():
            process.ended = True
        self._alive.clear()
        self._freed.clear()
        self._next_pid = 8
        self._forced_pid = None
        self.boots += 1
        self.system = self.services = self.logon = self.explorer = None

    def _push(self, due: int, boot: int | None, activity: Activity) -> None:
        self._sequence += 1
        heapq.heappush(self._queue, (due, self._sequence, boot, activity))

    def _tick(self) -> int:
        self.now += self.random.randrange(2_000, 300_000)
        return self.now

    def _step(self) -> int:
        """A moment from now, before anything else happens; no draw of chance."""
        return self.now + _STEP

    # Processes.

    def start(
        self,
        parent: Process | None,
        image: str,
        command_line: str = "",
        *,
        logon: Logon | None = None,
        integrity: str | None = None,
        label: Label | None = None,
        lifetime: float | None = None,
        directory: str | None = None,
    ) -> Process:
        """Starts a process.

        Args:
            parent: who starts it.
            image: path of the program.
            command_line: its command line; the quoted image where left out.
            logon: the session; the parent's where left out.
            integrity: integrity level; the parent's where left out.
            label: part of an intrusion, or None.
            lifetime: seconds after which it exits; it stays where left out.
            directory: current directory.
        """
        start = self._tick()
        session = logon or (parent.logon if parent else SYSTEM_LOGON)
        process = Process(
            host=self.host,
            pid=self._new_pid(),
            guid=self._guid(start),
            target_id=self.random.randrange(10**9, 10**12),
            image=image,
            command_line=command_line or f'"{image}"',
            binary=self.binary(image),
            logon=session,
            integrity=integrity or (parent.integrity if parent else "System"),
            directory=directory or "C:\\Windows\\system32\\",
            start=start,
            parent=parent,
            label=label,
        )
        self._alive[process.pid] = process
        self._facts.append(ProcessStart(start, process, label))
        if lifetime is not None:
            self.begin(self._expire(process, lifetime))
        return process

    def running(self, image: str) -> Process | None:
        """A living process of this program, or None."""
        return next((p for p in self._alive.values() if p.image == image), None)

    def exit(self, process: Process) -> None:
        """Ends a process; its pid can be given out again."""
        if process.ended:
            return
        process.ended = True
        self._facts.append(ProcessEnd(self.now, process, None))
        del self._alive[process.pid]
        self._freed.append(process)

    def reuse_next_pid(self) -> None:
        """The next process gets a freed pid: an intrusion's if there is one, else the last one."""
        if not self._freed:
            return
        chosen = next((p for p in self._freed if p.label is not None), self._freed[-1])
        self._freed.remove(chosen)
        self._forced_pid = chosen.pid

    def _expire(self, process: Process, seconds: float) -> Activity:
        yield seconds
        self.exit(process)

    def _new_pid(self) -> int:
        if self._forced_pid is not None:
            forced, self._forced_pid = self._forced_pid, None
            return forced
        if len(self._freed) > _FREED_PIDS_KEPT_BACK and self.random.random() < 0.7:
            return self._freed.popleft().pid
        pid = self._next_pid
        self._next_pid += 4 * self.random.randrange(1, 12)
        return pid

    def _guid(self, start: int) -> str:
        seconds = start // SECOND
        unique = self.random.getrandbits(44)
        return (
            f"{{{self.host.machine_guid}-{seconds & 0xFFFF:04X}-{seconds >> 16:04X}"
            f"-{self.random.randrange(0x100, 0x4000):04X}-{unique:012X}}}"
        )

    # Files.

    def binary(self, path: str) -> Binary:
        """The program at a path: what was placed there, else the known program of that name."""
        return self._placed.get(path.lower()) or binaries.of(path)

    def place(self, path: str, binary: Binary) -> None:
        """Says what a file's content is from now on."""
        self._placed[path.lower()] = binary

    def write(self, process: Process, path: str, label: Label | None = None) -> None:
        """The process creates a file."""
        self._facts.append(FileCreate(self._tick(), process, label, path))

    # Everything else that telemetry sees.

    def load(self, process: Process, path: str, label: Label | None = None) -> None:
        """The process loads a module."""
        fact = ImageLoad(self._tick(), process, label, path, self.binary(path))
        self._facts.append(fact)

    def key(
        self, process: Process, path: str, change: str = "CreateKey", label: Label | None = None
    ) -> None:
        """The process creates or deletes a registry key, or deletes a value."""
        self._facts.append(KeyChange(self._tick(), process, label, change, path))

    def set(self, process: Process, path: str, details: str, label: Label | None = None) -> None:
        """The process sets a registry value."""
        self._facts.append(ValueSet(self._tick(), process, label, path, details))

    def resolve(self, process: Process, name: str, label: Label | None = None) -> None:
        """The process asks for a name."""
        octets = ".".join(str(self.random.randrange(1, 255)) for _ in range(4))
        self._facts.append(NameQuery(self._tick(), process, label, name, f"::ffff:{octets};"))

    def inject(self, process: Process, target: Process, label: Label | None = None) -> None:
        """The process opens another one with every right and starts a thread in it."""
        self._facts.append(ProcessAccess(self._step(), process, label, target, 0x1FFFFF))
        self._facts.append(RemoteThread(self._step(), process, label, target))

    def hollow(self, process: Process, label: Label | None = None) -> None:
        """The process's image in memory is replaced."""
        self._facts.append(Hollowing(self._step(), process, label))

    def delete(self, process: Process, path: str, label: Label | None = None) -> None:
        """The process deletes a file."""
        self._facts.append(FileDelete(self._step(), process, label, path))

    def note(self, note: str) -> None:
        """Sysmon says something of itself.

        Raises:
            RuntimeError: the machine is off.
        """
        if self.system is None:
            raise RuntimeError(f"{self.host.name} is off")
        self._facts.append(SensorNote(self._step(), self.system, None, note))

    def booted(self) -> None:
        """The logs say that Windows is up.

        Raises:
            RuntimeError: the machine is off.
        """
        if self.system is None:
            raise RuntimeError(f"{self.host.name} is off")
        self._facts.append(Boot(self._step(), self.system, None))

    def open(self, process: Process, path: str, label: Label | None = None) -> None:
        """The process opens a file that is audited."""
        self._facts.append(ObjectAccess(self._tick(), process, label, path))

    def script(
        self, process: Process, text: str, path: str = "", label: Label | None = None
    ) -> None:
        """PowerShell compiles a script block, logged in parts where it is long."""
        block = names.guid(self.random).strip("{}").lower()
        size = SCRIPT_PART_CHARACTERS
        parts = tuple(text[at : at + size] for at in range(0, len(text), size)) or ("",)
        self._facts.append(ScriptBlock(self._tick(), process, label, block, parts, path))

    def remote(
        self, kind: Callable[..., RemoteFact], process: Process, label: Label | None, *rest: object
    ) -> None:
        """Something between this host and another happens (`lineage.simulate.remote`)."""
        self._facts.append(kind(self._tick(), process, label, *rest))

    # The user.

    @property
    def home(self) -> str:
        """The user's profile folder."""
        return f"C:\\Users\\{self.user.name}"

    @property
    def hive(self) -> str:
        """The user's registry hive as Sysmon names it."""
        return f"HKU\\{self.user.sid}"

    def shell(self) -> Process:
        """The user's explorer.exe.

        Raises:
            RuntimeError: nobody is logged on.
        """
        if self.explorer is None:
            raise RuntimeError(f"{self.host.name}: nobody is logged on")
        return self.explorer


class Autostart:
    """A command that runs at each logon.

    Attributes:
        image: the program.
        command_line: as started.
        behaviour: what it then does, or None.
        label: part of an intrusion, or None.
        once: whether it runs at the next logon only.
        by: who starts it: "shell" (Run keys, Startup folder), "tasks" or "services".
    """

    __slots__ = ("behaviour", "by", "command_line", "image", "label", "once")

    def __init__(
        self,
        image: str,
        command_line: str,
        *,
        behaviour: Behaviour | None = None,
        label: Label | None = None,
        once: bool = False,
        by: str = "shell",
    ) -> None:
        self.image = image
        self.command_line = command_line
        self.behaviour = behaviour
        self.label = label
        self.once = once
        self.by = by
