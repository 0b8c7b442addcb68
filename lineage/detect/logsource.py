"""A rule's `logsource` -> the events that it is put to.

Follows the Sigma taxonomy for Windows (SigmaHQ, "Sigma Log Sources").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sigma.conditions import ConditionAND, ConditionFieldEqualsValueExpression, ConditionOR
from sigma.types import SigmaString

from lineage.graph.build import Builder
from lineage.normalise.security import SECURITY
from lineage.normalise.sources import SOURCE, of_category, of_service

if TYPE_CHECKING:
    from sigma.rule.logsource import SigmaLogSource

    from lineage.detect.condition import Tree
    from lineage.detect.fields import Dialect
    from lineage.graph.schema import NodeKind


class Reading(NamedTuple):
    """How a log source is read.

    Attributes:
        sources: names of the event sources that the rule is put to; none where none is read.
        dialect: whose field names the rule uses.
    """

    sources: frozenset[str]
    dialect: Dialect


def read(source: SigmaLogSource) -> Reading:
    """The events that a log source means, among those that are read at all."""
    product = (source.product or "windows").casefold()
    if product != "windows":
        return Reading(frozenset(), "sigma")
    origins = frozenset(SOURCE)
    if source.category is not None:
        origins &= of_category(source.category.casefold()).keys()
    service = (source.service or "").casefold()
    if source.service is not None:
        origins &= of_service(service)
    return Reading(origins, "security" if service == SECURITY.service else "sigma")


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
    beginnings = {*of_category((source.category or "").casefold()).values()} - {""}
    if not beginnings:
        return tree
    implied = any_of(
        [
            ConditionFieldEqualsValueExpression("EventType", SigmaString(f"{beginning}*"))
            for beginning in sorted(beginnings)
        ]
    )
    return ConditionAND([implied, tree])


def tagged(origins: frozenset[str]) -> NodeKind:
    """The kind of node that a hit on such events tags, unless the rule says otherwise."""
    kinds = {Builder.PLACEMENTS[SOURCE[origin].event].kind for origin in origins}
    return kinds.pop() if len(kinds) == 1 else "process"
