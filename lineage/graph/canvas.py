"""The graph while events are put into it: each object once, each event's process, who made what."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from lineage.graph.accounts import account_key, account_name
from lineage.graph.autostart import launcher_of
from lineage.graph.brokers import Brokers
from lineage.graph.contacts import Contacts
from lineage.graph.entries import Entries
from lineage.graph.identity import Hosts, Identity, Processes
from lineage.graph.ids import NodeId
from lineage.graph.nodes import FileNode, HostNode, RegistryNode, SessionNode, UserNode
from lineage.graph.provenance import ProvenanceGraph
from lineage.normalise.paths import abbreviates, canonical_path, canonical_registry, is_provided
from lineage.normalise.sources import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lineage.graph.nodes import ObjectNode, ProcessNode
    from lineage.graph.schema import NodeKind
    from lineage.normalise.event import Event

CONTENT_HASHES = ("SHA256", "SHA1", "MD5")
"""Hashes of the whole content, the best first; IMPHASH is none."""
USERS = "c:\\users\\"
MOST_PROFILES = 256
"""Users' folders that are kept for one host."""


class Placed(NamedTuple):
    """Where an event went in the graph.

    Attributes:
        ordinal: its place in the event table.
        actor: the process that acted; for a process start the new process. None where unknown.
        object: id of the node that it acted on; for a process start the new process's.
        parent: for a process start, the process that spawned it, or None.
    """

    ordinal: int
    actor: ProcessNode | None
    object: str
    parent: ProcessNode | None = None


class Placement(NamedTuple):
    """How events of a type come into the graph.

    Attributes:
        kind: kind of the node that they are about, which a detection tags unless its rule says
            otherwise.
        place: adds an event of the type to a canvas; takes the host's key and the event's ordinal.
    """

    kind: NodeKind
    place: Callable[..., Placed]


