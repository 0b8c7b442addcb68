"""Which process, whose child, in which chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_report import report_of

from lineage.analysis import Analysis
from lineage.correlate.registry import correlators
from lineage.graph.nodes import ProcessNode
from lineage.graph.provenance import ProvenanceGraph
from lineage.pipeline import Request, Run, run
from lineage.problems import InputLedger
from lineage.report.wording import fixed_time
from lineage.simulate.run import simulate
from lineage.timeline.journal import Journal, Note
from lineage.timeline.rows import Marks, Row

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.report.model import Report


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], Report]:
    folder: Path = tmp_path_factory.mktemp("simulated")
    simulate(folder, 4, "small")
    with Journal() as journal:
        request = Request(
            [folder / "nxlog" / "nxlog.json"], correlators=correlators(), watch=journal.add
        )
        finished = run(request)
        return list(Marks(finished).rows(journal)), finished.report


def test_every_event_is_a_row_in_order_of_time(listed: tuple[list[Row], Report]) -> None:
    rows, report = listed
    assert len(rows) == sum(entry.events for entry in report.inputs) > 100
    assert [row.time for row in rows] == sorted(row.time for row in rows)
    assert {len(row.time) for row in rows} == {28}


def test_every_hit_marks_the_row_of_its_record(listed: tuple[list[Row], Report]) -> None:
    rows, report = listed
    fired = {
        (row.source, row.record, row.event_id, title) for row in rows for title in row.detections
    }
    assert fired == {
        (hit.source, hit.record, hit.event_id, hit.detection) for hit in report.detections
    }


def test_a_chain_marks_its_evidence_and_what_its_processes_did(
    listed: tuple[list[Row], Report],
) -> None:
    rows, report = listed
    best = report.chains[0]
    own = {process.node for process in best.processes}
    marked = [row for row in rows if best.id in row.chains]
    assert {row.places[0] for row in marked} == {1}
    assert {row.verdict for row in marked} == {best.verdict}
    shown = {(row.source, row.record) for row in marked}
    assert {(hit.source, hit.record) for hit in best.evidence} <= shown
    since = fixed_time(best.first_seen)
    for row in rows:
        if row.actor in own and row.time >= since:
            assert best.id in row.chains


def test_a_child_stands_one_level_below_its_parent(listed: tuple[list[Row], Report]) -> None:
    rows, report = listed
    depths = {row.actor: row.depth for row in rows if row.actor}
    processes = {process.node: process for process in report.chains[0].processes}
    tree = [p for p in processes.values() if p.parent in processes]
    assert tree
    for process in tree:
        assert depths[process.node] == depths[process.parent] + 1
    starts = {row.actor: row for row in rows if row.kind == "process" and "started" in row.message}
    for process in tree:
        assert starts[process.node].parent == processes[process.parent or ""].image
        assert starts[process.node].user == process.user


def test_a_process_that_is_its_own_ancestor_has_a_depth() -> None:
    first, second = ProcessNode("a", "ws01", parent="b"), ProcessNode("b", "ws01", parent="a")
    ledgers = [InputLedger("a.evtx", "evtx")]
    finished = Run(report_of([]), Analysis(ledgers, ProvenanceGraph()))
    for node in (first, second):
        finished.analysis.graph.add(node)
    note = Note(0, 0, "ws01", 0, 1, 1, "sysmon", "process", "", "", "a", 4, None, None, "a", {})
    assert Marks(finished).row(note).depth <= 2
