"""Sigma's correlation rules: rules on several events, over the matches of rules on one.

Follows the Sigma specification, "Sigma Correlation Rules" (2.1.0): `event_count`, `value_count`,
`value_sum`, `value_avg`, `value_median`, `value_percentile`, `temporal`, `temporal_ordered`, with
`group-by`, `timespan`, `aliases` and correlations of correlations.

Events come in order of time. Where a condition asks for at least something, a window of the
timespan slides over a group's events, and what met it is not counted again. Where it asks for at
most, or just so much, windows follow each other, each beginning with its first event, and are
judged when they close.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

from lineage.detect.decode import unescape
from lineage.detect.detection import Detection, Match
from lineage.detect.fields import Value, fields_of, number_of
from lineage.normalise.event import ProcessCreated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lineage.graph.build import Placed
    from lineage.normalise.event import Event

CorrelationType = Literal[
    "event_count",
    "value_count",
    "value_sum",
    "value_avg",
    "value_median",
    "value_percentile",
    "temporal",
    "temporal_ordered",
]

Operator = Literal["lt", "lte", "gt", "gte", "eq", "neq"]

MOST_EVIDENCE: Final = 100
"""Of so many of the events that meet a correlation the records are named; all are counted."""

_COMPARE: Final[dict[Operator, Callable[[float, float], bool]]] = {
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
}
_SLIDING: Final = frozenset({"gt", "gte"})
_TEMPORAL: Final = frozenset({"temporal", "temporal_ordered"})


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation rule.

    Attributes:
        detection: what it means.
        type: how it looks at events.
        rules: ids of the rules (or correlations) whose matches it looks at, in order.
        group_by: fields whose equal values make a group.
        aliases: name in `group_by` -> rule id -> the field that it stands for there.
        timespan: ticks of 100 ns.
        operator: how the figure is compared with `count`; of no meaning for temporal types.
        count: the limit.
        fields: whose values are counted or computed with.
        percentile: 0 to 100, for `value_percentile`.
    """

    detection: Detection
    type: CorrelationType
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    aliases: dict[str, dict[str, str]]
    timespan: int
    operator: Operator = "gte"
    count: float = 1
    fields: tuple[str, ...] = ()
    percentile: int | None = None

    @property
    def sliding(self) -> bool:
        """Whether it is judged at every event, and not when a window closes."""
        return self.type in _TEMPORAL or self.operator in _SLIDING


class Found(NamedTuple):
    """Matches on an event, as the tagger takes them."""

    event: Event
    placed: Placed
    matches: tuple[Match, ...]


class _Entry(NamedTuple):
    rule: str
    event: Event
    placed: Placed
    value: Value

    @property
    def fact(self) -> tuple[str, str | int]:
        """What the entry tells: two sources' records of one process start are one fact."""
        start = isinstance(self.event, ProcessCreated)
        return self.rule, self.placed.object if start else self.placed.ordinal


@dataclass(slots=True)
class _Group:
    """The events of one group within the window, and what they come to."""

    start: int
    entries: deque[_Entry] = field(default_factory=deque)
    rules: Counter[str] = field(default_factory=Counter)
    values: Counter[Value] = field(default_factory=Counter)
    numbers: list[float] = field(default_factory=list)
    total: float = 0.0
    facts: set[tuple[str, str | int]] = field(default_factory=set)

    def add(self, entry: _Entry) -> None:
        if entry.fact in self.facts:
            return
        self.facts.add(entry.fact)
        self.entries.append(entry)
        self.rules[entry.rule] += 1
        if entry.value is None:
            return
        self.values[entry.value] += 1
        number = number_of(entry.value)
        if number is not None:
            insort(self.numbers, number)
            self.total += number

    def drop_before(self, time: int) -> None:
        while self.entries and self.entries[0].event.time < time:
            entry = self.entries.popleft()
            self.facts.discard(entry.fact)
            _less(self.rules, entry.rule)
            if entry.value is None:
                continue
            _less(self.values, entry.value)
            number = number_of(entry.value)
            if number is not None:
                del self.numbers[bisect_left(self.numbers, number)]
                self.total -= number


_Key = TypeVar("_Key", str, Value)


