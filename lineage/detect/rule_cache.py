"""Remembers a set of parsed rules between runs.

Parsing YAML and Sigma takes longer than most inputs. A set is kept under a hash of everything that
it was made from: every file's path and content, this package, pySigma and Python. It lies in the
user's cache folder, which nobody else may write; a file that isn't the user's own is left alone.
What is read back may name the classes of rules only, so that even a forged file runs no code.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

import platformdirs

import lineage
from lineage import cycle_collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.detect.catalog import RuleSet

MOST_ENTRIES: Final = 20
"""Sets that are kept; the oldest go first. SigmaHQ's Windows rules take some 3 MB."""

_CLASSES: Final = {
    "builtins": {"set", "frozenset"},
    "lineage.detect.catalog": {"Rule", "RuleLayer", "RuleSet"},
    "lineage.detect.condition": {"Condition"},
    "lineage.detect.correlation": {"Correlation"},
    "lineage.detect.detection": {"Detection", "RuleProblem"},
    "sigma.conditions": {
        "ConditionAND",
        "ConditionOR",
        "ConditionNOT",
        "ConditionFieldEqualsValueExpression",
        "ConditionValueExpression",
    },
    "sigma.types": {
        "CompareOperators",
        "Placeholder",
        "SigmaBool",
        "SigmaCIDRExpression",
        "SigmaCasedString",
        "SigmaCompareExpression",
        "SigmaExists",
        "SigmaExpansion",
        "SigmaFieldReference",
        "SigmaNull",
        "SigmaNumber",
        "SigmaRegularExpression",
        "SigmaRegularExpressionFlag",
        "SigmaString",
        "SigmaTimestampPart",
        "SpecialChars",
        "TimestampPart",
    },
    "ipaddress": {"IPv4Network", "IPv6Network", "IPv4Address", "IPv6Address"},
}
"""Module -> the classes of it that a rule set consists of."""


class Cache(Protocol):
    """Keeps rule sets by a key."""

    def fetch(self, key: str) -> RuleSet | None:
        """The set stored under a key; None where there is none that can be used."""
        ...

    def store(self, key: str, rules: RuleSet) -> None:
        """Keeps a set. Where that fails the next run is slower, and nothing else happens."""
        ...


def key(contents: Iterable[tuple[str, bytes]]) -> str:
    """A hash of all that a rule set is made from.

    Args:
        contents: path and bytes of each file, in order.
    """
    digest = hashlib.sha256()
    versions = (lineage.__version__, version("pysigma"), sys.version)
    for text in versions:
        digest.update(f"{len(text)}:{text}".encode())
    for file in _own_modules():
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    for path, data in contents:
        name = path.encode("utf-8", "surrogateescape")
        digest.update(f"{len(name)},{len(data)}:".encode() + name + data)
    return digest.hexdigest()


def _own_modules() -> list[Path]:
    """The modules that decide how a rule is read: in a checkout they change without a version."""
    return sorted(Path(__file__).parent.glob("*.py"))


class FolderCache:
    """A cache in a folder of the user's."""

    def __init__(self, folder: Path | None = None) -> None:
        """Chooses the folder; nothing is made yet.

        Args:
            folder: the user's cache folder where left out.
        """
        self._folder = folder or Path(platformdirs.user_cache_dir("lineage-ir", appauthor=False))

    def fetch(self, key: str) -> RuleSet | None:
        """The set stored under a key; None where there is none that can be used."""
        try:
            with self._path(key).open("rb") as stream:
                if not _is_ours(os.fstat(stream.fileno())):
                    return None
                with cycle_collector.off():  # many small objects and no cycle
                    return cast("RuleSet", _Reader(stream).load())
        except FileNotFoundError:
            return None
        except Exception:  # a damaged or foreign file: the rules are read anew
            return None

    def store(self, key: str, rules: RuleSet) -> None:
        """Keeps a set, whole or not at all. A full disk or a read-only home only costs time."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self._folder.stat()):
                return
            handle, name = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "wb") as stream:
                pickle.dump(rules, stream, protocol=5)
            Path(name).replace(self._path(key))
            self._forget_oldest()
        except OSError:
            return

    def _path(self, key: str) -> Path:
        return self._folder / f"rules-{key[:32]}.pickle"

    def _forget_oldest(self) -> None:
        entries = sorted(self._folder.glob("rules-*.pickle"), key=lambda file: file.stat().st_mtime)
        for file in entries[:-MOST_ENTRIES]:
            file.unlink(missing_ok=True)


class _Reader(pickle.Unpickler):
    """Reads rule sets, and refuses every class that they don't consist of."""

    def find_class(self, module: str, name: str) -> object:
        if name not in _CLASSES.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a rule")
        return super().find_class(module, name)


def _is_ours(status: os.stat_result) -> bool:
    """Whether only this user can have written something. Windows' profile folders see to that."""
    if not hasattr(os, "getuid"):
        return True
    others = stat.S_IWGRP | stat.S_IWOTH
    return status.st_uid == os.getuid() and not status.st_mode & others
