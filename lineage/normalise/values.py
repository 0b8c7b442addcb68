"""How sources spell the same value: absent fields, process ids, GUIDs; each kept once.

The tables below are dictionaries that fill themselves: a value met before costs one look-up,
and equal texts share one object, which is what keeps a million events small.
"""

from __future__ import annotations

from sys import intern
from typing import Final

from lineage.normalise.events.channel import Shape

ABSENT: Final = frozenset({"", "-"})
"""What Windows writes for a field without a value."""
_DWORD = 1 << 32
"""Process ids are DWORDs (Microsoft Learn, GetProcessId)."""
_LONGEST_NUMBER = 32


def text(value: object) -> str | None:
    """The value as text; None where the field is absent, empty or a lone dash.

    A field that is there more than once comes as a list, whose values are joined by ", ".
    """
    if value is None:
        return None
    if isinstance(value, str):
        return None if value in ABSENT else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        parts = (text(item) for item in value if not isinstance(item, list))
        return ", ".join(part for part in parts if part is not None) or None
    return None


def number(value: object, field: str) -> int | None:
    """A process id or count, decimal or hexadecimal, as an int; None where absent.

    Raises:
        ValueError: it is no number of 32 bits; the message names the field and the value.
    """
    if value is None or (isinstance(value, str) and value.strip() in ABSENT):
        return None
    whole = _spelled_number(value.strip()) if isinstance(value, str) else _whole_number(value)
    if whole is None or not 0 <= whole < _DWORD:
        raise ValueError(f"{field} {str(value)[:40]!r} is not a number of 32 bits")
    return whole


def _spelled_number(spelled: str) -> int | None:
    if not (spelled.isascii() and spelled.isalnum()) or len(spelled) > _LONGEST_NUMBER:
        return None
    try:
        return int(spelled, 16) if spelled[:2] in {"0x", "0X"} else int(spelled)
    except ValueError:
        return None


def _whole_number(value: object) -> int | None:
    """A number of JSON; exports by way of tables turn whole numbers into 4242.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def guid(value: object) -> str | None:
    """A GUID in lower case without braces; None where absent or all zeros."""
    spelled = text(value)
    if spelled is None:
        return None
    bare = spelled.strip("{} ").lower()
    if not bare.strip("0-"):
        return None
    return bare


class Texts(dict[object, str | None]):
    """Value as decoded -> text, shared. See `text`.

    Only strings are kept: 1, 1.0 and True are one dictionary key, but not one text.
    """

    def __missing__(self, value: object) -> str | None:
        made = text(value)
        if isinstance(value, str):
            self[value] = made
        return made


class Numbers(dict[object, int | None]):
    """A field's number as spelled -> int, shared. See `number`, whose ValueError it raises."""

    __slots__ = ("_field",)

    def __init__(self, field: str) -> None:
        super().__init__()
        self._field = field

    def __missing__(self, value: object) -> int | None:
        made = number(value, self._field)
        if isinstance(value, str):
            self[value] = made
        return made


class NumberTables(dict[str, Numbers]):
    """Field name -> its numbers, so that what is wrong with one can name the field."""

    def __missing__(self, field: str) -> Numbers:
        table = self[field] = Numbers(field)
        return table


class Guids(dict[object, str | None]):
    """GUID as spelled -> canonical form, shared. See `guid`."""

    def __missing__(self, value: object) -> str | None:
        made = guid(value)
        if isinstance(value, str):
            self[value] = made
        return made


class Shapes(dict[tuple[str, ...], Shape]):
    """Names of a record's fields -> the shape that all such records share."""

    def __missing__(self, names: tuple[str, ...]) -> Shape:
        shape = self[names] = Shape(tuple(map(intern, names)))
        return shape


class Values:
    """The value tables of one run."""

    __slots__ = ("guids", "numbers", "shapes", "texts")

    def __init__(self) -> None:
        self.texts = Texts()
        self.numbers = NumberTables()
        self.guids = Guids()
        self.shapes = Shapes()

    def forget(self) -> None:
        """Empties the tables. Texts that events still hold stay shared."""
        self.texts.clear()
        self.numbers.clear()
        self.guids.clear()
        self.shapes.clear()
