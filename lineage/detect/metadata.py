"""A Sigma rule's own keys and its `lineage:` block -> `Detection`.

What a user's rule doesn't say is taken from its level and tags: type TTP for critical and high,
Anomaly for medium, Hunting for the rest; risk by `RISK_OF_LEVEL`; the stages from its ATT&CK tactic
tags; the node that it tags from its log source.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from lineage import user_yaml
from lineage.detect import logsource
from lineage.detect.detection import (
    LEVELS,
    NO_HOUR_LIMIT,
    STAGES,
    TACTIC_ALIASES,
    WHOLE_BLOCK,
    Detection,
    DetectionType,
    Implicated,
    Join,
    Level,
    Pack,
    Stage,
)
from lineage.graph.schema import NodeKind
from lineage.normalise.event import ScriptBlockLogged
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from sigma.rule import SigmaRuleBase

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
_TECHNIQUE = re.compile(r"t\d{4}(?:\.\d{3})?")


class MetadataError(Exception):
    """A rule says something of itself that it can't mean."""


def _source(name: str) -> str:
    if name not in SOURCE:
        raise ValueError(f"must be one of {', '.join(SOURCE)}")
    return name


_Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
_Source = Annotated[str, AfterValidator(_source)]


class Block(BaseModel):
    """The `lineage:` mapping of a rule; CONTRIBUTING.md documents the keys.

    `layer` and `by` make a further document of a built-in rule's file an extension of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: DetectionType | None = None
    impact: _Percent | None = None
    confidence: _Percent | None = None
    risk: _Percent | None = None
    stage: Stage | None = None
    tags: NodeKind | None = None
    implicates: tuple[Implicated, ...] | None = None
    family: str | None = None
    sources: tuple[_Source, ...] | None = None
    join: Join | None = None
    layer: Literal["extension"] | None = None
    by: str | None = None


def block(rule: SigmaRuleBase) -> Block:
    """A rule's `lineage:` mapping, empty where it has none.

    Raises:
        MetadataError: it has a key that is unknown or a value that means nothing.
    """
    try:
        return Block.model_validate(rule.custom_attributes.get("lineage", {}))
    except ValidationError as error:
        raise MetadataError(user_yaml.faults(error, Block, place="lineage.")) from error


def detection(
    rule: SigmaRuleBase,
    *,
    path: str,
    rule_id: str,
    sources: frozenset[str],
    pack: Pack | None = None,
    extensions: tuple[str, ...] = (),
) -> Detection:
    """What a rule says of itself.

    Args:
        rule: a parsed rule; the core of a built-in one.
        path: its file, as the user should see it.
        rule_id: its UUID, or its place where it has none.
        sources: the event sources that it can fire on.
        pack: which of the package's own rules it is among; None for a user's.
        extensions: names of the extensions that stand in further documents.

    Raises:
        MetadataError: the `lineage:` block has a value that means nothing.
    """
    said = block(rule)
    level = _level(rule)
    tags = said.tags or logsource.tagged(sources)
    implied = (NO_HOUR_LIMIT,) if said.join == "process-start-same-hour" else ()
    on_blocks = all(SOURCE[name].event is ScriptBlockLogged for name in sources)
    whole = (WHOLE_BLOCK,) if pack is not None and on_blocks else ()
    implicates = said.implicates
    if implicates is None:
        implicates = _IMPLICATED_BY_DEFAULT.get(tags, ("actor",))
    fed_by = said.sources
    if fed_by is None:
        fed_by = tuple(name for name in SOURCE if name in sources)
    return Detection(
        title=rule.title,
        rule_id=rule_id,
        type=said.type or TYPE_OF_LEVEL[level],
        risk=RISK_OF_LEVEL[level] if said.risk is None else said.risk,
        impact=said.impact,
        confidence=said.confidence,
        level=level,
        attack=_techniques(rule),
        tactics=(said.stage,) if said.stage else _tactics(rule),
        tags=tags,
        implicates=implicates,
        family=said.family,
        sources=fed_by,
        join=said.join,
        extensions=(*implied, *extensions, *whole),
        pack=pack,
        path=path,
        description=one_line(rule.description),
        false_positives=tuple(one_line(str(text)) for text in rule.falsepositives or ()),
        status=rule.status.name.lower() if rule.status else "experimental",
        labels=tuple(str(tag) for tag in rule.tags or ()),
    )


def one_line(text: str | None) -> str:
    """A rule's prose without its line breaks."""
    return " ".join((text or "").split())


def _level(rule: SigmaRuleBase) -> Level:
    """The rule's level; medium where it states none."""
    return "medium" if rule.level is None else _LEVELS[rule.level.name.lower()]


def _techniques(rule: SigmaRuleBase) -> tuple[str, ...]:
    names = (tag.name.lower() for tag in rule.tags if tag.namespace.lower() == "attack")
    return tuple(name.upper() for name in names if _TECHNIQUE.fullmatch(name))


def _tactics(rule: SigmaRuleBase) -> tuple[Stage, ...]:
    slugs: dict[str, Stage] = {**{stage: stage for stage in STAGES}, **TACTIC_ALIASES}
    names = (
        tag.name.lower().replace("_", "-") for tag in rule.tags if tag.namespace.lower() == "attack"
    )
    return tuple(dict.fromkeys(slugs[name] for name in names if name in slugs))
