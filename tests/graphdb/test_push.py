from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import neo4j_killed
import neo4j_server
import pytest
from neo4j.time import DateTime
from neo4j_case import SOURCE, Story, intrusion

from lineage.errors import DatabaseError, UsageError
from lineage.graph.ids import NodeId
from lineage.graph.nodes import FileNode, ProcessNode, ScriptNode, known_by_id
from lineage.graph.provenance import ProvenanceGraph
from lineage.graph.schema import EDGE_SCHEMAS, NODE, NODE_SCHEMAS
from lineage.graphdb import constraints, from_report, from_run, push
from lineage.graphdb.connect import Address, connected
from lineage.graphdb.content import Content
from lineage.report.model import RecordReference
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.graphdb.rows import EdgeRow, NodeRow


def run_content(story: Story, hops: int | None = None) -> Content:
    return from_run.content(story.graph, story.report(), hops=hops)


def counts(ask: Callable[..., Any]) -> tuple[dict[str, int], dict[str, int]]:
    nodes = ask(
        "MATCH (n {case: $case}) UNWIND labels(n) AS label "
        "WITH label WHERE NOT label IN ['Entity', 'InChain', 'Tagged'] "
        "RETURN label, count(*) AS count"
    )
    edges = ask("MATCH ({case: $case})-[r]->() RETURN type(r) AS type, count(*) AS count")
    return (
        {row["label"]: row["count"] for row in nodes},
        {row["type"]: row["count"] for row in edges},
    )


def test_what_is_counted_first_is_what_stands_there_afterwards(database, case, ask):
    content = run_content(intrusion())
    written: list[int] = []
    push.push(database, case, content, written.append)
    nodes, relationships = counts(ask)
    assert nodes == content.nodes_by_label
    assert relationships == content.relationships_by_type
    assert sum(written) == content.rows


def test_every_kind_of_the_schema_is_pushed_under_its_own_name(database, case, ask):
    story = Story()
    for schema in NODE_SCHEMAS:
        host = "h" if schema.is_local else ""
        for name in ("a", "b"):
            story.graph.add(known_by_id(str(NodeId(schema.kind, host, name))))
    ends = [
        (NodeId(source, "h" if NODE[source].is_local else "", "a"), schema, target)
        for schema in EDGE_SCHEMAS
        for source in schema.source
        for target in schema.target
    ]
    for source, schema, target in ends:
        host = "h" if NODE[target].is_local else ""
        story.fact(str(source), schema.kind, str(NodeId(target, host, "b")))
    push.push(database, case, run_content(story))
    nodes, relationships = counts(ask)
    assert nodes == dict.fromkeys((schema.label for schema in NODE_SCHEMAS), 2)
    assert relationships == Counter(schema.type for _, schema, _ in ends)


def test_a_process_carries_its_facts_and_a_temporal_start(database, case, ask):
    push.push(database, case, run_content(intrusion()))
    [row] = ask(
        "MATCH (p:Process {case: $case, id: 'process:ws01:wscript'}) RETURN p, labels(p) AS l"
    )
    process = dict(row["p"])
    assert set(row["l"]) == {"Entity", "InChain", "Process", "Tagged"}
    assert process.pop("start").iso_format() == "2026-03-02T10:00:06.000000100+00:00"
    assert process == {
        "case": case,
        "id": "process:ws01:wscript",
        "host": "ws01",
        "pid": 5200,
        "image": "C:\\Windows\\System32\\wscript.exe",
        "command_line": "C:\\Windows\\System32\\wscript.exe",
        "user": "CORP\\dana",
        "placeholder": False,
        "name": "wscript.exe",
        "program": "script-host",
        "caption": "wscript.exe",
        "drawn": "3 wscript.exe 5200",
    }


