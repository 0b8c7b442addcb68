"""The lock files and the list of licences say what pyproject.toml says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
RUN: list[str] = SETTINGS["project"]["dependencies"]
OPTIONAL: dict[str, list[str]] = SETTINGS["project"]["optional-dependencies"]
EXTRAS = {name: asked for name, asked in OPTIONAL.items() if name not in {"test", "release"}}
ASKED = {
    "run.txt": RUN,
    "extras.txt": [*RUN, *(text for asked in EXTRAS.values() for text in asked)],
    "test.txt": RUN + OPTIONAL["test"],
    "build.txt": SETTINGS["build-system"]["requires"],
}


def locked(name: str) -> dict[str, set[str]]:
    """The releases of each distribution in a lock file."""
    releases: dict[str, set[str]] = {}
    for line in (CHECKOUT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        found = re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line)
        if found:
            releases.setdefault(canonicalize_name(found[1]), set()).add(found[2])
    return releases


@pytest.mark.parametrize("name", ASKED)
def test_the_lock_has_a_release_for_every_dependency(name: str) -> None:
    releases = locked(name)
    for text in ASKED[name]:
        asked = Requirement(text)
        versions = releases.get(canonicalize_name(asked.name), set())
        assert versions, f"{asked.name} isn't in {name}; run python tools/lock.py"
        assert all(map(asked.specifier.contains, versions)), f"{text}: {versions} in {name}"


@pytest.mark.parametrize("name", ASKED)
def test_every_release_in_the_lock_has_hashes(name: str) -> None:
    text = (CHECKOUT / "requirements" / name).read_text(encoding="utf-8")
    pinned = re.findall(r"^[A-Za-z0-9._-]+==.*(?:\n +--hash=sha256:[0-9a-f]{64}.*)+", text, re.M)
    assert len(pinned) == sum(map(len, locked(name).values())) > 0


def test_the_list_of_licences_has_every_dependency() -> None:
    page = (CHECKOUT / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = {canonicalize_name(name) for name in re.findall(r"^\| ([\w.-]+) \|", page, re.M)}
    extras = {canonicalize_name(Requirement(text).name) for text in ASKED["extras.txt"]}
    assert locked("run.txt").keys() | extras <= listed, "run python tools/licences.py"


def test_the_tests_have_what_the_extras_bring() -> None:
    for name, asked in EXTRAS.items():
        assert set(asked) <= set(OPTIONAL["test"]), name
