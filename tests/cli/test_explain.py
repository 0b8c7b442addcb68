from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.cli.report_files import as_json
from lineage.report.indicators import indicators

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    from lineage.report.model import Report

    Lineage = Callable[..., Outcome]


def test_a_chain_is_told_by_id_by_its_beginning_or_by_its_place(
    lineage: Lineage, saved: Path, report: Report
) -> None:
    name = report.chains[0].id
    told = {
        lineage("explain", wanted, "--report", saved).out
        for wanted in (name, name.removeprefix("chain-"), name[:-4], "1")
    }
    assert len(told) == 1
    (story,) = told
    assert story.startswith("A confirmed Remcos chain on ")
    assert "[Office Document Executing Macro Code]" in story.replace("\n", " ")


def test_details_leave_nothing_out(lineage: Lineage, saved: Path) -> None:
    brief = lineage("explain", "1", "--report", saved).out
    assert len(lineage("explain", "1", "--report", saved, "--details").out) >= len(brief)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("zzz", "the report has no chain 'zzz'; it has 6: 1 to 6, or by id, such as chain-"),
        ("chain-", "chains begin with 'chain-'; write more of the id"),
        ("0", "chain"),
    ],
)
def test_none_or_several_is_one_line(
    lineage: Lineage, saved: Path, report: Report, wanted: str, said: str
) -> None:
    ids = [chain.id.removeprefix("chain-") for chain in report.chains]
    if sum(each.startswith(wanted) for each in ids) == 1:
        pytest.skip("a chain of this simulation begins so")
    done = lineage("explain", wanted, "--report", saved)
    assert (done.status, done.out) == (2, "")
    assert said in done.error


def test_a_report_without_chains(lineage: Lineage, report: Report, tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    path.write_bytes(as_json(report.model_copy(update={"chains": []})))
    assert lineage("explain", "1", "--report", path).error == (
        "lineage: the report has no chain '1'; it has none"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory; check the path"),
        (b"", "name a file written by lineage correlate --json"),
        (b"{}", "generator: Field required; name a file written by lineage correlate --json"),
        (b"\xff\xfe", "name a file written by lineage correlate --json"),
        (b'{"schema_version": "2.0"}', "and this lineage reads 1.x"),
    ],
)
def test_a_file_that_is_no_report_is_one_line(
    lineage: Lineage, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "report.json"
    if content is not None:
        path.write_bytes(content)
    done = lineage("explain", "1", "--report", path)
    assert done.status == 2
    assert done.error.startswith(f"lineage: {path}: ")
    assert said in done.error


def test_indicators_stand_alone_on_their_lines_to_be_copied(
    lineage: Lineage, saved: Path, report: Report
) -> None:
    lines = [line.strip() for line in lineage("explain", "1", "--report", saved).out.splitlines()]
    found = indicators(report.chains[0])
    assert found
    for one in found:
        assert one.value in lines
        assert all(f"{digest}  {name}" in lines for name, digest in one.hashes.items())
    weak = next(n for n, c in enumerate(report.chains, 1) if c.verdict == "suspicious")
    assert "Indicators" not in lineage("explain", weak, "--report", saved).out
