"""Conditions -> one fast predicate per kind of event.

The comparisons (*atoms*) of all conditions get a bit each. Atoms are grouped by the attributes that
they read (a *column*); what a column's atoms say of a value is computed once and remembered, for
telemetry repeats itself. An event is then a few dictionary look-ups, the OR of their masks, and a
look-up of which conditions hold under that mask, which is remembered too.

`lineage.detect.match` is the reference that this must agree with.
"""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
)
from sigma.types import SigmaFieldReference, SigmaType

from lineage.detect.acting import PREFIX, acting_value
from lineage.detect.comparison import FieldTests, ReferenceTest, key
from lineage.detect.condition import (
    Condition,
    Leaf,
    Tree,
    alternatives,
    children,
    true_where_lacking,
)
from lineage.detect.decode import unescape
from lineage.detect.fields import Field, Value, fields_of, text_attributes
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lineage.normalise.event import Event

    _Look = tuple[Callable[[Event], "_Found"], dict["_Found", int], Callable[["_Found"], int]]

CACHE_BYTES = 8 << 20
"""About how much the masks and texts that a column remembers may take; it then starts afresh."""
CACHED_TEXT = 1024
"""Longest text, in characters, whose mask is remembered."""
_ENTRY_BYTES = 256
"""About what a dictionary entry with a short text takes."""

_ALWAYS = 1
"""The bit that is true on every event."""

_Found = Value | tuple[Value, ...]
"""What a column finds on an event: its attribute's value, or the values of its several."""


class _Column:
    """The atoms that read the same attributes."""

    def __init__(self, attributes: tuple[str, ...]) -> None:
        self.attributes = attributes
        self.fields: dict[str, FieldTests] = {}
        self.references: list[ReferenceTest] = []

    def tests(self, field: Field) -> FieldTests:
        return self.fields.setdefault(field.name, FieldTests(field.read))

    def mask(self, content: _Found) -> int:
        """Which of the atoms hold, for an attribute's value or the values of several."""
        values = content if isinstance(content, tuple) else (content,)
        plain = [unescape(value) if isinstance(value, str) else value for value in values]
        mask = 0
        for tests in self.fields.values():
            mask |= tests.mask(plain)
        for reference in self.references:
            mask |= reference.mask(plain)
        return mask


class _Atoms:
    """Gives each distinct comparison its bit, and collects them by column."""

    def __init__(self, origin: str, event_id: int | str | None) -> None:
        self.origin = origin
        self.event_id = event_id
        self.columns: dict[tuple[str, ...], _Column] = {}
        self._bits: dict[tuple[object, ...], int] = {}

    def of(self, node: Leaf, known: Mapping[str, Field]) -> int:
        """The bits one of which must be set for a comparison to hold."""
        bits = 0
        if isinstance(node, ConditionFieldEqualsValueExpression):
            for value in alternatives(node.value):
                bits |= self._field(known.get(node.field), value, known)
            return bits
        for value in alternatives(node.value):
            bits |= self._keyword(value)
        return bits

    def _field(self, field: Field | None, value: SigmaType, known: Mapping[str, Field]) -> int:
        if field is None:
            return _ALWAYS if true_where_lacking(value) else 0
        if isinstance(value, SigmaFieldReference):
            return self._reference(field, value, known)
        if field.attributes == ("event_id",) and self.event_id is not None:
            tests = FieldTests(field.read)
            tests.add(value, _ALWAYS)
            return tests.mask([self.event_id])
        bit, is_new = self._bit(field, key(value))
        if is_new:
            self._column(field.attributes).tests(field).add(value, bit)
        return bit

    def _reference(
        self, field: Field, value: SigmaFieldReference, known: Mapping[str, Field]
    ) -> int:
        other = known.get(value.field)
        if other is None:
            return 0
        bit, is_new = self._bit(field, (other, value.starts_with, value.ends_with))
        if is_new:
            column = self._column(field.attributes + other.attributes)
            column.references.append(ReferenceTest(field, other, value, bit))
        return bit

    def _keyword(self, value: SigmaType) -> int:
        bit, is_new = self._bit(None, key(value))
        if is_new:
            for name in text_attributes(self.origin):
                whole = Field("", (name,), lambda value: value)
                self._column((name,)).tests(whole).add_keyword(value, bit)
        return bit

    def _bit(self, field: Field | None, compared: object) -> tuple[int, bool]:
        known = self._bits.get((field, compared))
        if known is not None:
            return known, False
        bit = _ALWAYS << (len(self._bits) + 1)
        self._bits[field, compared] = bit
        return bit, True

    @property
    def count(self) -> int:
        """How many distinct comparisons there are."""
        return len(self._bits)

    def _column(self, attributes: tuple[str, ...]) -> _Column:
        return self.columns.setdefault(attributes, _Column(attributes))


