"""Simulated, then correlated: every container format tells the same intrusion."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run
from lineage.simulate.run import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.report.model import Report

WITHOUT_ACTING_PROCESS = "sentinel"
"""Azure Monitor's columns leave out the header's process id, so script blocks hang on nobody."""
WINDOWS = [name for name in FORMATS if name not in {"falcon-fdr", WITHOUT_ACTING_PROCESS}]
REFERENCE = "nxlog"


@cache
def report_of(folder: Path) -> Report:
    return run(Request([folder], correlators=correlators())).report


def processes(report: Report) -> set[tuple[str, int | None]]:
    """Host and process id of the best chain's processes."""
    return {(short(each.host), each.pid) for each in report.chains[0].processes}


def short(host: str) -> str:
    return host.partition(".")[0].lower()


@pytest.fixture(scope="module")
def truth(simulated: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((simulated / "truth.json").read_bytes())
    return loaded


@pytest.mark.parametrize("name", FORMATS)
def test_the_intrusion_is_one_confirmed_chain_with_exactly_its_processes(
    simulated: Path, truth: dict[str, Any], name: str
) -> None:
    report = report_of(simulated / name)
    (told,) = truth["chains"]
    assert processes(report) == {(short(each["host"]), each["pid"]) for each in told["processes"]}
    best = report.chains[0]
    assert (best.verdict, best.family) == ("confirmed", told["family"])
    others = {process.node for chain in report.chains[1:] for process in chain.processes}
    assert others.isdisjoint(process.node for process in best.processes)
    assert [chain.verdict for chain in report.chains].count("confirmed") == 1
    assert all(chain.verdict == "suspicious" for chain in report.chains[1:])


@pytest.mark.parametrize("name", FORMATS)
def test_every_record_is_accounted_for_and_none_rejected(simulated: Path, name: str) -> None:
    inputs = report_of(simulated / name).inputs
    for each in inputs:
        assert each.records == each.events + each.ignored + each.duplicates + each.rejected
        assert (each.rejected, each.duplicates, each.problems) == (0, 0, [])
    assert sum(each.records for each in inputs) > 200


def content(report: Report) -> dict[str, Any]:
    """A report without what depends on the container: files, and fractions of seconds."""
    told = report.model_dump(exclude={"inputs", "generator"})
    return {key: _plain(value) for key, value in told.items()}


TIMES = {"time", "first_seen", "last_seen", "start"}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {
            key: each[:19] if key in TIMES and each else _plain(each)
            for key, each in value.items()
            if key != "source"
        }
    return value


@pytest.mark.parametrize("name", WINDOWS)
def test_all_windows_formats_give_the_same_report(simulated: Path, name: str) -> None:
    assert content(report_of(simulated / name)) == content(report_of(simulated / REFERENCE))


def test_where_script_blocks_hang_on_nobody_the_rest_is_the_same(simulated: Path) -> None:
    report = report_of(simulated / WITHOUT_ACTING_PROCESS)
    reference = report_of(simulated / REFERENCE)
    assert {each.detection for each in report.detections} == {
        each.detection for each in reference.detections
    }
    missing = {each.detection for each in reference.chains[0].evidence} - {
        each.detection for each in report.chains[0].evidence
    }
    assert missing == {"Powershell Windows Defender Exclusion Commands"}


def test_all_formats_at_once_are_told_once(simulated: Path) -> None:
    """A collector that gives everything in several formats changes nothing but the counts."""
    names = ("evtx", "event-xml", "nxlog")
    report = run(Request([simulated / name for name in names], correlators=correlators())).report
    reference = report_of(simulated / REFERENCE)
    events = sum(each.events for each in report.inputs)
    assert events == sum(each.events for each in reference.inputs)
    assert sum(each.duplicates for each in report.inputs) == 2 * events
    assert [chain.id for chain in report.chains] == [chain.id for chain in reference.chains]
    assert processes(report) == processes(reference)
