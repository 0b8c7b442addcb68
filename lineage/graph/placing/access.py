"""One process reaching into another: threads, handles, images replaced in memory."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.identity import Identity
from lineage.normalise.event import ProcessAccessed, ProcessTampered, RemoteThreadCreated
from lineage.normalise.paths import canonical_path, name_of
from lineage.times import TICKS

if TYPE_CHECKING:
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.schema import EdgeKind

_CREATE_THREAD: Final = 0x0002
_VM_OPERATION: Final = 0x0008
_VM_WRITE: Final = 0x0020
"""Rights to a process (Microsoft Learn, "Process Security and Access Rights")."""
BIRTH: Final = TICKS
"""A handle that a parent opens this soon after its child's start is the one that starting it gives:
it has every right and says nothing."""
CREDENTIALS: Final = "lsass.exe"
"""Opened to be read, as a rule with every right there is (ATT&CK T1003.001); who runs code in it is
seen to start a thread."""
REPLACED: Final = "image is replaced"
"""The `Type` of event 25 that means hollowing; the others are met with honest programs as well."""


def remote_thread_created(
    canvas: Canvas, event: RemoteThreadCreated, host: str, ordinal: int
) -> Placed:
    """What the target does from now on may be the source's doing; the event is about the source."""
    process = canvas.actor(event, host, ordinal)
    target = _target(canvas, event, host, ordinal)
    if target is not process:
        canvas.graph.connect(process.id, target.id, "injected", ordinal)
    return Placed(ordinal, process, process.id)


def process_accessed(canvas: Canvas, event: ProcessAccessed, host: str, ordinal: int) -> Placed:
    """With the rights to write or to start threads, as `remote_thread_created`."""
    process = canvas.actor(event, host, ordinal)
    target = _target(canvas, event, host, ordinal)
    if target is not process:
        takes_over = may_take_over(event.GrantedAccess) and not (
            _is_birth(process, target, event) or _holds_credentials(target)
        )
        kind: EdgeKind = "opened_for_writing" if takes_over else "opened"
        canvas.graph.connect(process.id, target.id, kind, ordinal)
    return Placed(ordinal, process, process.id)


def process_tampered(canvas: Canvas, event: ProcessTampered, host: str, ordinal: int) -> Placed:
    """Who did it isn't logged; who starts a process has it in hand before it runs."""
    process = canvas.actor(event, host, ordinal)
    if process.parent is not None and (event.Type or "").lower() == REPLACED:
        canvas.graph.connect(process.parent, process.id, "hollowed", ordinal)
    return Placed(ordinal, process, process.id)


@lru_cache(maxsize=4096)
def may_take_over(rights: str | None) -> bool:
    """Whether rights, in hexadecimal, let their holder run code of its own in a process.

    >>> may_take_over("0x1fffff"), may_take_over("0x1410")
    (True, False)
    """
    try:
        mask = int(rights or "0", 16)
    except ValueError:
        return False
    writes = mask & _VM_WRITE and mask & _VM_OPERATION
    return bool(writes or mask & _CREATE_THREAD)


def _holds_credentials(target: ProcessNode) -> bool:
    return name_of(canonical_path(target.image or "")) == CREDENTIALS


def _is_birth(process: ProcessNode, target: ProcessNode, event: ProcessAccessed) -> bool:
    if target.parent != process.id or target.start is None:
        return False
    return event.time - target.start <= BIRTH


def _target(
    canvas: Canvas, event: RemoteThreadCreated | ProcessAccessed, host: str, ordinal: int
) -> ProcessNode:
    known = canvas.processes.by_guid.get(event.TargetProcessGuid or "")
    if known is not None and not known.placeholder:
        return known
    who = Identity(host, event.TargetProcessGuid, event.TargetProcessId, event.TargetImage)
    return canvas.process(who, event.time, ordinal)


PLACEMENTS: Final = {
    RemoteThreadCreated: Placement("process", remote_thread_created),
    ProcessAccessed: Placement("process", process_accessed),
    ProcessTampered: Placement("process", process_tampered),
}
"""Type of event -> how it comes into the graph."""
