from __future__ import annotations

from neo4j_case import intrusion

from lineage.graphdb import drop, from_run, push


def test_drop_removes_exactly_one_case(database, case, picture):
    story = intrusion()
    content = from_run.content(story.graph, story.report())
    for name in (case, f"{case}-other", f"{case}' OR true //"):
        push.push(database, name, content)
    kept = picture(f"{case}-other"), picture(f"{case}' OR true //")
    nodes = sum(content.nodes_by_label.values())
    assert drop.drop(database, case) == (nodes, content.rows - nodes)
    assert picture(case) == ([], [])
    assert (picture(f"{case}-other"), picture(f"{case}' OR true //")) == kept


def test_dropping_what_is_not_there_removes_nothing(database, case):
    assert drop.drop(database, case) == (0, 0)


def test_a_case_larger_than_a_batch_goes_whole(database, case, picture, monkeypatch):
    monkeypatch.setattr(drop, "ROWS", 10)
    story = intrusion()
    push.push(database, case, from_run.content(story.graph, story.report()))
    drop.drop(database, case)
    assert picture(case) == ([], [])
