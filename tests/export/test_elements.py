from __future__ import annotations

from sample_report import full_report, hostile_report

from lineage.export.elements import elements, links


def test_every_node_is_there_once_and_every_edge_has_both_ends() -> None:
    for report in (full_report(), hostile_report()):
        nodes = [element.node for element in elements(report.chains)]
        assert len(nodes) == len(set(nodes))
        assert {end for link in links(report.chains) for end in (link.source, link.target)} <= set(
            nodes
        )


def test_detections_hang_on_the_node_that_they_tag() -> None:
    chain = full_report().chains[0]
    found = {element.node: element.detections for element in elements([chain])}
    assert all(hit.detection in found[hit.node] for hit in chain.evidence)


def test_a_bystander_is_told_by_its_id_and_kind() -> None:
    chain = full_report().chains[0]
    own = {process.node for process in chain.processes}
    bystanders = [element for element in elements([chain]) if element.role == "bystander"]
    assert bystanders
    assert all(item.kind == "process" and item.node not in own for item in bystanders)


def test_an_edge_of_two_chains_is_one() -> None:
    chain = full_report().chains[0]
    found = links([chain, chain.model_copy(update={"id": "other"})])
    assert len(found) == len(links([chain]))
    assert {link.chains for link in found} == {(chain.id, "other")}
