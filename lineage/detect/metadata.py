"""A Sigma rule's own keys and its `lineage:` block -> `Detection`.

What a user's rule doesn't say is taken from its level and tags: type TTP for critical and high,
Anomaly for medium, Hunting for the rest; risk by `RISK_OF_LEVEL`; the stage from its first ATT&CK
tactic tag; the node that it tags from its log source.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from lineage.detect import logsource
from lineage.detect.detection import (
    DETECTION_TYPES,
    IMPLICATED,
    JOINS,
    LEVELS,
    NO_HOUR_LIMIT,
    STAGES,
    WHOLE_BLOCK,
    Detection,
    DetectionType,
    Implicated,
    Level,
    Stage,
)
from lineage.graph.schema import NODE_KINDS, NodeKind
from lineage.normalise.event import ScriptBlockLogged
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sigma.rule import SigmaRule

RISK_OF_LEVEL: Final[dict[Level, int]] = {
    "informational": 5,
    "low": 20,
    "medium": 40,
    "high": 70,
    "critical": 90,
}
"""Risk of a rule that states none."""

TYPE_OF_LEVEL: Final[dict[Level, DetectionType]] = {
    "informational": "Hunting",
    "low": "Hunting",
    "medium": "Anomaly",
    "high": "TTP",
    "critical": "TTP",
}
"""Type of a rule that states none."""

_IMPLICATED_BY_DEFAULT: Final[dict[NodeKind, tuple[Implicated, ...]]] = {"process": ("parent",)}
_LEVELS: Final[dict[str, Level]] = {level: level for level in LEVELS}
_Word = TypeVar("_Word", bound=str)
_TECHNIQUE = re.compile(r"t\d{4}(?:\.\d{3})?")


class MetadataError(Exception):
    """A rule says something of itself that it can't mean."""


def detection(
    rule: SigmaRule,
    *,
    path: str,
    rule_id: str,
    sources: frozenset[str],
    builtin: bool = False,
    extensions: tuple[str, ...] = (),
) -> Detection:
    """What a rule says of itself.

    Args:
        rule: a parsed rule; the core of a built-in one.
        path: its file, as the user should see it.
        rule_id: its UUID, or its place where it has none.
        sources: the event sources that it can fire on.
        builtin: whether it is one of the package's own.
        extensions: names of the extensions that stand in further documents.

    Raises:
        MetadataError: the `lineage:` block has a value that means nothing.
    """
    block = rule.custom_attributes.get("lineage", {})
    if not isinstance(block, dict):
        raise MetadataError("`lineage` must be a mapping")
    level = _level(rule)
    tags: NodeKind = _one_of(block, "tags", NODE_KINDS) or logsource.tagged(sources)
    impact, confidence = _percent(block, "impact"), _percent(block, "confidence")
    risk = _percent(block, "risk")
    join = _one_of(block, "join", JOINS)
    implied = (NO_HOUR_LIMIT,) if join == "process-start-same-hour" else ()
    on_blocks = all(SOURCE[name].event is ScriptBlockLogged for name in sources)
    whole = (WHOLE_BLOCK,) if builtin and on_blocks else ()
    return Detection(
        title=rule.title,
        rule_id=rule_id,
        type=_one_of(block, "type", DETECTION_TYPES) or TYPE_OF_LEVEL[level],
        risk=RISK_OF_LEVEL[level] if risk is None else risk,
        impact=impact,
        confidence=confidence,
        level=level,
        attack=_techniques(rule),
        stage=_one_of(block, "stage", STAGES) or _stage(rule),
        tags=tags,
        implicates=_implicates(block, tags),
        family=_family(block),
        sources=_sources(block, sources),
        join=join,
        extensions=(*implied, *extensions, *whole),
        builtin=builtin,
        path=path,
        description=one_line(rule.description),
        false_positives=tuple(one_line(str(text)) for text in rule.falsepositives),
    )


def one_line(text: str | None) -> str:
    """A rule's prose without its line breaks."""
    return " ".join((text or "").split())


def _level(rule: SigmaRule) -> Level:
    """The rule's level; medium where it states none."""
    return "medium" if rule.level is None else _LEVELS[rule.level.name.lower()]


def _techniques(rule: SigmaRule) -> tuple[str, ...]:
    names = (tag.name.lower() for tag in rule.tags if tag.namespace.lower() == "attack")
    return tuple(name.upper() for name in names if _TECHNIQUE.fullmatch(name))


def _stage(rule: SigmaRule) -> Stage | None:
    slugs: dict[str, Stage] = {stage: stage for stage in STAGES}
    for tag in rule.tags:
        slug = tag.name.lower().replace("_", "-")
        if tag.namespace.lower() == "attack" and slug in slugs:
            return slugs[slug]
    return None


def _one_of(block: Mapping[str, object], key: str, words: tuple[_Word, ...]) -> _Word | None:
    value = block.get(key)
    if value is None:
        return None
    for word in words:
        if value == word:
            return word
    raise MetadataError(f"lineage.{key} is {value!r}, must be one of {', '.join(words)}")


def _percent(block: Mapping[str, object], key: str) -> int | None:
    value = block.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise MetadataError(f"lineage.{key} is {value!r}, must be a whole number from 0 to 100")
    return value


def _words(block: Mapping[str, object], key: str) -> list[object] | None:
    value = block.get(key)
    if value is not None and not isinstance(value, list):
        raise MetadataError(f"lineage.{key} must be a list")
    return value


def _implicates(block: Mapping[str, object], tags: NodeKind) -> tuple[Implicated, ...]:
    words = _words(block, "implicates")
    if words is None:
        return _IMPLICATED_BY_DEFAULT.get(tags, ("actor",))
    found = (_one_of({"implicates": word}, "implicates", IMPLICATED) for word in words)
    return tuple(word for word in found if word is not None)


def _family(block: Mapping[str, object]) -> str | None:
    value = block.get("family")
    if value is not None and not isinstance(value, str):
        raise MetadataError("lineage.family must be a name")
    return value


def _sources(block: Mapping[str, object], sources: frozenset[str]) -> tuple[str, ...]:
    known = tuple(SOURCE)
    words = _words(block, "sources")
    if words is None:
        return tuple(name for name in SOURCE if name in sources)
    found = (_one_of({"sources": word}, "sources", known) for word in words)
    return tuple(word for word in found if word is not None)
