"""Runs the rules over events: which detections an event meets, and by which layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.detect.compile import Predicates
from lineage.detect.detection import (
    IMAGE_ONLY,
    NO_CONTEXT,
    NO_HOUR_LIMIT,
    PARENT_BY_PID,
    WHOLE_BLOCK,
    Context,
    Detection,
    Layer,
    Match,
)
from lineage.detect.match import explain
from lineage.normalise.event import ProcessCreated, ScriptBlockLogged
from lineage.normalise.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lineage.detect.catalog import Rule, RuleLayer
    from lineage.normalise.event import Event

TICKS_PER_HOUR: Final = 36_000_000_000
"""An hour in ticks of 100 ns."""

_PARENT_MAY_LACK: Final = frozenset(source.name for source in SOURCES if source.bridged)
"""Sources whose events needn't say who the parent is."""

_NO_MATCHES: Final[tuple[Match, ...]] = ()


class _Hit(NamedTuple):
    """A layer that an event met: what to report, and what to explain it on."""

    layer: Layer
    by: str | None
    met: RuleLayer
    event: Event


@dataclass(frozen=True, slots=True)
class _Plan:
    """All layers of all rules on the events of one source.

    `rules` gives each rule with the indices of its layers among the predicates' conditions, and
    `rule_of` the rule that an index belongs to.
    """

    predicates: Predicates
    rules: tuple[Rule, ...]
    first: tuple[int, ...]
    rule_of: tuple[int, ...]


class RuleEngine:
    """Matches events against a set of rules.

    It keeps no state between events but caches, so that the order of events doesn't matter.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compiles the rules.

        Args:
            rules: from `catalog.load_builtin` and `catalog.load_user`.
        """
        self.rules: tuple[Rule, ...] = tuple(rules)
        self._by_detection = {id(rule.detection): rule for rule in self.rules}
        self._plans: dict[str, _Plan | None] = {}
        """By source, made when its first event comes: most inputs have few sources."""

    @property
    def detections(self) -> tuple[Detection, ...]:
        """The rules' detections, in order."""
        return tuple(rule.detection for rule in self.rules)

    def match(self, event: Event, context: Context = NO_CONTEXT) -> Sequence[Match]:
        """Every detection that an event meets, each once, by the first layer that fits.

        The layers in order: the core on the event as it is (and the start that it may ask for in
        the data); the bridges; the extensions, on the event with its gaps filled.

        Args:
            event: any event.
            context: what the graph knows; the parent is used for fields that the event lacks,
                where its source needn't tell them.
        """
        try:
            plan = self._plans[event.origin]
        except KeyError:
            plan = self._plans[event.origin] = _plan(self.rules, event.origin)
        if plan is None:
            return _NO_MATCHES
        if isinstance(event, ScriptBlockLogged) and len(event.parts) > 1:
            return _matches_of_script(plan, event)
        as_is = plan.predicates.true_on(event)
        filled = event
        if event.origin in _PARENT_MAY_LACK:
            filled = _with_parent(event, context)
        on_filled = as_is if filled is event else plan.predicates.true_on(filled)
        if not as_is and not on_filled:
            return _NO_MATCHES
        return _matches(plan, event, as_is, filled, on_filled, context)

    def requirements(self, detection: Detection) -> Mapping[str, Sequence[frozenset[str]]]:
        """What an event must carry for a detection to be able to fire on it, in any layer.

        Args:
            detection: one of this engine's.

        Returns:
            As `lineage.detect.requirement.requirements` tells it.

        Raises:
            KeyError: the detection is none of this engine's.
        """
        rule = self._by_detection.get(id(detection))
        if rule is None:
            raise KeyError(detection.title)
        return rule.requirements


