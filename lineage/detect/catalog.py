"""A Sigma rule -> a detection with its conditions; the package's own rules.

A file of the package's own holds several YAML documents: the first is a detection's core, each
further one an extension of it. A user's files are read by `lineage.detect.user_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from lineage import user_yaml
from lineage.detect import logsource, metadata
from lineage.detect.condition import (
    Condition,
    bare,
    depth,
    foregone,
    leaves,
    named_fields,
    unusable_value,
)
from lineage.detect.field_names import sigma_name
from lineage.detect.fields import fields_of
from lineage.detect.regex import POLICY
from lineage.detect.requirement import requirements
from lineage.errors import RuleError
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from sigma.rule import SigmaRuleBase

    from lineage.detect.condition import Tree
    from lineage.detect.correlation import Correlation
    from lineage.detect.detection import Detection, Layer, Pack, RuleProblem

MAX_DEPTH = 50
"""Deepest nesting of a condition."""
RULE_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class RuleLayer:
    """One reading of a detection.

    Attributes:
        layer: core or extension.
        by: the extension's name; None for the core.
        rule_id: UUID of the document, lower case, or its place.
        condition: when it fires.
        description: what it adds, in a sentence.
    """

    layer: Layer
    by: str | None
    rule_id: str
    condition: Condition
    description: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A detection with its conditions.

    Attributes:
        detection: what it means.
        layers: the core, then the extensions in order of trial.
        requirements: what an event must carry for any layer to fire, by event source.
    """

    detection: Detection
    layers: tuple[RuleLayer, ...]
    requirements: dict[str, tuple[frozenset[str], ...]]


class RuleSet(NamedTuple):
    """Rules that can be used, and what is wrong with others or with them.

    Attributes:
        rules: in order of files and documents.
        problems: in the same order.
        correlations: rules on several events, each after those that it refers to.
        silent: ids of the rules that only feed correlations.
    """

    rules: tuple[Rule, ...]
    problems: tuple[RuleProblem, ...]
    correlations: tuple[Correlation, ...] = ()
    silent: frozenset[str] = frozenset()


NO_RULES: Final = RuleSet((), ())
"""Of a user who has none."""


class UnusableError(Exception):
    """Why a rule can't be used."""


@cache
def load_builtin(pack: Pack = "remcos") -> tuple[Rule, ...]:
    """The package's own rules of a pack, sorted by file name.

    Raises:
        RuleError: one of them is broken, which a changed installation alone can bring about.
    """
    folder = resources.files("lineage.detect") / "rules" / pack
    files = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(_builtin(file, pack) for file in files if file.name.endswith(RULE_SUFFIXES))


def _builtin(file: Traversable, pack: Pack) -> Rule:
    try:
        documents = user_yaml.documents(file.read_bytes())
        parsed = [_parsed(document) for document in documents]
        kept_to = metadata.block(parsed[0]).sources
        layers = [_layer(rule, file.name, kept_to) for rule in parsed]
        detection = metadata.detection(
            parsed[0],
            path=file.name,
            rule_id=layers[0].rule_id,
            sources=layers[0].condition.sources,
            pack=pack,
            extensions=tuple(layer.by for layer in layers[1:] if layer.by is not None),
        )
    except (
        SigmaError,
        user_yaml.UnusableYamlError,
        UnusableError,
        metadata.MetadataError,
    ) as error:
        raise RuleError(f"{file.name}: {error}; reinstall the package") from error
    return rule_of(detection, *layers)


def _layer(rule: SigmaRule, place: str, sources: Sequence[str] | None) -> RuleLayer:
    block = metadata.block(rule)
    description = metadata.one_line(rule.description)
    layer = block.layer or "core"
    condition = condition_of(rule, sources)
    return RuleLayer(layer, block.by, rule_id_of(rule, place), condition, description)


def rule_id_of(rule: SigmaRuleBase, place: str) -> str:
    """A rule's UUID in lower case, or its place where it has none."""
    return str(rule.id).lower() if rule.id is not None else place


def rule_of(detection: Detection, *layers: RuleLayer) -> Rule:
    """A rule of its layers, with what they require of events."""
    return Rule(detection, layers, requirements([layer.condition for layer in layers]))


def _parsed(document: object) -> SigmaRule:
    if not isinstance(document, dict):
        raise UnusableError("not a Sigma rule: the document is not a mapping")
    return SigmaRule.from_dict(document, policy=POLICY)


def condition_of(rule: SigmaRule, sources: Sequence[str] | None = None) -> Condition:
    """When a rule fires, on those events that it can fire on.

    Args:
        rule: a parsed rule.
        sources: the event sources that it keeps to; None for all of its log source.

    Raises:
        UnusableError: it can fire on none, or it can't be read.
        SigmaError: its condition is broken.
    """
    trees = [condition.parsed for condition in rule.detection.parsed_condition]
    parsed: list[Tree] = [tree for tree in trees if tree is not None]
    if not parsed:
        raise UnusableError("the condition is empty")
    if any(depth(tree) > MAX_DEPTH for tree in parsed):
        raise UnusableError(f"the condition is nested deeper than {MAX_DEPTH} levels")
    tree = logsource.with_implied(rule.logsource, logsource.any_of(parsed))
    reading = logsource.read(rule.logsource)
    for leaf in leaves(tree):
        unusable = unusable_value(leaf.value)
        if unusable is not None:
            raise UnusableError(unusable)
    read = reading.sources if sources is None else reading.sources.intersection(sources)
    known = {name for origin in read for name in fields_of(origin, reading.dialect)}
    is_open = any(SOURCE[origin].is_open for origin in read)
    tree = bare(tree, lambda name: sigma_name(name, known, is_open=is_open))
    condition = Condition(tree, read, reading.dialect)
    possible = frozenset(origin for origin in read if foregone(condition, origin) is not False)
    if not possible:
        raise UnusableError(_why_never(rule, condition))
    return Condition(tree, possible, reading.dialect)


def _why_never(rule: SigmaRule, condition: Condition) -> str:
    source = logsource.name(rule.logsource)
    unknown = _unknown_fields(condition)
    if not condition.sources or not unknown:
        return f"no such events are read: {source}"
    return f"no event of {source} has {_listed(unknown)}, so that it can't fire"


def doubts(rule: SigmaRule, condition: Condition) -> list[str]:
    """What its author may not have meant about a rule that can be used."""
    reasons = []
    if metadata.block(rule).layer is not None:
        reasons.append("lineage.layer is for the package's own rules; runs as a rule of its own")
    if rule.status is not None and rule.status.name in ("DEPRECATED", "UNSUPPORTED"):
        reasons.append(f"its status is {rule.status.name.lower()}")
    unknown = _unknown_fields(condition)
    if unknown:
        reasons.append(f"no event that it is put to has {_listed(unknown)}; compared as lacking")
    return reasons


def _unknown_fields(condition: Condition) -> list[str]:
    if any(SOURCE[origin].is_open for origin in condition.sources):
        return []
    known = {name for origin in condition.sources for name in fields_of(origin, condition.dialect)}
    return sorted(named_fields(condition) - known)


def _listed(names: list[str]) -> str:
    return ("a field " if len(names) == 1 else "the fields ") + ", ".join(names)


def one_line(error: Exception) -> str:
    """An error's text without line breaks; its type where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
