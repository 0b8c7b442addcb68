"""What Windows programs are: office, shell, loader ..., what they run and whom they start.

The table is `programs.yaml`. Hubs, correlation, roles, correlators and Neo4j ask it, so that a
program added there is known to all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from lineage.normalise.paths import canonical_path, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ProgramKind = Literal[
    "system",
    "office",
    "mail",
    "reader",
    "help-viewer",
    "browser",
    "archiver",
    "messenger",
    "workbench",
    "console-helper",
    "script-host",
    "shell",
    "loader",
    "build-host",
    "runtime",
    "administration",
    "inventory",
]
SYSTEM: frozenset[ProgramKind] = frozenset({"system"})
"""Windows' own hosts of everything."""
APPLICATIONS: frozenset[ProgramKind] = frozenset(
    {"mail", "browser", "archiver", "messenger", "workbench"}
)
"""Programs through which a user opens unrelated things."""
TAKEN_OVER: frozenset[ProgramKind] = frozenset({"office", "mail", "reader", "help-viewer"})
"""Honest programs that an attack takes over: theirs is what they do from the first hit on, but for
what such programs usually do. Any other process that a hit names is taken for the attack's own."""
INTERPRETERS: frozenset[ProgramKind] = frozenset(
    {"script-host", "shell", "loader", "build-host", "runtime"}
)
"""Programs that do what a file or a command line says; they keep being it under another name."""

ANYTHING = "anything"
"""In `runs`: whatever the program is given, whatever its ending (`wscript //e:vbscript a.txt`)."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is known of a program; of most, nothing but the name.

    Attributes:
        name: file name in lower case, "" where unknown.
        kind: what it is, or None.
        role: what a process of it is called in a chain, or None.
        runs: endings of the files that it runs when they are given to it, or `ANYTHING`.
        parents: names of the programs that start it, where it is Windows' own; empty for any of
            Windows' own.
        children: names of the programs that it starts on its own.
        serves: command lines with which it serves everybody, as a regular expression, where with
            others it does one's own work; "" where it always serves.
        launches: which entries it starts, where it is Windows' own
            (`lineage.graph.autostart.Launcher`).
        for_caller: whether it does what another host asks for, as whoever asked: "itself" by its
            own process, "children" by processes that it starts; "" where neither.
        makes: how it makes tasks and services: (which of the two, verb, option before what is to
            run), the last two as regular expressions.
    """

    name: str
    kind: ProgramKind | None = None
    role: str | None = None
    runs: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    serves: str = ""
    launches: frozenset[str] = frozenset()
    for_caller: Literal["itself", "children", ""] = ""
    makes: tuple[tuple[Literal["task", "service"], str, str], ...] = ()

    def runs_file(self, path: str) -> bool:
        r"""Whether it runs a file, by canonical path, that its command line names.

        >>> program("wscript.exe").runs_file(r"c:\users\d\a.txt")
        True
        >>> program("7z.exe").runs_file(r"c:\a.exe")
        False
        """
        return ANYTHING in self.runs or path.rpartition(".")[2] in self.runs


@cache
def table() -> Mapping[str, Program]:
    """All known programs, by name."""
    import yaml

    written = yaml.safe_load((files(__package__) / "programs.yaml").read_text(encoding="utf-8"))
    return {
        name: _program(name, kind, about, written["programs"].get(name, {}))
        for kind, about in written["kinds"].items()
        for name in about["programs"].split()
    }


def _program(
    name: str, kind: ProgramKind, kinds: Mapping[str, Any], own: Mapping[str, Any]
) -> Program:
    return Program(
        name,
        kind,
        own.get("role", kinds.get("role")),
        runs=_words(own, "runs"),
        parents=_words(own, "parents"),
        children=_words(kinds, "children"),
        serves=own.get("serves", ""),
        launches=_words(own, "launches"),
        for_caller=own.get("for_caller", ""),
        makes=tuple((what, verb, option) for what, verb, option in own.get("makes", ())),
    )


@cache
def scripts() -> Mapping[str, frozenset[str]]:
    """Windows' own scripts by canonical path, with the programs that start them on their own."""
    import yaml

    written = yaml.safe_load((files(__package__) / "programs.yaml").read_text(encoding="utf-8"))
    return {path: frozenset(starters.split()) for path, starters in written["scripts"].items()}


def _words(about: Mapping[str, Any], column: str) -> frozenset[str]:
    return frozenset(about.get(column, "").split())


@lru_cache(maxsize=65_536)
def program(image: str | None, original_file_name: str | None = None) -> Program:
    r"""What is known of the program at a path.

    A copy of an interpreter is one under whatever name it runs; any other program is what its file
    is called, for malware takes over the version information of others.

    Args:
        image: path or file name of the program, as logged.
        original_file_name: what its version information says that it was called.

    >>> program(r"C:\Office16\WINWORD.EXE").kind, program(r"C:\a.exe").kind
    ('office', None)
    >>> program(r"C:\ProgramData\a.exe", "wscript.exe").kind
    'script-host'
    """
    known = table()
    original = known.get((original_file_name or "").lower())
    if original is not None and original.kind in INTERPRETERS:
        return original
    name = name_of(canonical_path(image)) if image else ""
    return known.get(name) or Program(name)
