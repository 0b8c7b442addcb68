"""Services and scheduled tasks: who made them, what they run, what they started."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed
from lineage.graph.identity import Identity
from lineage.graph.nodes import ServiceNode, TaskNode
from lineage.graph.placing.sessions import account, remote_session

if TYPE_CHECKING:
    from lineage.graph.autostart import Launcher
    from lineage.graph.schema import EdgeKind
    from lineage.normalise.event import ChannelEvent

_COMMAND: Final = re.compile(r"<Command>\s*([^<]*?)\s*</Command>", re.IGNORECASE)
_ARGUMENTS: Final = re.compile(r"<Arguments>\s*([^<]*?)\s*</Arguments>", re.IGNORECASE)
_LONGEST_TASK: Final = 100_000
"""Characters of a task's definition that are searched for what it runs."""


def service_installed(
    canvas: Canvas, event: ChannelEvent, host: str, ordinal: int
) -> Placed | None:
    """4697, 7045: a service and its command line. Who asked for it is an account at most."""
    name, command = event.ServiceName, event.ImagePath or event.ServiceFileName
    if name is None:
        return None
    service_id = _service(canvas, host, name)
    service = canvas.graph.node(service_id)
    if isinstance(service, ServiceNode) and command is not None:
        service.command = command
        service.user = event.AccountName or event.ServiceAccount
        canvas.entries.expect(host, "service", command, service_id)
    _by_whom(canvas, event, host, service_id, "created", ordinal)
    _connect_started(canvas, event, host, "service", command, service_id, ordinal)
    return Placed(ordinal, None, service_id)


def about_service(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """7036: a service was started or stopped; `param1` is what people call it."""
    name = event.param1
    return Placed(ordinal, None, _service(canvas, host, name)) if name else None


def task_registered(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4698, 4702, TaskScheduler 106, 140: a task, and what it runs where its definition is told."""
    name = event.TaskName
    if name is None:
        return None
    task_id = _task(canvas, host, name)
    task = canvas.graph.node(task_id)
    command = task_command(event.TaskContent or event.TaskContentNew or "")
    if isinstance(task, TaskNode) and command is not None:
        task.command = command
        canvas.entries.expect(host, "task", command, task_id)
    _by_whom(canvas, event, host, task_id, "created", ordinal)
    _connect_started(canvas, event, host, "task", command, task_id, ordinal)
    return Placed(ordinal, None, task_id)


def task_deleted(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4699, TaskScheduler 141."""
    if event.TaskName is None:
        return None
    task_id = _task(canvas, host, event.TaskName)
    _by_whom(canvas, event, host, task_id, "deleted", ordinal)
    return Placed(ordinal, None, task_id)


def task_launched(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """TaskScheduler 129: a task started the process of this pid."""
    name, pid = event.TaskName, event.ProcessID or event.ProcessId
    if name is None:
        return None
    task_id = _task(canvas, host, name)
    if pid is None or not pid.isdecimal() or len(pid) > len(str(1 << 32)):
        return Placed(ordinal, None, task_id)
    who = Identity(host, None, int(pid), None)
    process = canvas.process(who, event.time, ordinal)
    canvas.graph.connect(task_id, process.id, "started", ordinal)
    return Placed(ordinal, process, task_id)


def about_task(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """A record of what happened to a task."""
    return Placed(ordinal, None, _task(canvas, host, event.TaskName)) if event.TaskName else None


def task_command(definition: str) -> str | None:
    r"""The command line in a task's definition (MS-TSCH, "Task Definition Schema"), or None.

    >>> task_command(r"<Exec><Command>C:\a.exe</Command><Arguments>-x &amp; y</Arguments></Exec>")
    'C:\\a.exe -x & y'
    """
    command = _COMMAND.search(definition[:_LONGEST_TASK])
    if command is None:
        return None
    arguments = _ARGUMENTS.search(definition[:_LONGEST_TASK])
    return unescape(f"{command[1]} {arguments[1]}" if arguments else command[1])


def _by_whom(
    canvas: Canvas, event: ChannelEvent, host: str, node_id: str, kind: EdgeKind, ordinal: int
) -> None:
    """The process that asked where it is told, else the logon from another host, or the account."""
    if event.acting_pid is not None:
        process = canvas.actor(event, host, ordinal)
        canvas.graph.connect(process.id, node_id, kind, ordinal)
        return
    session = remote_session(canvas, event.SubjectLogonId, host)
    if session is not None and kind == "created":
        canvas.graph.connect(session, node_id, kind, ordinal)
        return
    user = account(event.SubjectDomainName, event.SubjectUserName) or event.UserContext
    if user is not None:
        of = canvas.user(user, host, event.SubjectLogonId)
        canvas.graph.connect(of, node_id, kind, ordinal)


def _connect_started(
    canvas: Canvas,
    event: ChannelEvent,
    host: str,
    launcher: Launcher,
    command: str | None,
    entry: str,
    ordinal: int,
) -> None:
    """What runs already, as its record came first."""
    if command is None:
        return
    for process in canvas.entries.just_started(host, launcher, command, event.time):
        canvas.graph.connect(entry, process.id, "started", ordinal)


def _service(canvas: Canvas, host: str, name: str) -> str:
    return canvas.once("service", host, name.lower(), lambda key: ServiceNode(key, host, name))


def _task(canvas: Canvas, host: str, name: str) -> str:
    written = name.lower() if name.startswith("\\") else f"\\{name.lower()}"
    return canvas.once("task", host, written, lambda key: TaskNode(key, host, name))
