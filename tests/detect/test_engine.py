"""Layers, bridges and script blocks; the user's rules beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from detection_cases import cases
from events import make, ticks
from sigma_rules import load_one, rule_text

from lineage.detect.catalog import load_builtin
from lineage.detect.detection import Context
from lineage.detect.engine import RuleEngine

if TYPE_CHECKING:
    from pathlib import Path

CMD = "C:\\Windows\\System32\\cmd.exe"
WORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"


@pytest.fixture(scope="module")
def engine() -> RuleEngine:
    return RuleEngine(load_builtin())


def test_event_that_meets_nothing(engine: RuleEngine) -> None:
    assert engine.match(make(1, Image="C:\\a.exe", CommandLine="a")) == ()


def test_engine_without_rules() -> None:
    assert RuleEngine([]).match(make(1, Image=CMD)) == ()


def test_each_detection_at_most_once(engine: RuleEngine) -> None:
    for case in cases():
        titles = [match.detection.title for match in engine.match(case.event, case.context)]
        assert len(set(titles)) == len(titles), case.id


def test_several_detections_on_one_event(engine: RuleEngine) -> None:
    event = make(1, Image="C:\\Windows\\Temp\\regsvr32.exe", CommandLine="regsvr32 /s /i a.dll")
    assert {match.detection.title for match in engine.match(event)} == {
        "Regsvr32 Silent and Install Param Dll Loading",
        "Regsvr32 with Known Silent Switch Cmdline",
        "Suspicious Process File Path",
    }


def test_fields_are_the_telemetrys_own_text(engine: RuleEngine) -> None:
    line = "cmd &gt; %%TEMP%%\\x /stab"
    (match,) = [
        match
        for match in engine.match(make(1, Image="C:\\a.exe", CommandLine=line + " C:\\Temp\\x"))
        if match.detection.title == "Possible Browser Pass View Parameter"
    ]
    assert match.fields == {"CommandLine": line + " C:\\Temp\\x"}


def test_decoded_text_is_shown_beside_its_source(engine: RuleEngine) -> None:
    (case,) = [case for case in cases() if case.name == "encoded-short-e"]
    (match,) = engine.match(case.event)
    assert "Add-MpPreference" in match.fields["DecodedCommandLine"]
    assert match.fields["CommandLine"].startswith("powershell -e")


def test_parent_of_the_graph_is_shown_as_the_reason(engine: RuleEngine) -> None:
    (match,) = engine.match(make(4688, Image=CMD, CommandLine="cmd"), Context(parent_image=WORD))
    assert (match.layer, match.by) == ("bridge", "parent-by-pid")
    assert match.fields == {"Image": CMD, "ParentImage": WORD}


def test_sysmon_says_itself_who_the_parent_is(engine: RuleEngine) -> None:
    event = make(1, Image=CMD, CommandLine="cmd")
    assert engine.match(event, Context(parent_image=WORD)) == ()


def test_parent_of_the_event_is_not_overruled(engine: RuleEngine) -> None:
    event = make(4688, Image=CMD, CommandLine="cmd", ParentImage="C:\\Windows\\explorer.exe")
    assert engine.match(event, Context(parent_image=WORD)) == ()


def test_core_comes_before_extension(engine: RuleEngine) -> None:
    """A command line that meets both the core and an extension of a detection."""
    encoded = "QQBkAGQALQBNAHAAUAByAGUAZgBlAHIAZQBuAGMAZQAgAC0ARQB4AGMAbAB1AHMAaQBvAG4AUABhAHQAaAA="
    line = f"powershell Add-MpPreference -ExclusionPath C:\\ -enc {encoded}"
    (match,) = engine.match(make(1, Image="C:\\p.exe", CommandLine=line))
    assert (match.layer, match.by) == ("core", None)


def test_script_block_is_explained_by_the_part_that_fires(engine: RuleEngine) -> None:
    part = "Add-MpPreference -ExclusionPath C:\\"
    (match,) = engine.match(make(4104, parts=["$a = 1\n", part]))
    assert match.layer == "core"
    assert match.fields == {"ScriptBlockText": part}


@pytest.mark.parametrize("parts", [["who", "ami"], ["whoami", "x"]])
def test_users_rule_is_core_however_it_is_met(tmp_path: Path, parts: list[str]) -> None:
    text = rule_text(
        "selection: {ScriptBlockText|contains: whoami}\ncondition: selection",
        logsource="category: ps_script",
    )
    (match,) = RuleEngine([load_one(tmp_path, text)]).match(make(4104, parts=parts))
    assert (match.layer, match.by) == ("core", None)


def test_users_rule_gets_the_parent_of_the_graph(tmp_path: Path) -> None:
    text = rule_text("selection: {ParentImage|endswith: winword.exe}\ncondition: selection")
    engine = RuleEngine([load_one(tmp_path, text)])
    (match,) = engine.match(make(4688, Image=CMD), Context(parent_image=WORD))
    assert (match.layer, match.by) == ("bridge", "parent-by-pid")
    assert engine.match(make(4688, Image=CMD)) == ()


def test_users_rule_runs_beside_ours(tmp_path: Path) -> None:
    text = rule_text("selection: {ImageName: cmd.exe}\ncondition: selection")
    engine = RuleEngine([*load_builtin(), load_one(tmp_path, text)])
    matches = engine.match(make(1, Image=CMD, CommandLine="cmd", ParentImage=WORD))
    assert [match.detection.title for match in matches] == [
        "Office Product Spawn CMD Process",
        "Test rule",
    ]


def test_same_hour_is_the_clock_hour_of_utc(engine: RuleEngine) -> None:
    image = "C:\\Users\\d\\AppData\\Roaming\\a.exe"
    event = make(
        11,
        time="2026-02-04T00:00:01Z",
        Image=image,
        TargetFilename="C:\\Users\\d\\AppData\\Roaming\\a.png",
    )
    found = {}
    for start in ("2026-02-03T23:59:59Z", "2026-02-04T00:00:00Z"):
        (match,) = engine.match(event, Context(process_start=ticks(start)))
        found[start[11:13]] = match.by
    assert found == {"23": "no-hour-limit", "00": None}
