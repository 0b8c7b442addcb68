"""The rule files at a path, with their content or with why they have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage import user_files, user_yaml
from lineage.detect.catalog import RULE_SUFFIXES
from lineage.detect.detection import RuleProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILES = 20_000
"""Most rule files that a folder is searched for."""

RuleFile = tuple["Path", "bytes | RuleProblem"]
"""A rule file with its content, or with why it has none."""


def found(path: Path) -> Iterator[RuleFile]:
    """The rule files at a path: itself, or a folder's `*.yml` and `*.yaml` at any depth, sorted."""
    try:
        files = [path] if not path.is_dir() else _in_folder(path)
    except OSError as error:
        yield path, problem(path, None, f"can't be read: {error.strerror}; not used")
        return
    if not files:
        yield path, problem(path, None, "no rule files (*.yml, *.yaml) in this folder")
    if len(files) > MAX_FILES:
        reason = f"{len(files)} rule files; those after the first {MAX_FILES} are not used"
        yield path, problem(path, None, reason)
    for file in files[:MAX_FILES]:
        yield file, content(file)


def _in_folder(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in RULE_SUFFIXES and file.is_file()
    )


def content(file: Path) -> bytes | RuleProblem:
    """A file's content, as much of it as tells whether it is too large."""
    try:
        with user_files.opened(file) as stream:
            return stream.read(user_yaml.MAX_BYTES + 1)
    except OSError as error:
        return problem(file, None, f"can't be read: {error.strerror}; not used")


def problem(path: Path, title: str | None, reason: str) -> RuleProblem:
    """Why a rule or a file of rules is not used."""
    return RuleProblem(str(path), title, reason, fatal=True)
