"""Which action comes of which."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sample_chain import ChainBuilder
from sample_report import full_report, hostile_report, large_report

from lineage.export.action import actions

if TYPE_CHECKING:
    from lineage.report.model import Chain

VBS = "Vbscript Execution Using Wscript App"
PATH = "Suspicious Process File Path"
RUN = "Registry Keys Used For Persistence"


def builder() -> ChainBuilder:
    return ChainBuilder("WS-1", datetime(2024, 10, 14, 8, tzinfo=UTC), "a.evtx")


def told(chain: Chain) -> list[tuple[str, str | None]]:
    """(detection, detection of its cause) in order of time."""
    found = actions(chain)
    return [
        (action.detection, None if action.cause is None else found[action.cause].detection)
        for action in found
    ]


def test_a_child_comes_of_its_parents_latest_action() -> None:
    c = builder()
    parent = c.process(1, "a.exe", None, "process:none")
    c.hit(VBS, parent, {})
    c.hit(RUN, c.does(parent, "set", "registry", "HKLM\\Run\\x"), {})
    child = c.process(2, "b.exe", None, parent)
    c.hit(PATH, child, {})
    assert told(c.chain("probable", None, [])) == [(VBS, None), (RUN, VBS), (PATH, RUN)]


def test_an_untagged_process_between_two_actions_is_passed_over() -> None:
    c = builder()
    first = c.process(1, "a.exe", None, "process:none")
    c.hit(VBS, first, {})
    between = c.process(2, "b.exe", None, first)
    c.hit(PATH, c.process(3, "c.exe", None, between), {})
    assert told(c.chain("probable", None, [])) == [(VBS, None), (PATH, VBS)]


def test_an_autostart_entry_leads_over_a_reboot() -> None:
    c = builder()
    first = c.process(1, "a.exe", None, "process:none")
    entry = c.does(first, "set", "registry", "HKLM\\Run\\x")
    c.hit(RUN, entry, {})
    c.wait(days=1)
    later = c.process(1, "x.exe", None, "process:explorer")
    c.starts(entry, later)
    c.hit(PATH, later, {})
    assert told(c.chain("probable", None, [])) == [(RUN, None), (PATH, RUN)]


def test_strangers_have_no_cause() -> None:
    c = builder()
    c.hit(VBS, c.process(1, "a.exe", None, "process:none"), {})
    c.hit(PATH, c.process(2, "b.exe", None, "process:other"), {})
    assert told(c.chain("probable", None, [])) == [(VBS, None), (PATH, None)]


def test_an_executed_file_is_the_cause_of_the_process() -> None:
    c = builder()
    first = c.process(1, "a.exe", None, "process:none")
    c.hit(VBS, first, {})
    dropped = c.does(first, "wrote", "file", "C:\\x.exe")
    c.hit(PATH, c.process(2, "C:\\x.exe", None, "process:explorer"), {})
    second = c.process(2, "C:\\x.exe", None, "process:explorer")
    c.does(second, "executed", "file", "C:\\x.exe")
    c.hit(RUN, second, {})
    assert dropped
    assert told(c.chain("probable", None, []))[-1] == (RUN, VBS)


def test_repeats_are_one_action() -> None:
    c = builder()
    process = c.process(1, "a.exe", None, "process:none")
    for number in range(5):
        c.hit(RUN, c.does(process, "set", "registry", f"HKLM\\Run\\{number}"), {})
    found = actions(c.chain("probable", None, []))
    assert [len(action.hits) for action in found] == [5]


@pytest.mark.parametrize("report", [full_report(), hostile_report(), large_report(300)])
def test_causes_come_first_and_no_hit_is_lost(report: object) -> None:
    for chain in report.chains:  # type: ignore[attr-defined]
        found = actions(chain)
        assert sum(len(action.hits) for action in found) == len(chain.evidence)
        assert all(a.cause is None or a.cause < place for place, a in enumerate(found))
