"""Rule files of folders and zip archives, with their content or why they have none."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from sigma_rules import rule_text

from lineage.detect import rule_files
from lineage.detect.detection import RuleProblem
from lineage.detect.user_rules import load_user

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TEXT = rule_text("s: {Image: a.exe}\ncondition: s")


def archive(folder: Path, members: dict[str, str]) -> Path:
    path = folder / "rules.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in members.items():
            opened.writestr(name, text)
    return path


def reasons(path: Path) -> list[str]:
    return [data.reason for _, data in rule_files.found(path) if isinstance(data, RuleProblem)]


def test_the_rules_of_a_zip_are_those_of_its_folders(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        {"b/two.yml": TEXT.replace("Test rule", "Two"), "a/one.yaml": TEXT, "README.md": "x"},
    )
    rules, problems, *_ = load_user([path])
    assert [rule.detection.title for rule in rules] == ["Test rule", "Two"]
    assert rules[0].detection.path.endswith("rules.zip!a/one.yaml")
    assert not problems


def test_an_archive_without_rules_says_so(tmp_path: Path) -> None:
    assert "no rule files" in reasons(archive(tmp_path, {"a.txt": "x"}))[0]


def test_what_is_no_zip_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rules.zip"
    path.write_bytes(b"no zip")
    assert "can't be read as a zip archive" in reasons(path)[0]


def test_a_damaged_member_costs_itself_only(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.yml": TEXT * 40, "b.yml": TEXT.replace("Test rule", "B")})
    data = bytearray(path.read_bytes())
    data[60:70] = b"0123456789"
    path.write_bytes(data)
    rules, problems, *_ = load_user([path])
    assert [rule.detection.title for rule in rules] == ["B"]
    assert "can't be unpacked" in problems[0].reason


def test_an_archive_is_unpacked_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_files, "MAX_UNPACKED", 10)
    path = archive(tmp_path, {"a.yml": TEXT, "b.yml": TEXT, "c.yml": "x" * 2_000_000})
    assert len(reasons(path)) == 2
    assert all("holds more than" in reason for reason in reasons(path))


def test_a_member_that_is_too_large_is_no_rule(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.yml": "#" * 2_000_000})
    _, problems, *_ = load_user([path])
    assert "larger than" in problems[0].reason
