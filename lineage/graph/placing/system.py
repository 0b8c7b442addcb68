"""Scripts, the clipboard, drivers, WMI subscriptions, and what the log says of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.nodes import DriverNode, ScriptNode, WmiNode
from lineage.graph.placing.processes import hear
from lineage.graph.sysmon_fields import hashes
from lineage.normalise.event import (
    ClipboardChanged,
    DriverLoaded,
    HostStarted,
    LogChanged,
    ScriptBlockLogged,
    WmiSubscriptionChanged,
)
from lineage.normalise.paths import canonical_path

if TYPE_CHECKING:
    from lineage.graph.schema import EdgeKind

_GAPS: Final[dict[int | str, str]] = {
    "stopped": "was stopped",
    16: "got another configuration",
    255: "reports an error of its own",
}
"""What Sysmon says of itself that may mean missing events, by event id, or by the state of 4."""
_INSTANCE: Final = re.compile(r"""\.Name=[\\"']*([^"'\\]+)""", re.IGNORECASE)


def script_block_logged(
    canvas: Canvas, event: ScriptBlockLogged, host: str, ordinal: int
) -> Placed:
    """A block, which may make a task or a service."""
    key = event.ScriptBlockId or f"{event.source}/{event.record}"
    text = event.ScriptBlockText or ""
    script_id = canvas.once(
        "script", host, key.lower(), lambda key: ScriptNode(key, host, text, event.Path)
    )
    if event.ProcessId is None and event.ProcessGuid is None:
        return Placed(ordinal, None, script_id)
    process = canvas.actor(event, host, ordinal)
    canvas.graph.connect(process.id, script_id, "ran", ordinal)
    hear(canvas, process, text, ordinal)
    return Placed(ordinal, process, script_id)


def clipboard_changed(canvas: Canvas, event: ClipboardChanged, host: str, ordinal: int) -> Placed:
    """It is about the process alone: what it copied isn't in the event."""
    process = canvas.actor(event, host, ordinal)
    return Placed(ordinal, process, process.id)


def driver_loaded(canvas: Canvas, event: DriverLoaded, host: str, ordinal: int) -> Placed:
    """Drivers are the host's: the kernel loads them."""
    written = event.ImageLoaded or ""
    path = canonical_path(written)
    digests = hashes(event.Hashes or "")
    driver_id = canvas.once(
        "driver", host, path, lambda key: DriverNode(key, host, written, digests)
    )
    canvas.graph.connect(canvas.host(host, event.host), driver_id, "loaded_driver", ordinal)
    file_id = canvas.known("file", host, path)
    if file_id is not None:
        canvas.graph.connect(file_id, driver_id, "mapped", ordinal)
    return Placed(ordinal, None, driver_id)


def wmi_subscription_changed(
    canvas: Canvas, event: WmiSubscriptionChanged, host: str, ordinal: int
) -> Placed:
    """The log names the account that did it, and no process."""
    if event.Consumer is not None or event.Filter is not None:
        return _wmi_bound(canvas, event, host, ordinal)
    is_filter = event.Query is not None or "filter" in (event.EventType or "").lower()
    part, content = ("filter", event.Query) if is_filter else ("consumer", event.Destination)
    wmi_id = _wmi(canvas, host, part, event.Name or "")
    node = canvas.graph.node(wmi_id)
    deleted = (event.Operation or "").lower() == "deleted"
    if isinstance(node, WmiNode) and content is not None and not deleted:
        node.content = content
        if part == "consumer":
            canvas.entries.expect(host, "wmi", _unquoted(content), wmi_id)
    if event.User is not None:
        kind: EdgeKind = "deleted" if deleted else "created"
        canvas.graph.connect(canvas.user(event.User, host), wmi_id, kind, ordinal)
    return Placed(ordinal, None, wmi_id)


def _wmi_bound(canvas: Canvas, event: WmiSubscriptionChanged, host: str, ordinal: int) -> Placed:
    """A filter runs a consumer from now on."""
    consumer = _wmi(canvas, host, "consumer", _instance(event.Consumer or ""))
    if event.Filter is not None:
        filter_id = _wmi(canvas, host, "filter", _instance(event.Filter))
        canvas.graph.connect(filter_id, consumer, "bound", ordinal)
    return Placed(ordinal, None, consumer)


def _wmi(canvas: Canvas, host: str, part: str, name: str) -> str:
    written = _unquoted(name)
    return canvas.once(
        "wmi", host, f"{part}:{written.lower()}", lambda key: WmiNode(key, host, written, part)
    )


def _instance(reference: str) -> str:
    r"""The name in a reference to a WMI object.

    >>> _instance(r' "\\.\ROOT\subscription:__EventFilter.Name=\"x\""')
    'x'
    """
    named = _INSTANCE.search(reference)
    return named[1] if named else reference


def _unquoted(text: str) -> str:
    """Sysmon writes WMI's values as MOF does: quoted, backslashes doubled."""
    bare = text.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        return bare[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return bare


def log_changed(canvas: Canvas, event: LogChanged, host: str, ordinal: int) -> Placed:
    """Sysmon starts with Windows."""
    if (event.State or "").lower() == "started":
        canvas.processes.booted_lately(host, event.time)
    if note := _GAPS.get(event.event_id if event.event_id != 4 else (event.State or "").lower()):
        canvas.log_notes[event.source, event.host, note] += 1
    return Placed(ordinal, None, canvas.host(host, event.host))


def host_started(canvas: Canvas, event: HostStarted, host: str, ordinal: int) -> Placed:
    """No process from before is alive."""
    canvas.processes.booted_lately(host, event.time)
    return Placed(ordinal, None, canvas.host(host, event.host))


PLACEMENTS: Final = {
    ScriptBlockLogged: Placement("script", script_block_logged),
    ClipboardChanged: Placement("process", clipboard_changed),
    DriverLoaded: Placement("driver", driver_loaded),
    WmiSubscriptionChanged: Placement("wmi", wmi_subscription_changed),
    LogChanged: Placement("host", log_changed),
    HostStarted: Placement("host", host_started),
}
"""Type of event -> how it comes into the graph."""
