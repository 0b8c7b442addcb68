"""The nodes of the provenance graph, one class per kind (`lineage.graph.schema`).

Ids are `lineage.graph.ids`'. Texts are the telemetry's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from lineage.graph.autostart import is_autostart_file, launcher_of
from lineage.graph.ids import parsed
from lineage.graph.programs import program
from lineage.graph.schema import NODE
from lineage.normalise.paths import canonical_path, canonical_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lineage.graph.description import Property
    from lineage.graph.programs import ProgramKind
    from lineage.graph.schema import NodeKind


_NO_HASHES: Mapping[str, str] = {}  # no proxy: nodes are pickled where they travel


def _no_hashes() -> Mapping[str, str]:
    return _NO_HASHES


@dataclass(slots=True, eq=False)
class HostNode:
    """A computer."""

    kind: ClassVar[NodeKind] = "host"
    id: str
    host: str


@dataclass(slots=True, eq=False)
class UserNode:
    """An account."""

    kind: ClassVar[NodeKind] = "user"
    id: str
    user: str


@dataclass(slots=True, eq=False)
class ProcessNode:
    """A process.

    Attributes:
        start: when it started, in ticks; None where its start was never seen.
        placeholder: whether its start was never seen; what is known comes from others' events.
        born: when its ProcessGuid says it started (to the second), in ticks, for placeholders.
        parent: id of the process that spawned it, or None where unknown.
        parent_is_guess: whether the parent is only the likely one: who last held a pid.
        end: when it ended, in ticks; None where its end was never seen.
        hashes: algorithm in upper case -> digest in upper case, of its program.
    """

    kind: ClassVar[NodeKind] = "process"
    id: str
    host: str
    pid: int | None = None
    guid: str | None = None
    image: str | None = None
    command_line: str | None = None
    start: int | None = None
    user: str | None = None
    placeholder: bool = True
    born: int | None = None
    parent: str | None = None
    parent_is_guess: bool = False
    end: int | None = None
    original_file_name: str | None = None
    integrity_level: str | None = None
    logon_id: str | None = None
    current_directory: str | None = None
    hashes: Mapping[str, str] = field(default_factory=_no_hashes)

    @property
    def began(self) -> int | None:
        """When it started as far as anything tells, in ticks."""
        return self.born if self.start is None else self.start

    @property
    def parent_guess(self) -> bool | None:
        """True where the parent is only the likely one, else None."""
        return self.parent_is_guess or None

    @property
    def program(self) -> ProgramKind | None:
        """What its program is, or None where that isn't known."""
        return program(self.image, self.original_file_name).kind


@dataclass(slots=True, eq=False)
class FileNode:
    """A file on one host."""

    kind: ClassVar[NodeKind] = "file"
    id: str
    host: str
    path: str
    hashes: Mapping[str, str] = field(default_factory=_no_hashes)

    @property
    def autostart(self) -> bool | None:
        """True where Windows starts what lies there, else None."""
        return is_autostart_file(canonical_path(self.path)) or None


@dataclass(slots=True, eq=False)
class RegistryNode:
    """A registry key or value on one host; `data` is what the value was last set to."""

    kind: ClassVar[NodeKind] = "registry"
    id: str
    host: str
    path: str
    data: str | None = None

    @property
    def autostart(self) -> bool | None:
        """True where Windows starts what the value names, else None."""
        return launcher_of(canonical_registry(self.path)) is not None or None


@dataclass(slots=True, eq=False)
class DnsNode:
    """A name that was asked for."""

    kind: ClassVar[NodeKind] = "dns"
    id: str
    name: str


@dataclass(slots=True, eq=False)
class ModuleNode:
    """An image that processes loaded, on one host."""

    kind: ClassVar[NodeKind] = "module"
    id: str
    host: str
    path: str
    hashes: Mapping[str, str] = field(default_factory=_no_hashes)


@dataclass(slots=True, eq=False)
class ScriptNode:
    """A PowerShell script block."""

    kind: ClassVar[NodeKind] = "script"
    id: str
    host: str
    text: str
    path: str | None = None


_ENDPOINT = re.compile(r"(?:\[(.*)\]|([^:]*?))(?::(\d+))?/(\w*)")


def endpoint_name(address: str, port: str | None, protocol: str) -> str:
    """How an endpoint is written, in ids as well; an IPv6 address in brackets (RFC 3986).

    >>> endpoint_name("203.0.113.7", "443", "tcp"), endpoint_name("::1", None, "udp")
    ('203.0.113.7:443/tcp', '[::1]/udp')
    """
    bare = f"[{address}]" if ":" in address else address
    place = f"{bare}:{port}" if port else bare
    return f"{place}/{protocol}" if protocol else place


def endpoint_parts(name: str) -> tuple[str, str | None, str]:
    """Address, port and protocol of an endpoint as it is written.

    >>> endpoint_parts("[::1]:53/udp")
    ('::1', '53', 'udp')
    """
    written = _ENDPOINT.fullmatch(name)
    if written is None:
        return name, None, ""
    return written[1] or written[2], written[3], written[4]


@dataclass(slots=True, eq=False)
class EndpointNode:
    """The other side of a connection, the same for all hosts.

    `port` is None where the other side connected: it picks a new one each time.
    """

    kind: ClassVar[NodeKind] = "endpoint"
    id: str
    address: str
    port: str | None = None
    protocol: str = ""
    name: str | None = None

    @classmethod
    def written(cls, id: str, endpoint: str) -> Self:
        """The endpoint that is written so."""
        return cls(id, *endpoint_parts(endpoint))

    @property
    def endpoint(self) -> str:
        """Address, port and protocol as one text."""
        return endpoint_name(self.address, self.port, self.protocol)


