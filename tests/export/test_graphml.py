from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import empty_report, full_report, hostile_report, large_report, report_of

from lineage.export import graphml

if TYPE_CHECKING:
    from lineage.report.model import Report


def read_back(report: Report) -> nx.MultiDiGraph[str]:
    made: nx.MultiDiGraph[str] = nx.parse_graphml(
        graphml.render(report), edge_key_type=str, force_multigraph=True
    )
    return made


def content(graph: nx.MultiDiGraph[str]) -> tuple[dict[str, object], list[object]]:
    edges = sorted(
        (key, source, target, {name: value for name, value in data.items() if name != "id"})
        for source, target, key, data in graph.edges(keys=True, data=True)
    )
    return dict(graph.nodes(data=True)), list(edges)


@pytest.mark.parametrize(
    "report", [full_report(), empty_report(), hostile_report(), large_report(50)]
)
def test_networkx_reads_back_the_same_graph(report: Report) -> None:
    assert content(read_back(report)) == content(graphml.graph(report))


def test_processes_artifacts_and_bystanders_are_nodes_with_typed_attributes() -> None:
    report = full_report()
    nodes = read_back(report).nodes.values()
    by_id = {data["node"]: data for data in nodes}
    process = report.chains[0].processes[0]
    assert by_id[process.node]["kind"] == "process"
    assert by_id[process.node]["pid"] == process.pid
    assert by_id[process.node]["score"] == report.chains[0].score
    assert by_id[process.node]["command_line"] == process.command_line
    assert {data["kind"] for data in nodes} >= {"process", "file", "registry", "dns", "script"}
    assert any(data.get("role") == "bystander" for data in nodes)


def test_edges_name_their_record() -> None:
    report = full_report()
    edge = report.chains[0].edges[0]
    records = {
        (data["kind"], data["source_file"], data["record"])
        for _, _, data in read_back(report).edges(data=True)
    }
    assert (edge.kind, edge.source, edge.record) in records


def test_a_node_of_two_chains_is_one_node() -> None:
    chain = full_report().chains[0]
    twice = report_of([chain, chain.model_copy(update={"id": "other"})])
    assert len(graphml.graph(twice)) == len(graphml.graph(report_of([chain])))
    assert {data["chains"] for data in graphml.graph(twice).nodes.values()} == {
        f"{chain.id}; other"
    }


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_and_what_xml_lacks_is_visible(text: str) -> None:
    chain = full_report().chains[0]
    process = chain.processes[0].model_copy(update={"command_line": text})
    graph = read_back(report_of([chain.model_copy(update={"processes": [process]})]))
    found = next(data for data in graph.nodes.values() if data["node"] == process.node)
    legal = text.isprintable()
    assert (found["command_line"] == text) if legal else "\0" not in found["command_line"]


def test_characters_that_xml_lacks_are_shown() -> None:
    chain = full_report().chains[0]
    process = chain.processes[0].model_copy(update={"command_line": "a\0b\r\nc\ud7ff\ufffe"})
    graph = read_back(report_of([chain.model_copy(update={"processes": [process]})]))
    assert "a<U+0000>b<U+000D>\nc\ud7ff<U+FFFE>" in {
        data.get("command_line") for data in graph.nodes.values()
    }
