"""Regular expressions of rules, by RE2: linear in the text, whatever the expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

import re2
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sigma.policy.regex_engine import RegexPattern

_INLINE: Final = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}
_ESCAPE_OR_CLASS = re.compile(r"\\.|\[|\]", re.DOTALL)


class InvalidPatternError(Exception):
    """An expression that RE2 doesn't take; its text is RE2's reason."""


class QuietRE2(RegexEngine):
    r"""RE2 that writes nothing to standard error and whose `\\s` is that of other engines."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        """Compiles an expression.

        Args:
            pattern: in RE2's syntax.
            flags: of `re`: IGNORECASE, MULTILINE, DOTALL.

        Raises:
            InvalidPatternError: it isn't in RE2's syntax (which has no look-around and no
                references back, since these cost more than linear time).
        """
        options = re2.Options()
        options.log_errors = False
        try:
            compiled = re2.compile(_spelled(pattern, flags), options)
        except re2.error as error:
            reason = error.args[0] if error.args else error
            text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
            raise InvalidPatternError(text) from error
        return cast("RegexPattern", compiled)

    @property
    def error(self) -> type[Exception]:
        """What `compile` raises."""
        return InvalidPatternError


def _spelled(pattern: str, flags: int) -> str:
    """An expression as RE2 takes it, with its flags inside."""
    letters = "".join(letter for flag, letter in _INLINE.items() if flags & flag)
    text = with_vertical_tab(pattern)
    return f"(?{letters}){text}" if letters else text


class Searches:
    """Many expressions searched for in one pass over a text, for each sets a bit where it matches.

    They go into RE2's sets by tens (measured: 5 times as quick as one search for each, and larger
    sets fill their memory with states). A set that ran out of memory says that nothing matches;
    therefore each has an expression that always does, and where that is missing, each of the
    others is searched for by itself.
    """

    def __init__(self) -> None:
        self._waiting: list[_Search] = []
        self._sets: list[tuple[re2.Set | None, tuple[_Search, ...]]] = []

    def add(self, pattern: str, flags: int, bit: int) -> None:
        """Adds an expression, as `QuietRE2.compile` takes it, and the bit that it sets."""
        self._waiting.append((pattern, flags, bit))

    def mask(self, text: str) -> int:
        """The bits of the expressions that match somewhere in a text."""
        if self._waiting:
            self._compile()
        data = text.encode("utf-8", "replace")  # lone surrogates have no UTF-8
        mask = 0
        for together, searches in self._sets:
            numbers = together.Match(data) if together is not None else ()
            if _SENTINEL not in numbers:
                mask |= _one_by_one(searches, data.decode("utf-8"))
                continue
            for number in numbers:
                if number != _SENTINEL:
                    mask |= searches[number - 1][2]
        return mask

    def _compile(self) -> None:
        while self._waiting:
            searches = tuple(self._waiting[:_SET_SIZE])
            del self._waiting[:_SET_SIZE]
            self._sets.append((_set(searches), searches))


_Search = tuple[str, int, int]
"""Expression, flags of `re`, bit."""
_SENTINEL: Final = 0
"""Number of the expression that always matches, within a set."""
_SET_SIZE: Final = 10
_SET_BYTES: Final = 1 << 20
"""Most memory that a set takes; RE2's own default is 8 MB."""


def _set(searches: Sequence[_Search]) -> re2.Set | None:
    """The expressions as a set; None where it doesn't fit into its memory."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _SET_BYTES
    together = re2.Set.SearchSet(options)
    together.Add("")
    for pattern, flags, _ in searches:
        together.Add(_spelled(pattern, flags))
    try:
        together.Compile()
    except re2.error:
        return None
    return together


def _one_by_one(searches: Sequence[_Search], text: str) -> int:
    mask = 0
    for pattern, flags, bit in searches:
        if POLICY.regex_engine.compile(pattern, flags).search(text) is not None:
            mask |= bit
    return mask


def with_vertical_tab(pattern: str) -> str:
    r"""The expression with 0x0B among white space, where RE2 alone leaves it out.

    >>> with_vertical_tab(r"a\sb[\s,]\\s\S")
    'a[\\s\\x0b]b[\\s\\x0b,]\\\\s[^\\s\\x0b]'
    """
    in_class = False

    def replaced(item: re.Match[str]) -> str:
        nonlocal in_class
        text = item[0]
        if text in "[]":
            in_class = text == "["
            return text
        if text == r"\s":
            return r"\s\x0b" if in_class else r"[\s\x0b]"
        return r"[^\s\x0b]" if text == r"\S" and not in_class else text

    return _ESCAPE_OR_CLASS.sub(replaced, pattern)


POLICY: Final = SigmaPolicy(regex_engine=QuietRE2())
"""What pySigma parses rules by."""
