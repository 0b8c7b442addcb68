"""lineage from Python: the page that shows it is run, and what a notebook would trip over."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest

import lineage
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.report.model import Report

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "samples" / "remcos-intrusion.zip"
PAGE = CHECKOUT / "docs" / "python.md"
TABLES = "chains detections processes artifacts edges score_parts inputs coverage".split()


@pytest.fixture(scope="module")
def analysis() -> lineage.Results:
    return lineage.analyse(SAMPLE)


@pytest.fixture
def nothing(analysis: lineage.Results) -> Report:
    """A report of nothing found."""
    return analysis.report.model_copy(
        update={"chains": [], "detections": [], "inputs": [], "coverage": []}
    )


def test_the_page_says_what_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    blocks = re.findall(r"^```pycon\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks
    names = {"folder": tmp_path}
    page = doctest.DocTestParser().get_doctest("\n".join(blocks), names, PAGE.name, str(PAGE), 0)
    runner = doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL, verbose=False
    )
    shown: list[str] = []
    runner.run(page, out=shown.append)
    assert not runner.failures, "".join(shown)


def test_one_path_and_many_are_taken(analysis: lineage.Results) -> None:
    assert lineage.analyse([str(SAMPLE)]).report == analysis.report


def test_every_public_name_is_there() -> None:
    for package in (lineage, lineage.graph):
        assert set(dir(package)) >= set(package.__all__)
        assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'analyze'"):
        lineage.analyze  # type: ignore[attr-defined]  # noqa: B018


def test_the_graph_is_the_provenance_graph(analysis: lineage.Results) -> None:
    inner = analysis.provenance
    graph = analysis.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph) == {node.id for node in inner.nodes()}
    assert set(graph.edges(keys=True)) == {edge[:3] for edge in inner.edges()}
    tagged = {node for node, data in graph.nodes(data=True) if data["detections"]}
    assert tagged == {hit.node for hit in analysis.detections}
    ends = {end for edge in analysis.chains[0].edges for end in (edge.from_, edge.to)}
    assert all(analysis.chains[0].id in graph.nodes[end]["chains"] for end in ends)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_its_columns_without_rows_too(
    table: str, analysis: lineage.Results, nothing: Report
) -> None:
    full, empty = analysis.to_pandas(table), nothing.to_pandas(table)  # type: ignore[arg-type]
    assert len(full) > 0
    assert len(empty) == 0
    assert list(full.columns) == list(empty.columns)


def test_a_hit_names_the_chains_that_stand_on_it(analysis: lineage.Results) -> None:
    frame = analysis.to_pandas("detections")
    best = analysis.chains[0]
    assert sum(best.id in chains for chains in frame["chains"]) == len(best.evidence)


def test_an_unknown_table_and_a_missing_pandas_are_told(
    analysis: lineage.Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="no table 'chain'; there are chains, detections"):
        analysis.to_pandas("chain")  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"pip install 'lineage-ir\[pandas\]'"):
        analysis.to_pandas()
