"""The slow, obvious matcher: straight from the condition to the event, one value at a time.

`lineage.detect.compile` must agree with it (tests hold that); it also says why a rule fired.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
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

from lineage.detect.acting import PREFIX, acting_value
from lineage.detect.condition import Condition, Tree, alternatives, children, true_where_lacking
from lineage.detect.fields import (
    Field,
    Value,
    address_of,
    attribute_value,
    field_value,
    fields_of,
    moment_of,
    number_of,
    text_attributes,
)
from lineage.detect.regex import POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sigma.policy.regex_engine import RegexPattern

    from lineage.normalise.event import Event


def matches(condition: Condition, event: Event) -> bool:
    """Whether an event meets a condition."""
    if event.origin not in condition.sources:
        return False
    return _holds(condition.tree, event, fields_of(event.origin, condition.dialect))


def explain(condition: Condition, event: Event) -> dict[str, str]:
    """The fields of an event that made it meet a condition, with their values.

    Values are the telemetry's own text. A derived field that is a mere part of an attribute shows
    as that attribute; a decoded one shows beside it.

    Returns:
        Field name -> value; empty where the event doesn't meet the condition.
    """
    known = fields_of(event.origin, condition.dialect)
    shown: dict[str, str] = {}
    for name in _reasons(condition.tree, event, known) or ():
        _show(name, event, known, shown)
    return shown


def _show(name: str, event: Event, known: Mapping[str, Field], shown: dict[str, str]) -> None:
    field = known.get(name)
    if field is not None:
        attributes = field.attributes
    else:
        attributes = (name,) if name in text_attributes(event.origin) else ()
    for attribute in attributes:
        value: Value
        if attribute.startswith(PREFIX):
            value, shown_as = acting_value(event, attribute), name
        else:
            value, shown_as = getattr(event, attribute), attribute
        if attribute == "time" and field is not None:
            value, shown_as = field_value(event, field), field.name
        if value is not None and attribute != "event_id":
            shown[shown_as] = str(value)
    if field is not None and field.decoded and (decoded := field_value(event, field)) is not None:
        shown[field.name] = str(decoded)


def _reasons(node: Tree, event: Event, known: Mapping[str, Field]) -> list[str] | None:
    """The fields that make a node hold: those of comparisons that hold, or that are negated.

    None where the node doesn't hold.
    """
    if isinstance(node, ConditionOR):
        return _reasons_of_any(node, event, known)
    if isinstance(node, ConditionAND):
        reasons = [_reasons(child, event, known) for child in children(node)]
        holding = [names for names in reasons if names is not None]
        if not holding or len(holding) < len(reasons):
            return None
        return [name for names in holding for name in names]
    if not _holds(node, event, known):
        return None
    if isinstance(node, ConditionValueExpression):
        return [
            name
            for name in text_attributes(event.origin)
            if _keyword(node.value, attribute_value(event, name))
        ]
    return _looked_at(node)


def _reasons_of_any(
    node: ConditionOR, event: Event, known: Mapping[str, Field]
) -> list[str] | None:
    """Of many values of one field, the first that holds is enough: no other names another field."""
    names: list[str] = []
    holds = False
    for child in children(node):
        if isinstance(child, ConditionFieldEqualsValueExpression) and child.field in names:
            continue
        reasons = _reasons(child, event, known)
        holds |= reasons is not None
        names += reasons or ()
    return names if holds else None


def _looked_at(node: Tree) -> list[str]:
    if isinstance(node, ConditionFieldEqualsValueExpression):
        references = [
            value.field
            for value in alternatives(node.value)
            if isinstance(value, SigmaFieldReference)
        ]
        return [node.field, *references]
    return [name for child in children(node) for name in _looked_at(child)]


def _holds(node: Tree, event: Event, known: Mapping[str, Field]) -> bool:
    if isinstance(node, ConditionNOT):
        return not all(_holds(child, event, known) for child in children(node))
    if isinstance(node, ConditionAND):
        return all(_holds(child, event, known) for child in children(node))
    if isinstance(node, ConditionOR):
        return any(_holds(child, event, known) for child in children(node))
    if isinstance(node, ConditionValueExpression):
        return any(
            _keyword(node.value, attribute_value(event, name))
            for name in text_attributes(event.origin)
        )
    if not isinstance(node, ConditionFieldEqualsValueExpression):
        return False
    value = field_value(event, known[node.field]) if node.field in known else None
    return any(_compare(value, wanted, event, known) for wanted in alternatives(node.value))


def _keyword(wanted: SigmaType, value: Value) -> bool:
    """Whether a keyword stands anywhere in a value."""
    if value is None:
        return False
    return any(_stands_in(str(value), variant) for variant in alternatives(wanted))


def _stands_in(text: str, wanted: SigmaType) -> bool:
    if isinstance(wanted, SigmaRegularExpression):
        return _searches(text, wanted)
    if isinstance(wanted, SigmaString):
        anything = SpecialChars.WILDCARD_MULTI
        return _glob((anything, *_parts(wanted), anything), text, cased=_is_cased(wanted))
    return str(wanted).casefold() in text.casefold()


def _compare(value: Value, wanted: SigmaType, event: Event, known: Mapping[str, Field]) -> bool:
    if value is None:
        return true_where_lacking(wanted)
    if isinstance(wanted, SigmaNull):
        return False
    if isinstance(wanted, SigmaExists):
        return wanted.exists
    if isinstance(wanted, SigmaString):
        return _glob(_parts(wanted), str(value), cased=_is_cased(wanted))
    if isinstance(wanted, SigmaTimestampPart):
        return _date_part(value, wanted.timestamp_part) == wanted.number
    if isinstance(wanted, SigmaNumber):
        return number_of(value) == wanted.number
    if isinstance(wanted, SigmaBool):
        return str(value).casefold() == str(wanted.boolean).casefold()
    if isinstance(wanted, SigmaRegularExpression):
        return _searches(str(value), wanted)
    if isinstance(wanted, SigmaCIDRExpression):
        address = address_of(value)
        return address is not None and address in wanted.network
    if isinstance(wanted, SigmaCompareExpression):
        return _ordered(number_of(value), wanted)
    if isinstance(wanted, SigmaFieldReference):
        other = field_value(event, known[wanted.field]) if wanted.field in known else None
        return other is not None and _refers(str(value), str(other), wanted)
    return False


def _refers(value: str, other: str, wanted: SigmaFieldReference) -> bool:
    value, other = value.casefold(), other.casefold()
    if wanted.starts_with and wanted.ends_with:
        return other in value
    if wanted.starts_with:
        return value.startswith(other)
    if wanted.ends_with:
        return value.endswith(other)
    return value == other


def _ordered(number: int | float | None, wanted: SigmaCompareExpression) -> bool:
    if number is None:
        return False
    limit = wanted.number.number
    return {
        CompareOperators.LT: number < limit,
        CompareOperators.LTE: number <= limit,
        CompareOperators.GT: number > limit,
        CompareOperators.GTE: number >= limit,
        CompareOperators.NEQ: number != limit,
    }[wanted.op]


def _date_part(value: Value, part: TimestampPart) -> int | None:
    moment = moment_of(value)
    if moment is None:
        return None
    if part is TimestampPart.WEEK:
        return moment.isocalendar().week
    return int(getattr(moment, part.name.lower()))


def _is_cased(wanted: SigmaString) -> bool:
    return isinstance(wanted, SigmaCasedString)


def _parts(wanted: SigmaString) -> tuple[str | SpecialChars, ...]:
    return tuple(part for part in wanted.s if isinstance(part, str | SpecialChars))


def _glob(parts: Sequence[str | SpecialChars], text: str, *, cased: bool) -> bool:
    """Whether a pattern with wildcards takes the whole text."""
    subject = _folded(text, cased=cased)
    match parts:  # most patterns; an expression takes longer to compile than all its uses
        case (str(plain),):
            return subject == _folded(plain, cased=cased)
        case (SpecialChars.WILDCARD_MULTI, str(plain), SpecialChars.WILDCARD_MULTI):
            return _folded(plain, cased=cased) in subject
        case (str(plain), SpecialChars.WILDCARD_MULTI):
            return subject.startswith(_folded(plain, cased=cased))
        case (SpecialChars.WILDCARD_MULTI, str(plain)):
            return subject.endswith(_folded(plain, cased=cased))
    return _glob_pattern(tuple(parts), cased).fullmatch(subject) is not None


def _folded(text: str, *, cased: bool) -> str:
    return text if cased else text.casefold()


@lru_cache(maxsize=1024)
def _glob_pattern(parts: tuple[str | SpecialChars, ...], cased: bool) -> re.Pattern[str]:
    """`*` and `?` as an expression.

    Between two `*`, the first place that fits is as good as any later one, so no match is tried
    twice (atomic groups, as in Python's `fnmatch.translate`).
    """
    pieces = [""]
    for part in parts:
        if part is SpecialChars.WILDCARD_MULTI:
            pieces.append("")
        elif part is SpecialChars.WILDCARD_SINGLE:
            pieces[-1] += "."
        else:
            pieces[-1] += re.escape(_folded(part, cased=cased))
    expression = pieces[0]
    if len(pieces) > 1:
        expression += "".join(f"(?>.*?{piece})" for piece in pieces[1:-1]) + ".*" + pieces[-1]
    return re.compile(expression, re.DOTALL)


_PYTHON_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: re.IGNORECASE,
    SigmaRegularExpressionFlag.MULTILINE: re.MULTILINE,
    SigmaRegularExpressionFlag.DOTALL: re.DOTALL,
}


def _searches(text: str, wanted: SigmaRegularExpression) -> bool:
    flags = 0
    for flag in wanted.flags:
        flags |= _PYTHON_FLAGS[flag]
    encodable = text.encode("utf-8", "replace").decode("utf-8")
    return _pattern(str(wanted.regexp), flags).search(encodable) is not None


@lru_cache(maxsize=1024)
def _pattern(expression: str, flags: int) -> RegexPattern:
    return POLICY.regex_engine.compile(expression, flags)
