from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigma.policy import default_policy

from lineage.detect.needles import FEW, Needles, required_literal

TEXTS = st.text(st.sampled_from("abcABß \\.ſK1é\x00"), max_size=12)


@given(st.lists(TEXTS.filter(bool), max_size=3 * FEW, unique=True), TEXTS)
def test_finds_what_a_search_one_by_one_finds(words: list[str], text: str) -> None:
    folded = [word.casefold() for word in words]
    needles = Needles()
    for number, word in enumerate(folded):
        needles.add(word, 1 << number)
    expected = sum(1 << n for n, word in enumerate(folded) if word in text.casefold())
    assert needles.mask(text, text.casefold()) == expected


@pytest.mark.parametrize("others", [0, FEW])
def test_a_gated_test_is_made_only_where_its_needle_is(others: int) -> None:
    tried: list[object] = []
    needles = Needles()
    for number in range(others):
        needles.add(f"other {number}", 2)
    needles.gate("net", lambda value: tried.append(value) is None, 1)
    assert needles.mask("no such", "no such") == 0
    assert tried == []
    assert needles.mask("NET user", "net user") == 1
    assert tried == ["NET user"]


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"\\net1?\.exe", "\\net"),
        (r"(?i)PowerShell", "powershell"),
        (r"abc{0,3}def", "def"),
        (r"abcd{2}ef", "abcd"),
        (r"abc+d", "abc"),
        (r"(foo|bar)bazz", "bazz"),
        (r"[^]x]long[[:alpha:]]z", "long"),
        (r"a.b.c", None),
        (r"foo|bar", None),
        (r"\bfoo", None),
        (r"\x41bcdef", None),
        (r"\Qabc\E", None),
        (r"(abc)?", None),
        (r"äbcd", "bcd"),
    ],
)
def test_literal_of_a_regular_expression(pattern: str, literal: str | None) -> None:
    assert required_literal(pattern) == literal


ITEMS = st.sampled_from(
    [
        "abc",
        "B",
        "ss",
        "k",
        r"\.",
        r"\\",
        ".",
        "[ab]",
        "[^]a]",
        "(ab|c)",
        "(?:b(a)c)",
        "1",
        r"\d",
        "é",
    ]
)
QUANTIFIERS = st.sampled_from(["", "", "", "*", "+", "?", "{0,2}", "{2}", "{1,}", "*?"])
PATTERNS = st.tuples(
    st.sampled_from(["", "(?i)"]),
    st.lists(st.tuples(ITEMS, QUANTIFIERS), max_size=6).map(
        lambda items: "".join(item + quantifier for item, quantifier in items)
    ),
).map("".join)


@given(PATTERNS, TEXTS)
def test_no_text_matches_without_the_literal(pattern: str, text: str) -> None:
    literal = required_literal(pattern)
    try:
        found = default_policy.regex_engine.compile(pattern, 0).search(text)
    except re.error:
        return
    if literal is not None and found is not None:
        assert literal in text.casefold()
