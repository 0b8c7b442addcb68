from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import get_args

import pytest
import yaml

from lineage.graph.programs import INTERPRETERS, ProgramKind, program, table

WRITTEN = yaml.safe_load((files("lineage.graph") / "programs.yaml").read_text(encoding="utf-8"))


def office_names() -> set[str]:
    """Every program that an Office detection of the story names beside the shell."""
    folder = files("lineage.detect") / "rules" / "remcos"
    texts = [
        rule.read_text(encoding="utf-8")
        for rule in folder.iterdir()
        if rule.name.startswith("office-")
    ]
    assert len(texts) == 3
    names = {
        line.strip(" -'\n")
        for text in texts
        for line in text.splitlines()
        if line.strip().startswith("- '") and line.rstrip().endswith(".exe'")
    }
    assert {"winword.exe", "onenotem.exe", "graph.exe"} <= names
    return names


def test_every_office_program_of_a_rule_is_office() -> None:
    assert {name: program(name).kind for name in office_names()} == dict.fromkeys(
        office_names(), "office"
    )


def test_each_program_is_of_one_kind_that_the_code_knows() -> None:
    names = Counter(
        name for about in WRITTEN["kinds"].values() for name in about["programs"].split()
    )
    assert [name for name, times in names.items() if times > 1] == []
    assert set(WRITTEN["kinds"]) == set(get_args(ProgramKind))
    assert WRITTEN["programs"].keys() <= names.keys()
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize("kind", get_args(ProgramKind))
def test_no_interpreter_is_started_by_honest_programs_on_their_own(kind: ProgramKind) -> None:
    children = {child for each in table().values() if each.kind == kind for child in each.children}
    assert not {child for child in children if program(child).kind in INTERPRETERS}
    assert all(child == child.lower() for child in children)


@pytest.mark.parametrize(
    ("image", "original", "kind"),
    [
        (r"C:\Office16\WINWORD.EXE", None, "office"),
        (r"\Device\HarddiskVolume3\Windows\System32\cmd.exe", "Cmd.Exe", "shell"),
        (r"C:\ProgramData\viewer.exe", "wscript.exe", "script-host"),
        (r"C:\ProgramData\svchost.exe", "Cmd.Exe", "shell"),
        # what malware writes into its version information makes it nothing that it isn't
        (r"C:\ProgramData\a.exe", "WinWord.exe", None),
        (r"C:\ProgramData\a.exe", "svchost.exe", None),
        (r"C:\ProgramData\a.exe", None, None),
        (None, None, None),
    ],
)
def test_a_copied_interpreter_is_one_under_any_name(
    image: str | None, original: str | None, kind: str | None
) -> None:
    assert program(image, original).kind == kind


@pytest.mark.parametrize(
    ("name", "path", "runs"),
    [
        ("wscript.exe", r"c:\a.txt", True),
        ("powershell.exe", r"c:\a.ps1", True),
        ("powershell.exe", r"c:\a.exe", False),
        ("winword.exe", r"c:\a.docm", True),
        ("winword.exe", r"c:\a.docx", False),
        ("certutil.exe", r"c:\a.exe", False),
        ("", r"c:\a.exe", False),
    ],
)
def test_what_a_program_runs_of_what_it_is_given(name: str, path: str, runs: bool) -> None:
    assert program(name).runs_file(path) is runs
