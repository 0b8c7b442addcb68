"""Runs the rules over events: which detections an event meets, and by which layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from lineage.detect.acting import Acting, acting_fields
from lineage.detect.compile import Predicates
from lineage.detect.condition import event_ids, named_fields
from lineage.detect.detection import (
    FROM_GRAPH,
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
from lineage.normalise.sources import SOURCE, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lineage.detect.catalog import Rule, RuleLayer
    from lineage.normalise.event import Event

TICKS_PER_HOUR: Final = 36_000_000_000
"""An hour in ticks of 100 ns."""

_PARENT_MAY_LACK: Final = frozenset(source.name for source in SOURCES if source.bridged)
"""Sources whose events needn't say who the parent is."""

_HAVE_MANY_IDS: Final = frozenset(source.name for source in SOURCES if source.event_id is None)
_MOST_PLANS: Final = 4096
"""Telemetry has a few hundred kinds of events; who invents more pays with time, not with memory."""

_NO_MATCHES: Final[tuple[Match, ...]] = ()


class _Hit(NamedTuple):
    """A layer that an event met: what to report, and what to explain it on."""

    layer: Layer
    by: str | None
    met: RuleLayer
    event: Event


class _Reading(NamedTuple):
    """An event as it is or with its gaps filled, and which of a plan's conditions it meets so."""

    event: Event
    met: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """All layers of all rules on the events of one source.

    `rules` gives each rule with the indices of its layers among the predicates' conditions, and
    `rule_of` the rule that an index belongs to. `acting` are the rules that ask for fields of the
    acting process which such events don't have; they are in no other part of the plan.
    """

    predicates: Predicates
    rules: tuple[Rule, ...]
    first: tuple[int, ...]
    rule_of: tuple[int, ...]
    acting: _Plan | None = None


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
        self._plans: dict[str | tuple[str, int | str], _Plan | None] = {}
        """By source, with the event id where it has many; made when the first such event comes."""
        self._ids: dict[str, list[tuple[Rule, frozenset[str] | None]]] = {}

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
        plan = self._plan_of(event)
        if plan is None:
            return _NO_MATCHES
        if plan.acting is None:
            return _matches_of_event(plan, event, context)
        return (
            *_matches_of_event(plan, event, context),
            *_matches_of_acting(plan.acting, event, context),
        )

    def asks_for_ancestry(self, event: Event) -> bool:
        """Whether a rule asks for fields of the acting process that an event lacks."""
        plan = self._plan_of(event)
        return plan is not None and plan.acting is not None

    def _plan_of(self, event: Event) -> _Plan | None:
        origin = event.origin
        key = (origin, event.event_id) if origin in _HAVE_MANY_IDS else origin
        try:
            return self._plans[key]
        except KeyError:
            plan = self._plans[key] = self._plan(event)
            return plan

    def _plan(self, event: Event) -> _Plan | None:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        origin = event.origin
        if origin not in _HAVE_MANY_IDS:
            return _plan(self._of_source(origin), origin, None)
        named = str(event.event_id).casefold()
        rules = (rule for rule, ids in self._of_id(origin) if ids is None or named in ids)
        return _plan(tuple(rules), origin, event.event_id)

    def _of_source(self, origin: str) -> tuple[Rule, ...]:
        return tuple(
            rule
            for rule in self.rules
            if any(origin in layer.condition.sources for layer in rule.layers)
        )

    def _of_id(self, origin: str) -> list[tuple[Rule, frozenset[str] | None]]:
        """The rules of a source, each with the event ids that it is about, None for all."""
        rules = self._ids.get(origin)
        if rules is None:
            rules = self._ids[origin] = [
                (rule, _event_ids(rule)) for rule in self._of_source(origin)
            ]
        return rules

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


def _matches_of_event(plan: _Plan, event: Event, context: Context) -> Sequence[Match]:
    if isinstance(event, ScriptBlockLogged) and len(event.parts) > 1:
        return _matches_of_script(plan, event)
    as_is = plan.predicates.true_on(event)
    filled = _with_parent(event, context) if event.origin in _PARENT_MAY_LACK else event
    on_filled = () if filled is event else plan.predicates.true_on(filled)
    if not as_is and not on_filled:
        return _NO_MATCHES
    return _matches(plan, _Reading(event, as_is), _Reading(filled, on_filled), context)


