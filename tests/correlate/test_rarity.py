from __future__ import annotations

import pytest
from attacks import ROAMING, WORD, desktop, tagged
from hosts import SYSTEM32, Host

from lineage.correlate.rarity import Profile
from lineage.graph.nodes import ProcessNode

CITE = r"C:\Program Files\Citations\cite.exe"


def seen(starts: int, tagged_starts: int = 0) -> tuple[Profile, ProcessNode, ProcessNode]:
    """The profile of a host on which Word started a helper so often, and such a pair."""
    host = Host()
    shell = desktop(host)
    words = [host.run(WORD, parent=shell) for _ in range(starts + tagged_starts)]
    helpers = [host.run(CITE, parent=word) for word in words]
    graph = tagged(host).graph
    nodes = {node.pid: node for node in graph.nodes() if isinstance(node, ProcessNode)}
    accused = {nodes[word.pid].id for word in words[starts:]}
    return Profile(graph, accused), nodes[words[0].pid], nodes[helpers[0].pid]


@pytest.mark.parametrize(("starts", "usual"), [(1, False), (2, True), (5, True)])
def test_a_child_is_usual_when_several_parents_start_it(starts: int, usual: bool) -> None:
    profile, parent, child = seen(starts)
    assert profile.is_usual(parent, child) == usual
    assert profile.rarity(parent, child) == 1 / (1 + starts)


def test_what_the_accused_start_proves_nothing_usual() -> None:
    profile, parent, child = seen(1, tagged_starts=5)
    assert not profile.is_usual(parent, child)


def test_many_children_of_one_parent_are_one_parents_habit() -> None:
    host = Host()
    word = host.run(WORD, parent=desktop(host))
    for _ in range(9):
        host.run(CITE, parent=word)
    graph = tagged(host).graph
    parent, child = (
        node
        for node in graph.nodes()
        if isinstance(node, ProcessNode) and node.image in {WORD, CITE} and node.pid in {1008, 1012}
    )
    assert not Profile(graph, set()).is_usual(parent, child)


def test_what_programs_of_a_kind_start_on_their_own_counts_everywhere() -> None:
    host = Host()
    word = host.run(WORD, parent=desktop(host))
    host.run(SYSTEM32 + "splwow64.exe", parent=word)
    host.run(ROAMING + "x.exe", parent=word)
    graph = tagged(host).graph
    nodes = {node.pid: node for node in graph.nodes() if isinstance(node, ProcessNode)}
    profile = Profile(graph, set())
    assert profile.is_usual(nodes[1008], nodes[1012])
    assert profile.rarity(nodes[1008], nodes[1012]) == 0
    assert profile.rarity(nodes[1008], nodes[1016]) > 0