def test_an_edge_carries_times_count_evidence_and_chains(database, case, ask):
    push.push(database, case, run_content(intrusion()))
    [row] = ask(
        "MATCH (:Process {case: $case, id: 'process:ws01:remcos'})-[r:QUERIED]->(d) "
        "RETURN properties(r) AS r, d.name AS name"
    )
    edge = row["r"]
    first, last = edge.pop("first"), edge.pop("last")
    assert isinstance(first, DateTime)
    assert (last - first).seconds == 1
    evidence, records = edge.pop("evidence"), edge.pop("records")
    assert [each.rpartition("#")[2] for each in records] == [
        each.rpartition("#")[2] for each in evidence
    ]
    assert [each.rpartition("#")[0] for each in evidence] == ["export.zip!Sysmon.evtx"] * 2
    assert edge == {"case": case, "count": 2, "flow": "forward", "chains": ["chain-ws01"]}
    assert row["name"] == "c2.example"


def test_many_records_of_one_edge_are_counted_but_only_sampled(database, case, ask):
    story = Story()
    story.graph.add(ProcessNode("process:h:1", "h"))
    story.graph.add(FileNode("file:h:a", "h", "a"))
    for _ in range(30):
        story.fact("process:h:1", "wrote", "file:h:a")
    push.push(database, case, run_content(story))
    [row] = ask("MATCH ({case: $case})-[r:WROTE]->() RETURN r.count AS count, r.evidence AS some")
    assert row["count"] == 30
    assert [int(each.rpartition("#")[2]) for each in row["some"]] == [1, 2, 3, 4, 5, *range(26, 31)]


def test_hits_and_chains_are_tied_to_the_graph(database, case, ask):
    push.push(database, case, run_content(intrusion()))
    tagged = ask(
        "MATCH (n:Tagged {case: $case})-[t:TAGGED_BY]->(d:Detection) "
        "RETURN n.id AS node, d.title AS title, t.count AS count, t.layer AS layer, t.fields AS f"
    )
    assert {(row["node"], row["title"]) for row in tagged} == {
        (hit.node, hit.detection) for hit in intrusion().hits
    }
    assert all(row["count"] == 1 and row["layer"] == "core" for row in tagged)
    assert tagged[0]["f"] == ["Image=C:\\x.exe"]
    [chain] = ask(
        "MATCH (c:Chain {case: $case, id: 'chain-ws01'})-[e:EVIDENCED_BY]->(d) "
        "RETURN properties(c) AS c, count(d) AS detections"
    )
    assert chain["detections"] == 6
    assert chain["c"]["score_parts"] == ["+91.5 stages: stages in order"]
    assert (chain["c"]["caption"], chain["c"]["verdict"]) == ("Remcos 92", "confirmed")
    roles = ask(
        "MATCH (n {case: $case})-[p:PART_OF]->(:Chain {id: 'chain-ws02'}) "
        "RETURN n.id AS node, p.role AS role, p.tactics AS tactics"
    )
    assert sorted((row["node"], row["role"], row["tactics"]) for row in roles) == [
        ("dns:c2.example", "artifact", None),
        ("file:ws02:c:\\programdata\\remcos\\remcos.exe", "artifact", None),
        ("process:ws02:remcos", "payload", ["command-and-control"]),
    ]


def test_pushing_twice_gives_the_same_graph(database, case, picture):
    push.push(database, case, run_content(intrusion()))
    once = picture(case)
    push.push(database, case, run_content(intrusion()))
    assert picture(case) == once
    assert once[0]


def _with_second_records(source: str = SOURCE) -> Story:
    """The intrusion, each of its hits told by a record of another log too, from an export."""
    story = intrusion(source)
    for hit in story.hits:
        hit.also.append(RecordReference(event_id=4688, source=f"{source}2", record=hit.record + 7))
    return story


def test_a_fact_that_two_records_show_stays_one_fact(database, case, ask, picture):
    push.push(database, case, run_content(_with_second_records()))
    once = picture(case)
    push.push(database, case, run_content(_with_second_records()))
    assert picture(case) == once
    rows = ask(
        "MATCH ({case: $case})-[r:TAGGED_BY]->() "
        "RETURN DISTINCT r.count AS count, size(r.evidence) AS records"
    )
    assert rows == [{"count": 1, "records": 2}]