def _matches_of_acting(plan: _Plan, event: Event, context: Context) -> Iterator[Match]:
    """The rules that ask for fields of the acting process, on the event with those filled in."""
    filled = _with_parent(event, context) if event.origin in _PARENT_MAY_LACK else event
    acting = cast("Event", Acting(filled, context.ancestry))
    known = acting_fields(SOURCE[event.origin])
    seen: set[int] = set()
    for index in plan.predicates.true_on(acting):
        number = plan.rule_of[index]
        if number in seen:
            continue
        seen.add(number)
        layer = _layer(plan, index)
        match = _match(plan.rules[number].detection, _Hit(layer.layer, layer.by, layer, acting))
        if match.layer == "core" and not known.keys().isdisjoint(match.fields):
            match = match._replace(layer="bridge", by=FROM_GRAPH)
        yield match


def _plan(rules: tuple[Rule, ...], origin: str, event_id: int | str | None) -> _Plan | None:
    asking = [_asks(rule, origin) for rule in rules]
    acting = _plan_for(tuple(compress(rules, asking)), origin, event_id)
    if acting is None:
        return _plan_for(rules, origin, event_id)
    others = tuple(rule for rule, asks in zip(rules, asking, strict=True) if not asks)
    plan = _plan_for(others, origin, event_id) or _Plan(
        Predicates([], origin, event_id), (), (), ()
    )
    return replace(plan, acting=acting)


def _asks(rule: Rule, origin: str) -> bool:
    """Whether a rule names a field of the acting process that events of a source don't have."""
    added = acting_fields(SOURCE[origin]).keys()
    return bool(added) and any(
        origin in layer.condition.sources and not added.isdisjoint(_names(layer.condition))
        for layer in rule.layers
    )


_names = lru_cache(maxsize=16_384)(named_fields)
"""A condition is put to several sources, and its tree is walked once."""


def _plan_for(rules: tuple[Rule, ...], origin: str, event_id: int | str | None) -> _Plan | None:
    if not rules:
        return None
    first: list[int] = []
    rule_of: list[int] = []
    for number, rule in enumerate(rules):
        first.append(len(rule_of))
        rule_of.extend([number] * len(rule.layers))
    conditions = [layer.condition for rule in rules for layer in rule.layers]
    return _Plan(Predicates(conditions, origin, event_id), rules, tuple(first), tuple(rule_of))


def _event_ids(rule: Rule) -> frozenset[str] | None:
    ids: set[str] = set()
    for layer in rule.layers:
        named = event_ids(layer.condition.tree)
        if named is None:
            return None
        ids |= named
    return frozenset(ids)


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


def _matches(plan: _Plan, as_is: _Reading, filled: _Reading, context: Context) -> tuple[Match, ...]:
    met = {plan.rule_of[index] for index in (*as_is.met, *filled.met)}
    matches = []
    for number in sorted(met):
        rule, first = plan.rules[number], plan.first[number]
        hit = next(_hits(rule, first, as_is, filled, context))
        matches.append(_match(rule.detection, hit))
    return tuple(matches)


def _hits(
    rule: Rule, first: int, as_is: _Reading, filled: _Reading, context: Context
) -> Iterator[_Hit]:
    """What of a rule is met, layer by layer, on the event as it is before the filled one."""
    for index, layer in enumerate(rule.layers, start=first):
        is_core = index == first
        extension: tuple[Layer, str | None] = ("extension", layer.by)
        if index in as_is.met:
            name, by = _core(rule.detection, as_is.event, context) if is_core else extension
            yield _Hit(name, by, layer, as_is.event)
        elif index in filled.met:
            name, by = ("bridge", PARENT_BY_PID) if is_core else extension
            yield _Hit(name, by, layer, filled.event)


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
    if detection.pack is None:
        bridged = hit.layer == "bridge"
        return Match(
            detection, "bridge" if bridged else "core", hit.by if bridged else None, fields
        )
    if detection.pack == "tradecraft":
        return Match(detection, "tradecraft", hit.by, fields)
    return Match(detection, hit.layer, hit.by, fields)
