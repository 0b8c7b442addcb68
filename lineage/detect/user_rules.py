"""A user's Sigma files -> rules, correlations of them, and what is wrong with others.

Each YAML document is a rule, a correlation of rules, or a filter on rules. Whatever is wrong with
one is a `RuleProblem` and costs no other, but for what refers to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.filters import SigmaFilter
from sigma.rule import SigmaRule

from lineage import user_yaml
from lineage.detect import metadata, rule_cache, rule_files
from lineage.detect.catalog import (
    Rule,
    RuleLayer,
    RuleSet,
    UnusableError,
    condition_of,
    doubts,
    load_builtin,
    one_line,
    rule_id_of,
    rule_of,
)
from lineage.detect.choice import Preparation, Selection
from lineage.detect.correlation import Correlation
from lineage.detect.detection import PACKS, RuleProblem
from lineage.detect.prepare import Prepared
from lineage.detect.regex import POLICY
from lineage.detect.rule_files import problem
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lineage.detect.correlation import CorrelationType, Operator
    from lineage.detect.rule_cache import Cache
    from lineage.detect.rule_files import RuleFile


@dataclass(frozen=True, slots=True)
class _Document:
    """A parsed document and where it stands."""

    file: Path
    number: int
    parsed: SigmaRule | SigmaCorrelationRule | SigmaFilter

    @property
    def rule_id(self) -> str:
        return rule_id_of(self.parsed, f"{self.file}#{self.number}")

    @property
    def names(self) -> tuple[str, ...]:
        """What others may call it."""
        name = getattr(self.parsed, "name", None)
        return (self.rule_id, *([str(name)] if name else []))


def load_user(
    paths: Iterable[Path],
    cache: Cache | None = None,
    preparation: Preparation | None = None,
    selection: Selection | None = None,
) -> RuleSet:
    """A user's rules.

    Args:
        paths: files, or folders and zip archives, whose `*.yml` and `*.yaml` are taken at any depth
            in sorted order.
        cache: remembers the rules of files that don't change; None to read them anew.
        preparation: placeholders and pipelines.
        selection: which rules are wanted; all where left out.

    Returns:
        The rules that can be used; a problem for each that can't, and for each doubt about one
        that can. A path that can't be read is a problem too.

    Raises:
        UsageError: a file of placeholders or a pipeline can't be used.
    """
    files = [file for path in paths for file in rule_files.found(path)]
    rules = _loaded(files, cache, preparation or Preparation())
    return rules if selection is None else _selected(rules, selection)


def _loaded(files: Sequence[RuleFile], cache: Cache | None, wanted: Preparation) -> RuleSet:
    if cache is None or not files:
        return _rule_set(files, wanted)
    prepared = [
        (path, rule_files.content(path)) for path in (*wanted.placeholders, *wanted.pipelines)
    ]
    key = rule_cache.key(
        (str(path), data if isinstance(data, bytes) else data.reason.encode())
        for path, data in (*files, *prepared)
    )
    rules = cache.fetch(key)
    if rules is None:
        rules = _rule_set(files, wanted)
        cache.store(key, rules)
    return rules


def _selected(rules: RuleSet, selection: Selection) -> RuleSet:
    """The rules that are wanted, and those that feed a wanted correlation."""
    correlations = tuple(c for c in rules.correlations if selection.takes(c.detection))
    feeding = {rule_id for correlation in correlations for rule_id in correlation.rules}
    return rules._replace(
        rules=tuple(
            rule
            for rule in rules.rules
            if rule.detection.rule_id in feeding
            or (selection.takes(rule.detection) and rule.detection.rule_id not in rules.silent)
        ),
        correlations=correlations,
    )


def _rule_set(files: Sequence[RuleFile], wanted: Preparation) -> RuleSet:
    items = [item for file, data in files for item in _documents(file, data)]
    documents = [item for item in items if isinstance(item, _Document)]
    filters = [d.parsed for d in documents if isinstance(d.parsed, SigmaFilter)]
    prepare = Prepared(wanted, filters)
    assembly = _Assembly(documents)
    for item in items:
        if isinstance(item, RuleProblem):
            assembly.problems.append(item)
        elif isinstance(item.parsed, SigmaRule):
            assembly.add_rule(item, prepare)
        elif isinstance(item.parsed, SigmaFilter):
            assembly.check_filter(item)
    assembly.add_correlations()
    return assembly.result()


def _documents(file: Path, data: bytes | RuleProblem) -> Iterator[_Document | RuleProblem]:
    if isinstance(data, RuleProblem):
        yield data
        return
    try:
        documents = user_yaml.documents(data)
    except user_yaml.UnusableYamlError as error:
        yield problem(file, None, f"{one_line(error)}; file not used")
        return
    if not documents:
        yield problem(file, None, "no rule in this file")
    for number, document in enumerate(documents, start=1):
        try:
            yield _Document(file, number, _parsed(document))
        except (UnusableError, SigmaError) as error:
            yield problem(file, _title(document), f"{one_line(error)}; rule not used")
        except Exception as error:
            reason = f"malformed rule ({type(error).__name__}: {one_line(error)})"
            yield problem(file, _title(document), f"{reason}; rule not used")


def _title(document: object) -> str | None:
    title = document.get("title") if isinstance(document, dict) else None
    return title if isinstance(title, str) else None


def _parsed(document: object) -> SigmaRule | SigmaCorrelationRule | SigmaFilter:
    if not isinstance(document, dict):
        raise UnusableError("not a Sigma rule: the document is not a mapping")
    if "action" in document:
        raise UnusableError("`action` is no longer part of Sigma; make each document a whole rule")
    if "correlation" in document:
        return SigmaCorrelationRule.from_dict(cast("dict[str, Any]", document), policy=POLICY)
    if "filter" in document:
        return SigmaFilter.from_dict(cast("dict[str, Any]", document), policy=POLICY)
    return SigmaRule.from_dict(document, policy=POLICY)


class _Assembly:
    """Makes a rule set of parsed documents, with what each refers to."""

    def __init__(self, documents: Sequence[_Document]) -> None:
        self.problems: list[RuleProblem] = []
        self._rules: dict[str, Rule] = {}
        self._correlations: list[Correlation] = []
        self._called = {name: document for document in documents for name in document.names}
        self._open = [d for d in documents if isinstance(d.parsed, SigmaCorrelationRule)]
        self._silent = {
            self._called[name].rule_id: document
            for document in self._open
            if not document.parsed.generate  # type: ignore[union-attr]
            for name in _references(document)
            if name in self._called
        }
        own = (rule.detection for pack in PACKS for rule in load_builtin(pack))
        self._ids = {detection.rule_id: detection.path for detection in own}

    def add_rule(self, document: _Document, prepare: Prepared) -> None:
        """Takes a rule on one event, or notes why it can't be used."""
        rule = cast("SigmaRule", document.parsed)
        try:
            prepare(rule)
            condition = condition_of(rule, metadata.block(rule).sources)
            detection = metadata.detection(
                rule,
                path=str(document.file),
                rule_id=document.rule_id,
                sources=condition.sources,
            )
        except (UnusableError, metadata.MetadataError, SigmaError) as error:
            self._refuse(document, one_line(error))
            return
        except Exception as error:
            self._refuse(document, f"malformed rule ({type(error).__name__}: {one_line(error)})")
            return
        for reason in doubts(rule, condition):
            self.problems.append(
                RuleProblem(str(document.file), detection.title, reason, fatal=False)
            )
        if self._is_new(document):
            layer = RuleLayer("core", None, detection.rule_id, condition, detection.description)
            self._rules[detection.rule_id] = rule_of(detection, layer)

    def check_filter(self, document: _Document) -> None:
        """Notes the rules that a filter names and that aren't there."""
        names = cast("SigmaFilter", document.parsed).filter.rules
        if isinstance(names, str):
            return
        missing = [str(name.reference) for name in names if name.reference not in self._called]
        if missing:
            reason = f"filters {', '.join(missing)}, which is none of the rules"
            self.problems.append(RuleProblem(str(document.file), _titled(document), reason, False))

    def add_correlations(self) -> None:
        """Takes the correlations, each after those that it refers to."""
        waiting = self._open
        while waiting:
            ready = [document for document in waiting if not self._waits(document, waiting)]
            if not ready:
                for document in waiting:
                    self._refuse(document, "correlations that refer to each other in a circle")
                return
            for document in ready:
                self._add_correlation(document)
            waiting = [document for document in waiting if document not in ready]

    def result(self) -> RuleSet:
        """All that can be used."""
        for rule_id, document in self._silent.items():
            used = any(rule_id in correlation.rules for correlation in self._correlations)
            if rule_id in self._rules and not used:
                reason = f"fires only as part of {_titled(document)!r}, which is not used"
                detection = self._rules[rule_id].detection
                self.problems.append(RuleProblem(detection.path, detection.title, reason, True))
        return RuleSet(
            tuple(self._rules.values()),
            tuple(self.problems),
            tuple(self._correlations),
            frozenset(self._silent),
        )

    def _waits(self, document: _Document, waiting: list[_Document]) -> bool:
        ids = {self._called[name].rule_id for name in _references(document) if name in self._called}
        return any(other.rule_id in ids for other in waiting)

    def _add_correlation(self, document: _Document) -> None:
        try:
            correlation = self._correlation(document)
        except (UnusableError, metadata.MetadataError, SigmaError) as error:
            self._refuse(document, one_line(error))
            return
        if self._is_new(document):
            self._correlations.append(correlation)

    def _correlation(self, document: _Document) -> Correlation:
        rule = cast("SigmaCorrelationRule", document.parsed)
        usable: dict[str, Rule | Correlation] = {
            **self._rules,
            **{c.detection.rule_id: c for c in self._correlations},
        }
        ids = []
        for name in _references(document):
            known = self._called.get(name)
            if known is None or known.rule_id not in usable:
                state = "isn't there" if known is None else "can't be used"
                raise UnusableError(f"correlates {name}, which {state}")
            ids.append(known.rule_id)
        sources = frozenset(
            source for rule_id in ids for source in usable[rule_id].detection.sources
        )
        detection = metadata.detection(
            rule, path=str(document.file), rule_id=document.rule_id, sources=sources
        )
        return replace(
            _compared(rule),
            detection=detection,
            rules=tuple(ids),
            aliases=_aliases(rule, {name: d.rule_id for name, d in self._called.items()}),
        )

    def _is_new(self, document: _Document) -> bool:
        used = self._ids.get(document.rule_id)
        if used is not None:
            self._refuse(document, f"id {document.rule_id} is already used by {used}")
            return False
        self._ids[document.rule_id] = str(document.file)
        return True

    def _refuse(self, document: _Document, reason: str) -> None:
        self.problems.append(problem(document.file, _titled(document), f"{reason}; rule not used"))


def _titled(document: _Document) -> str | None:
    return document.parsed.title or None


def _references(document: _Document) -> list[str]:
    rules = cast("SigmaCorrelationRule", document.parsed).rules
    return [reference.reference for reference in rules or ()]


def _compared(rule: SigmaCorrelationRule) -> Correlation:
    """What a correlation does, its rules and meaning still open."""
    condition = rule.condition
    if not isinstance(condition, SigmaCorrelationCondition):
        raise UnusableError("a condition over the correlated rules, which is not understood")
    named = condition.fieldref
    return Correlation(
        detection=cast("Any", None),
        type=cast("CorrelationType", rule.type.name.lower()),
        rules=(),
        group_by=tuple(rule.group_by or ()),
        aliases={},
        timespan=rule.timespan.seconds * TICKS,
        operator=cast("Operator", condition.op.name.lower()),
        count=condition.count,
        fields=tuple([named] if isinstance(named, str) else named or ()),
        percentile=condition.percentile,
    )


def _aliases(rule: SigmaCorrelationRule, ids: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        alias.alias: {
            ids.get(reference.reference, reference.reference): name
            for reference, name in alias.mapping.items()
        }
        for alias in rule.aliases
    }