class Canvas:
    """What the placements work on.

    Attributes:
        graph: the graph.
        processes: resolves identities to processes.
        entries: what will start which program.
        brokers: who asked a service to start something.
        contacts: what hosts log of reaching each other.
        shared: ids of nodes of no one host that were made since it was last emptied.
        log_notes: (index of an input, host as written, what its Sysmon says of itself) -> times.
        archives: (host, name) of each archive that was written -> its file's id.

    Args:
        hosts: the names under which hosts occur in the events to come.
    """

    def __init__(self, hosts: Hosts) -> None:
        self.graph = ProvenanceGraph()
        self.processes = Processes(self.graph)
        self._by_guid = self.processes.by_guid
        self.entries = Entries(self.graph)
        self.brokers = Brokers(self.graph)
        self.contacts = Contacts(self.graph, hosts.keys())
        self.archives: dict[tuple[str, str], str] = {}
        self.shared: list[str] = []
        self.log_notes: Counter[tuple[int, str, str]] = Counter()
        self._hosts = hosts
        self._known: defaultdict[tuple[NodeKind, str], dict[str, str]] = defaultdict(dict)
        """Kind of object and host -> name -> node id."""
        self._content: dict[tuple[str, str], str] = {}
        self._placeholders: set[str] = set()
        self._profiles: defaultdict[str, set[str]] = defaultdict(set)
        """Host -> names of its users' folders."""

    def host_of(self, event: Event) -> str:
        """The key of an event's host."""
        return self._hosts.key(event.host)

    def actor(self, event: Event, host: str, ordinal: int) -> ProcessNode:
        """The process that acted; one never seen to start is connected to the program it runs."""
        guid, pid, image = actor_of(event)
        known = None if guid is None else self._by_guid.get(guid)
        if known is not None and not known.placeholder:
            return known
        return self.process(Identity(host, guid, pid, image), event.time, ordinal)

    def process(self, who: Identity, time: int, ordinal: int) -> ProcessNode:
        """The process of an identity at a time, in ticks. See `actor`."""
        process = self.processes.acting(who, time)
        if process.placeholder:
            self.connect_placeholder(process, ordinal)
        return process

    def connect_placeholder(self, process: ProcessNode, ordinal: int) -> None:
        """Connects a process never seen to start to its program, once that is known."""
        image = process.image
        if process.id in self._placeholders or image is None or "\\" not in image:
            return
        self._placeholders.add(process.id)
        path = self.processes.drives.path(process.host, canonical_path(image))
        self.graph.connect(process.id, self.file(process.host, path, image), "executed", ordinal)

    def learn_content(
        self, host: str, file_id: str, digests: Mapping[str, str], ordinal: int
    ) -> None:
        """A file whose content another file of the host has is that file's copy."""
        file = self.graph.node(file_id)
        if not isinstance(file, FileNode) or file.hashes or not digests:
            return
        file.hashes = digests
        digest = next((digests[name] for name in CONTENT_HASHES if name in digests), None)
        original = self._content.setdefault((host, digest), file_id) if digest else file_id
        if original == file_id:
            return
        if self._is_installed(file_id) and not self._is_installed(original):
            self._content[host, digest or ""] = file_id
            original, file_id = file_id, original
        self.graph.connect(original, file_id, "copied", ordinal)

    def _is_installed(self, file_id: str) -> bool:
        """Whether a file lies where programs are installed: it is nobody's copy."""
        file = self.graph.node(file_id)
        return isinstance(file, FileNode) and is_provided(canonical_path(file.path))

    def known(self, kind: NodeKind, host: str, name: str) -> str | None:
        """The id of an object that was mentioned already, or None."""
        if kind == "file":
            name = self.long_path(host, name)
        return self._known[kind, host].get(name)

    def host(self, host: str, written: str) -> str:
        """The id of a host's node."""
        return self.once("host", "", host, lambda key: HostNode(key, written))

    def user(self, written: str, host: str, logon_id: str | None = None) -> str:
        """The id of an account's node, as an event of a host names it (`account_name`)."""
        name = account_name(written, host, logon_id)
        return self.once("user", "", account_key(name), lambda key: UserNode(key, name))

    def file(self, host: str, path: str, written: str) -> str:
        """The id of the node of the file at a canonical path."""
        path = self.long_path(host, path)
        if path.startswith(USERS):
            self._learn_profile(host, path[len(USERS) :].partition("\\")[0])
        return self.once("file", host, path, lambda key: FileNode(key, host, written))

    def long_path(self, host: str, path: str) -> str:
        r"""A canonical path with the shortened (8.3) name of a user's folder written out.

        Where two users' folders may be meant, the path stays as it is.
        """
        if "~" not in path or not path.startswith(USERS):
            return path
        name, separator, rest = path[len(USERS) :].partition("\\")
        long = [
            profile
            for profile in self._profiles[host]
            if "~" in name and abbreviates(name, profile)
        ]
        return USERS + long[0] + separator + rest if len(long) == 1 else path

    def _learn_profile(self, host: str, name: str) -> None:
        profiles = self._profiles[host]
        if len(profiles) < MOST_PROFILES and "~" not in name:
            profiles.add(name)

    def registry(self, host: str, written: str) -> str:
        """The id of the node of a registry path."""
        name = canonical_registry(written)
        return self.once("registry", host, name, lambda key: RegistryNode(key, host, written))

    def expect_value(self, host: str, written: str, data: str | None, registry_id: str) -> None:
        """A registry value was set, which may have Windows start what its data names."""
        launcher = launcher_of(canonical_registry(written))
        if data and launcher is not None:
            self.entries.expect(host, launcher, data, registry_id)

    def session(self, host: str, logon_id: str) -> str:
        """The id of the node of a logon session."""
        name = logon_id.lower()
        return self.once("session", host, name, lambda key: SessionNode(key, host, name))

    def once(
        self,
        kind: NodeKind,
        host: str,
        name: str,
        make: Callable[[str], HostNode | UserNode | ObjectNode],
    ) -> str:
        """The id of an object's node, which is made at its first mention.

        Args:
            kind: what it is.
            host: the host that it is on, "" for what hosts share.
            name: what tells it from others of its kind.
            make: makes the node of an id.
        """
        known = self._known[kind, host]
        node_id = known.get(name)
        if node_id is None:
            node_id = known[name] = str(NodeId(kind, host, name))
            self.graph.add(make(node_id))
            if not host and kind != "host":
                self.shared.append(node_id)
        return node_id
