"""Sigma rules for services of Windows and for categories that are no Sysmon event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from raw_records import SECURITY, normalised, record
from sigma_rules import load_text, rule_text

from lineage.detect.compile import Predicates
from lineage.detect.coverage import FieldsSeen, coverage, needed_fields
from lineage.detect.engine import RuleEngine
from lineage.detect.match import explain, matches

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.normalise.event import Event

PS = "Microsoft-Windows-PowerShell/Operational"


def logged(channel: str, event_id: int, data: dict[str, Any], provider: str = "") -> Event:
    return normalised(record(provider, event_id, data, channel=channel))


CASES: list[tuple[str, str, Event, Event]] = [
    (
        "service: security",
        "selection: {EventID: 5136, AttributeLDAPDisplayName: ntSecurityDescriptor}",
        logged("Security", 5136, {"AttributeLDAPDisplayName": "nTSecurityDescriptor"}),
        logged("Security", 5137, {"AttributeLDAPDisplayName": "nTSecurityDescriptor"}),
    ),
    (
        "service: system",
        "selection: {Provider_Name: Service Control Manager, EventID: 7045, ImagePath|re: (?i)cmd}",
        logged("System", 7045, {"ImagePath": "%COMSPEC% /c CMD.exe"}, "Service Control Manager"),
        logged("System", 7045, {"ImagePath": "%COMSPEC% /c CMD.exe"}, "Contoso"),
    ),
    (
        "service: windefend",
        "selection: {EventID: 5007, NewValue|contains: Exclusions}",
        logged("Microsoft-Windows-Windows Defender/Operational", 5007, {"New Value": "Exclusions"}),
        logged("Microsoft-Windows-Windows Defender/Operational", 5007, {"Old Value": "Exclusions"}),
    ),
    (
        "category: ps_module",
        "selection: {Payload|contains: Get-Keystrokes}",
        logged(PS, 4103, {"Payload": "CommandInvocation(Get-Keystrokes)"}),
        logged(PS, 4105, {"Payload": "CommandInvocation(Get-Keystrokes)"}),
    ),
    (
        "category: ps_classic_start",
        "selection: {Data|contains: HostVersion=3}",
        logged("Windows PowerShell", 400, {"Data": ["Available", "None", "HostVersion=3.0"]}),
        logged("Windows PowerShell", 600, {"Data": ["Available", "None", "HostVersion=3.0"]}),
    ),
    (
        "service: msexchange-management",
        "keywords: [New-ManagementRoleAssignment]",
        logged("MSExchange Management", 1, {"Data": ["x", "new-managementroleassignment -a"]}),
        logged("Application", 1, {"Data": ["x", "new-managementroleassignment -a"]}),
    ),
    (
        "service: security",
        "selection: {EventID: 4688, NewProcessName|endswith: a.exe}",
        logged("Security", 4688, {"NewProcessName": r"C:\a.exe", "NewProcessId": "0x40"}, SECURITY),
        logged("Security", 4689, {"ProcessName": r"C:\a.exe", "ProcessId": "0x40"}, SECURITY),
    ),
    (
        "service: security",
        "selection: {winlog.event_data.TaskName: x}",
        logged("Security", 4698, {"TaskName": "x"}),
        logged("Security", 4698, {"TaskName": "y"}),
    ),
    (
        "service: system",
        "selection: {EventID: 16, filter.with.dots: null}",
        logged("System", 16, {}),
        logged("System", 17, {}),
    ),
]


@pytest.mark.parametrize(("logsource", "selection", "hit", "miss"), CASES)
def test_a_rule_fires_on_its_events_alone(
    tmp_path: Path, logsource: str, selection: str, hit: Event, miss: Event
) -> None:
    name = selection.partition(":")[0]
    loaded = load_text(tmp_path, rule_text(f"{selection}\ncondition: {name}", logsource=logsource))
    assert not loaded.problems
    (rule,) = loaded.rules
    engine = RuleEngine([rule])
    condition = rule.layers[0].condition
    for event, fires in ((hit, True), (miss, False)):
        assert bool(engine.match(event)) is fires
        assert matches(condition, event) is fires
        if event.origin in condition.sources:
            assert bool(Predicates([condition], event.origin).true_on(event)) is fires


def test_what_fired_is_shown_by_its_fields(tmp_path: Path) -> None:
    text = rule_text(
        "selection: {EventID: 7045, ImagePath|contains: cmd}\ncondition: selection",
        logsource="service: system",
    )
    (rule,) = load_text(tmp_path, text).rules
    event = logged("System", 7045, {"ImagePath": "cmd.exe /c x", "ServiceName": "y"})
    assert explain(rule.layers[0].condition, event) == {"ImagePath": "cmd.exe /c x"}


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (logged("System", 7045, {"ImagePath": "-"}), []),
        (logged("System", 7036, {"ImagePath": "x"}), ["system without event 7045"]),
        (logged("System", 7045, {"param1": "x"}), ["system without ImagePath"]),
        (logged("Application", 7045, {"ImagePath": "x"}), ["system"]),
    ],
)
def test_coverage_minds_the_event_and_its_fields(
    tmp_path: Path, event: Event, missing: list[str]
) -> None:
    text = rule_text(
        "selection: {EventID: 7045, ImagePath|contains: cmd}\ncondition: selection",
        logsource="service: system",
    )
    engine = RuleEngine(load_text(tmp_path, text).rules)
    (detection,) = engine.detections
    needs = engine.requirements(detection)
    seen = FieldsSeen(needed_fields([needs]))
    seen.observe(event)
    judged = coverage(detection, needs, seen)
    assert (judged.evaluable, judged.missing) == (not missing, missing)
