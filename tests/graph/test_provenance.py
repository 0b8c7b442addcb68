from __future__ import annotations

import pytest

from lineage.graph.nodes import DnsNode, FileNode, ProcessNode
from lineage.graph.provenance import Edge, EventTable, ProvenanceGraph, Reference
from lineage.graph.schema import EDGE_KINDS, NODE_KINDS


@pytest.fixture
def graph() -> ProvenanceGraph:
    """A process that twice wrote a file, which another one runs; both asked for a name."""
    graph = ProvenanceGraph()
    for name in ("p", "q"):
        graph.add(ProcessNode(name, "ws01"))
    graph.add(FileNode("f", "ws01", r"C:\a.exe"))
    graph.add(DnsNode("d", "a.test"))
    for time, source, target, kind in [
        (10, "p", "f", "wrote"),
        (20, "p", "f", "wrote"),
        (30, "p", "q", "spawned"),
        (30, "q", "f", "executed"),
        (40, "p", "d", "queried"),
        (50, "q", "d", "queried"),
        (60, "p", "f", "deleted"),
    ]:
        ordinal = graph.events.add(time, 0, time + 1, 11)
        graph.connect(source, target, kind, ordinal)
    return graph


def test_an_edge_has_the_ordinals_of_all_its_events(graph: ProvenanceGraph) -> None:
    assert sorted((edge.kind, edge.target, edge.events) for edge in graph.out_edges("p")) == [
        ("deleted", "f", [6]),
        ("queried", "d", [4]),
        ("spawned", "q", [2]),
        ("wrote", "f", [0, 1]),
    ]


def test_one_event_shows_an_edge_once(graph: ProvenanceGraph) -> None:
    graph.connect("p", "d", "queried", 4)
    assert graph.count_edges()["queried"] == 2
    assert next(edge for edge in graph.in_edges("d") if edge.source == "p").events == [4]


def test_edges_that_enter_and_leave(graph: ProvenanceGraph) -> None:
    entering = sorted((edge.source, edge.kind) for edge in graph.in_edges("f"))
    assert entering == [("p", "deleted"), ("p", "wrote"), ("q", "executed")]
    assert sorted(graph.edges()) == sorted(
        edge for node in graph.nodes() for edge in graph.out_edges(node.id)
    )


def test_causality_runs_from_a_program_s_file_to_its_process(graph: ProvenanceGraph) -> None:
    assert list(graph.effects("f")) == [Edge("f", "q", "executed", [3])]
    assert Edge("f", "q", "executed", [3]) in list(graph.causes("q"))
    assert not any(edge.kind == "executed" for edge in graph.effects("q"))


def test_effects_and_causes_are_the_same_edges_seen_from_both_ends(
    graph: ProvenanceGraph,
) -> None:
    effects = [edge for node in graph.nodes() for edge in graph.effects(node.id)]
    causes = [edge for node in graph.nodes() for edge in graph.causes(node.id)]
    assert sorted(effects) == sorted(causes)


def test_who_runs_where_and_as_whom_causes_nothing(graph: ProvenanceGraph) -> None:
    before = list(graph.effects("p")), list(graph.causes("d"))
    graph.connect("p", "d", "runs_on", 0)
    assert (list(graph.effects("p")), list(graph.causes("d"))) == before


def test_whether_it_ever_did_it(graph: ProvenanceGraph) -> None:
    assert graph.has_edge("p", "f", "deleted")
    assert not graph.has_edge("f", "p", "deleted")
    assert not graph.has_edge("q", "f", "wrote")
    assert not graph.has_edge("nobody", "f", "wrote")


def test_counts_name_every_kind(graph: ProvenanceGraph) -> None:
    assert graph.count_nodes() == dict.fromkeys(NODE_KINDS, 0) | {
        "process": 2,
        "file": 1,
        "dns": 1,
    }
    assert graph.count_edges() == dict.fromkeys(EDGE_KINDS, 0) | {
        "wrote": 1,
        "spawned": 1,
        "executed": 1,
        "queried": 2,
        "deleted": 1,
    }


def test_nodes_by_id(graph: ProvenanceGraph) -> None:
    assert "p" in graph
    assert "nobody" not in graph
    assert len(graph) == 4
    assert graph.process("p") is graph.node("p")
    for wrong in ("f", "nobody"):
        with pytest.raises(KeyError):
            graph.process(wrong)


def test_the_event_table_gives_back_what_it_took() -> None:
    table = EventTable()
    rows = [
        Reference(-1, 0, 0, 1),
        Reference(17_725_000_000_000_000, 3, 2**64 - 1, "ProcessRollup2"),
        Reference(17_725_000_000_000_000, 70_000, 5, 4688),
    ]
    assert [table.add(*row) for row in rows] == [0, 1, 2]
    assert [table[ordinal] for ordinal in range(len(table))] == rows
    assert [table.time(ordinal) for ordinal in range(3)] == [row.time for row in rows]


@pytest.mark.parametrize(("time", "ordinal"), [(0, 0), (10, 0), (11, 1), (20, 1), (21, 3)])
def test_the_first_event_that_is_not_before_a_time(time: int, ordinal: int) -> None:
    table = EventTable()
    for when in (10, 20, 20):
        table.add(when, 0, 1, 1)
    assert table.at(time) == ordinal