def _plan(rules: tuple[Rule, ...], origin: str) -> _Plan | None:
    concerned = tuple(
        rule for rule in rules if any(origin in layer.condition.sources for layer in rule.layers)
    )
    if not concerned:
        return None
    first: list[int] = []
    rule_of: list[int] = []
    for number, rule in enumerate(concerned):
        first.append(len(rule_of))
        rule_of.extend([number] * len(rule.layers))
    conditions = [layer.condition for rule in concerned for layer in rule.layers]
    return _Plan(Predicates(conditions, origin), concerned, tuple(first), tuple(rule_of))


def _with_parent(event: Event, context: Context) -> Event:
    """The event with what it lacks of its parent, from the parent's node; itself if nothing is."""
    if not isinstance(event, ProcessCreated):
        return event
    image = context.parent_image if event.ParentImage is None else None
    command_line = context.parent_command_line if event.ParentCommandLine is None else None
    if image is None and command_line is None:
        return event
    return event._replace(
        ParentImage=image or event.ParentImage,
        ParentCommandLine=command_line or event.ParentCommandLine,
    )


def _matches(
    plan: _Plan,
    event: Event,
    as_is: tuple[int, ...],
    filled: Event,
    on_filled: tuple[int, ...],
    context: Context,
) -> tuple[Match, ...]:
    matches = []
    for number in sorted({plan.rule_of[index] for index in (*as_is, *on_filled)}):
        rule, first = plan.rules[number], plan.first[number]
        if first in as_is:
            layer, by = _core(rule.detection, event, context)
            hit = _Hit(layer, by, rule.layers[0], event)
        elif first in on_filled:
            hit = _Hit("bridge", PARENT_BY_PID, rule.layers[0], filled)
        else:
            hit = next(_extensions(rule, first, event, as_is, filled, on_filled))
        matches.append(_match(rule.detection, hit))
    return tuple(matches)


def _core(detection: Detection, event: Event, context: Context) -> tuple[Layer, str | None]:
    """By which layer an event counts that meets the core's condition."""
    if detection.join is None:
        return "core", None
    if context.process_start is None:
        return "bridge", IMAGE_ONLY
    if detection.join == "process-start-same-hour" and not _same_hour(event, context.process_start):
        return "extension", NO_HOUR_LIMIT
    return "core", None


def _same_hour(event: Event, start: int) -> bool:
    return event.time // TICKS_PER_HOUR == start // TICKS_PER_HOUR


def _extensions(
    rule: Rule,
    first: int,
    event: Event,
    as_is: tuple[int, ...],
    filled: Event,
    on_filled: tuple[int, ...],
) -> Iterator[_Hit]:
    for index, layer in enumerate(rule.layers[1:], start=first + 1):
        if index in as_is:
            yield _Hit("extension", layer.by, layer, event)
        elif index in on_filled:
            yield _Hit("extension", layer.by, layer, filled)


def _matches_of_script(plan: _Plan, event: ScriptBlockLogged) -> tuple[Match, ...]:
    """A block in several parts: each part alone, then the whole block."""
    hits: dict[int, _Hit] = {}
    for text in event.parts:
        part = event._replace(ScriptBlockText=text)
        for index in plan.predicates.true_on(part):
            layer = _layer(plan, index)
            hits.setdefault(plan.rule_of[index], _Hit(layer.layer, layer.by, layer, part))
    for index in plan.predicates.true_on(event):
        hit = _Hit("extension", WHOLE_BLOCK, _layer(plan, index), event)
        hits.setdefault(plan.rule_of[index], hit)
    return tuple(_match(plan.rules[number].detection, hits[number]) for number in sorted(hits))


def _layer(plan: _Plan, index: int) -> RuleLayer:
    number = plan.rule_of[index]
    return plan.rules[number].layers[index - plan.first[number]]


def _match(detection: Detection, hit: _Hit) -> Match:
    fields = explain(hit.met.condition, hit.event)
    if not detection.builtin:
        return Match(detection, "core", None, fields)
    return Match(detection, hit.layer, hit.by, fields)
