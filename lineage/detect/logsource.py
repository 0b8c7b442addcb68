"""A rule's `logsource` -> the events that it is put to.

Follows the Sigma taxonomy for Windows (SigmaHQ, "Sigma Log Sources").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sigma.conditions import ConditionAND, ConditionFieldEqualsValueExpression, ConditionOR
from sigma.types import SigmaString

from lineage.normalise.event import EVENT_TYPES

if TYPE_CHECKING:
    from sigma.rule.logsource import SigmaLogSource

    from lineage.detect.condition import Tree
    from lineage.detect.fields import Dialect
    from lineage.graph.schema import NodeKind

EVENTS_OF_CATEGORY: Final[dict[str, frozenset[int | str]]] = {
    "process_creation": frozenset({1, 4688, "ProcessRollup2"}),
    "image_load": frozenset({7}),
    "file_event": frozenset({11}),
    "registry_event": frozenset({12, 13}),
    "registry_add": frozenset({12}),
    "registry_delete": frozenset({12}),
    "registry_set": frozenset({13}),
    "dns_query": frozenset({22}),
    "ps_script": frozenset({4104}),
}
"""Sigma category -> event ids."""

EVENTS_OF_SERVICE: Final[dict[str, frozenset[int | str]]] = {
    "sysmon": frozenset({1, 7, 11, 12, 13, 22}),
    "security": frozenset({4688, 4663}),
    "powershell": frozenset({4104}),
}
"""Sigma service -> event ids; which of them a rule means it says with `EventID`."""

_EVENT_TYPE_OF_CATEGORY: Final[dict[str, str]] = {
    "registry_add": "Create",
    "registry_delete": "Delete",
}
"""What `EventType` of Sysmon 12 begins with, where the category says it and the rule needn't."""

_TAGGED: Final[dict[int | str, NodeKind]] = {
    1: "process",
    4688: "process",
    "ProcessRollup2": "process",
    7: "module",
    11: "file",
    12: "registry",
    13: "registry",
    22: "dns",
    4663: "file",
    4104: "script",
}


class Reading(NamedTuple):
    """How a log source is read.

    Attributes:
        event_ids: events that the rule is put to; none where none such are read.
        dialect: whose field names the rule uses.
    """

    event_ids: frozenset[int | str]
    dialect: Dialect


def read(source: SigmaLogSource) -> Reading:
    """The events that a log source means, among those that are read at all."""
    product = (source.product or "windows").casefold()
    if product != "windows":
        return Reading(frozenset(), "sigma")
    events: frozenset[int | str] = frozenset(EVENT_TYPES)
    if source.category is not None:
        events &= EVENTS_OF_CATEGORY.get(source.category.casefold(), frozenset())
    service = (source.service or "").casefold()
    if source.service is not None:
        events &= EVENTS_OF_SERVICE.get(service, frozenset())
    return Reading(events, "security" if service == "security" else "sigma")


def name(source: SigmaLogSource) -> str:
    """A log source in words: "category network_connection, product windows"."""
    parts = (
        ("category", source.category),
        ("product", source.product),
        ("service", source.service),
    )
    return ", ".join(f"{key} {value}" for key, value in parts if value)


def any_of(trees: list[Tree]) -> Tree:
    """A rule with several conditions fires where one of them holds."""
    return trees[0] if len(trees) == 1 else ConditionOR(list(trees))


def with_implied(source: SigmaLogSource, tree: Tree) -> Tree:
    """Adds to a condition what the rule's category says of its events without words."""
    beginning = _EVENT_TYPE_OF_CATEGORY.get((source.category or "").casefold())
    if beginning is None:
        return tree
    implied = ConditionFieldEqualsValueExpression("EventType", SigmaString(f"{beginning}*"))
    return ConditionAND([implied, tree])


def tagged(event_ids: frozenset[int | str]) -> NodeKind:
    """The kind of node that a hit on such events tags, unless the rule says otherwise."""
    kinds = sorted({_TAGGED[event_id] for event_id in event_ids})
    return kinds[0] if len(kinds) == 1 else "process"
