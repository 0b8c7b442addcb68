"""Which autostart entry made Windows start a process.

An entry is a registry value, a shortcut in a Startup folder, or a process that made a task or
service. It started a program only where the part of Windows that starts such entries is the
program's parent, or no parent was logged: malware that starts itself again, or that a user starts,
needs no entry for it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from lineage.graph.autostart import started_programs
from lineage.graph.hubs import is_system, program_of
from lineage.normalise.paths import (
    abbreviates,
    canonical_path,
    expanded,
    in_profile,
    is_provided,
    name_of,
)
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage.graph.autostart import Launcher
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import ProvenanceGraph

WINDOWS = "c:\\windows\\"
"""Programs below it are everybody's: that an autostart value names one doesn't tell who did it."""
LOGON = 600 * TICKS
"""How long after a logon the shell may still be starting entries: Windows spreads them over
minutes on a slow machine. What it starts later was started by the user."""
LATE = 3 * TICKS
"""How much later than its first start the making of a service or task may be stamped."""
MOST_RECENT = 32
"""Starts by Windows that are kept for one host."""
MOST_SHORT = 256
"""Entries with shortened names that are kept for one host."""
SHORTCUTS = (".lnk", ".url")


class Entries:
    """The entries of a graph, and the programs that they are to start.

    Args:
        graph: the provenance graph, as far as it is built.
    """

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self._expected: defaultdict[tuple[str, str], dict[Launcher, str]] = defaultdict(dict)
        """Host and what is to start -> launcher -> id of the entry made last. What is to start is
        a canonical path, the name of a shortcut without its ending, or a command."""
        self._short: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """Host -> paths with shortened (8.3) names."""
        self._hosts: set[str] = set()
        """Hosts that have entries."""
        self._recent: defaultdict[str, deque[tuple[int, ProcessNode]]] = defaultdict(
            lambda: deque(maxlen=MOST_RECENT)
        )
        """Host -> when and what the parts of Windows that start services and tasks started."""

    def started(self, process: ProcessNode, time: int) -> None:
        """A process started, its parent known where it was logged."""
        parent = None if process.parent is None else self._graph.process(process.parent)
        if parent is not None and {"service", "task"} & program_of(parent).launches:
            self._recent[process.host].append((time, process))

    def just_started(
        self, host: str, launcher: Launcher, command: str, time: int
    ) -> Iterator[ProcessNode]:
        """What an entry had started that is told only now.

        Logs are stamped when they are written: a new service's program may run before the record
        of its making.
        """
        paths = started_programs(command)
        for at, process in self._recent.get(host, ()):
            own = canonical_path(process.image or "")
            fits = own in paths or _command(process.command_line or own) == _command(command)
            if time - at <= LATE and fits and self._may_launch(process, launcher):
                yield process

    def expect(self, host: str, launcher: Launcher, command: str, entry: str) -> None:
        """From now on, an entry has Windows run a command line, or open what lies at a path."""
        self._hosts.add(host)
        self._expected[host, _command(command)][launcher] = entry
        for path in started_programs(command):
            if path.startswith(WINDOWS):
                continue
            written = in_profile(path) if path.startswith("%") else path
            self._expected[host, written][launcher] = entry
            if path.endswith(SHORTCUTS):
                self._expected[host, _stem(path)][launcher] = entry
            if "~" in path and len(self._short[host]) < MOST_SHORT:
                self._short[host][path] = None

    def of_command(self, process: ProcessNode, command_line: str) -> Iterator[str]:
        """Ids of the entries that made Windows start a process with this command line."""
        if process.host in self._hosts:
            yield from self._launched(process, self._entries(process.host, _command(command_line)))

    def of_program(self, process: ProcessNode, path: str) -> Iterator[str]:
        """Ids of the entries that made Windows start a process.

        Args:
            process: the process, its parent known where it was logged.
            path: canonical path of its program, or of the script that it runs.
        """
        if process.host not in self._hosts:
            return
        entries = dict(self._entries(process.host, path))
        for short in self._short.get(process.host, ()):
            if abbreviates(short, path):
                entries |= self._entries(process.host, short)
        if not is_provided(path):
            entries |= self._entries(process.host, _stem(path))
        yield from self._launched(process, entries)

    def of_document(self, process: ProcessNode, path: str) -> Iterator[str]:
        """Ids of the entries that made Windows open a document, by canonical path, in a process.

        Only where it was seen to be opened at a logon: a user opens documents as well.
        """
        parent = None if process.parent is None else self._graph.process(process.parent)
        if parent is not None and parent.began is not None and not path.endswith(".exe"):
            yield from self._launched(process, self._entries(process.host, path))

    def _entries(self, host: str, started: str) -> Mapping[Launcher, str]:
        """Launcher -> id of the entry that is to start this, by path or the user's variables."""
        entries = self._expected.get((host, started), {})
        by_user = in_profile(started)
        by_variable = self._expected.get((host, by_user)) if by_user != started else None
        return {**by_variable, **entries} if by_variable else entries

    def _launched(self, process: ProcessNode, entries: Mapping[Launcher, str]) -> Iterator[str]:
        for launcher, entry in entries.items():
            if entry != process.id and self._may_launch(process, launcher):
                yield entry

    def _may_launch(self, process: ProcessNode, launcher: Launcher) -> bool:
        """Whether a part of Windows started a process, as far as is known."""
        parent = None if process.parent is None else self._graph.process(process.parent)
        if launcher == "any" or parent is None or parent.image is None:
            return True
        if launcher not in program_of(parent).launches or not is_system(parent, self._graph):
            return False
        if launcher != "logon" or parent.began is None or process.start is None:
            return True
        return process.start - parent.began <= LOGON


def _stem(path: str) -> str:
    return name_of(path).rpartition(".")[0]


def _command(text: str) -> str:
    """A command line to compare by: no quotes, single spaces, the program's name for its path."""
    first, _, rest = " ".join(expanded(text).replace('"', "").split()).partition(" ")
    return f"{name_of(first)} {rest}"
