"""JSON that isn't sound: what is wrong with it, what can be had of it, how much it was."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lineage.read.lenient import has_surrogate, loads_lenient
from lineage.read.text import READ_ALL_THE_SAME, not_utf8

if TYPE_CHECKING:
    import orjson

JsonObject = dict[str, Any]

MEMBER = re.compile(rb'"([^"\\\n]{1,64}+)"\s{0,64}+:')
"""A member's name."""

_NAMES_COUNTED = 200
"""Names of members that are counted where damage may have hit two elements."""


def why_invalid(text: bytes, error: orjson.JSONDecodeError) -> str:
    """Says what is wrong with a text that isn't JSON, in one line."""
    if b"\0" in text:
        return "not JSON: it has NUL bytes"
    return not_utf8(text) or f"not JSON: {error.msg}"


def mended(text: bytes) -> tuple[JsonObject, str | None] | None:
    """An object that only its characters keep from being JSON, with a remark; None for others.

    Lone surrogates and bytes that aren't UTF-8 become U+FFFD: a command line that can't be written
    as Unicode must not hide its event.
    """
    remark = not_utf8(text)
    if remark is None and not has_surrogate(text):
        return None
    try:
        value = loads_lenient(text.decode("utf-8", "replace"))
    except ValueError:
        return None
    return (value, remark and remark + READ_ALL_THE_SAME) if isinstance(value, dict) else None


def elements_in(text: bytes, sound: bytes = b"") -> int:
    """How many elements a damaged text was, at least 1.

    A quarter of the names that one element has once must be there as often.

    Args:
        text: what is damaged.
        sound: an element of the same export; without one the text's own names are counted.
    """
    times = Counter(MEMBER.findall(text))
    names = _names_once(sound) or tuple(times)[:_NAMES_COUNTED]
    counts = sorted(times[name] for name in names)
    return max(counts[len(counts) * 3 // 4], 1) if len(counts) > 1 else 1


@lru_cache(maxsize=4)
def _names_once(text: bytes) -> tuple[bytes, ...]:
    times = Counter(MEMBER.findall(text))
    return tuple(name for name, count in times.items() if count == 1)[:_NAMES_COUNTED]
