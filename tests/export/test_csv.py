from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import HOSTILE, empty_report, full_report, hostile_report, report_of

from lineage.export import csv as export
from lineage.report.model import Campaign

if TYPE_CHECKING:
    from lineage.report.model import Report

COLUMNS = {
    "nodes.csv": export.NODE_COLUMNS,
    "edges.csv": export.EDGE_COLUMNS,
    "timeline.csv": export.TIMELINE_COLUMNS,
    "evidence.csv": export.EVIDENCE_COLUMNS,
}


def tables(report: Report) -> dict[str, list[dict[str, str]]]:
    """File -> rows, read as a user of Python's csv module does."""
    return {
        name: list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        for name, text in export.render(report).items()
        if name in COLUMNS
    }


def test_files_are_what_excel_expects() -> None:
    files = export.render(full_report())
    for name in COLUMNS:
        text = files[name]
        assert text.startswith("\ufeff" + ",".join(COLUMNS[name]) + "\r\n")
        assert text.endswith("\r\n")


def test_an_empty_report_has_headings_only() -> None:
    assert {name: len(rows) for name, rows in tables(empty_report()).items()} == dict.fromkeys(
        COLUMNS, 0
    )


def test_rows_count_nodes_edges_and_every_hit() -> None:
    report = full_report()
    found = tables(report)
    assert len(found["edges.csv"]) == sum(len(chain.edges) for chain in report.chains)
    assert len(found["evidence.csv"]) == len(report.detections)
    own = [node for node in found["nodes.csv"] if node["role"] != "bystander"]
    assert len(own) == sum(len(c.processes) + len(c.artifacts) for c in report.chains)


def test_a_hit_outside_every_chain_has_no_chain() -> None:
    lone = [row for row in tables(full_report())["evidence.csv"] if not row["chain"]]
    assert [row["host"] for row in lone] == ["LT-0042"]


def test_timeline_is_in_order_and_has_every_process_start() -> None:
    report = full_report()
    rows = tables(report)["timeline.csv"]
    times = [row["time"] for row in rows]
    assert times == sorted(times)
    started = {row["node"] for row in rows if row["kind"] == "process"}
    assert started >= {p.node for chain in report.chains for p in chain.processes}


def test_formulas_are_neutralised_and_the_rest_is_unchanged() -> None:
    report = hostile_report()
    rows = tables(report)["nodes.csv"]
    shown = {row["command_line"] for row in rows}
    for text in HOSTILE:
        assert text in shown or f"'{text}" in shown
    assert "'=cmd|'/c calc'!A0" in shown
    for name in COLUMNS:
        cells = [cell for row in tables(report)[name] for cell in row.values()]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n"))]


@pytest.mark.parametrize("char", ["x", "\U0001f600"])
def test_a_text_that_no_cell_can_hold_stands_whole_beside(char: str) -> None:
    text = "=" + char * 200_000 + "end"
    chain = full_report().chains[2]
    process = chain.processes[0].model_copy(update={"command_line": text})
    one = chain.model_copy(update={"processes": [process], "edges": [], "evidence": []})
    report = report_of([one])
    cells = [cell for rows in tables(report).values() for row in rows for cell in row.values()]
    assert max(len(cell.encode("utf-16-le")) // 2 for cell in cells) <= 32_767
    lines = export.render(report)["long-texts.jsonl"].splitlines()
    (line,) = [line for line in map(json.loads, lines) if line["file"] == "nodes.csv"]
    assert line["text"] == text
    cell = tables(report)["nodes.csv"][line["row"] - 2][line["column"]]
    assert cell.startswith("'=" + char)
    assert cell.endswith(char + "end")
    assert "whole in long-texts.jsonl" in cell


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_command_line_comes_back(text: str) -> None:
    chain = full_report().chains[2]
    process = chain.processes[0].model_copy(update={"command_line": text})
    one = chain.model_copy(update={"processes": [process], "edges": [], "evidence": []})
    row = tables(report_of([one]))["nodes.csv"][0]
    assert row["command_line"] in (text, f"'{text}")


@pytest.mark.parametrize("name", ["edges.csv", "timeline.csv", "evidence.csv"])
def test_times_have_one_width_and_sort_as_text(name: str) -> None:
    chain = full_report().chains[0]
    times = ["2024-10-14T10:02:08.8Z", "2024-10-14T10:02:08.81Z", "2024-10-14T10:02:09Z"]
    hits = [
        hit.model_copy(update={"time": time})
        for hit, time in zip(chain.evidence, times, strict=False)
    ]
    edges = [
        edge.model_copy(update={"time": time})
        for edge, time in zip(chain.edges, times, strict=False)
    ]
    report = report_of([chain.model_copy(update={"evidence": hits, "edges": edges})])
    written = [row["time"] for row in tables(report)[name]]
    assert {len(time) for time in written} == {28}
    assert written == sorted(written)


def test_tables_join_on_node_and_on_host_and_pid_and_carry_hashes() -> None:
    report = full_report()
    chain = report.chains[0]
    processes = [
        one.model_copy(update={"hashes": {"SHA256": f"{place:064X}"}})
        for place, one in enumerate(chain.processes)
    ]
    chain = chain.model_copy(update={"processes": processes})
    files = tables(report.model_copy(update={"chains": [chain, *report.chains[1:]]}))
    nodes = {row["node"]: row for row in files["nodes.csv"]}
    places = {(row["host"], row["pid"]) for row in nodes.values()}
    inside = [row for row in files["evidence.csv"] if row["chain"]]
    assert inside
    for row in inside:
        assert row["node"] in nodes
        assert row["actor"] in nodes or not row["actor"]
        assert (row["host"], row["pid"]) in places
    assert {nodes[one.node]["sha256"] for one in processes} == {
        one.hashes["SHA256"] for one in processes
    }


def test_a_campaign_stands_beside_its_chains() -> None:
    report = full_report()
    campaign = Campaign(name="campaign-1", traits=[])
    first = report.chains[0].model_copy(update={"campaign": campaign})
    files = tables(report.model_copy(update={"chains": [first, *report.chains[1:]]}))
    for name in ("timeline.csv", "evidence.csv"):
        told = {row["chain"]: row["campaign"] for row in files[name]}
        assert told[first.id] == "campaign-1"
        assert {value for chain, value in told.items() if chain != first.id} == {""}
