"""How sources spell the same value: absent fields, process ids, GUIDs; each kept once.

The three tables below are dictionaries that fill themselves: a value met before costs one look-up,
and equal texts share one object, which is what keeps a million events small.
"""

from __future__ import annotations

from typing import Final

ABSENT: Final = frozenset({"", "-"})
"""What Windows writes for a field without a value."""


def text(value: object) -> str | None:
    """The value as text; None where the field is absent, empty or a lone dash."""
    if value is None:
        return None
    if isinstance(value, str):
        return None if value in ABSENT else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return ", ".join(part for item in value if (part := text(item)) is not None) or None
    return None


def number(value: object, field: str) -> int | None:
    """A process id or count, decimal or hexadecimal, as an int; None where absent.

    Raises:
        ValueError: neither; the message names the field and the value.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if value is None or (isinstance(value, str) and value.strip() in ABSENT):
        return None
    if isinstance(value, str):
        spelled = value.strip()
        try:
            return int(spelled, 16) if spelled[:2].lower() == "0x" else int(spelled)
        except ValueError:
            pass
    raise ValueError(f"{field} {str(value)[:40]!r} is not a number")


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
        found = text(value)
        if isinstance(value, str):
            self[value] = found
        return found


class Numbers(dict[object, int | None]):
    """Process id as spelled -> int, shared. See `number`, whose ValueError it raises."""

    def __missing__(self, value: object) -> int | None:
        found = number(value, "process id")
        if isinstance(value, str):
            self[value] = found
        return found


class Guids(dict[object, str | None]):
    """GUID as spelled -> canonical form, shared. See `guid`."""

    def __missing__(self, value: object) -> str | None:
        found = guid(value)
        if isinstance(value, str):
            self[value] = found
        return found


class Values:
    """The value tables of one run."""

    __slots__ = ("guids", "numbers", "texts")

    def __init__(self) -> None:
        self.texts = Texts()
        self.numbers = Numbers()
        self.guids = Guids()
