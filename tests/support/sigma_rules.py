"""Small Sigma rules for tests, as a user would hand them over."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import yaml

from lineage.detect.user_rules import load_user

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.detect.catalog import Rule, RuleSet
    from lineage.detect.condition import Condition

FILE = "rule.yml"


def rule_text(
    detection: str, *, logsource: str = "category: process_creation", more: str = ""
) -> str:
    """A rule with this detection section."""
    lines = [
        "title: Test rule",
        "logsource:",
        indent(dedent(logsource).strip(), "  "),
        "detection:",
    ]
    lines.append(indent(dedent(detection).strip(), "  "))
    return "\n".join(lines) + "\n" + dedent(more)


def load_text(folder: Path, text: str) -> RuleSet:
    """What the catalog makes of a file with this text."""
    path = folder / FILE
    path.write_text(text, encoding="utf-8")
    return load_user([path])


def load_one(folder: Path, text: str) -> Rule:
    """The one rule of a text; fails with the catalog's own words where it can't be used."""
    rules, problems, *_ = load_text(folder, text)
    assert len(rules) == 1, problems
    return rules[0]


def condition_of(
    folder: Path, selection: dict[str, Any], condition: str = "selection"
) -> Condition:
    """The condition of a rule whose detection section is given as values."""
    document = {
        "title": "Test rule",
        "logsource": {"category": "process_creation"},
        "detection": {**selection, "condition": condition},
    }
    return load_one(folder, yaml.safe_dump(document, allow_unicode=True)).layers[0].condition
