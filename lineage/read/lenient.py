"""JSON that the strict parser refuses for its characters, not for its form."""

from __future__ import annotations

import json


def loads_lenient(text: bytes | str) -> object:
    """Decodes JSON with raw control characters or lone surrogates; the latter become U+FFFD.

    An attacker chooses command lines: one that can't be written as Unicode must not hide its event.

    Raises:
        ValueError: it isn't JSON all the same, or is nested too deeply.
    """
    try:
        value = json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return without_surrogates(value)


def has_surrogate(text: bytes) -> bool:
    r"""Whether JSON has an escape between ``\ud800`` and ``\udfff``."""
    return b"\\ud" in text or b"\\uD" in text


def without_surrogates(value: object) -> object:
    """A decoded value with lone surrogates in its texts as U+FFFD."""
    whole = json.dumps(value, ensure_ascii=False)
    repaired = whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value if repaired == whole else json.loads(repaired)
