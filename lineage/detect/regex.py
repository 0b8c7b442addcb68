"""Regular expressions of rules, by RE2: linear in the text, whatever the expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

import re2
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine

if TYPE_CHECKING:
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
        letters = "".join(letter for flag, letter in _INLINE.items() if flags & flag)
        options = re2.Options()
        options.log_errors = False
        text = with_vertical_tab(pattern)
        try:
            compiled = re2.compile(f"(?{letters}){text}" if letters else text, options)
        except re2.error as error:
            reason = error.args[0] if error.args else error
            text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
            raise InvalidPatternError(text) from error
        return cast("RegexPattern", compiled)

    @property
    def error(self) -> type[Exception]:
        """What `compile` raises."""
        return InvalidPatternError


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