@pytest.mark.parametrize("again", ["run", "report"])
def test_the_same_evidence_by_another_name_is_the_same_graph(database, case, picture, again):
    push.push(database, case, run_content(_with_second_records()))
    once = picture(case)
    elsewhere = _with_second_records("D:\\case 7\\renamed.7z!Sysmon.evtx")
    other = from_report.content(elsewhere.report()) if again == "report" else run_content(elsewhere)
    push.push(database, case, other)
    assert picture(case) == once


def test_other_input_of_a_case_adds_to_what_is_known(database, case, ask):
    """Days pushed one by one: times widen, records add up, and a start that was seen stays seen."""
    day = 24 * 3600 * TICKS
    process, name = "process:ws01:a", "dns:c2.example"
    for number, placeholder, records in ((1, False, ["d1#1", "d1#2"]), (2, True, ["d2#1"])):
        node: NodeRow = {
            "id": process,
            "labels": ["Process"],
            "times": {},
            "properties": {"placeholder": placeholder, "host": "ws01"},
        }
        asked: NodeRow = {"id": name, "labels": ["Domain"], "times": {}, "properties": {}}
        first, last, count = number * day, number * day + 1, len(records)
        keys = [f"{first}#{each.partition('#')[2]}" for each in records]
        edge: EdgeRow = [process, name, first, last, count, records, None, keys, None]
        push.push(
            database,
            case,
            Content(
                {"Process": 1, "Domain": 1},
                {"QUERIED": 1},
                lambda node=node, asked=asked: iter([node, asked]),
                lambda edge=edge: iter([("QUERIED", edge)]),
                [],
            ),
        )
    [row] = ask(
        "MATCH (p:Process {case: $case})-[r:QUERIED]->() "
        "RETURN p.placeholder AS placeholder, r.count AS count, r.evidence AS evidence, "
        "r.first.day AS first, r.last.day AS last"
    )
    assert row == {
        "placeholder": False,
        "count": 3,
        "evidence": ["d1#1", "d1#2", "d2#1"],
        "first": 2,
        "last": 3,
    }


def test_two_cases_do_not_see_each_other(database, case, picture):
    push.push(database, case, run_content(intrusion()))
    before = picture(case)
    other = f"{case}-other"
    small = Story()
    small.host("ws01", "CORP\\dana")
    push.push(database, other, run_content(small))
    assert picture(case) == before
    assert [labels for labels, _ in picture(other)[0]] == [["Entity", "Host"], ["Entity", "User"]]
    with database.session() as session:
        crossing = session.run(
            "MATCH (a)-[r]->(b) WHERE a.case <> b.case OR r.case <> a.case RETURN count(r) AS n"
        ).single(strict=True)
    assert crossing["n"] == 0


