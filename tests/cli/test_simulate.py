from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lineage.simulate.cases import CASES
from lineage.simulate.damage import DAMAGES
from lineage.simulate.run import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


def test_it_writes_every_format_and_the_truth_and_names_them(
    lineage: Lineage, tmp_path: Path
) -> None:
    done = lineage("simulate", tmp_path / "new", "--noise", "small", "--seed", 7)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [str(tmp_path / "new" / n) for n in (*FORMATS, "truth.json")]
    truth = json.loads((tmp_path / "new" / "truth.json").read_bytes())
    assert truth["seed"] == 7


def test_one_format_alone(lineage: Lineage, tmp_path: Path) -> None:
    lineage("simulate", tmp_path, "--noise", "small", "--format", "nxlog")
    assert {each.name for each in tmp_path.iterdir()} == {"nxlog", "truth.json"}


def test_what_it_wrote_is_found(lineage: Lineage, tmp_path: Path) -> None:
    lineage("simulate", tmp_path, "--noise", "small", "--format", "winlogbeat", "--seed", 11)
    assert lineage("correlate", tmp_path / "winlogbeat", "-q", "--fail-on", "confirmed").status == 1


def test_a_format_that_is_not_there_is_one_line(lineage: Lineage, tmp_path: Path) -> None:
    done = lineage("simulate", tmp_path, "--format", "pigeon")
    assert done.status == 2
    assert done.error.startswith("lineage: no such format: pigeon; there are evtx, ")


def test_a_folder_that_cannot_be_made_is_one_line(lineage: Lineage, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = lineage("simulate", tmp_path / "file" / "folder")
    assert done.status == 2
    assert done.error.startswith(f"lineage: {tmp_path / 'file' / 'folder'}: ")


def test_every_case_and_damage_is_named(lineage: Lineage) -> None:
    done = lineage("simulate", "--list-cases")
    assert done.status == 0
    assert done.out.splitlines() == [
        *(f"--case {name}" for name in CASES),
        *(f"--damage {name}" for name in DAMAGES),
    ]


@pytest.mark.parametrize(
    ("case", "chains"),
    [("clean", 0), ("honest/webdav-share", 0), ("report/hta-fileless", 1), ("two-on-one-host", 2)],
)
def test_a_case_is_written_with_its_truth(
    lineage: Lineage, tmp_path: Path, case: str, chains: int
) -> None:
    done = lineage("simulate", tmp_path, "--noise", "small", "--format", "nxlog", "--case", case)
    assert (done.status, done.err) == (0, "")
    truth = json.loads((tmp_path / "truth.json").read_bytes())
    assert len(truth["chains"]) == chains


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_telemetry_is_read_without_a_reject(
    lineage: Lineage, tmp_path: Path, damage: str
) -> None:
    """Damage to what arrives is no damage to what is there."""
    arguments = ("simulate", tmp_path, "--noise", "small", "--format", "evtx", "--damage", damage)
    assert lineage(*arguments, "--format", "falcon-fdr", "--format", "nxlog").status == 0
    report = tmp_path / "report.json"
    lineage("correlate", tmp_path / "evtx", tmp_path / "nxlog", "-q", "--json", report)
    inputs = json.loads(report.read_bytes())["inputs"]
    assert sum(entry["records"] for entry in inputs) > 0
    assert [entry["rejected"] for entry in inputs] == [0] * len(inputs)


@pytest.mark.parametrize(("option", "kind"), [("--case", "case"), ("--damage", "damage")])
def test_an_unknown_case_or_damage_is_one_line(
    lineage: Lineage, tmp_path: Path, option: str, kind: str
) -> None:
    done = lineage("simulate", tmp_path, option, "earthquake")
    assert done.status == 2
    assert done.error.startswith(f"lineage: no such {kind}: earthquake; there are ")
