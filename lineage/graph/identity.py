"""Which process is meant: by ProcessGuid, else by host, pid and time.

Windows reuses process ids within minutes, so a pid alone means nothing: a later event belongs to
the process that was alive with that pid at that time, and only if its program is the same where
the event tells it. What Sysmon, Security and CrowdStrike say of the same start is one process.

Events must come in order of time (`lineage.normalise.order`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lineage.graph.nodes import ProcessNode
from lineage.normalise.paths import canonical_path, device_of, name_of
from lineage.normalise.times import TICKS, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import ProcessCreated

SAME_START = 3 * TICKS
"""Two sources' times of one start may differ by this much: Sysmon stamps at the driver's callback,
the Security log when the audit is written, ProcessGuid to the second."""


class Hosts:
    """Host names that mean the same machine: case aside, and a short name beside its only FQDN."""

    def __init__(self, names: set[str]) -> None:
        fqdns: dict[str, set[str]] = {}
        for name in {name.lower() for name in names}:
            fqdns.setdefault(name.partition(".")[0], set()).add(name)
        self._keys: dict[str, str] = {}
        for name in names:
            lower = name.lower()
            others = fqdns[lower.partition(".")[0]] - {lower}
            alone = "." not in lower and len(others) == 1
            self._keys[name] = others.pop() if alone else lower

    def key(self, name: str) -> str:
        """The name by which a host is known in node ids."""
        return self._keys.get(name) or name.lower()


class Processes:
    """Resolves events to process nodes; makes placeholders for processes never seen to start."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self._by_guid: dict[str, ProcessNode] = {}
        self._by_pid: dict[tuple[str, int], ProcessNode] = {}
        self._told_by: dict[str, set[int | str]] = {}
        self._drives: dict[tuple[str, str], str] = {}

    def started(self, host: str, event: ProcessCreated) -> ProcessNode:
        """The process that an event tells the start of: a known one, or a new node."""
        node = self._known_start(host, event)
        if node is None:
            node = self._new(host, event.ProcessGuid, event.ProcessId, event.time)
        if node.placeholder:
            node.placeholder = False
            node.start = event.time
        self._complete(node, event)
        self._told_by.setdefault(node.id, set()).add(event.event_id)
        return node

    def acting(
        self, host: str, guid: str | None, pid: int | None, image: str | None, time: int
    ) -> ProcessNode:
        """The process that did something, alive with that identity at that time.

        Args:
            host: host key.
            guid: canonical ProcessGuid, or None.
            pid: process id, or None.
            image: its program as the event tells it, or None.
            time: when it acted, in ticks.
        """
        if guid is not None:
            known = self._by_guid.get(guid)
            if known is not None:
                if known.image is None:
                    known.image = image
                return known
            return self._first_seen(host, guid, pid, image)
        if pid is None:
            return self._unknown(host, image)
        holder = self._by_pid.get((host, pid))
        if holder is not None and self._may_be(holder, image):
            if holder.image is None:
                holder.image = image
            return holder
        return self._placeholder(host, None, pid, image, time)

    def parent(self, host: str, event: ProcessCreated) -> ProcessNode | None:
        """The parent that an event names, or None where it names none.

        Raises nothing: a parent never seen to start becomes a placeholder with what the child
        tells.
        """
        image = event.ParentImage or event.ParentBaseFileName
        if event.ParentProcessGuid is None and event.ParentProcessId is None:
            return None
        node = self.acting(host, event.ParentProcessGuid, event.ParentProcessId, image, event.time)
        if node.command_line is None:
            node.command_line = event.ParentCommandLine
        if node.user is None:
            node.user = event.ParentUser
        return node

    def same_program(self, host: str, one: str | None, other: str | None) -> bool:
        """Whether two spellings mean the same program on this host; None may be any.

        A bare file name is compared with the other's name, a device path by what follows the
        device.
        """
        if one is None or other is None:
            return True
        first, second = canonical_path(one), canonical_path(other)
        if first == second:
            return True
        if "\\" not in first or "\\" not in second:
            return name_of(first) == name_of(second)
        return self._behind_volume(first) == self._behind_volume(second)

    @staticmethod
    def _behind_volume(path: str) -> str:
        device = device_of(path)
        if device:
            return path[len(device) :]
        return path[2:] if path[1:2] == ":" else path

    def drive_path(self, host: str, path: str) -> str:
        """A canonical path with its device replaced by the drive letter that this host showed."""
        device = device_of(path)
        drive = self._drives.get((host, device)) if device else None
        return drive + path[len(device or "") :] if drive else path

    def _known_start(self, host: str, event: ProcessCreated) -> ProcessNode | None:
        if event.ProcessGuid is not None:
            known = self._by_guid.get(event.ProcessGuid)
            if known is not None:
                return known
        if event.ProcessId is None:
            return None
        holder = self._by_pid.get((host, event.ProcessId))
        if holder is None or not self._same_start(holder, event):
            return None
        if not self.same_program(host, holder.image, event.Image):
            return None
        if event.event_id in self._told_by.get(holder.id, ()):
            return None
        self._learn_drive(host, holder.image, event.Image)
        if event.ProcessGuid is not None:
            self._by_guid.setdefault(event.ProcessGuid, holder)
            holder.guid = holder.guid or event.ProcessGuid
        return holder

    @staticmethod
    def _same_start(holder: ProcessNode, event: ProcessCreated) -> bool:
        began = holder.start if holder.start is not None else holder.born
        if began is None:
            return False
        if holder.start is None:  # a ProcessGuid tells whole seconds only
            began = max(began, min(event.time, began + TICKS))
        return abs(event.time - began) <= SAME_START

    def _learn_drive(self, host: str, one: str | None, other: str | None) -> None:
        if one is None or other is None:
            return
        paths = canonical_path(one), canonical_path(other)
        for path, twin in (paths, paths[::-1]):
            device = device_of(path)
            if device and twin[1:2] == ":" and path[len(device) :] == twin[2:]:
                self._drives[host, device] = twin[:2]

    def _may_be(self, holder: ProcessNode, image: str | None) -> bool:
        return self.same_program(holder.host, holder.image, image)

    def _first_seen(self, host: str, guid: str, pid: int | None, image: str | None) -> ProcessNode:
        """A process met by its guid: perhaps one that another source saw start, else new."""
        born = birth(guid)
        holder = self._by_pid.get((host, pid)) if pid is not None else None
        if (
            holder is not None
            and holder.guid is None
            and holder.start is not None
            and born is not None
            and abs(holder.start - born) <= SAME_START
            and self._may_be(holder, image)
        ):
            holder.guid = guid
            self._by_guid[guid] = holder
            return holder
        return self._placeholder(host, guid, pid, image, born)

    def _placeholder(
        self, host: str, guid: str | None, pid: int | None, image: str | None, time: int | None
    ) -> ProcessNode:
        node = self._new(host, guid, pid, time, holds=self._holds(host, pid, time))
        node.image = image
        node.born = birth(guid) if guid else None
        return node

    def _holds(self, host: str, pid: int | None, born: int | None) -> bool:
        """Whether a placeholder holds the pid from now on, rather than being an earlier one."""
        holder = self._by_pid.get((host, pid)) if pid is not None else None
        if holder is None or born is None:
            return holder is None
        began = holder.start if holder.start is not None else holder.born
        return began is None or born >= began

    def _unknown(self, host: str, image: str | None) -> ProcessNode:
        """The stand-in for all processes of a program whose events say neither guid nor pid."""
        node_id = f"process:{host}:?:{canonical_path(image or '')}"
        if node_id in self._graph:
            return self._graph.process(node_id)
        node = ProcessNode(node_id, host, image=image)
        self._graph.add(node)
        return node

    def _new(
        self,
        host: str,
        guid: str | None,
        pid: int | None,
        time: int | None,
        *,
        holds: bool = True,
    ) -> ProcessNode:
        node_id = f"process:{host}:{guid}"
        if guid is None:
            node_id = f"process:{host}:{pid}@{iso(time) if time is not None else '?'}"
        node = ProcessNode(node_id, host, pid=pid, guid=guid)
        self._graph.add(node)
        if guid is not None:
            self._by_guid[guid] = node
        if pid is not None and holds:
            self._by_pid[host, pid] = node
        return node

    @staticmethod
    def _complete(node: ProcessNode, event: ProcessCreated) -> None:
        """Fills what is not known yet; the first source to tell a thing keeps it."""
        node.pid = node.pid if node.pid is not None else event.ProcessId
        image = node.image
        if image is None or "\\" not in image or device_of(canonical_path(image)):
            node.image = event.Image or image
        node.command_line = event.CommandLine or node.command_line
        node.user = node.user or event.User
        node.original_file_name = node.original_file_name or event.OriginalFileName
        node.integrity_level = node.integrity_level or event.IntegrityLevel
        node.current_directory = node.current_directory or event.CurrentDirectory
        if event.Hashes and not node.hashes:
            node.hashes = hashes(event.Hashes)


def birth(guid: str) -> int | None:
    """When a Sysmon ProcessGuid says that its process started, in ticks, to the second.

    A ProcessGuid is made of the machine's id (4 bytes), the start time in Unix seconds (the next
    two groups), and the logon token's id.

    >>> birth("5aa13a44-0b18-68fd-6336-000000004002")
    17614139120000000
    """
    groups = guid.split("-")
    if len(groups) != 5:
        return None
    try:
        return int(groups[2] + groups[1], 16) * TICKS
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def hashes(written: str) -> Mapping[str, str]:
    """Sysmon's `SHA1=...,MD5=...` as algorithm -> digest, both in upper case, zeros left out.

    Equal texts give the same mapping, so that the processes of one program share it.

    >>> hashes("MD5=ab12,SHA256=00")
    {'MD5': 'AB12'}
    """
    pairs = (part.partition("=") for part in written.split(","))
    return {
        algorithm.strip().upper(): digest.strip().upper()
        for algorithm, _, digest in pairs
        if digest.strip("0 ")
    }
