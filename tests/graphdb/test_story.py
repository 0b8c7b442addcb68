"""Which nodes of a chain are drawn first, and in which order."""

from __future__ import annotations

import pytest
from neo4j_case import DAY, Story, intrusion

from lineage.graphdb import story


def test_a_small_chain_is_drawn_whole_in_order_of_time():
    best, second = intrusion().chains
    nodes = {node for edge in best.edges for node in (edge.from_, edge.to)}
    order = story.order(best)
    assert set(order) == nodes
    assert sorted(order.values()) == list(range(1, len(nodes) + 1))
    assert min(order, key=order.__getitem__).endswith("invoice.docm")
    assert [each.rpartition(":")[2].rpartition("\\")[2] for each in story.order(second)] == [
        "remcos.exe",
        "remcos",
        "c2.example",
    ]


def test_of_a_large_chain_only_processes_and_carriers_are_drawn():
    told = Story()
    told.host("ws01", "CORP\\dana")
    told.at(DAY)
    first = told.process("first", "C:\\a.exe", 10)
    dropped, logs = told.file("C:\\b.exe"), [told.file(f"C:\\log{n}.txt") for n in range(20)]
    told.fact(first, "wrote", dropped)
    for log in logs:
        told.fact(first, "wrote", log)
    second = told.process("second", "C:\\b.exe", 11, parent=first)
    told.fact(second, "executed", dropped)
    script = told.file("C:\\c.ps1")
    told.fact(second, "interpreted", script)
    edges = [
        (first, "wrote", dropped),
        *((first, "wrote", log) for log in logs),
        (first, "spawned", second),
        (second, "executed", dropped),
        (second, "interpreted", script),
    ]
    told.chain("c", 50.0, processes=[first, second], evidence=[], tactics=[], edges=edges)
    assert story.order(told.chains[0]) == {first: 1, dropped: 2, second: 3, script: 4}


@pytest.mark.parametrize(
    ("caption", "number", "expected"),
    [
        ("powershell.exe 5500", 8, "8 powershell.exe 5500"),
        ("Add-MpPreference -ExclusionPath C:\\Users", None, "Add-MpP…rence -ExclusionPath …"),
        ("a b c", None, "a b c"),
        ("", None, ""),
    ],
)
def test_what_is_written_fits_a_disc(caption, number, expected):
    assert story.written(caption, number) == expected
