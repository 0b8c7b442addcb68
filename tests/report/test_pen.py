from __future__ import annotations

import pytest

from lineage.report.pen import shortest_ends


@pytest.mark.parametrize(
    ("sources", "ends"),
    [
        ([], []),
        (["triage/Sysmon.evtx"], ["Sysmon.evtx"]),
        (["a/Sysmon.evtx", "b.zip!Sysmon.evtx"], ["a/Sysmon.evtx", "b.zip!Sysmon.evtx"]),
        (["x/a/s.evtx", "x/b/s.evtx", "x/t.evtx"], ["a/s.evtx", "b/s.evtx", "t.evtx"]),
        (["s.evtx", "in/s.evtx"], ["s.evtx", "in/s.evtx"]),
        ([r"C:\in\a.json", r"C:\in\b.json"], ["a.json", "b.json"]),
        (["folder/", "!"], ["folder/", "!"]),
        (["same", "same"], ["same"]),
    ],
)
def test_shortest_ends_tell_sources_apart(sources: list[str], ends: list[str]) -> None:
    assert list(shortest_ends(sources).values()) == ends
