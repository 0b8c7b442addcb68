"""The registry: keys and values created, set, renamed, deleted."""

from __future__ import annotations

from typing import Final

from lineage.graph.canvas import Canvas, Placed, Placement
from lineage.graph.nodes import RegistryNode
from lineage.normalise.event import RegistryChanged, RegistryRenamed, RegistryValueSet


def registry_changed(canvas: Canvas, event: RegistryChanged, host: str, ordinal: int) -> Placed:
    """A key that came or went, or a value that went."""
    process = canvas.actor(event, host, ordinal)
    registry_id = canvas.registry(host, event.TargetObject or "")
    deleted = (event.EventType or "").lower().startswith("delete")
    canvas.graph.connect(process.id, registry_id, "deleted" if deleted else "created", ordinal)
    return Placed(ordinal, process, registry_id)


def registry_value_set(canvas: Canvas, event: RegistryValueSet, host: str, ordinal: int) -> Placed:
    """A value, which may have Windows start something."""
    process = canvas.actor(event, host, ordinal)
    written = event.TargetObject or ""
    registry_id = canvas.registry(host, written)
    registry = canvas.graph.node(registry_id)
    assert isinstance(registry, RegistryNode)  # noqa: S101 - ids carry their kind
    registry.data = event.Details
    canvas.graph.connect(process.id, registry_id, "set", ordinal)
    canvas.expect_value(host, written, event.Details, registry_id)
    return Placed(ordinal, process, registry_id)


def registry_renamed(canvas: Canvas, event: RegistryRenamed, host: str, ordinal: int) -> Placed:
    """The node is the old name's; its new name is the process's work as well."""
    process = canvas.actor(event, host, ordinal)
    registry_id = canvas.registry(host, event.TargetObject or "")
    canvas.graph.connect(process.id, registry_id, "renamed", ordinal)
    if event.NewName:
        canvas.graph.connect(process.id, canvas.registry(host, event.NewName), "created", ordinal)
    return Placed(ordinal, process, registry_id)


PLACEMENTS: Final = {
    RegistryChanged: Placement("registry", registry_changed),
    RegistryValueSet: Placement("registry", registry_value_set),
    RegistryRenamed: Placement("registry", registry_renamed),
}
"""Type of event -> how it comes into the graph."""
