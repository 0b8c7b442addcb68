"""The nodes of the provenance graph, one class per kind (`lineage.graph.schema`).

Ids are readable and stable: the same telemetry gives the same ids. Texts are the telemetry's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from lineage.graph.autostart import is_autostart_file, launcher_of
from lineage.graph.programs import program
from lineage.normalise.paths import canonical_path, canonical_registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.graph.programs import ProgramKind
    from lineage.graph.schema import NodeKind


_NO_HASHES: Mapping[str, str] = MappingProxyType({})


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
    original_file_name: str | None = None
    integrity_level: str | None = None
    current_directory: str | None = None
    hashes: Mapping[str, str] = field(default_factory=_no_hashes)

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


ObjectNode = FileNode | RegistryNode | DnsNode | ModuleNode | ScriptNode
"""What processes act on."""

Node = HostNode | UserNode | ProcessNode | ObjectNode
"""Any node."""


def caption(node: Node) -> str:
    """What a node is called where there is room for one line: its path, name or text."""
    match node:
        case HostNode():
            return node.host
        case UserNode():
            return node.user
        case ProcessNode():
            return node.image or "(unknown program)"
        case FileNode() | RegistryNode() | ModuleNode():
            return node.path
        case DnsNode():
            return node.name
        case ScriptNode():
            return node.path or node.text
