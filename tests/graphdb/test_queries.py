"""Every saved query, asked of the real server: exact answers on two cases, and what it promises.

The small case is written by hand (`neo4j_case`) and its answers stand in `answers.yml`. The other
is simulated; its answers are found again without Neo4j (`neo4j_oracle`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from neo4j_case import intrusion
from neo4j_oracle import triples
from neo4j_oracle_places import Everything

from lineage.correlate.registry import correlators
from lineage.errors import DatabaseError
from lineage.graphdb import from_report, from_run, library, push, run
from lineage.pipeline import Request
from lineage.pipeline import run as analyse
from lineage.simulate.cases import campaign
from lineage.simulate.run import write
from lineage.simulate.scenario import textbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.graphdb.connect import Database

QUERIES = library.load()
ANSWERS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("answers.yml").read_text(encoding="utf-8")
)
EXCLUSION = "Add-MpPreference -ExclusionPath C:\\Users\\dana\\AppData"
C2 = "203.0.113.7:2404/tcp"
BETWEEN = [C2, "CORP\\omar from 192.0.2.9 (0x5a1)", "c2.example", "remcos.exe"]
OF_ALL_CASES = {"cases", "sightings"}
SMALL, SIMULATED = "queries-small", "queries-simulated"


def ask(database: Database, name: str, case: str, **given: str) -> list[dict[str, Any]]:
    query = QUERIES[name]
    has_case = any(each.name == library.CASE for each in query.parameters)
    own = {library.CASE: case} if has_case else {}
    answer = run.run(database, query, query.values(own | given))
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


@pytest.fixture(scope="module")
def small(database: Database) -> str:
    story = intrusion()
    push.push(database, SMALL, from_run.content(story.graph, story.report()))
    return SMALL


@pytest.fixture(scope="module")
def simulated(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """A whole intrusion, and another on two hosts, among small days of benign work."""
    folder = tmp_path_factory.mktemp("simulated")
    scenes = [textbook(4, "small"), campaign(7, hosts=2, noise="small")]
    write(folder, iter(scenes), 4, formats=["nxlog"], events=10**9)
    found = analyse(Request([folder / "nxlog"], correlators=correlators()))
    push.push(database, SIMULATED, from_run.content(found.analysis.graph, found.report))
    return Everything(found)


def test_every_query_has_an_exact_answer():
    assert set(ANSWERS) == set(QUERIES)
    assert set(READ) == set(QUERIES) - OF_ALL_CASES


@pytest.mark.parametrize("name", QUERIES)
def test_the_answer_on_the_small_case(database, small, name):
    expected = ANSWERS[name]
    rows = ask(database, name, small, **expected.get("given", {}))
    if name in OF_ALL_CASES:  # the server has the cases of other tests too
        rows = [row for row in rows if row["case_name"] == small]
    told = [" | ".join(_cell(row[column]) for column in expected["columns"]) for row in rows]
    assert told == expected["rows"]


def _cell(value: Any) -> str:
    return run.cell(sorted(value, key=run.cell) if isinstance(value, list) else value)


def _ids(nodes: list[Any]) -> frozenset[str]:
    return frozenset(node["id"] for node in nodes)


READ: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = {
    "account": lambda r: (r["about"], r["what"]["id"], r["times"]),
    "ancestry": lambda r: tuple(
        r[name] and r[name]["id"]
        for name in ("process", "parent", "grandparent", "great_grandparent")
    ),
    "attack-coverage": lambda r: (r["technique"], r["hits"], r["nodes"], r["chains"]),
    "between": triples("source", "step", "target"),
    "blast-radius": lambda r: (r["reached"]["id"], r["steps"]),
    "browser-stores": lambda r: (*triples("process", "opened", "store")(r), r["own_browser"]),
    "campaign": lambda r: (r["shared"], frozenset(r["hosts"])),
    "causal-path": lambda r: (
        r["path"].start_node["id"],
        r["path"].end_node["id"],
        r["steps"],
    ),
    "chain-timeline": triples("source", "what", "target"),
    "chains": lambda r: (r["id"], r["verdict"], r["processes"]),
    "defender-exclusions": triples("by", "how", "what"),
    "dns-user-writable": triples("process", "asked", "name"),
    "file-origin": triples("source", "step", "target"),
    "host": lambda r: (r["about"], r["what"]["id"], r["times"]),
    "host-difference": lambda r: (r["about"], r["value"], r["times"]),
    "kill-chain": triples("source", "step", "target"),
    "living-off-the-land": lambda r: (
        r["process"]["id"],
        r["parent"] and r["parent"]["id"],
        r["times_with_this_parent"],
    ),
    "logons": lambda r: (
        r["host"],
        r["logon_id"],
        _ids(r["logged_on_by"]),
        r["processes"],
        r["tagged"],
    ),
    "network": triples("process", "met", "endpoint"),
    "office-children": triples("office", "spawned", "child"),
    "orphans": lambda r: (r["id"], r["never_seen_to_start"], r["children"]),
    "pid-reuse": lambda r: (r["host"], r["pid"], r["in_chain"], frozenset(r["ids"])),
    "rare-parent-child": lambda r: (r["parent"], r["child"], r["times"]),
    "reboot-survival": lambda r: (*triples("by", "made", "entry")(r), _ids(r["started"])),
    "same-hash": lambda r: (r["hash"], _ids(r["files"])),
    "script-hosts": lambda r: (*triples("host", "wrote", "dropped")(r), r["run"]),
    "start-here": lambda r: (r["step"], r["in_this_case"]),
    "tagged-outside-chains": triples("node", "hit", "detection"),
    "text-search": lambda r: (r["node"]["id"],),
    "under-process": triples("process", "step", "target"),
}


@pytest.mark.parametrize("name", READ)
def test_the_answer_on_a_simulated_case(database, simulated, name):
    expected = simulated.answer(name)
    rows = [READ[name](row) for row in ask(database, name, SIMULATED)]
    assert len(rows) == len(set(rows))
    assert set(rows) == set(expected)
    assert len(rows) < 300


def test_the_simulated_case_has_something_for_nearly_every_query(simulated):
    assert [name for name in READ if not simulated.answer(name)] == ["network", "same-hash"]


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("C2.Example", {"ws01": ["c2.example"], "ws02": [C2, "c2.example"]}),
        ("ab" * 32, {"ws01": ["remcos.exe", "update.exe"], "ws02": ["remcos.exe"]}),
        ("203.0.113.7", {"ws02": [C2]}),
        ("news.example", {"ws01": ["news.example"]}),
        ("xample", {}),
        ("", {}),
    ],
)
def test_what_was_seen_in_several_cases(database, small, value, hosts):
    other = "queries-other"
    push.push(database, other, from_run.content(intrusion().graph, intrusion().report()))
    found: dict[str, dict[str, list[str]]] = {small: {}, other: {}}
    for row in ask(database, "sightings", small, value=value):
        if row["case_name"] in found:
            seen = sorted(node["caption"] for node in row["seen_as"])
            found[row["case_name"]][row["host"]] = seen
    assert found == {small: hosts, other: hosts}


@pytest.mark.parametrize("name", QUERIES)
def test_pasted_into_browser_it_answers_the_same(database, small, name):
    query = QUERIES[name]
    with database.session() as session:
        pasted = session.run(query.with_case(small)).values()
    saved = [list(row.values()) for row in ask(database, name, small)]
    assert [list(map(run.plain, row)) for row in pasted] == [
        list(map(run.plain, row)) for row in saved
    ]


@pytest.mark.parametrize("name", QUERIES)
def test_a_case_that_is_not_there_answers_nothing(database, small, name):
    assert name in OF_ALL_CASES or ask(database, name, "no such case") == []


@pytest.mark.parametrize(
    ("name", "rows"),
    [("kill-chain", 12), ("chains", 2), ("chain-timeline", 18), ("causal-path", 1), ("orphans", 3)],
)
def test_a_report_alone_answers_what_it_can(database, name, rows):
    push.push(database, "queries-report", from_report.content(intrusion().report()))
    assert len(ask(database, name, "queries-report")) == rows


@pytest.mark.parametrize(
    ("name", "given", "column", "expected"),
    [
        ("kill-chain", {"chain": "chain-ws02"}, "target", ["c2.example", "remcos.exe"]),
        ("under-process", {"process": "REG.EXE"}, "target", ["Corp\\Policy"]),
        ("file-origin", {"file": "invoice.docm"}, "source", ["chrome.exe", "explorer.exe"]),
        ("file-origin", {"file": "nothing.exe"}, "source", []),
        ("between", {"since": "2026-03-03T10:00:03Z"}, "target", BETWEEN),
        ("between", {"since": "2026-03-02T10:00:00Z", "minutes": "0"}, "target", []),
        ("text-search", {"words": "5.16"}, "node", []),
        ("text-search", {"words": "add-mppreference -exclusionpath"}, "node", [EXCLUSION]),
        ("text-search", {"words": 'C:\\Users\\dana\\"'}, "node", []),
        ("text-search", {"words": "0x00000001"}, "node", ["Corp\\Policy"]),
        ("text-search", {"words": "(0"}, "node", ["Corp\\Policy", "dana\\AppData"]),
        ("text-search", {"words": "referenc"}, "node", []),
    ],
)
def test_parameters_choose_what_is_meant(database, small, name, given, column, expected):
    rows = ask(database, name, small, **given)
    assert sorted({row[column]["caption"] for row in rows}) == expected


def test_the_guide_names_favourites_that_there_are(database, small):
    titles = [query.title for query in QUERIES.values()]
    assert all(row["run_next"] in titles for row in ask(database, "start-here", small))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_bounds_its_answer_and_says_so(name):
    query = QUERIES[name]
    limit = re.findall(r"\bLIMIT (\d+)", query.statement)[-1]
    assert int(limit) <= 300
    assert re.search(rf"\b{limit}\b", query.limit)


def test_a_query_cannot_write(database):
    hostile = library.parse(
        "hostile",
        "// Title\n// Use: Hunt, 1\n// Question: q\n// Look at: l\n// Limit: 1\n"
        "CREATE (n:Owned) RETURN n",
    )
    with pytest.raises(DatabaseError, match="refused"):
        run.run(database, hostile, {})
