from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import empty_report, full_report, hostile_report, large_report, report_of

from lineage.export import dot
from lineage.report.escape import terminal

if TYPE_CHECKING:
    from lineage.report.model import Report


def graphviz(document: str, *options: str) -> str:
    """What Graphviz makes of a document; it must have nothing to complain about."""
    program = shutil.which("dot")
    if program is None:
        reason = "Graphviz isn't installed (apt-get install graphviz)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    ran = subprocess.run(
        [program, *options], input=document.encode(), capture_output=True, check=False, timeout=120
    )
    assert (ran.returncode, ran.stderr.decode()) == (0, "")
    return ran.stdout.decode()


def drawn(report: Report) -> dict[str, Any]:
    """The document's graph as Graphviz read it."""
    parsed: dict[str, Any] = json.loads(graphviz(dot.render(report), "-Tdot_json"))
    return parsed


@pytest.mark.parametrize("report", [full_report(), empty_report(), hostile_report()])
def test_graphviz_draws_it(report: Report) -> None:
    assert "</svg>" in graphviz(dot.render(report), "-Tsvg")


def test_graphviz_reads_every_node_and_edge() -> None:
    report = full_report()
    graph = drawn(report)
    nodes = [item for item in graph["objects"] if not item["name"].startswith("cluster")]
    clusters = [item for item in graph["objects"] if item["name"].startswith("cluster")]
    assert len(clusters) == len(report.chains)
    assert len(graph["edges"]) == sum(len(chain.edges) for chain in report.chains)
    assert len(nodes) >= sum(len(c.processes) + len(c.artifacts) for c in report.chains)
    assert any("WINWORD.EXE (pid 4312)" in node["label"] for node in nodes)


def test_graphviz_parses_a_chain_of_2000_processes() -> None:
    graphviz(dot.render(large_report(2000)), "-Tcanon")


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_is_drawn_as_it_shows(text: str) -> None:
    chain = full_report().chains[2]
    process = chain.processes[0].model_copy(update={"image": text, "pid": None})
    one = chain.model_copy(update={"processes": [process], "edges": [], "evidence": []})
    plain = graphviz(dot.render(report_of([one])), "-Tplain")
    shown = terminal(text, dot.LABEL_CELLS)
    label = next(line for line in plain.splitlines() if line.startswith("node c0_n0 "))
    expected = shown.replace("\\", "\\\\").replace('"', '\\"')
    assert expected in label


def test_the_best_chain_is_drawn_on_top_and_times_are_told() -> None:
    report = full_report()
    text = dot.render(report)
    places = [text.index(f"subgraph cluster_{number} ") for number in range(len(report.chains))]
    assert places == sorted(places, reverse=True)
    start = report.chains[0].processes[0].start
    assert start
    assert start[:10] in text
