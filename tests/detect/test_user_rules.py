"""What a user's rule files may hold beside plain rules, and which of the rules are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from events import make
from sigma_rules import rule_text

from lineage.detect.choice import Preparation, Selection
from lineage.detect.engine import RuleEngine
from lineage.detect.user_rules import load_user
from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.catalog import RuleSet

WHOAMI = rule_text("selection: {Image|endswith: '\\whoami.exe'}\ncondition: selection").replace(
    "Test rule", "Who am I\nname: whoami"
)


def load(folder: Path, *texts: str, **options: Any) -> RuleSet:
    for number, text in enumerate(texts):
        (folder / f"{number}.yml").write_text(text, encoding="utf-8")
    return load_user([folder], **options)


def titles(rules: RuleSet, **fields: Any) -> list[str]:
    event = make("sysmon-1", **{"Image": "C:\\whoami.exe", "User": "D\\zoe", **fields})
    return [match.detection.title for match in RuleEngine(rules.rules).match(event)]


def filter_of(rules: str) -> str:
    return (
        "title: Not the admins\nlogsource: {category: process_creation}\n"
        f"filter: {{rules: {rules}, selection: {{User|startswith: 'D\\admin'}},"
        " condition: not selection}\n"
    )


@pytest.mark.parametrize("named", ["[whoami]", "any"])
def test_a_filter_takes_hits_away(tmp_path: Path, named: str) -> None:
    rules = load(tmp_path, WHOAMI, filter_of(named))
    assert rules.problems == ()
    assert titles(rules) == ["Who am I"]
    assert titles(rules, User="D\\admin1") == []


def test_a_filter_of_no_rule_is_said(tmp_path: Path) -> None:
    (problem,) = load(tmp_path, WHOAMI, filter_of("[whoareyou]")).problems
    assert (problem.title, problem.fatal) == ("Not the admins", False)
    assert "whoareyou" in problem.reason


def test_placeholders_are_filled(tmp_path: Path) -> None:
    text = rule_text("selection: {User|expand: '%admins%'}\ncondition: selection")
    values = tmp_path / "values.txt"
    values.write_text("admins: ['D\\zoe', 'D\\umar']\n", encoding="utf-8")
    rules = load(tmp_path, text, preparation=Preparation(placeholders=(values,)))
    assert titles(rules) == ["Test rule"]
    assert titles(rules, User="D\\ines") == []


def test_a_placeholder_that_nothing_fills_is_said(tmp_path: Path) -> None:
    text = rule_text("selection: {User|expand: '%admins%'}\ncondition: selection")
    rules = load(tmp_path, text)
    assert rules.rules == ()
    assert "%admins%" in rules.problems[0].reason


@pytest.mark.parametrize("content", ["- a", "a: [", "\x00"])
def test_values_that_are_none_are_a_clear_error(tmp_path: Path, content: str) -> None:
    values = tmp_path / "values.txt"
    values.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"values\.txt"):
        load(tmp_path, WHOAMI, preparation=Preparation(placeholders=(values,)))


def test_a_pipeline_renames_fields(tmp_path: Path) -> None:
    text = rule_text("selection: {exe|endswith: '\\whoami.exe'}\ncondition: selection")
    pipeline = tmp_path / "pipeline.txt"
    pipeline.write_text(
        "name: own\npriority: 10\ntransformations:\n"
        "  - {id: names, type: field_name_mapping, mapping: {exe: Image}}\n",
        encoding="utf-8",
    )
    assert titles(load(tmp_path, text, preparation=Preparation(pipelines=(pipeline,)))) == [
        "Test rule"
    ]


def test_a_broken_pipeline_is_a_clear_error(tmp_path: Path) -> None:
    pipeline = tmp_path / "pipeline.txt"
    pipeline.write_text("transformations: [{type: nonsense}]", encoding="utf-8")
    with pytest.raises(UsageError, match="no pipeline"):
        load(tmp_path, WHOAMI, preparation=Preparation(pipelines=(pipeline,)))


@pytest.mark.parametrize(
    "field",
    ["process.executable", "winlog.event_data.Image", "image", "EventData.Image"],
)
def test_other_schemes_names_are_understood(tmp_path: Path, field: str) -> None:
    text = rule_text(f"selection: {{{field}|endswith: '\\whoami.exe'}}\ncondition: selection")
    assert titles(load(tmp_path, text)) == ["Test rule"]


def test_base_rules_of_a_refused_correlation_stay_silent(tmp_path: Path) -> None:
    correlation = (
        "title: Both\ncorrelation: {type: temporal, rules: [whoami, nobody], timespan: 5m}\n"
    )
    rules = load(tmp_path, WHOAMI, correlation)
    assert rules.correlations == ()
    assert {rule.detection.rule_id for rule in rules.rules} == rules.silent
    reasons = [problem.reason for problem in rules.problems]
    assert any("nobody" in reason for reason in reasons)
    assert any("only as part of 'Both'" in reason for reason in reasons)


def test_a_circle_of_correlations_is_refused(tmp_path: Path) -> None:
    texts = [
        f"title: {own}\nname: {own}\n"
        f"correlation: {{type: temporal, rules: [{other}], timespan: 5m}}\n"
        for own, other in (("x", "y"), ("y", "x"))
    ]
    rules = load(tmp_path, *texts)
    assert rules.correlations == ()
    assert all("circle" in problem.reason for problem in rules.problems)


def test_an_expression_that_re2_lacks_is_refused_quietly(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = rule_text("selection: {CommandLine|re: 'who(?=ami)'}\ncondition: selection")
    (problem,) = load(tmp_path, text).problems
    assert "(?=" in problem.reason
    assert capfd.readouterr() == ("", "")


def test_vertical_tab_is_white_space(tmp_path: Path) -> None:
    text = rule_text("selection: {CommandLine|re: 'a\\sb'}\ncondition: selection")
    assert titles(load(tmp_path, text), CommandLine="a\x0bb") == ["Test rule"]


def test_a_deprecated_rule_runs_and_is_said(tmp_path: Path) -> None:
    rules = load(tmp_path, WHOAMI + "status: deprecated\n")
    assert titles(rules) == ["Who am I"]
    assert "deprecated" in rules.problems[0].reason


FOUR = {
    "low": "level: low\nstatus: test\ntags: [attack.discovery, attack.t1033]\n",
    "high": "level: high\nstatus: stable\ntags: [attack.execution]\n",
    "none": "",
}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["low", "high", "none"]),
        (Selection(level="medium"), ["high", "none"]),
        (Selection(level="critical"), []),
        (Selection(statuses=("stable", "test")), ["low", "high"]),
        (Selection(statuses=("experimental",)), ["none"]),
        (Selection(tags=("attack.T10*",)), ["low"]),
        (Selection(excluded=("HI*", "no such")), ["low", "none"]),
        (Selection(level="low", tags=("attack.*",), excluded=("low",)), ["high"]),
    ],
)
def test_selection(tmp_path: Path, selection: Selection, expected: list[str]) -> None:
    texts = [WHOAMI.replace("Who am I\nname: whoami", title) + more for title, more in FOUR.items()]
    rules = load(tmp_path, *texts, selection=selection)
    assert [rule.detection.title for rule in rules.rules] == expected