class Predicates:
    """Many conditions on the events of one source, evaluated together."""

    def __init__(
        self, conditions: Sequence[Condition], origin: str, event_id: int | str | None = None
    ) -> None:
        """Compiles the conditions.

        Args:
            conditions: any conditions; those that can't hold on such events cost nothing later.
            origin: name of the events' source.
            event_id: the events' id, where it is known and the source has events of many.
        """
        source_id = SOURCE[origin].event_id
        atoms = _Atoms(origin, event_id if source_id is None else source_id)
        compiled = [
            (index, *_compiled(condition.tree, atoms, fields_of(origin, condition.dialect)))
            for index, condition in enumerate(conditions)
            if origin in condition.sources
        ]
        self._guarded = _by_guard(compiled)
        self._unguarded = [(index, holds) for index, guard, holds in compiled if guard is None]
        self._guards = 0
        for bit in self._guarded:
            self._guards |= 1 << bit
        masks_bytes = _ENTRY_BYTES + atoms.count // 8
        self._room = max(256, CACHE_BYTES // masks_bytes)
        self._columns: list[_Look] = [
            (_getter(column.attributes), {}, column.mask) for column in atoms.columns.values()
        ]
        self._outcomes: dict[int, tuple[int, ...]] = {}

    def true_on(self, event: Event) -> tuple[int, ...]:
        """Indices of the conditions that the event meets, ascending."""
        mask = _ALWAYS
        for look, known, compute in self._columns:
            content = look(event)
            bits = known.get(content)
            if bits is None:
                bits = compute(content)
                self._remember(known, content, bits)
            mask |= bits
        outcome = self._outcomes.get(mask)
        return self._decide(mask) if outcome is None else outcome

    def _remember(self, known: dict[_Found, int], content: _Found, bits: int) -> None:
        if _length(content) > CACHED_TEXT:
            return
        if len(known) >= self._room:
            known.clear()
        known[content] = bits

    def _decide(self, mask: int) -> tuple[int, ...]:
        candidates = dict(self._unguarded)
        for bit in _bits(mask & self._guards):
            candidates.update(self._guarded[bit])
        outcome = tuple(sorted(index for index, holds in candidates.items() if holds(mask)))
        if len(self._outcomes) >= self._room:
            self._outcomes.clear()
        self._outcomes[mask] = outcome
        return outcome


def _getter(attributes: tuple[str, ...]) -> Callable[[Event], _Found]:
    if not any(name.startswith(PREFIX) for name in attributes):
        return attrgetter(*attributes)
    if len(attributes) == 1:
        return partial(_filled, attributes[0])
    return lambda event: tuple(
        _filled(name, event) if name.startswith(PREFIX) else getattr(event, name)
        for name in attributes
    )


def _filled(attribute: str, event: Event) -> Value:
    return acting_value(event, attribute)


def _by_guard(
    compiled: Sequence[tuple[int, int | None, Callable[[int], bool]]],
) -> dict[int, list[tuple[int, Callable[[int], bool]]]]:
    """Number of a bit -> the conditions that are worth trying where it is set."""
    guarded: dict[int, list[tuple[int, Callable[[int], bool]]]] = {}
    for index, guard, holds in compiled:
        for bit in _bits(guard or 0):
            guarded.setdefault(bit, []).append((index, holds))
    return guarded


def _bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _length(content: _Found) -> int:
    if isinstance(content, str):
        return len(content)
    return sum(map(_length, content)) if isinstance(content, tuple) else 0


def _compiled(
    node: Tree, atoms: _Atoms, known: Mapping[str, Field]
) -> tuple[int | None, Callable[[int], bool]]:
    """A node as a guard and a predicate over the mask.

    The guard: one of these bits is set wherever the node holds; None where it can hold with any.
    """
    if not isinstance(node, ConditionItem):
        bits = atoms.of(node, known)
        return bits, lambda mask: mask & bits != 0
    parts = [_compiled(child, atoms, known) for child in children(node)]
    tests = [test for _, test in parts]
    guards = [guard for guard, _ in parts if guard is not None]
    if isinstance(node, ConditionNOT):
        return None, lambda mask: not all(test(mask) for test in tests)
    if isinstance(node, ConditionAND):
        guard = min(guards, key=int.bit_count) if guards else None
        return guard, lambda mask: all(test(mask) for test in tests)
    if len(guards) < len(parts):
        return None, lambda mask: any(test(mask) for test in tests)
    union = 0
    for guard in guards:
        union |= guard
    if not any(children(child) for child in children(node)):  # comparisons only
        return union, lambda mask: mask & union != 0
    return union, lambda mask: any(test(mask) for test in tests)
