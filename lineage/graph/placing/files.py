"""Files: written, loaded, opened, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.autostart import is_autostart_file
from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.command_line import is_archive
from lineage.graph.entries import SHORTCUTS
from lineage.graph.nodes import ModuleNode
from lineage.graph.sysmon_fields import hashes
from lineage.normalise.event import (
    Event,
    ExecutableCreated,
    FileBlocked,
    FileCreated,
    FileDeleted,
    FileStreamCreated,
    FileTimeChanged,
    ImageLoaded,
    ObjectAccessed,
    RawAccessRead,
)
from lineage.normalise.paths import canonical_path, name_of

if TYPE_CHECKING:
    from lineage.graph.schema import EdgeKind


def image_loaded(canvas: Canvas, event: ImageLoaded, host: str, ordinal: int) -> Placed:
    """The module, and the file that it is of, where that is known."""
    process = canvas.actor(event, host, ordinal)
    written = event.ImageLoaded or ""
    path = canonical_path(written)
    module_id = canvas.once("module", host, path, lambda key: _module(key, host, event))
    canvas.graph.connect(process.id, module_id, "loaded", ordinal)
    canvas.brokers.loaded(process, path, event.time)
    file_id = canvas.known("file", host, path)
    if file_id is not None:
        canvas.graph.connect(file_id, module_id, "mapped", ordinal)
    return Placed(ordinal, process, module_id)


def _module(key: str, host: str, event: ImageLoaded) -> ModuleNode:
    return ModuleNode(key, host, event.ImageLoaded or "", hashes(event.Hashes or ""))


def file_created(canvas: Canvas, event: FileCreated, host: str, ordinal: int) -> Placed:
    """Whoever writes a file last is whose file it is."""
    process = canvas.actor(event, host, ordinal)
    written = event.TargetFilename or ""
    path = canonical_path(written)
    file_id = canvas.file(host, path, written)
    canvas.graph.connect(process.id, file_id, "wrote", ordinal)
    if is_archive(path):
        canvas.archives[host, name_of(path)] = file_id
    if path.endswith(SHORTCUTS) and is_autostart_file(path):
        canvas.entries.expect(host, "logon", path, file_id)
    return Placed(ordinal, process, file_id)


def object_accessed(canvas: Canvas, event: ObjectAccessed, host: str, ordinal: int) -> Placed:
    """An audited file or registry key that a process opened."""
    process = canvas.actor(event, host, ordinal)
    name = event.ObjectName or ""
    if (event.ObjectType or "").lower() == "key":
        object_id = canvas.registry(host, name)
    else:
        path = canvas.processes.drives.path(host, canonical_path(name))
        object_id = canvas.file(host, path, name)
    canvas.graph.connect(process.id, object_id, "accessed", ordinal)
    return Placed(ordinal, process, object_id)


def executable_created(canvas: Canvas, event: ExecutableCreated, host: str, ordinal: int) -> Placed:
    """As `file_created`, and its content is told as well."""
    placed = _acted_on(canvas, event, event.TargetFilename, "wrote", host, ordinal)
    canvas.learn_content(host, placed.object, hashes(event.Hashes or ""), ordinal)
    return placed


def file_deleted(canvas: Canvas, event: FileDeleted, host: str, ordinal: int) -> Placed:
    """A file that is gone."""
    return _acted_on(canvas, event, event.TargetFilename, "deleted", host, ordinal)


def file_time_changed(canvas: Canvas, event: FileTimeChanged, host: str, ordinal: int) -> Placed:
    """A file that claims to be older or younger than it is."""
    return _acted_on(canvas, event, event.TargetFilename, "changed_time", host, ordinal)


def file_stream_created(
    canvas: Canvas, event: FileStreamCreated, host: str, ordinal: int
) -> Placed:
    """A stream is its file's: `a.exe:Zone.Identifier` tells where a.exe came from."""
    return _acted_on(canvas, event, event.TargetFilename, "created_stream", host, ordinal)


def file_blocked(canvas: Canvas, event: FileBlocked, host: str, ordinal: int) -> Placed:
    """What a process tried, and Sysmon kept it from."""
    return _acted_on(canvas, event, event.TargetFilename, "attempted", host, ordinal)


def raw_access_read(canvas: Canvas, event: RawAccessRead, host: str, ordinal: int) -> Placed:
    """The volume is a file by its device's path."""
    return _acted_on(canvas, event, event.Device, "read_raw", host, ordinal)


def _acted_on(
    canvas: Canvas, event: Event, written: str | None, kind: EdgeKind, host: str, ordinal: int
) -> Placed:
    """A process did something to a file."""
    process = canvas.actor(event, host, ordinal)
    name = without_stream(written or "")
    path = canvas.processes.drives.path(host, canonical_path(name))
    file_id = canvas.file(host, path, name)
    canvas.graph.connect(process.id, file_id, kind, ordinal)
    return Placed(ordinal, process, file_id)


def without_stream(path: str) -> str:
    r"""The path of a file, without the name of a stream of it.

    >>> without_stream(r"C:\Users\d\a.exe:Zone.Identifier")
    'C:\\Users\\d\\a.exe'
    """
    folder, separator, name = path.rpartition("\\")
    return folder + separator + name.partition(":")[0] if separator else path


PLACEMENTS: Final = {
    ImageLoaded: Placement("module", image_loaded),
    FileCreated: Placement("file", file_created),
    ExecutableCreated: Placement("file", executable_created),
    FileTimeChanged: Placement("file", file_time_changed),
    FileStreamCreated: Placement("file", file_stream_created),
    FileDeleted: Placement("file", file_deleted),
    FileBlocked: Placement("file", file_blocked),
    ObjectAccessed: Placement("file", object_accessed),
    RawAccessRead: Placement("file", raw_access_read),
}
"""Type of event -> how it comes into the graph."""