@dataclass(slots=True, eq=False)
class PipeNode:
    """A named pipe on one host."""

    kind: ClassVar[NodeKind] = "pipe"
    id: str
    host: str
    name: str


@dataclass(slots=True, eq=False)
class DriverNode:
    """A driver that the kernel of one host loaded."""

    kind: ClassVar[NodeKind] = "driver"
    id: str
    host: str
    path: str
    hashes: Mapping[str, str] = field(default_factory=_no_hashes)


@dataclass(slots=True, eq=False)
class ServiceNode:
    """A service of one host; `command` is what it runs, `user` as whom."""

    kind: ClassVar[NodeKind] = "service"
    id: str
    host: str
    name: str
    command: str | None = None
    user: str | None = None


@dataclass(slots=True, eq=False)
class TaskNode:
    """A scheduled task of one host; `command` is what it runs."""

    kind: ClassVar[NodeKind] = "task"
    id: str
    host: str
    name: str
    command: str | None = None


@dataclass(slots=True, eq=False)
class WmiNode:
    """A filter or a consumer of WMI event subscriptions on one host.

    `content` is a filter's query, or what a consumer does.
    """

    kind: ClassVar[NodeKind] = "wmi"
    id: str
    host: str
    name: str
    part: str = ""
    content: str | None = None


_LOGON = re.compile(r"(.+?)(?: from (\S+))? \((0x[0-9a-f]+)\)")
"""How `SessionNode.logon` writes a session."""


@dataclass(slots=True, eq=False)
class SessionNode:
    """A logon session of one host, by its logon id.

    Attributes:
        port: that it came from, where logged.
        workstation: name of the host that it came from, as that gave it.
        opened: the event that shows the logon, in the graph's event table; None where none does.
    """

    kind: ClassVar[NodeKind] = "session"
    id: str
    host: str
    logon_id: str
    user: str | None = None
    logon_type: str | None = None
    address: str | None = None
    port: str | None = None
    workstation: str | None = None
    opened: int | None = None

    @classmethod
    def written(cls, id: str, host: str, logon_id: str) -> Self:
        """The session that is written so: as `logon` has it, or by its id alone."""
        told = _LOGON.fullmatch(logon_id)
        if told is None:
            return cls(id, host, logon_id)
        return cls(id, host, told[3], user=told[1], address=told[2])

    @property
    def logon(self) -> str | None:
        """Account, where it came from and logon id in one text, where the account is known."""
        source = self.address or self.workstation
        where = f" from {source}" if source else ""
        return f"{self.user}{where} ({self.logon_id})" if self.user else None


ObjectNode = (
    FileNode
    | RegistryNode
    | DnsNode
    | ModuleNode
    | ScriptNode
    | EndpointNode
    | PipeNode
    | DriverNode
    | ServiceNode
    | TaskNode
    | WmiNode
    | SessionNode
)
"""What processes act on."""

Node = HostNode | UserNode | ProcessNode | ObjectNode
"""Any node."""


_CLASSES: tuple[type[Node], ...] = (
    HostNode,
    UserNode,
    ProcessNode,
    FileNode,
    RegistryNode,
    DnsNode,
    ModuleNode,
    ScriptNode,
    EndpointNode,
    PipeNode,
    DriverNode,
    ServiceNode,
    TaskNode,
    WmiNode,
    SessionNode,
)
_MAKE: dict[NodeKind, Callable[..., Node]] = {
    **{each.kind: each for each in _CLASSES},
    EndpointNode.kind: EndpointNode.written,
    SessionNode.kind: SessionNode.written,
}
"""Kind -> what makes a node of what names it."""
_NAMING: dict[str, tuple[Property, ...]] = {kind: NODE[kind].naming for kind in NODE}


def attributes(node: Node) -> Iterator[tuple[Property, Any]]:
    """The schema's properties of a node whose value is known, with the value."""
    for entry in NODE[node.kind].properties:
        value = getattr(node, entry.name)
        if value is not None and value != {}:
            yield entry, value


def caption(node: Node) -> str:
    """What a node is called where there is room for one line: its path, name or text."""
    return _name(node)[0]


def short_caption(node: Node) -> str:
    r"""What a node is called where there is little room: the last part of its path.

    >>> short_caption(FileNode("f", "ws01", r"C:\Windows\System32\cmd.exe"))
    'cmd.exe'
    """
    name, components = _name(node)
    return last_components(name, components)


def _name(node: Node) -> tuple[str, int]:
    """What a node is called, and how many components of that are its short name."""
    for entry in _NAMING[node.kind]:
        name: str | None = getattr(node, entry.name)
        if name:
            return name, entry.components
    return NODE[node.kind].unknown, 0


def last_components(path: str, components: int) -> str:
    r"""The last components of a path; all of it for 0, or where it ends in none.

    >>> last_components(r"HKLM\Software\Run\Updater", 2)
    'Run\\Updater'
    """
    if components == 0:
        return path
    return "\\".join(path.split("\\")[-components:]) or path


def known_by_id(node_id: str, name: str | None = None) -> Node:
    """A node of which no more is known than its id, and perhaps what it is called.

    Raises:
        ValueError: the id begins with no kind.
    """
    parts = parsed(node_id)
    if parts is None:
        raise ValueError(f"node {node_id[:80]!r} is of no known kind")
    schema = NODE[parts.kind]
    known: dict[str, str | None] = {"host": parts.host} if schema.is_local else {}
    if name is None and not schema.unknown:
        name = parts.name
    known[schema.naming[-1].name] = name
    return _MAKE[parts.kind](id=node_id, **known)
