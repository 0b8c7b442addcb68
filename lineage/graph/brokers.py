"""Who asked Windows for a process that one of its services started.

WMI, the installer service and COM start programs on others' behalf, and the log names the service
as their parent. The records tell who asked:

- **WMI** (T1047): WmiPrvSE.exe's child, right after one process loaded the scripting library of
  WMI, or named the creation of a process in its command line or script.
- **the installer service** (T1218.007): a child of `msiexec /V` or of its helpers, while a client
  (`msiexec /i x.msi`) runs; Windows lets no two install at once.
- **COM's surrogate** (T1548.002): dllhost.exe's child that runs the same program, of the same
  content, as a process seconds before: a program that has itself started anew, elevated.
- **the shell** (T1202): explorer.exe's child whose path another explorer.exe was started with.

Where two strangers may have asked, nobody is said to have.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from lineage.graph.command_line import named_files
from lineage.graph.hubs import program_name, serves
from lineage.normalise.paths import canonical_path, is_provided
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import ProvenanceGraph

WMI_WAIT = 120 * TICKS
"""How long after a request WMI's child may start: the provider host starts first, on a busy host
within seconds; a script may look around before it asks."""
INSTALL_WAIT = 600 * TICKS
"""How long an installation may run: the service itself waits ten minutes before it ends."""
SURROGATE_WAIT = 60 * TICKS
"""How long after its start a program may have itself started anew by COM."""
SHELL_WAIT = 60 * TICKS
"""How long the shell may take to open what it was asked to."""
AFTER_END = 30 * TICKS
"""How long after the end of who asked a service may still be at it, where the end was logged."""
FAMILY = 256
"""Generations over which who asks for the same thing is one family."""
MOST_REQUESTS = 64
"""Requests of one kind that are kept for one host."""

WMI_LIBRARY = "\\wbem\\wbemdisp.dll"
"""What script hosts load for WMI's objects (Windows Script Host has no other way to WMI)."""
_VERB = "create"
_CREATES = (("wmic", "process", "call", _VERB), ("win32_process", _VERB))
"""Words that stand in this order where a command line or script has WMI start a program."""
_INSTALLS = re.compile(r"\s[/-](i|package|a|j\w*|x|uninstall|update|p|f\w*)\b", re.IGNORECASE)


class Request(NamedTuple):
    """That a process asked a service for something.

    Attributes:
        process: who.
        time: when, in ticks.
    """

    process: ProcessNode
    time: int


class Brokers:
    """The requests of a graph's hosts.

    Args:
        graph: the provenance graph, as far as it is built.
    """

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self._requests: defaultdict[tuple[str, str], deque[Request]] = defaultdict(
            lambda: deque(maxlen=MOST_REQUESTS)
        )
        """Host and what was asked -> the last requests."""
        self._latest: dict[tuple[str, str], Request] = {}
        """Host and program, by path -> its last start."""

    def loaded(self, process: ProcessNode, module: str, time: int) -> None:
        """A process loaded a module, by canonical path."""
        if module.endswith(WMI_LIBRARY):
            self._ask("wmi", process, time)

    def said(self, process: ProcessNode, text: str, time: int) -> None:
        """A process was started with a command line, or ran a script."""
        if _creates_by_wmi(text):
            self._ask("wmi", process, time)
        name = program_name(process)
        if name == "explorer.exe":
            for path in named_files(text, None):
                self._ask(f"shell {path}", process, time)
        elif name == "msiexec.exe" and not serves(process) and _INSTALLS.search(text):
            self._ask("installer", process, time)

    def started(self, process: ProcessNode, time: int) -> ProcessNode | None:
        """Who had a service start a process that just started, or None.

        Args:
            process: the process, its parent known where it was logged.
            time: when it started, in ticks.
        """
        parent = None if process.parent is None else self._graph.process(process.parent)
        asked = None if parent is None else self._asked(process, parent, time)
        path = canonical_path(process.image or "")
        if path and not is_provided(path):
            self._latest[process.host, path] = Request(process, time)
        return asked if asked is not process else None

    def _ask(self, service: str, process: ProcessNode, time: int) -> None:
        self._requests[process.host, service].append(Request(process, time))

    def _asked(self, process: ProcessNode, parent: ProcessNode, time: int) -> ProcessNode | None:
        match program_name(parent):
            case "wmiprvse.exe":
                return self._only(process, "wmi", time, WMI_WAIT)
            case "msiexec.exe" if serves(parent) and program_name(process) != "msiexec.exe":
                return self._only(process, "installer", time, INSTALL_WAIT)
            case "explorer.exe":
                path = canonical_path(process.image or "")
                return self._only(process, f"shell {path}", time, SHELL_WAIT)
            case "dllhost.exe":
                return self._same_program(process, time - SURROGATE_WAIT)
        return None

    def _only(self, process: ProcessNode, service: str, time: int, wait: int) -> ProcessNode | None:
        """The only process that asked a service so lately, or the last of a family that did."""
        since = time - wait
        asked = [
            request.process
            for request in self._requests.get((process.host, service), ())
            if request.time >= since
            and _may_act_for(request.process, process, service)
            and (request.process.end is None or request.process.end >= time - AFTER_END)
        ]
        if not asked:
            return None
        last = asked[-1]
        others = {one.id for one in asked} - {last.id}
        others.difference_update(self._ancestors(last) if others else ())
        return None if others else last

    def _ancestors(self, process: ProcessNode) -> Iterator[str]:
        """A process's ancestors, the nearest first, as far as a family reaches."""
        seen = {process.id}
        while process.parent is not None and process.parent not in seen and len(seen) < FAMILY:
            seen.add(process.parent)
            yield process.parent
            process = self._graph.process(process.parent)

    def _same_program(self, process: ProcessNode, since: int) -> ProcessNode | None:
        path = canonical_path(process.image or "")
        before = self._latest.get((process.host, path))
        if before is None or before.time < since:
            return None
        one, other = before.process.hashes, process.hashes
        same = one == other or not one or not other
        return before.process if same else None


def _creates_by_wmi(text: str) -> bool:
    """Whether a text has WMI of this machine start a program."""
    lower = text.lower()
    if _VERB not in lower or "/node:" in lower:
        return False
    return any(_in_order(words, lower) for words in _CREATES)


def _in_order(words: tuple[str, ...], text: str) -> bool:
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
    return True


def _may_act_for(asked: ProcessNode, started: ProcessNode, service: str) -> bool:
    """Whether a service may have started a process for who asked: it runs as the same account.

    The installer service also runs as the local system what its client asked for.
    """
    if asked.user is None or started.user is None:
        return True
    account = started.user.lower()
    by_system = service == "installer" and account.endswith("\\system")
    return by_system or account == asked.user.lower()
