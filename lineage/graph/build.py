"""Events -> nodes and edges. Events must come in order of time (`lineage.normalise.order`)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from lineage.graph.autostart import is_autostart_file, launcher_of, scheduled
from lineage.graph.brokers import Brokers
from lineage.graph.command_line import (
    ARGUMENT_ENDINGS,
    archive_around,
    is_archive,
    named_files,
    split_deletion,
)
from lineage.graph.entries import SHORTCUTS, Entries
from lineage.graph.identity import Hosts, Identity, Processes, hashes
from lineage.graph.nodes import (
    DnsNode,
    FileNode,
    HostNode,
    ModuleNode,
    ObjectNode,
    ProcessNode,
    RegistryNode,
    ScriptNode,
    UserNode,
)
from lineage.graph.provenance import ProvenanceGraph
from lineage.graph.runners import runs_argument
from lineage.normalise.event import (
    DnsQueried,
    Event,
    FileCreated,
    ImageLoaded,
    ObjectAccessed,
    ProcessCreated,
    RegistryChanged,
    RegistryValueSet,
    ScriptBlockLogged,
)
from lineage.normalise.paths import canonical_path, canonical_registry, is_provided, name_of
from lineage.normalise.sources import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lineage.graph.schema import EdgeKind, NodeKind

COMMAND_INTERPRETER = "\\cmd.exe"
CONTENT_HASHES = ("SHA256", "SHA1", "MD5")
"""Hashes of the whole content, the best first; IMPHASH is none."""


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
        place: adds an event of the type.
    """

    kind: NodeKind
    place: Callable[..., Placed]


