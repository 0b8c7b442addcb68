"""`lineage diff`: what a later report has that an earlier one had not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lineage.cli.report_files import as_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import Report

    Lineage = Callable[..., Outcome]


def _empty(report: Report, path: Path) -> Path:
    path.write_bytes(as_json(report.model_copy(update={"chains": [], "detections": []})))
    return path


def test_what_is_new_is_told_and_can_fail_a_script(
    lineage: Lineage, saved: Path, report: Report, tmp_path: Path
) -> None:
    old = _empty(report, tmp_path / "old.json")
    done = lineage("diff", old, saved)
    assert (done.status, done.err) == (0, "")
    assert f"{len(report.chains)} new" in done.out
    assert "lineage explain 1 --report" in done.out
    assert lineage("diff", old, saved, "--fail-on", report.chains[0].verdict).status == 1
    assert lineage("diff", saved, saved, "--fail-on", "suspicious").status == 0
    assert lineage("diff", saved, old, "--fail-on", "suspicious").status == 0


def test_json_is_printed_or_written(
    lineage: Lineage, saved: Path, report: Report, tmp_path: Path
) -> None:
    old = _empty(report, tmp_path / "old.json")
    done = lineage("diff", old, saved, "--json", "-")
    told = json.loads(done.out)
    assert {chain["change"] for chain in told["chains"]} == {"new"}
    assert lineage("diff", old, saved, "--json", tmp_path / "d.json").status == 0
    assert json.loads((tmp_path / "d.json").read_bytes()) == told


def test_a_report_is_not_written_over(lineage: Lineage, saved: Path) -> None:
    before = saved.read_bytes()
    done = lineage("diff", saved, saved, "--json", saved)
    assert done.status == 2
    assert "among the inputs" in done.error
    assert saved.read_bytes() == before


def test_what_is_no_report_is_one_line(lineage: Lineage, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    for pair in ((saved, tmp_path / "x.json"), (tmp_path / "none.json", saved)):
        done = lineage("diff", *pair)
        assert done.status == 2
        assert done.error
