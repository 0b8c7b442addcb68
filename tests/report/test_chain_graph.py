from __future__ import annotations

from sample_report import full_report, hostile_report

from lineage.report.chain_graph import all_nodes, chain_nodes, links


def test_every_node_is_there_once_and_every_edge_has_both_ends() -> None:
    for report in (full_report(), hostile_report()):
        nodes = [element.node for element in all_nodes(report.chains)]
        assert len(nodes) == len(set(nodes))
        assert {end for link in links(report.chains) for end in (link.source, link.target)} <= set(
            nodes
        )


def test_detections_hang_on_the_node_that_they_tag() -> None:
    chain = full_report().chains[0]
    found = {element.node: element.detections for element in all_nodes([chain])}
    assert all(hit.detection in found[hit.node] for hit in chain.evidence)


def test_a_bystander_is_told_by_its_id_and_kind() -> None:
    chain = full_report().chains[0]
    own = {process.node for process in chain.processes}
    bystanders = [element for element in all_nodes([chain]) if element.role == "bystander"]
    assert bystanders
    assert all(item.kind == "process" and item.node not in own for item in bystanders)


def test_an_edge_of_two_chains_is_one() -> None:
    chain = full_report().chains[0]
    found = links([chain, chain.model_copy(update={"id": "other"})])
    assert len(found) == len(links([chain]))
    assert {link.chains for link in found} == {(chain.id, "other")}


def test_every_node_has_one_standing() -> None:
    chain = full_report().chains[0]
    shell = chain.processes[0].model_copy(update={"node": "process:shell", "role": "bystander"})
    edge = chain.edges[0].model_copy(update={"to": r"file:ws01:c:\only\named.txt"})
    changed = {"bystanders": [shell], "edges": [*chain.edges, edge]}
    nodes = chain_nodes(chain.model_copy(update=changed))
    own = {process.node for process in chain.processes} | {item.node for item in chain.artifacts}
    assert {node.node for node in nodes.values() if node.standing == "own"} == own
    assert (nodes["process:shell"].standing, nodes["process:shell"].pid) == ("bystander", shell.pid)
    named = nodes[r"file:ws01:c:\only\named.txt"]
    assert (named.kind, named.name, named.standing) == ("file", r"c:\only\named.txt", "named")


def test_a_node_that_one_chain_names_and_another_describes_is_described() -> None:
    chain = full_report().chains[0]
    described = chain.processes[-1].node
    naming = chain.model_copy(update={"id": "other", "processes": chain.processes[:-1]})
    (node,) = (node for node in all_nodes([naming, chain]) if node.node == described)
    assert (node.standing, node.chains) == ("own", ("other", chain.id))


def test_a_node_that_is_only_named_is_on_no_host_that_the_report_does_not_know() -> None:
    chain = full_report().chains[0]
    stray = chain.edges[0].model_copy(update={"from_": "process:elsewhere:1"})
    nodes = chain_nodes(chain.model_copy(update={"edges": [*chain.edges, stray]}))
    assert nodes["process:elsewhere:1"].host is None
    named = [node for node in nodes.values() if node.standing == "named"]
    assert {node.host for node in named} <= {None, *chain.hosts}
