"""How answers are shown: as JSON, and as text for a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from neo4j_case import intrusion
from neo4j_slow import SLOW

from lineage.errors import DatabaseError
from lineage.graphdb import from_run, push, run

if TYPE_CHECKING:
    from lineage.graphdb.connect import Database


def value(database: Database, code: str, **parameters: object) -> object:
    with database.session() as session:
        return session.run(code, parameters).single(strict=True)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "plain", "cell"),
    [
        ("RETURN null", None, ""),
        ("RETURN true", True, "yes"),
        ("RETURN false", False, "no"),
        ("RETURN 12.50", 12.5, "12.5"),
        ("RETURN 7", 7, "7"),
        ("RETURN 'a\\nb'", "a\nb", "a\nb"),
        ("RETURN [1, 'x', null]", [1, "x", None], "1, x, "),
        ("RETURN {b: [true], a: 1}", {"b": [True], "a": 1}, "b=yes, a=1"),
        (
            "RETURN datetime('2026-03-02T10:00:06.1234567Z')",
            "2026-03-02T10:00:06.1234567Z",
            "2026-03-02T10:00:06.1234567Z",
        ),
        (
            "RETURN datetime('2026-03-02T10:00:06Z')",
            "2026-03-02T10:00:06.0000000Z",
            "2026-03-02T10:00:06.0000000Z",
        ),
    ],
)
def test_values(database, code, plain, cell):
    found = value(database, code)
    if isinstance(found, dict):
        assert set(run.cell(found).split(", ")) == set(cell.split(", "))
    else:
        assert run.cell(found) == cell
    assert run.plain(found) == plain


def test_nodes_relationships_and_paths(database, case):
    story = intrusion()
    push.push(database, case, from_run.content(story.graph, story.report()))
    path = value(
        database,
        "MATCH p = (:Process {case: $case, id: 'process:ws01:wscript'})"
        "-[:WROTE]->()<-[:EXECUTED]-() RETURN p",
        case=case,
    )
    assert run.cell(path) == "wscript.exe (5200) -WROTE-> update.exe <-EXECUTED- update.exe (5400)"
    shown = run.plain(path)
    assert isinstance(shown, dict)
    first, step = shown["nodes"][0], shown["relationships"][0]
    assert (first["labels"], first["pid"]) == (["Entity", "InChain", "Process", "Tagged"], 5200)
    assert first["start"] == "2026-03-02T10:00:06.0000001Z"
    assert (step["type"], step["from"], step["to"]) == (
        "WROTE",
        "process:ws01:wscript",
        "file:ws01:c:\\users\\dana\\appdata\\local\\temp\\update.exe",
    )


def test_a_query_that_takes_too_long_is_ended_on_the_server(database):
    with pytest.raises(DatabaseError) as caught:
        run.run(database, SLOW, {}, seconds=1)
    assert str(caught.value) == (
        "query slow took longer than 1 s; narrow it with --param (depth), or allow more with "
        "--timeout"
    )
