"""The pack for Neo4j Browser: what is in it, and the Browser itself taking it."""

from __future__ import annotations

import io
import os
import re
import zipfile
from typing import NoReturn

import neo4j_browser
import pytest
from neo4j_case import intrusion

from lineage.graphdb import browser_pack, from_run, library, push
from lineage.graphdb.labels import ENTITY, IN_CHAIN, LABELS, TAGGED, TYPES

QUERIES = library.load()
HOSTILE = "O'Neil \\ case"


def not_here(reason: str) -> NoReturn:
    """Skips, but for CI, where nothing of this may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"the test of Neo4j Browser may not be skipped in CI: {reason}")
    pytest.skip(reason)


def unpacked(case: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(browser_pack.pack(QUERIES, case))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def favourite(name: str) -> str:
    return f"{QUERIES[name].place} {QUERIES[name].title}"


def entry(query: library.Query) -> str:
    return f"{browser_pack.FOLDERS[query.use]}/{query.name}.cypher"


def test_it_has_every_query_by_its_use_the_style_and_a_note():
    names = set(unpacked("acme"))
    assert names == {entry(query) for query in QUERIES.values()} | {"README.txt", "lineage.grass"}


def test_favourites_sorted_by_name_go_as_an_investigation_does():
    texts = unpacked("acme")
    named = [
        (browser_pack.FOLDERS[query.use], texts[entry(query)].partition("\n")[0].split()[1])
        for query in QUERIES.values()
    ]
    assert named == sorted(named)
    assert len(set(named)) == len(named)
    first = [query.name for query in QUERIES.values() if query.use == library.USES[0]]
    assert first[:4] == ["start-here", "cases", "chains", "kill-chain"]


def test_the_queries_ask_the_case_that_was_named():
    of_all_cases = {"cases.cypher", "sightings.cypher"}
    for name, text in unpacked("acme").items():
        if name.endswith(".cypher") and name.rpartition("/")[2] not in of_all_cases:
            assert "'acme' AS case_name" in text
            assert "'default'" not in text


def test_a_favourite_is_named_by_its_first_line():
    texts = unpacked("acme")
    for query in QUERIES.values():
        assert texts[entry(query)].partition("\n")[0] == f"// {query.place} {query.title}"


def test_the_same_queries_give_the_same_bytes():
    assert browser_pack.pack(QUERIES, "acme") == browser_pack.pack(QUERIES, "acme")


def test_a_case_name_stays_a_string_in_a_pasted_query(database):
    text = QUERIES["chains"].with_case(HOSTILE)
    with database.session() as session:
        assert session.run(text).values() == []
    literal = re.search(r"^\s*('.*') AS case_name", text, re.MULTILINE)
    assert literal is not None
    with database.session() as session:
        record = session.run(f"RETURN {literal[1]} AS name").single(strict=True)  # type: ignore[arg-type]
    assert record["name"] == HOSTILE


def test_every_kind_of_node_looks_like_no_other():
    style = browser_pack.style()
    rules = dict(re.findall(r"node\.(\w+) \{([^}]*)\}", style))
    assert set(rules) == {*LABELS, ENTITY, IN_CHAIN, TAGGED}
    colours = [re.search(r" color: (#\w+)", rules[label]) for label in LABELS]
    assert len({found[1] for found in colours if found}) == len(LABELS)
    # The last rule that matches wins
    assert next(iter(rules)) == ENTITY
    assert list(rules)[-2:] == [IN_CHAIN, TAGGED]


def test_the_style_names_no_relationship_that_there_is_not():
    assert set(re.findall(r"relationship\.(\w+) \{", browser_pack.style())) <= set(TYPES)


def test_the_style_has_nothing_that_browser_trips_over():
    style = browser_pack.style()
    assert "/*" not in style
    assert "//" not in style
    assert not re.search(r"caption: [^'\"]", style)


@pytest.mark.browser
def test_browser_takes_the_pack_and_draws_the_kill_chain(server, database, ask):
    """The page itself, in Chromium, on the real server."""
    if server.http is None:
        not_here("set LINEAGE_TEST_NEO4J_HTTP to the page of the server that is named")
    story = intrusion()
    push.push(database, "browser", from_run.content(story.graph, story.report()))
    try:
        with neo4j_browser.browsing(server) as page:
            neo4j_browser.drop(page, "lineage.zip", browser_pack.pack(QUERIES, "browser"))
            neo4j_browser.drop(page, "lineage.grass", browser_pack.style().encode())
            page.get_by_text("node.Tagged {").wait_for(state="attached")
            neo4j_browser.open_favourites(page)
            for use, folder in browser_pack.FOLDERS.items():
                neo4j_browser.open_folder(page, folder)
                for query in QUERIES.values():
                    if query.use == use:
                        neo4j_browser.wait_for_favourite(page, favourite(query.name))
            neo4j_browser.run_favourite(page, favourite("kill-chain"))
            drawn = neo4j_browser.drawn(page)
            captions = neo4j_browser.captions(page)
            told = page.get_by_text(re.compile(r"Displaying \d+ nodes")).inner_text()
    except neo4j_browser.NoBrowser as missing:
        not_here(str(missing))
    chain = story.chains[0]
    nodes = {node for edge in chain.edges for node in (edge.from_, edge.to)}
    assert told == f"Displaying {len(nodes)} nodes, {len(chain.edges)} relationships."
    assert len(drawn) == len(nodes)
    assert {each.fill for each in drawn} == {
        "#4C8EDA",  # Process
        "#C9B458",  # File
        "#8DCC93",  # RegistryValue
        "#57C7E3",  # Domain
        "#C990C0",  # ScriptBlock
    }
    tagged = nodes & {hit.node for hit in story.hits}
    assert sum(each.stroke == "#D7191C" for each in drawn) == len(tagged)
    assert sum(each.stroke == "#7B2D8B" for each in drawn) == len(nodes - tagged) > 0
    rows = ask(
        "MATCH (n:InChain {case: 'browser'})-->(:Chain {id: 'chain-ws01'}) RETURN n.drawn AS d"
    )
    whole = [row["d"] for row in rows]
    assert sorted(captions) == sorted(whole)  # nothing is cut
    assert {int(each.split()[0]) for each in whole} == set(range(1, len(nodes) + 1))
