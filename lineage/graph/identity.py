"""Which process is meant: by ProcessGuid, else by host, pid and time.

Windows reuses process ids within minutes, so a pid alone means nothing: a later event belongs to
the process that was alive with that pid at that time, and only if its program is the same where
the event tells it. What Sysmon, Security and CrowdStrike say of the same start is one process.

Events must come in order of time (`lineage.normalise.order`).
"""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.accounts import account_name
from lineage.graph.drives import Drives
from lineage.graph.ids import NodeId
from lineage.graph.nodes import ProcessNode
from lineage.graph.sysmon_fields import birth, hashes
from lineage.normalise.paths import canonical_path, device_of
from lineage.times import HOUR, TICKS, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event, ProcessCreated

SAME_START = 3 * TICKS
"""Two sources' times of one start may differ by this much: Sysmon stamps at the driver's callback,
the Security log when the audit is written, ProcessGuid to the second."""
LINGER = 3 * TICKS
"""How long after its end a process's last events may be stamped: logs and parsers lag."""
SURE = HOUR
"""A pid alone names its holder for this long after the holder's start; later it may have changed
hands unseen, where no ends are recorded."""
BOOT = 180 * TICKS
"""How long a start of Windows takes until all logs have told of it."""
SESSION_MANAGER = "\\windows\\system32\\smss.exe"
SYSTEM_PID = 4
SYSTEM_IMAGE = "System"
"""The kernel as a process."""
MOST_TENANTS = 8
"""Programs that events may name under one pid before the oldest is forgotten."""
UNKNOWN_PROGRAMS = frozenset({"<unknown process>", "&lt;unknown process&gt;"})
"""What Sysmon writes for a process that it doesn't know, and what some exports make of it."""


class Identity(NamedTuple):
    """Who a process is, as an event tells it.

    Attributes:
        host: host key.
        guid: canonical ProcessGuid, or None.
        pid: process id, or None.
        image: its program, or None.
    """

    host: str
    guid: str | None
    pid: int | None
    image: str | None


_NO_SENSORS: Final[Mapping[str, str]] = MappingProxyType({})


class Hosts:
    """Host names that mean the same machine: case aside, and a short name beside its only FQDN.

    Args:
        names: as the events write them.
        sensors: names that are a sensor's number, in lower case -> name of the host that it is on.
    """

    def __init__(self, names: set[str], sensors: Mapping[str, str] = _NO_SENSORS) -> None:
        self._sensors = sensors
        names = names | set(sensors.values())
        fqdns: dict[str, set[str]] = {}
        for name in {name.lower() for name in names}:
            fqdns.setdefault(name.partition(".")[0], set()).add(name)
        self._keys: dict[str, str] = {}
        for name in names:
            lower = name.lower()
            others = set() if "." in lower else fqdns[lower] - {lower}
            self._keys[name] = others.pop() if len(others) == 1 else lower
        for name in names:
            host = sensors.get(name.lower())
            if host is not None:
                self._keys[name] = self._keys[host]

    def named(self, event: Event) -> Event:
        """An event of a sensor that only told its number, with the host's name; else as it is."""
        name = self._sensors.get(event.host.lower()) if self._sensors else None
        return event if name is None else event._replace(host=name)

    def of(self, names: Iterable[str]) -> Hosts:
        """The same for some of the names alone."""
        some = Hosts(set(), {})
        some._sensors = self._sensors
        some._keys = {name: self.key(name) for name in names}
        return some

    def keys(self) -> frozenset[str]:
        """The keys of all hosts."""
        return frozenset(self._keys.values())

    def key(self, name: str) -> str:
        """The name by which a host is known in node ids."""
        return self._keys.get(name) or name.lower()