def _less(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


class Correlations:
    """Judges correlation rules while events and their matches go by, in order of time."""

    def __init__(self, correlations: Sequence[Correlation], silent: frozenset[str]) -> None:
        """Prepares the rules.

        Args:
            correlations: each after those that it refers to.
            silent: ids of rules that only feed correlations and don't fire themselves.
        """
        self._silent = silent
        self._of_rule: dict[str, list[Correlation]] = {}
        for correlation in correlations:
            for rule in correlation.rules:
                self._of_rule.setdefault(rule, []).append(correlation)
        self._groups: dict[str, OrderedDict[tuple[Value, ...], _Group]] = {
            correlation.detection.rule_id: OrderedDict() for correlation in correlations
        }
        self._correlations = correlations

    @property
    def groups(self) -> int:
        """How many groups are remembered."""
        return sum(map(len, self._groups.values()))

    def add(self, event: Event, placed: Placed, matches: Sequence[Match]) -> Iterator[Found]:
        """The matches to tag once an event is seen: its own that fire, and correlations'."""
        loud = tuple(match for match in matches if match.detection.rule_id not in self._silent)
        if loud:
            yield Found(event, placed, loud)
        for match in matches:
            yield from self._feed(match.detection.rule_id, event, placed)

    def rest(self) -> Iterator[Found]:
        """What the windows that are still open at the end come to."""
        for correlation in self._correlations:
            if correlation.sliding:
                continue
            groups = self._groups[correlation.detection.rule_id]
            for group in groups.values():
                yield from self._judge(correlation, group)
            groups.clear()

    def _feed(self, rule: str, event: Event, placed: Placed) -> Iterator[Found]:
        for correlation in self._of_rule.get(rule, ()):
            yield from self._close(correlation, event.time)
            value = _joined(event, rule, correlation, correlation.fields)
            if correlation.fields and value is None:
                continue
            groups = self._groups[correlation.detection.rule_id]
            key = tuple(
                _value(event, correlation.aliases.get(name, {}).get(rule, name))
                for name in correlation.group_by
            )
            group = groups.get(key)
            if group is None:
                group = groups[key] = _Group(event.time)
            group.add(_Entry(rule, event, placed, value))
            if not correlation.sliding:
                continue
            groups.move_to_end(key)
            group.drop_before(event.time - correlation.timespan)
            yield from self._judge(correlation, group)

    def _close(self, correlation: Correlation, now: int) -> Iterator[Found]:
        """Judges the windows that have ended, and forgets groups that nothing happened in."""
        groups = self._groups[correlation.detection.rule_id]
        while groups:
            key, group = next(iter(groups.items()))
            begun = group.start
            if correlation.sliding and group.entries:
                begun = group.entries[-1].event.time
            if now - begun <= correlation.timespan:
                return
            del groups[key]
            if not correlation.sliding:
                yield from self._judge(correlation, group)

    def _judge(self, correlation: Correlation, group: _Group) -> Iterator[Found]:
        if not _is_met(correlation, group):
            return
        entries = list(group.entries)
        last = entries[-1]
        group.drop_before(last.event.time + 1)
        others = tuple(entry.event for entry in entries[:-1])[-MOST_EVIDENCE:]
        match = Match(
            correlation.detection,
            "core",
            None,
            _explained(correlation, entries),
            also=others,
        )
        if correlation.detection.rule_id not in self._silent:
            yield Found(last.event, last.placed, (match,))
        yield from self._feed(correlation.detection.rule_id, last.event, last.placed)


def _is_met(correlation: Correlation, group: _Group) -> bool:
    if not group.entries:
        return False
    if correlation.type == "temporal":
        return len(group.rules) == len(set(correlation.rules))
    if correlation.type == "temporal_ordered":
        return _in_order(correlation.rules, (entry.rule for entry in group.entries))
    figure = _figure(correlation, group)
    return figure is not None and _COMPARE[correlation.operator](figure, correlation.count)


def _in_order(rules: Iterable[str], seen: Iterable[str]) -> bool:
    remaining = iter(seen)
    return all(any(rule == other for other in remaining) for rule in rules)


def _figure(correlation: Correlation, group: _Group) -> float | None:
    match correlation.type:
        case "event_count":
            return len(group.entries)
        case "value_count":
            return len(group.values)
    if not group.numbers:
        return None
    match correlation.type:
        case "value_sum":
            return group.total
        case "value_avg":
            return group.total / len(group.numbers)
        case "value_median":
            return _percentile(group.numbers, 50)
        case _:
            return _percentile(group.numbers, correlation.percentile or 0)


def _percentile(numbers: Sequence[float], percentile: float) -> float:
    """The nearest-rank percentile of sorted numbers.

    >>> _percentile([1, 2, 3, 4], 50)
    2
    """
    return numbers[max(0, ceil(percentile / 100 * len(numbers)) - 1)]


def _joined(event: Event, rule: str, correlation: Correlation, names: tuple[str, ...]) -> Value:
    """The value that a correlation counts; of several fields, their values in one text."""
    values = [_value(event, correlation.aliases.get(name, {}).get(rule, name)) for name in names]
    if len(values) == 1:
        return values[0]
    if not values or any(value is None for value in values):
        return None
    return "\x1f".join(str(value) for value in values)


def _value(event: Event, name: str) -> Value:
    """A field's value on an event, its text case-folded; None where the event lacks it."""
    known = fields_of(event.origin, "sigma").get(name)
    if known is None:
        return None
    values = [getattr(event, attribute) for attribute in known.attributes]
    value = known.read(*(unescape(v) if isinstance(v, str) else v for v in values))
    return value.casefold() if isinstance(value, str) else value


def _explained(correlation: Correlation, entries: Sequence[_Entry]) -> dict[str, str]:
    """What an analyst checks: how many events of which rules, in which group."""
    last = entries[-1]
    fields = {"events": str(len(entries))}
    for name in correlation.group_by:
        value = _value(last.event, correlation.aliases.get(name, {}).get(last.rule, name))
        fields[name] = "" if value is None else str(value)
    if correlation.fields:
        values = {str(entry.value) for entry in entries if entry.value is not None}
        fields[", ".join(correlation.fields)] = ", ".join(sorted(values)[:20])
    return fields
