"""Windows hosts in memory: a few lines make their events and the graph of them.

Every step takes `STEP`, long enough that no two starts could be mistaken for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from events import make
from raw_records import normalised, record

from lineage.graph.build import Builder, Placed
from lineage.graph.identity import Hosts
from lineage.graph.nodes import caption
from lineage.normalise.clock import Clock
from lineage.normalise.order import in_order
from lineage.times import TICKS, iso, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event

MONDAY = parse("2026-03-02T10:00:00Z")[0]
STEP = 10 * TICKS
SYSTEM32 = "C:\\Windows\\System32\\"
EXPLORER = r"C:\Windows\explorer.exe"
START_IDS: dict[str, int | str] = {"sysmon": 1, "security": 4688, "falcon": "ProcessRollup2"}
"""Source -> id of its record of a process start."""


@dataclass(slots=True, eq=False)
class Program:
    """A process of a `Host`, with what each source would call it."""

    host: str
    pid: int
    guid: str
    falcon: str
    image: str
    command_line: str | None
    start: int
    parent: Program | None = None


@dataclass(slots=True)
class Host:
    """A machine whose programs do things, one after the other, and whose log keeps them.

    >>> host = Host()
    >>> word = host.run(r"C:\\Office\\WINWORD.EXE")
    >>> path = host.write(word, r"C:\\Users\\zoe\\a.vbs")
    >>> sorted(kind for _, kind, _ in edges(graph_of(host.events)))
    ['executed', 'runs_on', 'wrote']
    """

    name: str = "ws01.example.test"
    time: int = MONDAY
    events: list[Event] = field(default_factory=list)
    machine: int = 0x5AA13A44
    _pids: int = 1000
    _records: int = 0

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self.time += round(seconds * TICKS)

    def unseen(
        self, image: str, *, pid: int | None = None, parent: Program | None = None
    ) -> Program:
        """A program that starts without a record of it."""
        self._pids += 4
        pid = self._pids if pid is None else pid
        seconds = self.time // TICKS
        guid = f"{self.machine:08x}-{seconds & 0xFFFF:04x}-{seconds >> 16:04x}-0001-{pid:012x}"
        program = Program(
            self.name, pid, guid, f"a1b2:{7000 + self._pids}", image, None, self.time, parent
        )
        self.time += STEP
        return program

    def run(
        self,
        image: str,
        command_line: str | None = None,
        *,
        parent: Program | None = None,
        pid: int | None = None,
        seen_by: Iterable[str] = ("sysmon",),
        **fields: Any,
    ) -> Program:
        """A program starts; each of sysmon, security and falcon that sees it records it."""
        program = self.unseen(image, pid=pid, parent=parent)
        program.command_line = command_line
        for source in seen_by:
            self.see_start(program, source, **fields)
        return program

    def see_start(self, program: Program, source: str, *, late: float = 0, **fields: Any) -> Event:
        """A source's record of a start, as many seconds later as given."""
        parent = program.parent
        values: dict[str, Any] = {"Image": program.image, "CommandLine": program.command_line}
        values["time"] = program.start + round(late * TICKS)
        values["ProcessId"] = program.pid
        if source == "falcon":
            values |= {"ProcessGuid": program.falcon, "has_record_id": False}
        elif source == "sysmon":
            values["ProcessGuid"] = program.guid
        if parent is not None and source == "falcon":
            values["ParentProcessGuid"] = parent.falcon
            values["ParentBaseFileName"] = parent.image.rpartition("\\")[2]
        elif parent is not None:
            values |= {"ParentProcessId": parent.pid, "ParentImage": parent.image}
        if parent is not None and source == "sysmon":
            values["ParentProcessGuid"] = parent.guid
            values["ParentCommandLine"] = parent.command_line
        return self.record(START_IDS[source], **(values | fields))

    def load(self, by: Program, path: str, **fields: Any) -> Event:
        """Sysmon sees a program load a module."""
        return self._acted(7, by, ImageLoaded=path, **fields)

    def write(self, by: Program, path: str, **fields: Any) -> Event:
        """Sysmon sees a program create a file."""
        return self._acted(11, by, TargetFilename=path, **fields)

    def change_key(self, by: Program, path: str, how: str = "CreateKey", **fields: Any) -> Event:
        """Sysmon sees a program create, delete or rename a registry key."""
        return self._acted(12, by, TargetObject=path, EventType=how, **fields)

    def set_value(self, by: Program, path: str, data: str | None, **fields: Any) -> Event:
        """Sysmon sees a program set a registry value."""
        return self._acted(13, by, TargetObject=path, Details=data, EventType="SetValue", **fields)

    def ask(self, by: Program, name: str, **fields: Any) -> Event:
        """Sysmon sees a program ask for a name."""
        return self._acted(22, by, QueryName=name, **fields)

    def open(self, by: Program, path: str, kind: str = "File", **fields: Any) -> Event:
        """The Security log sees a program open an audited object."""
        fields = {"ProcessId": by.pid, "ProcessName": by.image} | fields
        return self.record(4663, ObjectName=path, ObjectType=kind, **fields)

    def connect(self, by: Program, address: str, port: int | None = 443, **fields: Any) -> Event:
        """Sysmon sees a program connect to an address; without a port, be connected to from it."""
        values = {"Protocol": "tcp", "Initiated": "true" if port else "false"}
        if port:
            values |= {"DestinationIp": address, "DestinationPort": str(port)}
        else:
            values |= {"SourceIp": address, "SourcePort": "50123", "DestinationIp": "10.0.0.5"}
        return self._acted(3, by, **(values | fields))

    def inject(self, by: Program, into: Program, **fields: Any) -> Event:
        """Sysmon sees a program start a thread in another one."""
        return self.record(8, **(_reaching(by, into) | fields))

    def access(
        self, by: Program, to: Program, rights: str | None = "0x1410", **fields: Any
    ) -> Event:
        """Sysmon sees a program open another one."""
        values = {"GrantedAccess": rights} | _reaching(by, to)
        return self.record(10, **(values | fields))

    def replace_image(self, of: Program, how: str = "Image is replaced", **fields: Any) -> Event:
        """Sysmon sees that a program's image in memory isn't its file's."""
        return self._acted(25, of, Type=how, **fields)

    def end(self, program: Program, seen_by: str = "sysmon", **fields: Any) -> Event:
        """A program ends."""
        if seen_by == "security":
            values = {"ProcessId": program.pid, "Image": program.image}
            return self.record(4689, **(values | fields))
        if seen_by == "falcon":
            values = {"ProcessGuid": program.falcon, "has_record_id": False}
            return self.record("EndOfProcess", **(values | fields))
        return self._acted(5, program, **fields)

    def delete(self, by: Program, path: str, **fields: Any) -> Event:
        """Sysmon sees a program delete a file."""
        return self._acted(26, by, TargetFilename=path, **fields)

    def script(self, by: Program | None, text: str, **fields: Any) -> Event:
        """PowerShell logs a script block that a program runs."""
        values = {"ProcessId": by.pid if by else None, "ScriptBlockText": text}
        return self.record(4104, **(values | fields))

    def record(self, event_id: int | str, **fields: Any) -> Event:
        """Any event of this host, now."""
        self._records += 1
        header = {"time": self.time, "host": self.name, "record": self._records}
        event = make(event_id, **(header | fields))
        self.events.append(event)
        self.time += STEP
        return event

    def log(
        self,
        channel: str,
        event_id: int,
        data: dict[str, Any],
        provider: str = "",
        process_id: int | None = None,
    ) -> Event:
        """A record of an event log, with its fields as they are."""
        self._records += 1
        event = normalised(
            record(
                provider,
                event_id,
                data,
                channel=channel,
                computer=self.name,
                time=iso(self.time),
                record_id=self._records,
                process_id=process_id,
            )
        )
        self.events.append(event)
        self.time += STEP
        return event

    def did(self, event_id: int, by: Program, **fields: Any) -> Event:
        """Any Sysmon event of a program."""
        return self._acted(event_id, by, **fields)

    def _acted(self, event_id: int, by: Program, **fields: Any) -> Event:
        actor = {"ProcessGuid": by.guid, "ProcessId": by.pid, "Image": by.image}
        return self.record(event_id, **(actor | fields))


def _reaching(by: Program, into: Program) -> dict[str, Any]:
    return {
        "SourceProcessGuid": by.guid,
        "SourceProcessId": by.pid,
        "SourceImage": by.image,
        "TargetProcessGuid": into.guid,
        "TargetProcessId": into.pid,
        "TargetImage": into.image,
    }


def built(events: Iterable[Event]) -> tuple[ProvenanceGraph, list[Placed]]:
    """The graph of events in any order, and where each went, in order of time."""
    events = list(events)
    builder = Builder(Hosts({event.host for event in events}))
    placed = [builder.add(event) for event in in_order(events, Clock())]
    builder.join_hosts()
    return builder.graph, placed


def graph_of(events: Iterable[Event]) -> ProvenanceGraph:
    """The graph of events in any order."""
    return built(events)[0]


def edges(graph: ProvenanceGraph, *kinds: str) -> set[tuple[str, str, str]]:
    """Edges of these kinds, or of all, as (what it is called, kind, what it is called)."""
    return {
        (caption(graph.node(edge.source)), edge.kind, caption(graph.node(edge.target)))
        for edge in graph.edges()
        if not kinds or edge.kind in kinds
    }
