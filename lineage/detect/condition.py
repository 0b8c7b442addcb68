"""A rule's condition: pySigma's tree, with the events it is put to and the names it uses."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    SigmaBool,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
)

from lineage.detect.decode import undouble_percent
from lineage.detect.fields import LACKING, Dialect, fields_of
from lineage.normalise.sources import SOURCE, ids_with_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMPARABLE = (
    SigmaNull,
    SigmaExists,
    SigmaString,
    SigmaNumber,
    SigmaBool,
    SigmaRegularExpression,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaFieldReference,
)
"""The types of value that the matchers know (with `SigmaExpansion`, several of them)."""

Leaf = ConditionFieldEqualsValueExpression | ConditionValueExpression
"""A comparison: of a field, or of a keyword with the whole event."""

Tree = ConditionItem | Leaf
"""A node of pySigma's condition tree, references to selections resolved."""


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """When a rule fires.

    Attributes:
        tree: root of pySigma's condition tree.
        sources: names of the event sources whose events the condition is put to.
        dialect: whose field names it uses.
    """

    tree: Tree
    sources: frozenset[str]
    dialect: Dialect


_COMPARISONS = frozenset({ConditionFieldEqualsValueExpression, ConditionValueExpression})


def children(node: Tree) -> list[Tree]:
    """The nodes directly under an AND, OR or NOT; none under a comparison."""
    if type(node) in _COMPARISONS:  # isinstance() of an abstract class is slow
        return []
    return [
        child
        for child in cast("ConditionItem", node).args
        if not isinstance(child, str) and child is not None
    ]


def bare(node: Tree, named: Callable[[str], str] = str) -> Tree:
    """A copy of a tree that holds nothing but itself, `%%NAME%%` in it undoubled as in events.

    pySigma's nodes also point at their parents, the rule and its YAML.

    Args:
        node: the root.
        named: a field's name in the rule -> its name on events.
    """
    if isinstance(node, ConditionItem):
        return type(node)([bare(child, named) for child in children(node)])
    if isinstance(node, ConditionFieldEqualsValueExpression):
        value = _unescaped(node.value)
        if isinstance(value, SigmaFieldReference):
            value = copy(value)
            value.field = named(value.field)
        return ConditionFieldEqualsValueExpression(named(node.field), value)
    return ConditionValueExpression(_unescaped(node.value))


def _unescaped(value: SigmaType) -> SigmaType:
    if isinstance(value, SigmaExpansion):
        return SigmaExpansion([_unescaped(variant) for variant in value.values])
    if isinstance(value, SigmaRegularExpression):
        value = copy(value)
        value.policy = None
    if isinstance(value, SigmaString):
        texts = [undouble_percent(part) if isinstance(part, str) else part for part in value.s]
        if texts != value.s:
            value = copy(value)
            value.s = texts
    return value


def depth(node: Tree) -> int:
    """How many levels a tree has; never recurses, as a hostile tree may be too deep for that."""
    level, deepest = [node], 0
    while level:
        deepest += 1
        level = [child for inner in level for child in children(inner)]
    return deepest


def leaves(node: Tree) -> Iterator[Leaf]:
    """Every comparison in a tree."""
    if isinstance(node, ConditionItem):
        for child in children(node):
            yield from leaves(child)
        return
    yield node


def alternatives(value: SigmaType) -> list[SigmaType]:
    """What a value stands for: its variants where a modifier made several, else itself."""
    if not isinstance(value, SigmaExpansion):
        return [value]
    return [variant for inner in value.values for variant in alternatives(inner)]


def named_fields(condition: Condition) -> frozenset[str]:
    """The fields that a condition names, references to other fields included."""
    names = set()
    for leaf in leaves(condition.tree):
        if isinstance(leaf, ConditionFieldEqualsValueExpression):
            names.add(leaf.field)
        names |= {
            value.field
            for value in alternatives(leaf.value)
            if isinstance(value, SigmaFieldReference)
        }
    return frozenset(names)


def unusable_value(value: SigmaType) -> str | None:
    """Why a value can't be compared with anything; None where it can."""
    for variant in alternatives(value):
        if isinstance(variant, SigmaString | SigmaRegularExpression):
            if variant.contains_placeholder():
                return f"value '{variant}' has a placeholder that nothing fills"
        elif not isinstance(variant, COMPARABLE):
            return f"values of type {type(variant).__name__} are not understood"
    return None


def true_where_lacking(value: SigmaType) -> bool:
    """Whether a comparison with this value holds for a field that the event lacks."""
    if isinstance(value, SigmaNull):
        return True
    if isinstance(value, SigmaExists):
        return not value.exists
    if isinstance(value, SigmaExpansion):
        return any(true_where_lacking(variant) for variant in alternatives(value))
    return (
        isinstance(value, SigmaString)
        and all(isinstance(part, str) for part in value.s)
        and "".join(part for part in value.s if isinstance(part, str)) in LACKING
    )


def event_ids(node: Tree) -> frozenset[str] | None:
    """The event ids, as text, without one of which a condition can't hold; None for any."""
    if isinstance(node, ConditionAND | ConditionOR):
        named = [event_ids(child) for child in children(node)]
        ids = [each for each in named if each is not None]
        if isinstance(node, ConditionOR):
            return frozenset().union(*ids) if len(ids) == len(named) else None
        return frozenset.intersection(*ids) if ids else None
    if not isinstance(node, ConditionFieldEqualsValueExpression) or node.field != "EventID":
        return None
    values = alternatives(node.value)
    return frozenset(map(_folded, values)) if all(map(_is_plain, values)) else None


def _folded(value: object) -> str:
    return str(value).casefold()


def foregone(condition: Condition, origin: str) -> bool | None:
    """What the condition comes to on every event of a source, whatever its values are.

    Three-valued (Kleene): only the event id and the fields that its events never have are known.

    Args:
        condition: which.
        origin: name of the event source.

    Returns:
        True or False where that decides it; None where it depends on the event.
    """
    return _foregone(condition.tree, condition, origin)


def _foregone(node: Tree, condition: Condition, origin: str) -> bool | None:
    if isinstance(node, ConditionNOT):
        inner = [_foregone(child, condition, origin) for child in children(node)]
        return None if not inner or inner[0] is None else not inner[0]
    if isinstance(node, ConditionAND | ConditionOR):
        decisive = isinstance(node, ConditionOR)
        known = [_foregone(child, condition, origin) for child in children(node)]
        if decisive in known:
            return decisive
        return None if None in known else not decisive
    if not isinstance(node, ConditionFieldEqualsValueExpression):
        return None
    known_fields = fields_of(origin, condition.dialect)
    if node.field not in known_fields:
        return true_where_lacking(node.value)
    values = alternatives(node.value)
    if all(isinstance(v, SigmaFieldReference) and v.field not in known_fields for v in values):
        return False
    if node.field == "EventID" and all(_is_plain(value) for value in values):
        named = set(map(_folded, values))
        event_id = SOURCE[origin].event_id
        if event_id is not None:
            return _folded(event_id) in named
        return False if named <= ids_with_rows(origin) else None
    return None


def _is_plain(value: SigmaType) -> bool:
    """Whether a value is compared as it stands, by its text."""
    if isinstance(value, SigmaString):
        return not value.contains_special()
    return isinstance(value, SigmaNumber | SigmaBool) and not isinstance(value, SigmaTimestampPart)
