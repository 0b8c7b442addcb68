"""Rules on any event may ask for fields of the acting process; the graph fills them in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from attacks import CMD, HIVE, USER, desktop
from hosts import SYSTEM32, Host, Program
from sigma_rules import load_one, load_text, rule_text

from lineage.detect.allow import Allowances
from lineage.detect.allow import load as load_allowances
from lineage.detect.catalog import load_builtin
from lineage.detect.coverage import FieldsSeen, coverage, needed_fields
from lineage.detect.detection import FROM_GRAPH, PARENT_BY_PID
from lineage.detect.engine import RuleEngine
from lineage.detect.run import tagged
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lineage.detect.coverage import Coverage
    from lineage.detect.hit import Hit

POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"


def hits(folder: Path, host: Host, text: str) -> list[Hit]:
    """What one rule hits on a host."""
    return judged(folder, host, text)[0]


def judged(folder: Path, host: Host, text: str) -> tuple[list[Hit], Coverage]:
    """What one rule hits on a host, and whether it could have."""
    rule = load_one(folder, text)
    engine = RuleEngine([*load_builtin(), rule])
    requirements = engine.requirements(rule.detection)
    seen = FieldsSeen(needed_fields([requirements]))
    events = list(host.events)
    builder = Builder(Hosts({event.host for event in events}))
    found = tagged(events, Clock(), builder, engine, seen).hits
    own = [hit for hit in found if hit.detection.pack is None]
    return own, coverage(rule.detection, requirements, seen)


def tool(host: Host) -> Program:
    """A shell that a script started: `cmd /c build`, High."""
    above = host.run(POWERSHELL, "powershell -enc AA", parent=desktop(host))
    return host.run(CMD, "cmd /c build", parent=above, IntegrityLevel="High")


ACTS: dict[str, tuple[str, Callable[[Host, Program], object]]] = {
    "file_event": ("TargetFilename", lambda host, by: host.write(by, USER + "a.txt")),
    "registry_set": (
        "TargetObject",
        lambda host, by: host.set_value(by, HIVE + "Software\\A\\b", "1"),
    ),
    "dns_query": ("QueryName", lambda host, by: host.ask(by, "a.example.test")),
    "network_connection": ("DestinationIp", lambda host, by: host.connect(by, "192.0.2.7")),
    "image_load": ("ImageLoaded", lambda host, by: host.load(by, USER + "a.dll")),
}
FIELDS = {
    "CommandLine": "cmd /c build",
    "IntegrityLevel": "High",
    "ParentImage": POWERSHELL,
    "ParentCommandLine": "powershell -enc AA",
    "GrandparentImage": r"C:\Windows\explorer.exe",
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("category", ACTS)
def test_a_rule_on_any_event_knows_who_acted(tmp_path: Path, category: str, field: str) -> None:
    own, act = ACTS[category]
    host = Host()
    act(host, tool(host))
    text = rule_text(
        f"s: {{{own}|contains: '.', {field}: '{FIELDS[field]}'}}\ncondition: s"
        if category != "registry_set"
        else f"s: {{{own}|contains: 'A', {field}: '{FIELDS[field]}'}}\ncondition: s",
        logsource=f"category: {category}\nproduct: windows",
    )
    (hit,) = hits(tmp_path, host, text)
    assert hit.fields[field] == FIELDS[field]
    assert (hit.layer, hit.by) == ("bridge", FROM_GRAPH)
    other = text.replace(FIELDS[field], "another")
    assert hits(tmp_path, host, other) == []


def test_a_filter_on_such_a_field_keeps_a_rule_silent(tmp_path: Path) -> None:
    host = Host()
    by = tool(host)
    host.write(by, USER + "a.txt")
    text = rule_text(
        "s: {TargetFilename|endswith: '.txt'}\n"
        "f: {CommandLine|contains: build}\ncondition: s and not f",
        logsource="category: file_event\nproduct: windows",
    )
    assert hits(tmp_path, host, text) == []
    (hit,) = hits(tmp_path, host, text.replace("contains: build", "contains: other"))
    assert hit.fields["TargetFilename"] == USER + "a.txt"


def test_a_process_start_knows_its_grandparent(tmp_path: Path) -> None:
    host = Host()
    host.run(SYSTEM32 + "whoami.exe", "whoami", parent=tool(host))
    text = rule_text(
        "s: {Image|endswith: whoami.exe, GrandparentImage|endswith: powershell.exe}\ncondition: s"
    )
    (hit,) = hits(tmp_path, host, text)
    assert hit.fields["GrandparentImage"] == POWERSHELL
    assert (hit.layer, hit.by) == ("bridge", FROM_GRAPH)


def test_the_source_of_a_thread_is_the_acting_process(tmp_path: Path) -> None:
    host = Host()
    by = tool(host)
    other = host.run(SYSTEM32 + "notepad.exe", "notepad", parent=desktop(host))
    host.inject(by, other)
    text = rule_text(
        "s: {SourceParentImage|endswith: powershell.exe}\ncondition: s",
        logsource="category: create_remote_thread\nproduct: windows",
    )
    (hit,) = hits(tmp_path, host, text)
    assert hit.fields["SourceParentImage"] == POWERSHELL


def test_what_the_event_tells_itself_is_no_bridge(tmp_path: Path) -> None:
    host = Host()
    host.write(tool(host), USER + "a.txt")
    text = rule_text("s: {Image|endswith: cmd.exe}\ncondition: s", logsource="category: file_event")
    (hit,) = hits(tmp_path, host, text)
    assert (hit.layer, hit.by) == ("core", None)


def test_a_parent_that_only_the_graph_knows_is_told_as_such(tmp_path: Path) -> None:
    host = Host()
    above = host.run(POWERSHELL, "powershell", parent=desktop(host), seen_by=("security",))
    host.run(CMD, "cmd /c a", parent=above, seen_by=("security",), ParentImage=None)
    text = rule_text(
        "s: {Image|endswith: cmd.exe, ParentImage|endswith: powershell.exe}\ncondition: s"
    )
    (hit,) = hits(tmp_path, host, text)
    assert (hit.layer, hit.by) == ("bridge", PARENT_BY_PID)


def test_what_is_known_to_be_benign_may_be_told_by_who_acted(tmp_path: Path) -> None:
    host = Host()
    host.write(tool(host), USER + "a.txt")
    text = rule_text(
        "s: {TargetFilename|endswith: .txt}\ncondition: s", logsource="category: file_event"
    )
    entry = "- {rule: Test rule, reason: a build, expires: 2999-01-01, fields: {CommandLine: %s}}\n"
    for command, left in {"cmd /c build": 0, "cmd /c other": 1}.items():
        path = tmp_path / "allow.yml"
        path.write_text(entry % command, encoding="utf-8")
        allowed, _ = load_allowances([path], date(2026, 1, 1))
        events = list(host.events)
        builder = Builder(Hosts({event.host for event in events}))
        engine = RuleEngine([load_one(tmp_path, text)])
        found = tagged(events, Clock(), builder, engine, allowances=Allowances(allowed)).hits
        assert len(found) == left


def test_coverage_tells_where_no_start_is_logged(tmp_path: Path) -> None:
    host = Host()
    by = host.unseen(CMD)
    host.write(by, USER + "a.txt")
    text = rule_text(
        "s: {CommandLine|contains: build}\ncondition: s", logsource="category: file_event"
    )
    found, told = judged(tmp_path, host, text)
    assert found == []
    assert not told.evaluable
    assert "sysmon-11 without CommandLine of the acting process" in told.missing
    host = Host()
    host.write(tool(host), USER + "a.txt")
    assert judged(tmp_path, host, text)[1].evaluable


def test_no_doubt_is_told_of_such_fields(tmp_path: Path) -> None:
    text = rule_text(
        "s: {CommandLine|contains: build}\ncondition: s", logsource="category: file_event"
    )
    assert not load_text(tmp_path, text).problems
