"""The only reader of rule files: the package's own and the user's.

A file may hold several YAML documents. In the package's own, the first is a detection's core and
each further one an extension of it; in a user's, each is a rule of its own. Whatever is wrong with
a rule is a `RuleProblem`; it costs no other rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from lineage import user_yaml
from lineage.detect import logsource, metadata, rule_cache
from lineage.detect.condition import (
    Condition,
    bare,
    depth,
    foregone,
    leaves,
    named_fields,
    unusable_value,
)
from lineage.detect.detection import Detection, Layer, RuleProblem
from lineage.detect.fields import fields_of
from lineage.detect.requirement import requirements
from lineage.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from lineage.detect.condition import Tree
    from lineage.detect.rule_cache import Cache

MAX_DEPTH = 50
"""Deepest nesting of a condition."""
MAX_FILES = 20_000
"""Most rule files that a folder is searched for."""
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
    """

    rules: tuple[Rule, ...]
    problems: tuple[RuleProblem, ...]


_File = tuple["Path", "bytes | RuleProblem"]
"""A rule file with its content, or with why it has none."""


class _UnusableError(Exception):
    """Why a rule can't be used."""


@cache
def load_builtin() -> tuple[Rule, ...]:
    """The package's own rules, sorted by file name.

    Raises:
        RuleError: one of them is broken, which a changed installation alone can bring about.
    """
    folder = resources.files("lineage.detect") / "rules"
    files = [
        file
        for family in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if family.is_dir()
        for file in sorted(family.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(RULE_SUFFIXES)
    ]
    return tuple(_builtin(file) for file in files)


def load_user(paths: Iterable[Path], cache: Cache | None = None) -> RuleSet:
    """A user's rules.

    Args:
        paths: files, or folders, whose `*.yml` and `*.yaml` are taken at any depth in sorted order.
        cache: remembers the rules of files that don't change; None to read them anew.

    Returns:
        The rules that can be used; a problem for each that can't, and for each doubt about one
        that can. A path that can't be read is a problem too.
    """
    files = [file for path in paths for file in _files(path)]
    if cache is None or not files:
        return _rule_set(files)
    key = rule_cache.key(
        (str(path), data if isinstance(data, bytes) else data.reason.encode())
        for path, data in files
    )
    rules = cache.fetch(key)
    if rules is None:
        rules = _rule_set(files)
        cache.store(key, rules)
    return rules


def _rule_set(files: Sequence[_File]) -> RuleSet:
    rules: list[Rule] = []
    problems: list[RuleProblem] = []
    ids = {rule.detection.rule_id: rule.detection.path for rule in load_builtin()}
    for file, data in files:
        for item in [data] if isinstance(data, RuleProblem) else _user_rules(file, data):
            if isinstance(item, RuleProblem):
                problems.append(item)
                continue
            detection = item.detection
            if detection.rule_id in ids:
                reason = f"id {detection.rule_id} is already used by {ids[detection.rule_id]}"
                problems.append(_problem(file, detection.title, f"{reason}; rule not used"))
                continue
            ids[detection.rule_id] = detection.path
            rules.append(item)
    return RuleSet(tuple(rules), tuple(problems))


def _builtin(file: Traversable) -> Rule:
    try:
        documents = user_yaml.documents(file.read_bytes())
        parsed = [_parsed(document) for document in documents]
        layers = [_layer(rule, file.name) for rule in parsed]
        detection = metadata.detection(
            parsed[0],
            path=file.name,
            rule_id=layers[0].rule_id,
            sources=layers[0].condition.sources,
            builtin=True,
            extensions=tuple(layer.by for layer in layers[1:] if layer.by is not None),
        )
    except (
        SigmaError,
        user_yaml.UnusableYamlError,
        _UnusableError,
        metadata.MetadataError,
    ) as error:
        raise RuleError(f"{file.name}: {error}; reinstall the package") from error
    return _rule(detection, *layers)


def _layer(rule: SigmaRule, place: str) -> RuleLayer:
    block = metadata.block(rule)
    description = metadata.one_line(rule.description)
    layer = block.layer or "core"
    return RuleLayer(layer, block.by, _rule_id(rule, place), _condition(rule), description)


def _rule_id(rule: SigmaRule, place: str) -> str:
    return str(rule.id).lower() if rule.id is not None else place


def _files(path: Path) -> Iterator[_File]:
    """The rule files at a path with their content, or with why they have none."""
    try:
        files = [path] if not path.is_dir() else _in_folder(path)
    except OSError as error:
        yield path, _problem(path, None, f"can't be read: {error.strerror}; not used")
        return
    if not files:
        yield path, _problem(path, None, "no rule files (*.yml, *.yaml) in this folder")
    if len(files) > MAX_FILES:
        reason = f"{len(files)} rule files; those after the first {MAX_FILES} are not used"
        yield path, _problem(path, None, reason)
    for file in files[:MAX_FILES]:
        yield file, _content(file)


def _in_folder(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in RULE_SUFFIXES and file.is_file()
    )


def _content(file: Path) -> bytes | RuleProblem:
    try:
        with file.open("rb") as stream:
            return stream.read(user_yaml.MAX_BYTES + 1)
    except OSError as error:
        return _problem(file, None, f"can't be read: {error.strerror}; not used")


def _user_rules(file: Path, data: bytes) -> Iterator[Rule | RuleProblem]:
    try:
        documents = user_yaml.documents(data)
    except user_yaml.UnusableYamlError as error:
        yield _problem(file, None, f"{_one_line(error)}; file not used")
        return
    if not documents:
        yield _problem(file, None, "no rule in this file")
    for number, document in enumerate(documents, start=1):
        yield from _user_rule(file, number, document)


def _user_rule(file: Path, number: int, document: object) -> Iterator[Rule | RuleProblem]:
    title = document.get("title") if isinstance(document, dict) else None
    title = title if isinstance(title, str) else None
    try:
        rule = _parsed(document)
        condition = _condition(rule)
        detection = metadata.detection(
            rule,
            path=str(file),
            rule_id=_rule_id(rule, f"{file}#{number}"),
            sources=condition.sources,
        )
    except (_UnusableError, metadata.MetadataError, SigmaError) as error:
        yield _problem(file, title, f"{_one_line(error)}; rule not used")
        return
    except Exception as error:
        reason = f"malformed rule ({type(error).__name__}: {_one_line(error)})"
        yield _problem(file, title, f"{reason}; rule not used")
        return
    for reason in _doubts(rule, condition):
        yield RuleProblem(str(file), detection.title, reason, fatal=False)
    layer = RuleLayer("core", None, detection.rule_id, condition, detection.description)
    yield _rule(detection, layer)


def _rule(detection: Detection, *layers: RuleLayer) -> Rule:
    return Rule(detection, layers, requirements([layer.condition for layer in layers]))


def _parsed(document: object) -> SigmaRule:
    if not isinstance(document, dict):
        raise _UnusableError("not a Sigma rule: the document is not a mapping")
    if "correlation" in document:
        raise _UnusableError("a correlation over several events; only rules on one event are used")
    if "filter" in document:
        raise _UnusableError("a Sigma filter; write its condition into the rules")
    if "action" in document:
        raise _UnusableError("`action` is no longer part of Sigma; make each document a whole rule")
    return SigmaRule.from_dict(document)


def _condition(rule: SigmaRule) -> Condition:
    trees = [condition.parsed for condition in rule.detection.parsed_condition]
    found: list[Tree] = [tree for tree in trees if tree is not None]
    if not found:
        raise _UnusableError("the condition is empty")
    if any(depth(tree) > MAX_DEPTH for tree in found):
        raise _UnusableError(f"the condition is nested deeper than {MAX_DEPTH} levels")
    tree = logsource.with_implied(rule.logsource, logsource.any_of(found))
    reading = logsource.read(rule.logsource)
    for leaf in leaves(tree):
        unusable = unusable_value(leaf.value)
        if unusable is not None:
            raise _UnusableError(unusable)
    condition = Condition(tree, reading.sources, reading.dialect)
    possible = frozenset(
        origin for origin in reading.sources if foregone(condition, origin) is not False
    )
    if not possible:
        raise _UnusableError(_why_never(rule, condition))
    return Condition(bare(tree), possible, reading.dialect)


def _why_never(rule: SigmaRule, condition: Condition) -> str:
    source = logsource.name(rule.logsource)
    unknown = _unknown_fields(condition)
    if not condition.sources or not unknown:
        return f"no such events are read: {source}"
    return f"no event of {source} has {_listed(unknown)}, so that it can't fire"


def _doubts(rule: SigmaRule, condition: Condition) -> list[str]:
    reasons = []
    if metadata.block(rule).layer is not None:
        reasons.append("lineage.layer is for the package's own rules; runs as a rule of its own")
    unknown = _unknown_fields(condition)
    if unknown:
        reasons.append(f"no event that it is put to has {_listed(unknown)}; compared as lacking")
    return reasons


def _unknown_fields(condition: Condition) -> list[str]:
    known = {name for origin in condition.sources for name in fields_of(origin, condition.dialect)}
    return sorted(named_fields(condition) - known)


def _listed(names: list[str]) -> str:
    return ("a field " if len(names) == 1 else "the fields ") + ", ".join(names)


def _problem(path: Path, title: str | None, reason: str) -> RuleProblem:
    return RuleProblem(str(path), title, reason, fatal=True)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
