"""The headers of the saved queries: what is read from them, and what is wrong with bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.errors import InputError, UsageError
from lineage.graphdb import library

QUERY = """// Title of it
// Use: Search, 2
// Question: What happened,
//   and when?
// Look at: this.
// Limit: 10 rows.
WITH
  'it\\'s \\\\ here' AS case_name, // the case
  3 AS hops, // steps
  -1.5 AS score, // points
  true AS tagged // only tagged ones
MATCH (n {case: case_name})
RETURN n LIMIT 10
"""


def test_a_query_tells_all_about_itself():
    query = library.parse("mine", QUERY)
    assert (query.name, query.title) == ("mine", "Title of it")
    assert (query.use, query.place) == ("Search", 2)
    assert query.question == "What happened, and when?"
    assert (query.look_at, query.limit) == ("this.", "10 rows.")
    assert [(each.name, each.default, each.meaning) for each in query.parameters] == [
        ("case_name", "it's \\ here", "the case"),
        ("hops", 3, "steps"),
        ("score", -1.5, "points"),
        ("tagged", True, "only tagged ones"),
    ]
    assert query.statement == (
        "WITH\n  $case_name AS case_name,\n  $hops AS hops,\n  $score AS score,\n"
        "  $tagged AS tagged\nMATCH (n {case: case_name})\nRETURN n LIMIT 10"
    )
    assert query.text == QUERY


def test_values_are_the_defaults_unless_told():
    query = library.parse("mine", QUERY)
    told = {"case_name": "x", "hops": "7", "score": "2", "tagged": "False"}
    assert query.values({}) == {
        "case_name": "it's \\ here",
        "hops": 3,
        "score": -1.5,
        "tagged": True,
    }
    assert query.values(told) == {"case_name": "x", "hops": 7, "score": 2.0, "tagged": False}


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"hop": "1"}, "no parameter 'hop'; it has: case_name, hops, score, tagged"),
        ({"hops": "many"}, "hops must be a number, not 'many'"),
        ({"hops": "1.5"}, "hops must be a number"),
        ({"tagged": "yes"}, "tagged must be true or false"),
    ],
)
def test_a_wrong_value_is_said(told, message):
    with pytest.raises(UsageError, match=message):
        library.parse("mine", QUERY).values(told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line is not '// Title'"),
        ("MATCH (n) RETURN n", "the first line is not '// Title'"),
        ("// T\n// Question: q\n// Look at: l\n// Limit: 1", "no '// Use: ...' line"),
        (QUERY.replace("Search, 2", "Fun, 2"), "Use is 'Fun, 2'; write one of Start here, "),
        (QUERY.replace("Search, 2", "Search"), "Use is 'Search'; write one of Start here, "),
        ("// T\n// Use: Hunt, 1\n// Look at: l\n// Limit: 1", "no '// Question: ...' line"),
        ("// T\n// Use: Hunt, 1\n// Question: q\n// Limit: 1", "no '// Look at: ...' line"),
        ("// T\n// Use: Hunt, 1\n// Question: q\n// Look at: l", "no '// Limit: ...' line"),
    ],
)
def test_a_header_that_lacks_something_is_named(text, message):
    with pytest.raises(InputError, match=message):
        library.parse("mine", text)


def test_only_cypher_files_are_read_and_in_order(tmp_path: Path):
    for name, place in (
        ("a.cypher", "Search, 2"),
        ("b.cypher", "Search, 1"),
        ("c.cypher", "Hunt, 1"),
    ):
        text = QUERY.replace("Search, 2", place)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "README.md").write_text("not a query", encoding="utf-8")
    assert list(library.load(tmp_path)) == ["b", "a", "c"]


def test_the_checkout_s_own_queries_are_found():
    files = Path(__file__).resolve().parents[2].joinpath("queries").glob("*.cypher")
    assert set(library.load()) == {file.stem for file in files}


@settings(max_examples=60)
@given(case=st.text(max_size=40).filter(lambda text: "\n" not in text and "\r" not in text))
def test_any_case_name_can_be_put_into_the_text(case: str):
    again = library.parse("mine", library.parse("mine", QUERY).with_case(case))
    # What str.splitlines() takes for a line's end is no case name either (`push.case_name`)
    if len(case.splitlines()) < 2 and case.splitlines() == ([case] if case else []):
        assert again.parameters[0].default == case
        assert again.parameters[1:] == library.parse("mine", QUERY).parameters[1:]
