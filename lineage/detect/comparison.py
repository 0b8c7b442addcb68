"""The comparisons that the fast matcher makes on one value, grouped so that many cost little.

Each comparison owns a bit; a test gives the OR of the bits whose comparison holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
    TimestampPart,
)

from lineage.detect.fields import LACKING, Field, Value, address_of, moment_of, number_of
from lineage.detect.needles import Needles, required_literal
from lineage.detect.regex import POLICY, Searches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Part = str | SpecialChars
_ANYTHING: Final = SpecialChars.WILDCARD_MULTI


def key(value: SigmaType) -> tuple[object, ...]:
    """What two values have in common if and only if they compare alike."""
    if isinstance(value, SigmaString):
        return (type(value), *value.s)
    if isinstance(value, SigmaTimestampPart):
        return (type(value), value.timestamp_part, value.number)
    if isinstance(value, SigmaRegularExpression):
        return (type(value), str(value.regexp), frozenset(value.flags))
    if isinstance(value, SigmaNull):
        return (type(value),)
    return (type(value), repr(value))


class FieldTests:
    """The comparisons of one field with the rules' values."""

    def __init__(self, read: Callable[..., Value]) -> None:
        self._read = read
        self._present = 0
        self._absent = 0
        self._equal: dict[str, int] = {}
        self._prefixes: dict[int, dict[str, int]] = {}
        self._suffixes: dict[int, dict[str, int]] = {}
        self._contained = Needles()
        self._searches: Searches | None = None
        self._others: list[tuple[Callable[[Value], bool], int]] = []

    def mask(self, values: Sequence[Value]) -> int:
        """The bits of the comparisons that hold.

        Args:
            values: values of the field's attributes, unescaped.
        """
        value = self._read(*values)
        if value is None:
            return self._absent
        text = str(value)
        folded = text.casefold()
        mask = self._present | self._equal.get(folded, 0)
        for length, prefixes in self._prefixes.items():
            mask |= prefixes.get(folded[:length], 0)
        for length, suffixes in self._suffixes.items():
            mask |= suffixes.get(folded[-length:], 0)
        mask |= self._contained.mask(value, folded)
        if self._searches is not None:
            mask |= self._searches.mask(text)
        for test, bit in self._others:
            if test(value):
                mask |= bit
        return mask

    def add(self, value: SigmaType, bit: int) -> None:
        """Adds the comparison of the field with a value."""
        if isinstance(value, SigmaNull):
            self._absent |= bit
        elif isinstance(value, SigmaExists):
            self._add_existence(value, bit)
        elif isinstance(value, SigmaString):
            self._add_text(_parts(value), bit, cased=isinstance(value, SigmaCasedString))
        else:
            self._add_test(value, bit)

    def add_keyword(self, value: SigmaType, bit: int) -> None:
        """Adds the search for a value anywhere in the field."""
        if isinstance(value, SigmaRegularExpression):
            self._add_test(value, bit)
            return
        parts = _parts(value) if isinstance(value, SigmaString) else (str(value),)
        anywhere = _without_repeats((_ANYTHING, *parts, _ANYTHING))
        self._add_text(anywhere, bit, cased=isinstance(value, SigmaCasedString))

    def _add_test(self, value: SigmaType, bit: int) -> None:
        if not isinstance(value, SigmaRegularExpression):
            self._others.append((_test(value), bit))
            return
        literal = required_literal(str(value.regexp))
        if literal is not None:
            self._contained.gate(literal, _search(value), bit)
            return
        if self._searches is None:
            self._searches = Searches()
        self._searches.add(str(value.regexp), _flags(value), bit)

    def _add_gated(self, literal: str, test: Callable[[Value], bool], bit: int) -> None:
        if literal:
            self._contained.gate(literal, test, bit)
        else:
            self._others.append((test, bit))

    def _add_existence(self, value: SigmaExists, bit: int) -> None:
        if value.exists:
            self._present |= bit
        else:
            self._absent |= bit

    def _add_text(self, parts: tuple[Part, ...], bit: int, *, cased: bool) -> None:
        if parts == (_ANYTHING,):
            self._present |= bit
            return
        plain = "".join(part for part in parts if isinstance(part, str))
        if all(isinstance(part, str) for part in parts) and plain in LACKING:
            self._absent |= bit
        longest = max((part for part in parts if isinstance(part, str)), key=len, default="")
        if cased:
            self._add_gated(longest.casefold(), _glob(parts, cased=True), bit)
            return
        folded = plain.casefold()
        match parts:
            case () | (str(),):
                self._equal[folded] = self._equal.get(folded, 0) | bit
            case (SpecialChars.WILDCARD_MULTI, str(), SpecialChars.WILDCARD_MULTI):
                self._contained.add(folded, bit)
            case (str(), SpecialChars.WILDCARD_MULTI):
                _add_end(self._prefixes, folded, bit)
            case (SpecialChars.WILDCARD_MULTI, str()):
                _add_end(self._suffixes, folded, bit)
            case _:
                self._add_gated(longest.casefold(), _glob(parts, cased=False), bit)


class ReferenceTest:
    """The comparison of a field with another field of the same event."""

    def __init__(self, field: Field, other: Field, value: SigmaFieldReference, bit: int) -> None:
        self._field = field
        self._other = other
        self._bit = bit
        self._test = _reference(starts=value.starts_with, ends=value.ends_with)

    def mask(self, values: Sequence[Value]) -> int:
        """The comparison's bit where it holds, else 0.

        Args:
            values: values of the attributes of both fields, one field after the other, unescaped.
        """
        split = len(self._field.attributes)
        value, other = self._field.read(*values[:split]), self._other.read(*values[split:])
        if value is None or other is None:
            return 0
        return self._bit if self._test(str(value).casefold(), str(other).casefold()) else 0


