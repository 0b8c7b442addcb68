"""The only reader of rule files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lineage.detect.detection import Detection, RuleProblem


@dataclass(frozen=True, slots=True)
class Rule:
    """A detection with its conditions."""

    detection: Detection


class RuleSet(NamedTuple):
    """Rules that can be used, and what is wrong with the others."""

    rules: tuple[Rule, ...]
    problems: tuple[RuleProblem, ...]


def load_builtin() -> tuple[Rule, ...]:
    """The package's own rules, sorted by file name."""
    raise NotImplementedError


def load_user(paths: Iterable[Path]) -> RuleSet:
    """A user's rules: each path a file, or a folder that is walked in sorted order."""
    raise NotImplementedError
