"""Many expressions at once find what each finds by itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.detect.regex import POLICY, Searches

PATTERNS = (
    (r"\bcopy\s+/b", re.IGNORECASE),
    (r"^cmd", 0),
    (r"a.b", re.DOTALL),
    (r"^b$", re.MULTILINE),
    (r"\s", 0),
    ("", 0),
    ("é|\\x{2013}", re.IGNORECASE),
    *((rf"{letter}[0-9]{{2}}$", re.IGNORECASE) for letter in "abcdefghij"),
)
"""More than fit into one of RE2's sets, and with every flag."""


@given(st.lists(st.sampled_from([*"abcdy12 /\nÉ\v\x00", "copy", "\ud800"])).map("".join))
def test_finds_what_each_finds_alone(text: str) -> None:
    searches = Searches()
    for number, (pattern, flags) in enumerate(PATTERNS):
        searches.add(pattern, flags, 1 << number)
    plain = text.encode("utf-8", "replace").decode("utf-8")
    alone = sum(
        1 << number
        for number, (pattern, flags) in enumerate(PATTERNS)
        if POLICY.regex_engine.compile(pattern, flags).search(plain) is not None
    )
    assert searches.mask(text) == alone


@pytest.mark.parametrize("large", [r"(?:\w{1,99}-){9}x", r"(?:[a-z]{1,200}\s){4}[0-9]"])
def test_expressions_that_dont_fit_into_a_set_are_searched_for_by_themselves(large: str) -> None:
    """RE2 says of a set that ran out of memory that nothing matches."""
    searches = Searches()
    for bit in range(9):
        searches.add(f"{large}{bit}|^{bit}", 0, 1 << bit)
    searches.add("end$", 0, 1 << 9)
    assert searches.mask("3 at the end") == 1 << 3 | 1 << 9
    assert searches.mask("nothing") == 0
