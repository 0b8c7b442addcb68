from __future__ import annotations

from typing import TYPE_CHECKING

from sample_intrusion import remcos_chain
from sample_report import large_report

from lineage.report.tree import actor_of, grow, walk

if TYPE_CHECKING:
    from lineage.report.model import Chain


def named(chain: Chain, pid: int) -> str:
    return next(process.node for process in chain.processes if process.pid == pid)


def with_parents(chain: Chain, parents: dict[int, int]) -> Chain:
    processes = [
        process.model_copy(update={"parent": named(chain, parents[process.pid])})
        if process.pid in parents
        else process
        for process in chain.processes
    ]
    return chain.model_copy(update={"processes": processes})


def test_every_process_is_reached_once_below_its_parent() -> None:
    chain = remcos_chain()
    reached = [branch.process.pid for branch, _ in walk(grow(chain).roots)]
    assert sorted(filter(None, reached)) == sorted(p.pid for p in chain.processes if p.pid)
    word = grow(chain).branches[named(chain, 4312)]
    assert [child.process.pid for child in word.children] == [4980]


def test_a_detection_hangs_on_the_process_that_acted() -> None:
    chain = remcos_chain()
    forest = grow(chain)
    hung = {branch.process.pid: [hit.detection for hit in branch.hits]
            for branch in forest.branches.values()}  # fmt: skip
    assert "Office Document Executing Macro Code" in hung[4312]
    assert "Registry Keys Used For Persistence" in hung[5300]
    assert "Remcos RAT File Creation in Remcos Folder" in hung[3120]
    assert not forest.loose


def test_a_detection_by_nobody_of_the_chain_is_loose() -> None:
    chain = remcos_chain()
    hit = next(hit for hit in chain.evidence if hit.detection.startswith("Registry Keys"))
    strange = hit.model_copy(update={"actor": "process:elsewhere"})
    forest = grow(chain.model_copy(update={"evidence": [hit, strange]}))
    assert forest.loose == [strange]
    assert actor_of(hit, forest.branches) == named(chain, 5300)


def test_a_report_without_actors_still_hangs_detections_on_the_processes_that_they_tag() -> None:
    chain = remcos_chain()
    evidence = [hit.model_copy(update={"actor": None}) for hit in chain.evidence]
    forest = grow(chain.model_copy(update={"evidence": evidence}))
    assert forest.loose == [hit for hit in evidence if hit.node not in forest.branches]


def test_processes_in_a_circle_are_still_reached_once() -> None:
    chain = with_parents(remcos_chain(), {4312: 5300, 3120: 3120})
    reached = [branch.process.node for branch, _ in walk(grow(chain).roots)]
    assert sorted(reached) == sorted(process.node for process in chain.processes)


def test_a_very_deep_chain_does_not_exhaust_the_stack() -> None:
    chain = large_report(3000).chains[0]
    nodes = [process.node for process in chain.processes]
    deep = [process.model_copy(update={"parent": nodes[max(place - 1, 0)] if place else None})
            for place, process in enumerate(chain.processes)]  # fmt: skip
    depths = [depth for _, depth in walk(grow(chain.model_copy(update={"processes": deep})).roots)]
    assert depths == list(range(3000))
