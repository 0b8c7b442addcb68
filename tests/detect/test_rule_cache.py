"""The cache of parsed rules: quick, never wrong, and no way in for others."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING

import pytest

from lineage.detect import rule_cache
from lineage.detect.engine import RuleEngine
from lineage.detect.rule_cache import FolderCache
from lineage.detect.user_rules import load_user

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.catalog import RuleSet

RULE = """
title: Test rule
logsource: {category: process_creation, product: windows}
detection:
  selection: {CommandLine|contains: ['whoami', '%%TEMP%%'], Image|re: '\\\\cmd\\.exe$'}
  filter: {ParentImage: null}
  condition: selection and not filter
"""


class Counting(FolderCache):
    """Tells what was asked of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.found: list[bool] = []

    def fetch(self, key: str) -> RuleSet | None:
        rules = super().fetch(key)
        self.found.append(rules is not None)
        return rules


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "rule.yml"
    path.write_text(RULE, encoding="utf-8")
    return path


def test_a_second_run_takes_the_parsed_rules(tmp_path: Path, rule: Path) -> None:
    cache = Counting(tmp_path / "cache")
    first, second, *_ = load_user([rule], cache), load_user([rule], cache)
    assert cache.found == [False, True]
    assert [each.detection for each in first.rules] == [each.detection for each in second.rules]
    assert first.problems == second.problems
    assert RuleEngine(second.rules).detections[0].title == "Test rule"


def test_a_changed_rule_is_read_anew(tmp_path: Path, rule: Path) -> None:
    cache = Counting(tmp_path / "cache")
    load_user([rule], cache)
    rule.write_text(RULE.replace("Test rule", "Other rule"), encoding="utf-8")
    assert load_user([rule], cache).rules[0].detection.title == "Other rule"
    assert cache.found == [False, False]


def test_without_a_cache_nothing_is_written(tmp_path: Path, rule: Path) -> None:
    load_user([rule])
    assert sorted(tmp_path.iterdir()) == [rule]


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("echo run by a forged cache > forged",)


@pytest.mark.parametrize("content", [pickle.dumps(Evil()), b"", b"\x80\x05garbage"])
def test_a_forged_or_damaged_entry_is_read_anew(
    tmp_path: Path, rule: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cache = FolderCache(tmp_path / "cache")
    load_user([rule], cache)
    (entry,) = (tmp_path / "cache").iterdir()
    entry.write_bytes(content)
    assert load_user([rule], cache).rules[0].detection.title == "Test rule"
    assert not (tmp_path / "forged").exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="file modes are POSIX's")
def test_what_others_may_write_is_not_read(tmp_path: Path, rule: Path) -> None:
    cache = Counting(tmp_path / "cache")
    load_user([rule], cache)
    (entry,) = (tmp_path / "cache").iterdir()
    entry.chmod(0o666)
    load_user([rule], cache)
    assert cache.found == [False, False]


def test_a_folder_that_cannot_be_made_costs_nothing_else(tmp_path: Path, rule: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way", encoding="utf-8")
    assert load_user([rule], FolderCache(tmp_path / "cache" / "below")).rules


def test_old_entries_go(tmp_path: Path, rule: Path) -> None:
    cache = FolderCache(tmp_path / "cache")
    for number in range(rule_cache.MOST_ENTRIES + 3):
        rule.write_text(RULE.replace("Test rule", f"Rule {number}"), encoding="utf-8")
        load_user([rule], cache)
    assert len(list((tmp_path / "cache").iterdir())) == rule_cache.MOST_ENTRIES