def _reference(*, starts: bool, ends: bool) -> Callable[[str, str], bool]:
    if starts and ends:
        return str.__contains__
    if starts:
        return str.startswith
    return str.endswith if ends else str.__eq__


def _add_end(ends: dict[int, dict[str, int]], text: str, bit: int) -> None:
    same_length = ends.setdefault(len(text), {})
    same_length[text] = same_length.get(text, 0) | bit


def _parts(value: SigmaString) -> tuple[Part, ...]:
    return _without_repeats(tuple(part for part in value.s if isinstance(part, str | SpecialChars)))


def _without_repeats(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Drops empty texts, and a `*` that follows another."""
    kept: list[Part] = []
    for part in parts:
        if part == "" or (part is _ANYTHING and kept and kept[-1] is _ANYTHING):
            continue
        kept.append(part)
    return tuple(kept)


def _test(value: SigmaType) -> Callable[[Value], bool]:
    if isinstance(value, SigmaTimestampPart):
        return _date_part(value)
    if isinstance(value, SigmaNumber):
        number = value.number
        return lambda field_value: number_of(field_value) == number
    if isinstance(value, SigmaBool):
        word = str(value.boolean).casefold()
        return lambda field_value: str(field_value).casefold() == word
    if isinstance(value, SigmaCIDRExpression):
        return _within(value)
    if isinstance(value, SigmaCompareExpression):
        return _ordering(value)
    return lambda field_value: False


def _date_part(value: SigmaTimestampPart) -> Callable[[Value], bool]:
    part, number = value.timestamp_part, value.number

    def holds(field_value: Value) -> bool:
        moment = moment_of(field_value)
        if moment is None:
            return False
        if part is TimestampPart.WEEK:
            return moment.isocalendar().week == number
        return bool(getattr(moment, part.name.lower()) == number)

    return holds


def _within(value: SigmaCIDRExpression) -> Callable[[Value], bool]:
    network = value.network

    def holds(field_value: Value) -> bool:
        address = address_of(field_value)
        return address is not None and address in network

    return holds


_ORDERINGS: Final[dict[CompareOperators, Callable[[float, float], bool]]] = {
    CompareOperators.LT: lambda a, b: a < b,
    CompareOperators.LTE: lambda a, b: a <= b,
    CompareOperators.GT: lambda a, b: a > b,
    CompareOperators.GTE: lambda a, b: a >= b,
    CompareOperators.NEQ: lambda a, b: a != b,
}


def _ordering(value: SigmaCompareExpression) -> Callable[[Value], bool]:
    compare, limit = _ORDERINGS[value.op], value.number.number

    def holds(field_value: Value) -> bool:
        number = number_of(field_value)
        return number is not None and compare(number, limit)

    return holds


_FLAGS: Final = {
    SigmaRegularExpressionFlag.IGNORECASE: re.IGNORECASE,
    SigmaRegularExpressionFlag.MULTILINE: re.MULTILINE,
    SigmaRegularExpressionFlag.DOTALL: re.DOTALL,
}


def _flags(value: SigmaRegularExpression) -> int:
    """An expression's flags, as those of `re`."""
    flags = 0
    for flag in value.flags:
        flags |= _FLAGS[flag]
    return flags


def _search(value: SigmaRegularExpression) -> Callable[[Value], bool]:
    """A search by RE2, whose time is linear in the text whatever the expression."""
    search = POLICY.regex_engine.compile(str(value.regexp), _flags(value)).search

    def holds(field_value: Value) -> bool:
        text = str(field_value)
        if not text.isascii():  # lone surrogates have no UTF-8, which RE2 works on
            text = text.encode("utf-8", "replace").decode("utf-8")
        return search(text) is not None

    return holds


def _glob(parts: tuple[Part, ...], *, cased: bool) -> Callable[[Value], bool]:
    """A test of a text against a pattern: its pieces between `*` found one after the other.

    Each piece has a fixed length, so that the leftmost find is always right and nothing is tried
    twice.
    """
    pieces: list[list[Part]] = [[]]
    for part in parts:
        if part is _ANYTHING:
            pieces.append([])
        else:
            pieces[-1].append(part)
    patterns = [re.compile(_expression(piece, cased=cased), re.DOTALL) for piece in pieces]
    lengths = [_length(piece, cased=cased) for piece in pieces]

    def holds(field_value: Value) -> bool:
        text = str(field_value) if cased else str(field_value).casefold()
        if len(patterns) == 1:
            return patterns[0].fullmatch(text) is not None
        end = len(text) - lengths[-1]
        if len(text) < sum(lengths) or not patterns[0].match(text):
            return False
        position = lengths[0]
        for pattern in patterns[1:-1]:
            piece = pattern.search(text, position, end)
            if piece is None:
                return False
            position = piece.end()
        return patterns[-1].match(text, end) is not None

    return holds


def _expression(piece: Sequence[Part], *, cased: bool) -> str:
    return "".join(
        re.escape(part if cased else part.casefold()) if isinstance(part, str) else "."
        for part in piece
    )


def _length(piece: Sequence[Part], *, cased: bool) -> int:
    return sum(
        len(part if cased else part.casefold()) if isinstance(part, str) else 1 for part in piece
    )
