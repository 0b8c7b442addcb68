"""The rule files at a path, with their content or with why they have none."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

from lineage import user_files, user_yaml
from lineage.detect.catalog import RULE_SUFFIXES
from lineage.detect.detection import RuleProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILES = 20_000
"""Most rule files that a folder or an archive is searched for."""
MAX_UNPACKED = 256 << 20
"""Bytes that the rules of an archive may take. (SigmaHQ's all take 20 MB.)"""

RuleFile = tuple["Path", "bytes | RuleProblem"]
"""A rule file with its content, or with why it has none."""


def found(path: Path) -> Iterator[RuleFile]:
    """The rule files at a path: itself, or a folder's or a zip's `*.yml` and `*.yaml`, sorted."""
    if path.suffix.lower() == ".zip" and path.is_file():
        yield from _in_archive(path)
        return
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


def _in_archive(path: Path) -> Iterator[RuleFile]:
    """The rule files of a zip archive, each called `archive.zip!member`."""
    left = MAX_UNPACKED
    try:
        with user_files.opened(path) as stream, zipfile.ZipFile(stream) as archive:
            members = sorted(
                (member for member in archive.infolist() if _is_rule(member)),
                key=lambda member: member.filename,
            )
            if not members:
                yield path, problem(path, None, "no rule files (*.yml, *.yaml) in this archive")
            if len(members) > MAX_FILES:
                reason = (
                    f"{len(members)} rule files; those after the first {MAX_FILES} are not used"
                )
                yield path, problem(path, None, reason)
            for member in members[:MAX_FILES]:
                file = path.parent / f"{path.name}!{member.filename}"
                if left <= 0:
                    reason = f"the archive holds more than {MAX_UNPACKED >> 20} MiB; not used"
                    yield file, problem(file, None, reason)
                    continue
                data = _unpacked(archive, member, file)
                left -= len(data) if isinstance(data, bytes) else 0
                yield file, data
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        yield path, problem(path, None, f"can't be read as a zip archive: {error}; not used")


def _is_rule(member: zipfile.ZipInfo) -> bool:
    return not member.is_dir() and member.filename.lower().endswith(RULE_SUFFIXES)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: Path) -> bytes | RuleProblem:
    try:
        with archive.open(member) as stream:
            return stream.read(user_yaml.MAX_BYTES + 1)
    except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        return problem(file, None, f"can't be unpacked: {error}; not used")


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
