from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
    done = lineage("simulate", tmp_path, "--format", "syslog")
    assert done.status == 2
    assert done.error.startswith("lineage: --format: no such format: syslog; there are evtx, ")


def test_a_folder_that_cannot_be_made_is_one_line(lineage: Lineage, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = lineage("simulate", tmp_path / "file" / "folder")
    assert done.status == 2
    assert done.error.startswith(f"lineage: {tmp_path / 'file' / 'folder'}: ")
