"""Defaults from lineage.toml: whose file may set what."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lineage.cli.defaults import HARMLESS, NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's own file is."""
    path = tmp_path / "own" / NAME
    path.parent.mkdir()
    path.write_text("", encoding="utf-8")
    monkeypatch.setenv("LINEAGE_CONFIG", str(path))
    return path


def test_the_users_file_sets_defaults_and_the_command_line_counts_more(
    lineage: Lineage, saved: Path, own: Path, here: Path
) -> None:
    own.write_text('[all]\ndetails = true\n[render]\njson = "out.json"\n', encoding="utf-8")
    done = lineage("render", saved)
    assert (done.status, done.err) == (0, "")
    assert (own.parent / "out.json").exists(), "a path is the file's, not the current folder's"
    assert not list(here.iterdir())
    assert lineage("render", saved, "--json", here / "b.json").status == 0
    assert (here / "b.json").exists()


def test_verbose_tells_what_was_taken_from_where(lineage: Lineage, saved: Path, own: Path) -> None:
    own.write_text("[render]\ndetails = true\n", encoding="utf-8")
    assert lineage("render", saved).err == ""
    assert lineage("--verbose", "render", saved).error == f"lineage: {own}: render --details = True"


@pytest.mark.parametrize(
    "evil",
    [
        'rules = ["evil"]', 'correlator = ["evil"]', 'template = ["evil.yaml"]', 'json = "a.json"',
        "min-score = 100", 'verdict = "confirmed"', 'host = ["nobody"]', 'allow = ["evil.yaml"]',
        "quiet = true", 'html = "a.html"', 'until = "1999-01-01"', 'timezone = "Asia/Tokyo"',
        "plugins = true", 'csv = "a"', 'exclude = ["*"]',
    ],
)  # fmt: skip
def test_a_file_beside_the_evidence_can_hide_write_and_load_nothing(
    lineage: Lineage, telemetry: Path, here: Path, evil: str
) -> None:
    (here / NAME).write_text(f"[correlate]\n{evil}\n", encoding="utf-8")
    before = list(here.iterdir())
    done = lineage("correlate", telemetry)
    assert done.status == 0
    assert "is not taken, as the file of the current folder may have come with" in done.error
    assert "confirmed" in done.out
    assert list(here.iterdir()) == before


def test_what_is_taken_of_a_file_beside_the_evidence_is_said(
    lineage: Lineage, telemetry: Path, here: Path
) -> None:
    (here / NAME).write_text('[correlate]\nfail-on = "confirmed"\n', encoding="utf-8")
    done = lineage("correlate", telemetry, "-q")
    assert done.status == 1
    assert done.error == f"lineage: {NAME}: correlate --fail-on = 'confirmed'"
    assert lineage("--no-config", "correlate", telemetry, "-q") == (0, "", "")


def test_named_on_the_command_line_the_same_file_sets_all(
    lineage: Lineage, telemetry: Path, here: Path
) -> None:
    (here / NAME).write_text('[correlate]\nverdict = "confirmed"\n', encoding="utf-8")
    done = lineage("--config", NAME, "correlate", telemetry)
    assert (done.status, done.err) == (0, "")
    assert "Left out, as asked" in done.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[correlat]", "[correlat] is no command; did you mean correlate?"),
        ("[correlate]\ndetals = true", "correlate.detals is no option; did you mean details?"),
        ("correlate = 1", "correlate is no table; write [correlate] above its keys"),
        ("[correlate]\ntop = 'x'", "correlate.top: 'x' is not a valid integer"),
        ("[correlate]\nrules = 'x'", "correlate.rules is 'x'; it must be a list"),
        ("[correlate]\ntop = [1]", "correlate.top is [1]; it must be one value"),
        ("[correlate]\ndetails = 'yes'", "correlate.details is 'yes'; it must be true or false"),
        ("[correlate]\nverdict = 'sure'", "correlate.verdict: 'sure' is not one of"),
        ("[[", "no TOML"),
        ("a = " + "[" * 5000, "no TOML"),
        ("[neo4j]\npush = 1", "neo4j.push is no table"),
        ("[neo4j.push]\ncasa = 'a'", "neo4j.push.casa is no option; did you mean case?"),
        ("[neo4j.pusj]\ncase = 'a'", "neo4j.pusj is no option; there are"),
    ],
)
def test_what_is_wrong_is_one_line(lineage: Lineage, own: Path, text: str, said: str) -> None:
    own.write_text(text, encoding="utf-8")
    command = ("neo4j", "drop") if "neo4j" in text else ("correlate", "x")
    done = lineage(*command)
    assert done.status == 2
    assert done.error.startswith(f"lineage: {own}: ")
    assert said in done.error


def test_a_file_that_is_named_must_be_there(lineage: Lineage, here: Path) -> None:
    done = lineage("--config", "none.toml", "correlate", "x")
    assert done.status == 2
    assert done.error == "lineage: none.toml: no such file; name another, or none"


def test_a_file_larger_than_settings_is_refused(lineage: Lineage, here: Path) -> None:
    (here / NAME).write_bytes(b"#" * (1 << 20) + b"\n")
    assert "larger than 1 MiB" in lineage("correlate", "x").error


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(lineage: Lineage, here: Path) -> None:
    os.mkfifo(here / NAME)
    assert "a named pipe" in lineage("correlate", "x").error


def test_config_tells_what_is_taken_and_what_not(lineage: Lineage, own: Path, here: Path) -> None:
    own.write_text('[neo4j.push]\ncase = "a"\n', encoding="utf-8")
    (here / NAME).write_text("[correlate]\ntop = 1\nstrict = true\n", encoding="utf-8")
    done = lineage("config")
    assert (done.status, done.err) == (0, "")
    assert f"neo4j push --case = 'a'  (from {own})" in done.out
    assert f"correlate --strict = True  (from {NAME})" in done.out
    assert f"correlate --top = 1  (NOT taken from {NAME}" in done.out
    assert all(option in done.out for option in HARMLESS)
    assert "no file is read" in lineage("--no-config", "config").out