HOSTILE = {
    "quotes": "'; \"`) DETACH DELETE n //",
    "cypher": "}) MATCH (n) DETACH DELETE n WITH 1 AS x CREATE (m:Owned {a: '",
    "html": "<img src=x onerror=alert(1)></script>",
    "backslashes": "\\\\?\\C:\\a\\\\b\\u0041\\",
    "long": "A" * 30_000,
    "long-wide": "ж漢🦠" * 10_000,
    "emoji": "🧨👨‍👩‍👧‍👦",
    "nul-and-controls": "a\x00b\x1b[31m\r\n\t\u202e",
    "parameter": "$case {case} %s",
    "spaces": "  x  ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_comes_out_as_it_went_in(database, case, ask, name):
    text = HOSTILE[name]
    graph = ProvenanceGraph()
    graph.add(ProcessNode(f"process:h:{text}", "h", image=text, command_line=text, user=text))
    graph.add(FileNode(f"file:h:{text}", text, text, {"SHA256": text}))
    graph.add(ScriptNode(f"script:h:{text}", "h", text))
    ordinal = graph.events.add(0, 0, 1, 1)
    graph.connect(f"process:h:{text}", f"file:h:{text}", "wrote", ordinal)
    push.push(database, case, from_run.content(graph, Story().report()))
    [row] = ask(
        "MATCH (p:Process {case: $case})-[:WROTE]->(f:File), (s:ScriptBlock {case: $case}) "
        "RETURN p.image AS image, p.command_line AS line, p.user AS user, f.path AS path, "
        "f.host AS host, f.hashes AS hashes, s.text AS text"
    )
    assert row.pop("hashes") == [f"SHA256={text}"]
    assert set(row.values()) == {text}


def test_long_ids_stay_distinct(database, case, ask):
    graph = ProvenanceGraph()
    for ending in ("a", "b"):
        graph.add(FileNode(f"file:h:{'x' * 30_000}{ending}", "h", f"{'x' * 30_000}{ending}"))
    push.push(database, case, from_run.content(graph, Story().report()))
    assert [
        row["n"] for row in ask("MATCH (f:File {case: $case}) RETURN f.path AS n ORDER BY n")
    ] == [
        "x" * 30_000 + "a",
        "x" * 30_000 + "b",
    ]


def test_a_lone_surrogate_and_a_number_too_large_do_not_stop_a_push(database, case, ask):
    graph = ProvenanceGraph()
    graph.add(ProcessNode("process:h:1", "h", pid=2**64, image="a\ud800b"))
    push.push(database, case, from_run.content(graph, Story().report()))
    [row] = ask("MATCH (p:Process {case: $case}) RETURN p.pid AS pid, p.image AS image")
    assert row == {"pid": "18446744073709551616", "image": "a\ufffdb"}


def test_only_chains_pushes_the_chains_and_what_is_near(database, case, ask):
    content = run_content(intrusion(), hops=1)
    push.push(database, case, content)
    nodes, relationships = counts(ask)
    assert nodes == content.nodes_by_label
    assert relationships == content.relationships_by_type
    found = {row["id"] for row in ask("MATCH (p:Process {case: $case}) RETURN p.id AS id")}
    assert found == {
        *(process.node for chain in intrusion().chains for process in chain.processes),
        "process:ws01:explorer",
        "process:ws01:explorer2",
        "process:ws01:chrome",  # wrote the document
        "process:ws02:explorer",
    }


def test_no_hops_pushes_the_chains_alone(database, case, ask):
    push.push(database, case, run_content(intrusion(), hops=0))
    found = {row["id"] for row in ask("MATCH (p:Process {case: $case}) RETURN p.id AS id")}
    assert found == {process.node for chain in intrusion().chains for process in chain.processes}


def test_hosts_are_shown_but_not_walked_through():
    near, far = run_content(intrusion(), hops=2), run_content(intrusion(), hops=9)
    assert near.nodes_by_label["Host"] == 2
    assert far.nodes_by_label["Process"] < run_content(intrusion()).nodes_by_label["Process"]


def test_a_report_alone_pushes_its_chains(database, case, ask):
    report = intrusion().report()
    content = from_report.content(report)
    push.push(database, case, content)
    nodes, relationships = counts(ask)
    assert nodes == content.nodes_by_label
    assert relationships == content.relationships_by_type
    edges = ask(
        "MATCH (a {case: $case})-[r]->(b) WHERE r.flow IS NOT NULL "
        "RETURN a.id AS a, type(r) AS type, b.id AS b, r.chains AS chains"
    )
    types = {each.kind: each.type for each in EDGE_SCHEMAS}
    assert {(row["a"], row["type"], row["b"]) for row in edges} == {
        (edge.from_, types[edge.kind], edge.to)  # type: ignore[index]
        for chain in report.chains
        for edge in chain.edges
    }


def test_a_report_s_processes_are_as_a_run_pushes_them(database, case, ask):
    code = "MATCH (n:Process {case: $case, id: 'process:ws01:update'}) RETURN properties(n) AS n"
    push.push(database, case, from_report.content(intrusion().report()))
    [alone] = ask(code)
    push.push(database, case, run_content(intrusion()))
    [whole] = ask(code)
    assert alone["n"] == {name: value for name, value in whole["n"].items() if name != "user"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX has kill -9")
def test_pushes_that_were_killed_are_made_whole_by_the_next(database, address, case):
    """Each kill hits a running push: a batch is under way, and more are to come."""
    push.push(database, f"{case}-once", run_content(intrusion()))
    whole = neo4j_killed.dump(database, f"{case}-once")
    for share in (0.1, 0.6, 0.9):
        rows = run_content(intrusion()).rows
        going = neo4j_killed.Push(address, case, int(rows * share))
        assert going.reached() < rows
        assert going.kill()
        cut = neo4j_killed.dump(database, case)
        assert cut[0]
        assert len(cut[1]) < len(whole[1])
    push.push(database, case, run_content(intrusion()))
    assert neo4j_killed.dump(database, case) == whole


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the server with its starter")
def test_a_server_that_was_killed_under_a_push_is_made_whole_by_the_next(tmp_path, server):
    if server.pid is None:
        pytest.skip("the server is not ours to kill")
    with neo4j_server.serving(tmp_path) as mine:
        address = Address(mine.uri, mine.username, mine.password, None)
        with connected(address) as database:
            push.push(database, "whole", run_content(intrusion()))
            whole = neo4j_killed.dump(database, "whole")
        going = neo4j_killed.Push(address, "cut", run_content(intrusion()).rows // 2)
        written = going.reached()
        os.kill(mine.pid, signal.SIGKILL)
        os.waitpid(mine.pid, 0)
        assert going.kill()
        with neo4j_server.again(mine), connected(address) as database:
            cut = neo4j_killed.dump(database, "cut")
            assert written <= len(cut[0]) + len(cut[1]) < len(whole[0]) + len(whole[1])
            push.push(database, "cut", run_content(intrusion()))
            assert neo4j_killed.dump(database, "cut") == whole
            assert neo4j_killed.dump(database, "whole") == whole


def _push_together(address: Address, case: str, barrier: Any) -> None:
    push.BATCH_ROWS = 7
    with connected(address) as database:
        barrier.wait()
        push.push(database, case, run_content(_with_second_records()))


def test_two_clients_at_once_write_one_graph(database, address, picture, case):
    push.push(database, f"{case}-once", run_content(_with_second_records()))
    whole = _without_case(picture(f"{case}-once"), f"{case}-once")
    spawning = multiprocessing.get_context("spawn")
    barrier = spawning.Barrier(2)
    clients = [
        spawning.Process(target=_push_together, args=(address, case, barrier)) for _ in range(2)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join(120)
    assert [client.exitcode for client in clients] == [0, 0]
    assert _without_case(picture(case), case) == whole


def _without_case(picture: tuple[list[Any], list[Any]], case: str) -> list[Any]:
    own = repr(("case", case))
    return [
        [(*each[:-1], [item for item in each[-1] if item != own]) for each in part]
        for part in picture
    ]


def test_a_case_that_is_dropped_in_mid_push_is_said(database, case):
    content = run_content(intrusion())
    empty = replace(content, nodes=lambda: iter(()))
    with pytest.raises(DatabaseError, match=r"relationships found no nodes; .* push again"):
        push.push(database, case, empty)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds another process's files")
def test_a_server_that_can_write_no_more_is_said(tmp_path, server):
    """As on a full disk: writing fails, and from then on the database has stopped."""
    if server.pid is None:
        pytest.skip("the server is not ours to break")
    import resource

    content = run_content(intrusion())
    with neo4j_server.serving(tmp_path) as broken:
        address = Address(broken.uri, broken.username, broken.password, None)
        with connected(address) as database:
            constraints.ensure(database)
            resource.prlimit(broken.pid, resource.RLIMIT_FSIZE, (4096, 4096))
            with pytest.raises(DatabaseError, match=r"can't write, .* disk is full; free some"):
                push.push(database, "full", content)
            with pytest.raises(DatabaseError, match=r"has stopped .* restart Neo4j"):
                push.push(database, "full", content)
            os.kill(broken.pid, signal.SIGKILL)  # it would try for long to write before it ends


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "a\x00"])
def test_a_case_has_a_printable_name(name):
    with pytest.raises(UsageError, match="--case"):
        push.case_name(name)


def test_a_case_name_may_be_in_any_script():
    assert push.case_name(" Überfall '26 漢 ") == "Überfall '26 漢"
