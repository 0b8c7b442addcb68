"""What an event must carry before a rule can fire on it, read off the rule's own condition."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from sigma.conditions import ConditionAND, ConditionFieldEqualsValueExpression, ConditionNOT
from sigma.types import SigmaFieldReference, SigmaType

from lineage.detect.condition import (
    Condition,
    Tree,
    alternatives,
    children,
    foregone,
    true_where_lacking,
)
from lineage.detect.coverage import event_need
from lineage.detect.fields import Field, OpenFields, fields_of
from lineage.normalise.sources import SOURCE, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Need = frozenset[str]
"""Attributes of an event, all of which it must have."""

_NOTHING: tuple[Need, ...] = (frozenset(),)
_MAX_NEEDS = 64

_EITHER = {("ParentBaseFileName", "ParentImage"): ("ParentBaseFileName", "ParentImage")}
"""Attributes of derived fields of which one is enough."""


_OF_THE_PARENT = {
    "ParentImage": "Image",
    "ParentBaseFileName": "Image",
    "ParentCommandLine": "CommandLine",
}
"""Fields of the parent that its own start tells, by the name they have there."""


def requirements(conditions: Sequence[Condition]) -> dict[str, tuple[Need, ...]]:
    """What an event must carry for one of several conditions to be able to come true.

    Where the event needn't say who the parent is, a field of the parent counts as the same field
    of the parent's own start, which is an event of that source too.

    Args:
        conditions: of all layers of a rule.

    Returns:
        Event source -> alternative sets of the event's attributes (`Image`, `CommandLine` ...), one
        of which suffices. Sources on which none can come true at all are left out.
    """
    required: dict[str, tuple[Need, ...]] = {}
    for source in SOURCES:
        sets = {need for condition in conditions for need in needs(condition, source.name)}
        if source.bridged:
            sets = {frozenset(_OF_THE_PARENT.get(name, name) for name in need) for need in sets}
        if sets:
            smallest = [need for need in sets if not any(other < need for other in sets)]
            required[source.name] = tuple(sorted(smallest, key=sorted))
    return required


def needs(condition: Condition, origin: str) -> tuple[Need, ...]:
    """The smallest sets of attributes that let the condition come true on events of a source.

    A negated comparison needs nothing, for it holds where the field is lacking.

    Returns:
        Alternatives; one set that is empty where the condition needs no field; none where it can't
        come true on such events at all.
    """
    if origin not in condition.sources or foregone(condition, origin) is False:
        return ()
    alternatives_of_tree = _needs(condition.tree, fields_of(origin, condition.dialect))
    never = SOURCE[origin].never
    return tuple(need for need in alternatives_of_tree if not need & never)


def _needs(node: Tree, known: Mapping[str, Field]) -> tuple[Need, ...]:
    if isinstance(node, ConditionNOT):
        return _NOTHING
    if isinstance(node, ConditionAND):
        combined = _NOTHING
        for child in children(node):
            combined = _smallest(a | b for a, b in product(combined, _needs(child, known)))
        return combined
    inner = children(node)
    if inner:
        return _smallest(need for child in _distinct(inner) for need in _needs(child, known))
    if not isinstance(node, ConditionFieldEqualsValueExpression):
        return _NOTHING
    return _smallest(
        need for value in alternatives(node.value) for need in _leaf(node.field, value, known)
    )


def _distinct(nodes: list[Tree]) -> list[Tree]:
    """The nodes without those that need just what another one needs: a field's many values."""
    kept: dict[object, Tree] = {}
    for node in nodes:
        key: object = id(node)
        if isinstance(node, ConditionFieldEqualsValueExpression) and _is_plain(node.value):
            key = node.field
        kept.setdefault(key, node)
    return list(kept.values())


def _is_plain(value: SigmaType) -> bool:
    return not isinstance(value, SigmaFieldReference) and not true_where_lacking(value)


def _leaf(name: str, value: SigmaType, known: Mapping[str, Field]) -> tuple[Need, ...]:
    if true_where_lacking(value):
        return _NOTHING
    if name not in known:
        return ()
    if isinstance(known, OpenFields) and name == "EventID":
        return _NOTHING if known.event_id is not None else (frozenset({event_need(value)}),)
    own = _attributes(known[name])
    if not isinstance(value, SigmaFieldReference):
        return own
    if value.field not in known:
        return ()
    return _smallest(a | b for a, b in product(own, _attributes(known[value.field])))


def _attributes(field: Field) -> tuple[Need, ...]:
    if field.attributes in _EITHER:
        return tuple(frozenset({name}) for name in _EITHER[field.attributes])
    return (frozenset(field.attributes) - {"event_id", "host", "time"},)


def _smallest(candidates: Iterable[Need]) -> tuple[Need, ...]:
    """Drops every set that contains another one; bounded, keeping the smallest."""
    kept: list[Need] = []
    for need in sorted(set(candidates), key=lambda need: (len(need), sorted(need))):
        if not any(other <= need for other in kept):
            kept.append(need)
    return tuple(kept[:_MAX_NEEDS])
