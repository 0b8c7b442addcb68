from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from lineage.correlate.template import Mark, load
from lineage.detect.catalog import load_builtin
from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name: own
family: Nipe
stages:
  - {tactic: initial-access, weight: 10, entry: true, correlators: [office_script]}
  - {tactic: persistence, weight: 2.5, after: [initial-access], detections: [One, Two]}
marks:
  - {name: folder, contains: '\\NIPE\\'}
"""

BROKEN = {
    "broken YAML": ("stages: [", "while parsing"),
    "empty": ("", "0 YAML documents"),
    "a list": ("- a\n- b\n", "must be a mapping"),
    "no name": ("stages: []\n", "name is missing"),
    "no stages": ("name: x\n", "stages is missing"),
    "stages are words": ("name: x\nstages: all\n", "stages is 'all'"),
    "a stage is a word": ("name: x\nstages: [execution]\n", "stages[1] is 'execution'"),
    "no tactic": ("name: x\nstages: [{weight: 1}]\n", "stages[1].tactic is missing"),
    "no weight": ("name: x\nstages: [{tactic: impact}]\n", "stages[1].weight is missing"),
    "weight is a word": (
        "name: x\nstages: [{tactic: impact, weight: much}]\n",
        "stages[1].weight is 'much'",
    ),
    "weight is below zero": (
        "name: x\nstages: [{tactic: impact, weight: -1}]\n",
        "stages[1].weight is -1",
    ),
    "weight is nothing": (
        "name: x\nstages: [{tactic: impact, weight: .nan}]\n",
        "stages[1].weight is nan",
    ),
    "weight is true": (
        "name: x\nstages: [{tactic: impact, weight: true}]\n",
        "stages[1].weight is True",
    ),
    "after is a word": (
        "name: x\nstages: [{tactic: impact, weight: 1, after: execution}]\n",
        "stages[1].after is 'execution'",
    ),
    "detections are a word": (
        "name: x\nstages: [{tactic: impact, weight: 1, detections: One}]\n",
        "stages[1].detections is 'One'",
    ),
    "a mark without contents": (
        "name: x\nstages: []\nmarks: [{name: y}]\n",
        "marks[1].contains is missing",
    ),
    "a stage twice": (
        "name: x\nstages: [{tactic: impact, weight: 1}, {tactic: impact, weight: 2}]\n",
        "stage 'impact' is there twice",
    ),
    "weights for more than a hundred points": (
        "name: x\nstages: [{tactic: impact, weight: 41}]\n",
        "add up to 41, more than 40",
    ),
    "stages after each other": (
        (
            "name: x\nstages: [{tactic: impact, weight: 1, after: [execution]}, "
            "{tactic: execution, weight: 1, after: [impact]}]\n"
        ),
        "stages come after each other",
    ),
    "keys that are near misses": (
        "name: x\nextra: 1\nstages: [{tactic: impact, weight: 1, entery: true, afterr: []}]\n",
        (
            "stages[1].entery is unknown; did you mean entry?; "
            "stages[1].afterr is unknown; did you mean after?; "
            "extra is unknown; must be one of name, family, stages, marks"
        ),
    ),
    "a flag in quotes": (
        "name: x\nstages: [{tactic: impact, weight: 1, entry: 'false'}]\n",
        "stages[1].entry is 'false'",
    ),
    "a key twice": ("name: x\nname: y\nstages: []\n", "'name'"),
    "two documents": ("name: x\nstages: []\n---\nname: y\nstages: []\n", "2 YAML documents"),
    "a very deep list": ("name: " + "[" * 5000, "nest"),
    "a number of thousands of digits": (f"name: {'9' * 5000}\nstages: []\n", "5000 digits"),
    "after a tactic that isn't a stage": (
        "name: x\nstages: [{tactic: impact, weight: 1, after: [execution]}]\n",
        "stage 'impact' comes after 'execution', which is no stage",
    ),
    "after a stage that isn't there": (
        "name: x\nstages: [{tactic: impact, weight: 1, after: [exeuction]}]\n",
        "stages[1].after[1] is 'exeuction'; did you mean execution?",
    ),
}


def written(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_template_says_stages_their_order_and_marks(tmp_path: Path) -> None:
    template = load(written(tmp_path, GOOD))
    assert (template.name, template.family) == ("own", "Nipe")
    first, second = template.stages
    assert (first.tactic, first.weight, first.entry, first.after) == (
        "initial-access", 10, True, (),
    )  # fmt: skip
    assert first.correlators == {"office_script"}
    assert (second.weight, second.entry, second.after) == (2.5, False, ("initial-access",))
    assert second.detections == {"One", "Two"}
    assert template.marks == (Mark(name="folder", contains="\\nipe\\"),)


def test_a_stage_names_its_detections_or_takes_all_of_its_tactic(tmp_path: Path) -> None:
    run_key = next(
        rule.detection
        for rule in load_builtin()
        if rule.detection.title == "Registry Keys Used For Persistence"
    )
    _, named = load(written(tmp_path, GOOD)).stages
    assert not named.is_shown_by(run_key)
    (whole,) = load(
        written(tmp_path, "name: x\nstages: [{tactic: persistence, weight: 1}]\n")
    ).stages
    assert whole.is_shown_by(run_key)


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_one_line_that_names_the_file(tmp_path: Path, case: str) -> None:
    text, expected = BROKEN[case]
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        load(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert expected in message
    assert "\n" not in message


def test_a_file_that_is_not_there_or_no_text_is_one_line_too(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load(tmp_path / "none.yaml")
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(UsageError, match=r"binary\.yaml: .* not a template"):
        load(path)


@pytest.mark.parametrize("name", ["remcos", "macro_rat"])
def test_shipped_templates_load(name: str) -> None:
    assert load(files("correlators") / "templates" / f"{name}.yaml").name == name
