"""The graph that a stored report tells, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from neo4j_case import intrusion

from lineage.errors import InputError
from lineage.graphdb.from_report import content, restored

if TYPE_CHECKING:
    from lineage.report.model import Report


def with_edge(**changes: object) -> Report:
    """The report of the intrusion with one more edge in its first chain."""
    report = intrusion().report()
    first, *others = report.chains
    edge = first.edges[0].model_copy(update=changes)
    chain = first.model_copy(update={"edges": [*first.edges, edge]})
    return report.model_copy(update={"chains": [chain, *others]})


def test_the_chains_nodes_and_edges_are_those_of_the_run() -> None:
    story = intrusion()
    graph, sources = restored(story.report())
    assert graph.count_nodes()["process"] > 0
    for edge in graph.edges():
        assert story.graph.has_edge(*edge[:3])
        shown = [graph.events[ordinal] for ordinal in edge.events]
        assert {sources[event.source] for event in shown} == {"export.zip!Sysmon.evtx"}
    for node in graph.nodes():
        run_s = story.graph.node(node.id)
        assert (node.kind, getattr(node, "host", None)) == (
            run_s.kind, getattr(run_s, "host", None),
        )  # fmt: skip


def test_an_edge_of_two_chains_is_one_with_all_its_records() -> None:
    report = with_edge(record=4711, time="2026-03-09T09:00:00Z")
    edge = report.chains[0].edges[-1]
    graph, _ = restored(report)
    (found,) = (e for e in graph.edges() if e[:3] == (edge.from_, edge.to, edge.kind))
    assert [graph.events[ordinal].record for ordinal in found.events][-1] == 4711
    assert len(found.events) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"to": "dog:ws01:rex"}, "node 'dog:ws01:rex', which is of no known kind"),
        ({"kind": "barked"}, "edge kind 'barked', which is not known"),
        ({"record": -1}, "record -1, which can't be"),
        ({"record": 10**400}, "which can't be"),
        ({"time": "yesterday"}, "yesterday"),
    ],
)
def test_what_lineage_never_writes_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=r"make .* again") as refused:
        content(with_edge(**changes))
    assert message in str(refused.value)