class Processes:
    """Resolves events to process nodes; makes placeholders for processes never seen to start."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self._by_guid: dict[str, ProcessNode] = {}
        self._by_pid: defaultdict[str, dict[int, list[ProcessNode]]] = defaultdict(dict)
        """Host -> pid -> who may hold it now, the latest last: one, or several where events name
        several programs since the last start that was seen."""
        self._met: dict[str, int] = {}
        """Id of a placeholder -> when it was first met by its pid alone, in ticks."""
        self._start_sources: dict[str, tuple[str, ...]] = {}
        """Id of a process -> event sources that recorded its start; one or two, so no set."""
        self._tells_ends: set[str] = set()
        """Hosts of which some log tells when processes end."""
        self._booted: dict[str, int] = {}
        """Host -> when it started last, as far as is known, in ticks."""
        self.drives = Drives()

    def started(self, host: str, event: ProcessCreated) -> ProcessNode:
        """The process that an event tells the start of: a known one, or a new node."""
        node = self._known_start(host, event)
        if node is None:
            node = self._new(host, event.ProcessGuid, event.ProcessId, event.time)
        if node.placeholder:
            node.placeholder = False
            node.start = event.time
            self._holds_now(node, event.ProcessId)
        self._complete(node, event)
        sources = self._start_sources.get(node.id, ())
        if event.origin not in sources:
            self._start_sources[node.id] = (*sources, event.origin)
        return node

    def acting(self, who: Identity, time: int) -> ProcessNode:
        """The process that did something, alive with that identity at that time, in ticks."""
        if who.image in UNKNOWN_PROGRAMS:
            who = who._replace(image=None)
        host, guid, pid, image = who
        if guid is not None:
            known = self._by_guid.get(guid)
            if known is not None:
                if known.image is None:
                    known.image = image
                return known
            return self._first_seen(who, guid)
        if pid is None:
            return self._unknown(host, image)
        for holder in reversed(self._holders(host, pid)):
            if self._may_be(holder, image) and _may_act(holder, time):
                if holder.image is None:
                    holder.image = image
                return holder
        return self._met_by_pid(who, pid, time)

    @property
    def by_guid(self) -> Mapping[str, ProcessNode]:
        """Canonical ProcessGuid -> the process that was met under it."""
        return self._by_guid

    def ended(self, process: ProcessNode, time: int) -> None:
        """A process ended, at a time in ticks: its pid is nobody's until another one starts."""
        self._tells_ends.add(process.host)
        if process.end is None:
            process.end = time

    def booted(self, host: str, time: int) -> None:
        """The kernel of a host started: no process from before is alive."""
        if time - self._booted.get(host, time - BOOT) <= SAME_START:
            return  # another source told it
        self._booted[host] = time
        self._by_pid.pop(host, None)

    def booted_lately(self, host: str, time: int) -> None:
        """A host started not long ago; by now it may have processes again.

        Where the kernel's own start was seen, that said all; else who was there before `BOOT` isn't
        alive.
        """
        if time - self._booted.get(host, time - BOOT) < BOOT:
            return
        self._booted[host] = time
        alive = {
            pid: young
            for pid, holders in self._by_pid.pop(host, {}).items()
            if (young := [node for node in holders if self._seen(node) > time - BOOT])
        }
        self._by_pid[host] = alive

    @staticmethod
    def is_kernel_start(event: ProcessCreated) -> bool:
        """Whether a start is that of the first program that the kernel runs when Windows starts.

        smss.exe, the session manager, is the System process's child once a boot; those of later
        sessions are children of that one (Windows Internals, "Session Manager").
        """
        image = canonical_path(event.Image or "")
        if not image.endswith(SESSION_MANAGER):
            return False
        return event.ParentProcessId == SYSTEM_PID or event.ParentImage == SYSTEM_IMAGE

    def _seen(self, node: ProcessNode) -> int:
        """When a process is known to have been there first, in ticks."""
        if node.start is not None:
            return node.start
        return node.born if node.born is not None else self._met.get(node.id, 0)

    def _holders(self, host: str, pid: int) -> Sequence[ProcessNode]:
        return self._by_pid[host].get(pid, ())

    def parent(self, host: str, event: ProcessCreated, child: ProcessNode) -> ProcessNode | None:
        """The parent that an event names, or None where it names none.

        A parent never seen to start becomes a placeholder with what the child tells. Where another
        source told of the same start, and so of the same parent, both names are that one's.

        Args:
            host: host key.
            event: the child's start.
            child: its process.
        """
        image = event.ParentImage or event.ParentBaseFileName
        pid = event.ParentProcessId or None  # 0 is the idle process, which starts nothing
        who = Identity(host, event.ParentProcessGuid, pid, image)
        if who.guid is None and who.pid is None:
            return None
        node = self._same_parent(child, who, event.time)
        if node is None:
            node = self.acting(who, event.time)
        if node.image is None or "\\" not in node.image:
            node.image = event.ParentImage or node.image
        if node.command_line is None:
            node.command_line = event.ParentCommandLine
        if node.user is None and event.ParentUser is not None:
            node.user = account_name(event.ParentUser, host)
        return node

    def is_guess(self, event: ProcessCreated, parent: ProcessNode) -> bool:
        """Whether an event's parent is only the likely one: who was known to hold a pid last.

        It isn't where the event names the parent's program as well, or where ends are recorded.
        """
        named = event.ParentProcessGuid or event.ParentImage or event.ParentBaseFileName
        if named or parent.start is None or parent.host in self._tells_ends:
            return False
        return event.time - parent.start > SURE

    def _same_parent(self, child: ProcessNode, who: Identity, time: int) -> ProcessNode | None:
        """The parent that another source gave the child, if it may have this identity as well."""
        _, guid, pid, image = who
        if child.parent is None or guid in self._by_guid:
            return None
        node = self._graph.process(child.parent)
        if not _may_share(node.guid, guid) or not self._may_be(node, image):
            return None
        if pid is not None and node.pid not in {None, pid}:
            return None
        if guid is not None:
            self._by_guid[guid] = node
            node.guid = node.guid or guid
            node.born = birth(guid) if node.born is None else node.born
        if pid is not None and node.pid is None:
            node.pid = pid
            self._met[node.id] = time
            self._by_pid[node.host].setdefault(pid, [node])
        return node

    def _known_start(self, host: str, event: ProcessCreated) -> ProcessNode | None:
        if event.ProcessGuid is not None:
            known = self._by_guid.get(event.ProcessGuid)
            if known is not None:
                return known
        if event.ProcessId is None:
            return None
        for holder in reversed(self._holders(host, event.ProcessId)):
            if self._is_same_start(holder, event):
                self.drives.learn(host, holder.image, event.Image)
                if event.ProcessGuid is not None:
                    self._by_guid[event.ProcessGuid] = holder
                    holder.guid = holder.guid or event.ProcessGuid
                return holder
        return None

    def _is_same_start(self, holder: ProcessNode, event: ProcessCreated) -> bool:
        """Whether a process's start and an event's are one, told by two sources."""
        if not self._same_start(holder, event) or not _may_share(holder.guid, event.ProcessGuid):
            return False
        if event.origin in self._start_sources.get(holder.id, ()) and holder.start != event.time:
            return False
        return self._may_be(holder, event.Image)

    def _same_start(self, holder: ProcessNode, event: ProcessCreated) -> bool:
        if holder.start is not None:
            began = holder.start
        elif holder.born is not None:  # a ProcessGuid tells whole seconds only
            began = max(holder.born, min(event.time, holder.born + TICKS))
        else:  # its first action may be logged some milliseconds before its start
            began = self._met.get(holder.id, event.time - SAME_START - 1)
        return abs(event.time - began) <= SAME_START

    def _may_be(self, holder: ProcessNode, image: str | None) -> bool:
        return self.drives.same_program(holder.host, holder.image, image)

    def _first_seen(self, who: Identity, guid: str) -> ProcessNode:
        """A process met by its guid: perhaps one that another source knows, else new."""
        host, _, pid, image = who
        born = birth(guid)
        if pid is not None and born is not None:
            for holder in reversed(self._holders(host, pid)):
                if self._was_alive(holder, born) and _may_share(holder.guid, guid):
                    if not self._may_be(holder, image):
                        continue
                    self._by_guid[guid] = holder
                    holder.guid = holder.guid or guid
                    holder.born = born if holder.start is None else None
                    holder.image = holder.image or image
                    return holder
        node = self._new(host, guid, pid, born)
        node.image = image
        node.born = born
        if pid is not None and self._is_latest(host, pid, born):
            self._holds_now(node, pid)
        return node

    def _was_alive(self, holder: ProcessNode, born: int) -> bool:
        """Whether a pid's holder is the process with that pid that started then.

        It is if it started then; or if it was met by its pid later, for a process that still acts
        has held its pid ever since it started.
        """
        if holder.start is not None:
            return abs(holder.start - born) <= SAME_START
        return born <= self._met.get(holder.id, -1)

    def _met_by_pid(self, who: Identity, pid: int, time: int) -> ProcessNode:
        """A new placeholder beside those that the pid may mean, none of which fits."""
        node = self._new(who.host, None, pid, time)
        node.image = who.image
        self._met[node.id] = time
        holders = self._by_pid[who.host].setdefault(pid, [])
        holders.append(node)
        del holders[:-MOST_TENANTS]
        return node

    def _is_latest(self, host: str, pid: int, born: int | None) -> bool:
        """Whether a process born then is the pid's latest holder, rather than an earlier one."""
        holders = self._holders(host, pid)
        if not holders or born is None:
            return not holders
        holder = holders[-1]
        began = holder.start if holder.start is not None else holder.born
        return began is None or born >= began

    def _holds_now(self, node: ProcessNode, pid: int | None) -> None:
        """From now on the pid means this process, and none of those before."""
        if pid is not None:
            self._by_pid[node.host][pid] = [node]

    def _unknown(self, host: str, image: str | None) -> ProcessNode:
        """The stand-in for all processes of a program whose events say neither guid nor pid."""
        node_id = str(NodeId("process", host, f"?:{canonical_path(image or '')}"))
        if node_id in self._graph:
            return self._graph.process(node_id)
        node = ProcessNode(node_id, host, image=image)
        self._graph.add(node)
        return node

    def _new(self, host: str, guid: str | None, pid: int | None, time: int | None) -> ProcessNode:
        name = guid or f"{pid}@{iso(time) if time is not None else '?'}"
        node_id = str(NodeId("process", host, name))
        node = ProcessNode(node_id, host, pid=pid, guid=guid)
        self._graph.add(node)
        if guid is not None:
            self._by_guid[guid] = node
        return node

    @staticmethod
    def _complete(node: ProcessNode, event: ProcessCreated) -> None:
        """Fills what is not known yet; the first source to tell a thing keeps it."""
        node.pid = node.pid if node.pid is not None else event.ProcessId
        image = node.image
        if image is None or "\\" not in image or device_of(canonical_path(image)):
            node.image = event.Image or image
        node.command_line = event.CommandLine or node.command_line
        if node.user is None and event.User is not None:
            node.user = account_name(event.User, node.host, event.LogonId)
        node.logon_id = node.logon_id or event.LogonId
        node.original_file_name = node.original_file_name or event.OriginalFileName
        node.integrity_level = node.integrity_level or event.IntegrityLevel
        node.current_directory = node.current_directory or event.CurrentDirectory
        if event.Hashes and not node.hashes:
            node.hashes = hashes(event.Hashes)


def _may_act(process: ProcessNode, time: int) -> bool:
    """Whether a process may have done something at a time: it hadn't ended."""
    return process.end is None or time <= process.end + LINGER


def _may_share(one: str | None, other: str | None) -> bool:
    """Whether two identities may be one process's: one of Sysmon's and one of CrowdStrike's may."""
    return one is None or other is None or one == other or (":" in one) != (":" in other)
