"""Process starts: who started what, as whom, from which file, with which arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.autostart import scheduled
from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.command_line import (
    ARGUMENT_ENDINGS,
    archive_around,
    named_files,
    split_deletion,
)
from lineage.graph.hubs import program_of
from lineage.graph.runners import runs_argument
from lineage.graph.sysmon_fields import hashes
from lineage.normalise.event import ProcessCreated, ProcessEnded
from lineage.normalise.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.graph.nodes import ProcessNode
    from lineage.graph.schema import EdgeKind

COMMAND_INTERPRETER = "cmd.exe"


def process_created(canvas: Canvas, event: ProcessCreated, host: str, ordinal: int) -> Placed:
    """The process, its parent, account, session, program and arguments."""
    if canvas.processes.is_kernel_start(event):
        canvas.processes.booted(host, event.time)
    process = canvas.processes.started(host, event)
    parent = canvas.processes.parent(host, event, process)
    if parent is process:
        parent = None
    if parent is not None and parent.placeholder:
        canvas.connect_placeholder(parent, ordinal)
        _connect_arguments(canvas, parent, host, event.ParentCommandLine, None, ordinal)
    if parent is not None:
        _connect_parent(canvas, process, parent, event, ordinal)
    canvas.entries.started(process, event.time)
    requester = canvas.brokers.started(process, event.time)
    if requester is not None:
        canvas.graph.connect(requester.id, process.id, "requested", ordinal)
    _connect_owner(canvas, process, event, host, ordinal)
    _connect_program(canvas, process, event, host, ordinal)
    _connect_arguments(canvas, process, host, event.CommandLine, event.CurrentDirectory, ordinal)
    return Placed(ordinal, process, process.id, parent)


def _connect_parent(
    canvas: Canvas, process: ProcessNode, parent: ProcessNode, event: ProcessCreated, ordinal: int
) -> None:
    """The first source to name a parent is believed, unless it was a guess and another is sure."""
    guess = canvas.processes.is_guess(event, parent)
    if process.parent is not None and process.parent != parent.id:
        if guess or not process.parent_is_guess:
            return
        canvas.graph.disconnect(process.parent, process.id, "spawned")
        process.parent = None
    process.parent_is_guess = guess and (process.parent is None or process.parent_is_guess)
    process.parent = parent.id
    canvas.graph.connect(parent.id, process.id, "spawned", ordinal)


def process_ended(canvas: Canvas, event: ProcessEnded, host: str, ordinal: int) -> Placed:
    """From now on the pid is nobody's."""
    process = canvas.actor(event, host, ordinal)
    canvas.processes.ended(process, event.time)
    return Placed(ordinal, process, process.id)


def _connect_owner(
    canvas: Canvas, process: ProcessNode, event: ProcessCreated, host: str, ordinal: int
) -> None:
    canvas.graph.connect(process.id, canvas.host(host, event.host), "runs_on", ordinal)
    if event.User is not None:
        user = canvas.user(event.User, host, event.LogonId)
        canvas.graph.connect(process.id, user, "runs_as", ordinal)
    if event.LogonId is not None:
        canvas.graph.connect(process.id, canvas.session(host, event.LogonId), "runs_in", ordinal)


def _connect_program(
    canvas: Canvas, process: ProcessNode, event: ProcessCreated, host: str, ordinal: int
) -> None:
    if event.Image is None or "\\" not in event.Image:
        return
    path = canvas.processes.drives.path(host, canonical_path(event.Image))
    path = canvas.long_path(host, path)
    file_id = canvas.file(host, path, event.Image)
    canvas.graph.connect(process.id, file_id, "executed", ordinal)
    _connect_archive(canvas, process, path, ordinal)
    _connect_entries(canvas, process, canvas.entries.of_program(process, path), ordinal)
    if event.Hashes:
        canvas.learn_content(host, file_id, hashes(event.Hashes), ordinal)


def _connect_arguments(
    canvas: Canvas,
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
    if program_of(process).name == COMMAND_INTERPRETER:
        used, deleted = split_deletion(command_line)
    for path, written in named_files(used, directory).items():
        if path != own:
            _connect_argument(canvas, process, path, written, "interpreted", ordinal)
    for path, written in named_files(deleted, directory).items():
        _connect_argument(canvas, process, path, written, "deleted", ordinal)
    hear(canvas, process, command_line, ordinal)
    _connect_entries(canvas, process, canvas.entries.of_command(process, command_line), ordinal)


def _connect_argument(
    canvas: Canvas, process: ProcessNode, path: str, written: str, kind: EdgeKind, ordinal: int
) -> None:
    host = process.host
    if kind == "interpreted":
        _connect_archive(canvas, process, path, ordinal)
    known = canvas.known("file", host, path)
    if known is None and path.rpartition(".")[2] not in ARGUMENT_ENDINGS:
        return
    canvas.graph.connect(process.id, known or canvas.file(host, path, written), kind, ordinal)
    if kind == "interpreted":
        runs = runs_argument(process, path)
        of_argument = canvas.entries.of_program if runs else canvas.entries.of_document
        _connect_entries(canvas, process, of_argument(process, path), ordinal)


def _connect_archive(canvas: Canvas, process: ProcessNode, path: str, ordinal: int) -> None:
    """A file inside an archive that was written on this host is the archive's."""
    archive = canvas.archives.get((process.host, archive_around(path) or ""))
    if archive is not None:
        canvas.graph.connect(process.id, archive, "interpreted", ordinal)


def hear(canvas: Canvas, process: ProcessNode, text: str, ordinal: int) -> None:
    """A process's command line or script may ask Windows for something, now or later."""
    canvas.brokers.said(process, text, canvas.graph.events.time(ordinal))
    made = scheduled(process.image, text)
    if made is not None:
        canvas.entries.expect(process.host, *made, process.id)


def _connect_entries(
    canvas: Canvas, process: ProcessNode, entries: Iterator[str], ordinal: int
) -> None:
    for entry in entries:
        canvas.graph.connect(entry, process.id, "started", ordinal)


PLACEMENTS: Final = {
    ProcessCreated: Placement("process", process_created),
    ProcessEnded: Placement("process", process_ended),
}
"""Type of event -> how it comes into the graph."""