class Builder:
    """Builds the provenance graph, one event at a time.

    Args:
        hosts: the names under which hosts occur in the events to come.
    """

    def __init__(self, hosts: Hosts) -> None:
        self.graph = ProvenanceGraph()
        self._hosts = hosts
        self._processes = Processes(self.graph)
        self._known: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        """Kind of object and host -> name -> node id."""
        self._content: dict[tuple[str, str], str] = {}
        self._archives: dict[tuple[str, str], str] = {}
        self._entries = Entries(self.graph)
        self._brokers = Brokers(self.graph)
        self._placeholders: set[str] = set()

    def add(self, event: Event) -> Placed:
        """Adds an event's facts to the graph and tells where they went."""
        ordinal = self.graph.events.add(event.time, event.source, event.record, event.event_id)
        place = self.PLACEMENTS[type(event)].place
        return place(self, event, self._hosts.key(event.host), ordinal)

    def _process_created(self, event: ProcessCreated, host: str, ordinal: int) -> Placed:
        process = self._processes.started(host, event)
        parent = self._processes.parent(host, event, process)
        if parent is process:
            parent = None
        if parent is not None and parent.placeholder:
            self._connect_placeholder(parent, ordinal)
            self._connect_arguments(parent, host, event.ParentCommandLine, None, ordinal)
        if parent is not None and process.parent in {None, parent.id}:
            process.parent = parent.id
            self.graph.connect(parent.id, process.id, "spawned", ordinal)
        requester = self._brokers.started(process, event.time)
        if requester is not None:
            self.graph.connect(requester.id, process.id, "requested", ordinal)
        self._connect_owner(process, event, host, ordinal)
        self._connect_program(process, event, host, ordinal)
        self._connect_arguments(process, host, event.CommandLine, event.CurrentDirectory, ordinal)
        return Placed(ordinal, process, process.id, parent)

    def _actor(self, event: Event, host: str, ordinal: int) -> ProcessNode:
        """The process that acted; one never seen to start is connected to the program it runs."""
        process = self._processes.acting(Identity(host, *actor_of(event)), event.time)
        if process.placeholder:
            self._connect_placeholder(process, ordinal)
        return process

    def _connect_placeholder(self, process: ProcessNode, ordinal: int) -> None:
        image = process.image
        if process.id in self._placeholders or image is None or "\\" not in image:
            return
        self._placeholders.add(process.id)
        path = self._processes.drive_path(process.host, canonical_path(image))
        self.graph.connect(process.id, self._file(process.host, path, image), "executed", ordinal)

    def _connect_owner(
        self, process: ProcessNode, event: ProcessCreated, host: str, ordinal: int
    ) -> None:
        host_id = self._once("host", "", host, lambda key: HostNode(key, event.host))
        self.graph.connect(process.id, host_id, "runs_on", ordinal)
        user = event.User
        if user is not None:
            user_id = self._once("user", "", user.lower(), lambda key: UserNode(key, user))
            self.graph.connect(process.id, user_id, "runs_as", ordinal)

    def _connect_program(
        self, process: ProcessNode, event: ProcessCreated, host: str, ordinal: int
    ) -> None:
        if event.Image is None or "\\" not in event.Image:
            return
        path = self._processes.drive_path(host, canonical_path(event.Image))
        file_id = self._file(host, path, event.Image)
        self.graph.connect(process.id, file_id, "executed", ordinal)
        self._connect_archive(process, path, ordinal)
        self._connect_entries(process, self._entries.of_program(process, path), ordinal)
        if event.Hashes:
            self._learn_content(host, file_id, hashes(event.Hashes), ordinal)

    def _learn_content(
        self, host: str, file_id: str, found: Mapping[str, str], ordinal: int
    ) -> None:
        """A file whose content another file of the host has is that file's copy."""
        file = self.graph.node(file_id)
        if not isinstance(file, FileNode) or file.hashes or not found:
            return
        file.hashes = found
        digest = next((found[name] for name in CONTENT_HASHES if name in found), None)
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

    def _connect_arguments(
        self,
        process: ProcessNode,
        host: str,
        command_line: str | None,
        directory: str | None,
        ordinal: int,
    ) -> None:
        """Files named on the command line: known ones, and those that make a program do things."""
        if command_line is None:
            return
        own = canonical_path(process.image or "")
        used, deleted = command_line, ""
        if own.endswith(COMMAND_INTERPRETER):
            used, deleted = split_deletion(command_line)
        for path, written in named_files(used, directory).items():
            if path != own:
                self._connect_argument(process, path, written, "interpreted", ordinal)
        for path, written in named_files(deleted, directory).items():
            self._connect_argument(process, path, written, "deleted", ordinal)
        self._hear(process, command_line, ordinal)
        self._connect_entries(process, self._entries.of_command(process, command_line), ordinal)

    def _connect_argument(
        self, process: ProcessNode, path: str, written: str, kind: EdgeKind, ordinal: int
    ) -> None:
        host = process.host
        if kind == "interpreted":
            self._connect_archive(process, path, ordinal)
        known = self._known["file", host].get(path)
        if known is None and path.rpartition(".")[2] not in ARGUMENT_ENDINGS:
            return
        self.graph.connect(process.id, known or self._file(host, path, written), kind, ordinal)
        if kind == "interpreted":
            runs = runs_argument(process, path)
            of_argument = self._entries.of_program if runs else self._entries.of_document
            self._connect_entries(process, of_argument(process, path), ordinal)

    def _connect_archive(self, process: ProcessNode, path: str, ordinal: int) -> None:
        """A file inside an archive that was written on this host is the archive's."""
        archive = self._archives.get((process.host, archive_around(path) or ""))
        if archive is not None:
            self.graph.connect(process.id, archive, "interpreted", ordinal)

    def _hear(self, process: ProcessNode, text: str, ordinal: int) -> None:
        """A process's command line or script may ask Windows for something, now or later."""
        self._brokers.said(process, text, self.graph.events.time(ordinal))
        made = scheduled(process.image, text)
        if made is not None:
            self._entries.expect(process.host, *made, process.id)

    def _connect_entries(self, process: ProcessNode, entries: Iterator[str], ordinal: int) -> None:
        for entry in entries:
            self.graph.connect(entry, process.id, "started", ordinal)

    def _image_loaded(self, event: ImageLoaded, host: str, ordinal: int) -> Placed:
        process = self._actor(event, host, ordinal)
        written = event.ImageLoaded or ""
        path = canonical_path(written)
        module_id = self._once("module", host, path, lambda key: self._module(key, host, event))
        self.graph.connect(process.id, module_id, "loaded", ordinal)
        self._brokers.loaded(process, path, event.time)
        file_id = self._known["file", host].get(path)
        if file_id is not None:
            self.graph.connect(file_id, module_id, "mapped", ordinal)
        return Placed(ordinal, process, module_id)

    @staticmethod
    def _module(key: str, host: str, event: ImageLoaded) -> ModuleNode:
        return ModuleNode(key, host, event.ImageLoaded or "", hashes(event.Hashes or ""))

    def _file_created(self, event: FileCreated, host: str, ordinal: int) -> Placed:
        process = self._actor(event, host, ordinal)
        written = event.TargetFilename or ""
        path = canonical_path(written)
        file_id = self._file(host, path, written)
        self.graph.connect(process.id, file_id, "wrote", ordinal)
        if is_archive(path):
            self._archives[host, name_of(path)] = file_id
        if path.endswith(SHORTCUTS) and is_autostart_file(path):
            self._entries.expect(host, "logon", path, file_id)
        return Placed(ordinal, process, file_id)

    def _registry_changed(self, event: RegistryChanged, host: str, ordinal: int) -> Placed:
        process = self._actor(event, host, ordinal)
        registry_id = self._registry(host, event.TargetObject or "")
        deleted = (event.EventType or "").lower().startswith("delete")
        self.graph.connect(process.id, registry_id, "deleted" if deleted else "created", ordinal)
        return Placed(ordinal, process, registry_id)

    def _registry_value_set(self, event: RegistryValueSet, host: str, ordinal: int) -> Placed:
        process = self._actor(event, host, ordinal)
        written = event.TargetObject or ""
        registry_id = self._registry(host, written)
        registry = self.graph.node(registry_id)
        assert isinstance(registry, RegistryNode)  # noqa: S101 - ids carry their kind
        registry.data = event.Details
        self.graph.connect(process.id, registry_id, "set", ordinal)
        launcher = launcher_of(canonical_registry(written))
        if event.Details and launcher is not None:
            self._entries.expect(host, launcher, event.Details, registry_id)
        return Placed(ordinal, process, registry_id)

    def _dns_queried(self, event: DnsQueried, host: str, ordinal: int) -> Placed:
        process = self._actor(event, host, ordinal)
        name = event.QueryName or ""
        dns_id = self._once("dns", "", name.lower().rstrip("."), lambda key: DnsNode(key, name))
        self.graph.connect(process.id, dns_id, "queried", ordinal)
        return Placed(ordinal, process, dns_id)

    def _object_accessed(self, event: ObjectAccessed, host: str, ordinal: int) -> Placed:
        process = self._actor(event, host, ordinal)
        name = event.ObjectName or ""
        if (event.ObjectType or "").lower() == "key":
            object_id = self._registry(host, name)
        else:
            path = self._processes.drive_path(host, canonical_path(name))
            object_id = self._file(host, path, name)
        self.graph.connect(process.id, object_id, "accessed", ordinal)
        return Placed(ordinal, process, object_id)

    def _script_block_logged(self, event: ScriptBlockLogged, host: str, ordinal: int) -> Placed:
        key = event.ScriptBlockId or f"{event.source}/{event.record}"
        text = event.ScriptBlockText or ""
        script_id = self._once(
            "script", host, key.lower(), lambda key: ScriptNode(key, host, text, event.Path)
        )
        if event.ProcessId is None:
            return Placed(ordinal, None, script_id)
        process = self._actor(event, host, ordinal)
        self.graph.connect(process.id, script_id, "ran", ordinal)
        self._hear(process, text, ordinal)
        return Placed(ordinal, process, script_id)

    PLACEMENTS: ClassVar[dict[type[Event], Placement]] = {
        ProcessCreated: Placement("process", _process_created),
        ImageLoaded: Placement("module", _image_loaded),
        FileCreated: Placement("file", _file_created),
        RegistryChanged: Placement("registry", _registry_changed),
        RegistryValueSet: Placement("registry", _registry_value_set),
        DnsQueried: Placement("dns", _dns_queried),
        ObjectAccessed: Placement("file", _object_accessed),
        ScriptBlockLogged: Placement("script", _script_block_logged),
    }

    def _file(self, host: str, path: str, written: str) -> str:
        return self._once("file", host, path, lambda key: FileNode(key, host, written))

    def _registry(self, host: str, written: str) -> str:
        name = canonical_registry(written)
        return self._once("registry", host, name, lambda key: RegistryNode(key, host, written))

    def _once(
        self,
        kind: str,
        host: str,
        name: str,
        make: Callable[[str], HostNode | UserNode | ObjectNode],
    ) -> str:
        """The id of an object's node, which is made at its first mention."""
        known = self._known[kind, host]
        node_id = known.get(name)
        if node_id is None:
            node_id = f"{kind}:{host}:{name}" if host else f"{kind}:{name}"
            known[name] = node_id
            self.graph.add(make(node_id))
        return node_id
