"""Many texts searched for in one pass, and what a pattern can't match without.

The search is the automaton of Aho and Corasick ("Efficient string matching: an aid to bibliographic
search", CACM 1975): its cost grows with the text and the finds, not with the number of needles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import ahocorasick

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.detect.fields import Value

    Test = tuple[Callable[[Value], bool], int]

FEW: Final = 12
"""Up to so many needles a plain search for each is quicker than the automaton (measured: 0.1
microseconds a needle in a command line, against 1 to 10 for the automaton)."""

SHORTEST_LITERAL: Final = 3
"""A shorter literal stands in too many texts to save the test that it stands for."""


class Needles:
    """Case-folded texts that are looked for in case-folded values.

    Each needle sets bits where it is found, or says that further tests are worth making.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._gated: dict[str, list[Test]] = {}
        self._automaton: ahocorasick.Automaton | None = None

    def add(self, needle: str, bit: int) -> None:
        """Sets a bit wherever the needle is found; the needle isn't empty."""
        self._bits[needle] = self._bits.get(needle, 0) | bit
        self._automaton = None

    def gate(self, needle: str, test: Callable[[Value], bool], bit: int) -> None:
        """Makes a test, which sets a bit, only where the needle is found."""
        self._gated.setdefault(needle, []).append((test, bit))
        self._bits.setdefault(needle, 0)
        self._automaton = None

    def mask(self, value: Value, folded: str) -> int:
        """The bits that the needles set.

        Args:
            value: the value itself, for the gated tests.
            folded: its text, case-folded.
        """
        mask = 0
        for needle in self._found(folded):
            mask |= self._bits[needle]
            for test, bit in self._gated.get(needle, ()):
                if test(value):
                    mask |= bit
        return mask

    def _found(self, folded: str) -> set[str]:
        if len(self._bits) <= FEW:
            return {needle for needle in self._bits if needle in folded}
        if self._automaton is None:
            self._automaton = ahocorasick.Automaton()
            for needle in self._bits:
                self._automaton.add_word(needle, needle)
            self._automaton.make_automaton()
        return {needle for _, needle in self._automaton.iter(folded)}


_PLAIN_ESCAPES: Final = frozenset("\\./:-_ \"'%&=,;@#!~<>$^*+?()[]{}|`")
_CLASS_ESCAPES: Final = frozenset("dDsSwWtnrfv")
"""Escapes of one character that stand for a class or a control character."""
_SPECIAL: Final = frozenset(".^$")
_UNBALANCED: Final = frozenset(")]{}*+?|")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_INLINE_FLAGS = re.compile(r"\(\?[imsU-]*\)")
_POSIX_CLASS = re.compile(r"\[:\^?[a-z]+:\]")


def required_literal(pattern: str) -> str | None:
    r"""A text without which a regular expression matches nothing, case-folded; None if unsure.

    It looks at the outermost level alone: groups and classes are passed over, an alternative ends
    the search, and the longest run of plain characters counts. ASCII only, where all kinds of case
    folding agree.

    Args:
        pattern: in RE2's syntax.

    >>> required_literal(r"(?i)net(1)?\.exe\s+user")
    '.exe'
    >>> required_literal("a|b") is None
    True
    """
    flags = _INLINE_FLAGS.match(pattern)
    at = flags.end() if flags else 0
    runs = [""]
    while at < len(pattern):
        item = _item(pattern, at)
        if item is None:
            return None
        literal, at = item
        quantifier = _QUANTIFIER.match(pattern, at)
        if literal and not (quantifier and quantifier[0][:2] in _MAY_BE_NONE):
            runs[-1] += literal
        if not literal or quantifier:
            runs.append("")
        if quantifier:
            at = quantifier.end()
    longest = max(runs, key=len).casefold()
    return longest if len(longest) >= SHORTEST_LITERAL else None


_MAY_BE_NONE: Final = frozenset({"*", "?", "*?", "??", "{0"})


def _item(pattern: str, at: int) -> tuple[str, int] | None:
    """The plain character at a place, or "" for a group, class or such, and where the next begins.

    None where the pattern can't be followed.
    """
    char = pattern[at]
    if char == "\\":
        escaped = pattern[at + 1 : at + 2]
        if escaped in _PLAIN_ESCAPES and escaped:
            return escaped, at + 2
        return ("", at + 2) if escaped in _CLASS_ESCAPES and escaped else None
    if char in _UNBALANCED:
        return None
    if char == "[":
        end = _end_of_class(pattern, at)
    elif char == "(":
        end = _end_of_group(pattern, at)
    else:
        return ("" if char in _SPECIAL or not char.isascii() else char), at + 1
    return None if end is None else ("", end)


def _end_of_class(pattern: str, start: int) -> int | None:
    at = start + 1
    at += pattern.startswith("^", at)
    at += pattern.startswith("]", at)
    while at < len(pattern):
        posix = _POSIX_CLASS.match(pattern, at)
        if posix:
            at = posix.end()
        elif pattern[at] == "]":
            return at + 1
        else:
            at += 2 if pattern[at] == "\\" else 1
    return None


def _end_of_group(pattern: str, start: int) -> int | None:
    depth, at = 1, start + 1
    while at < len(pattern):
        char = pattern[at]
        if char == "[":
            end = _end_of_class(pattern, at)
            if end is None:
                return None
            at = end
            continue
        if char == "\\" and pattern[at + 1 : at + 2] == "Q":
            return None
        depth += (char == "(") - (char == ")")
        at += 2 if char == "\\" else 1
        if depth == 0:
            return at
    return None
