from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]


def test_it_prints_what_correlate_printed(lineage: Lineage, saved: Path, telemetry: Path) -> None:
    assert lineage("render", saved).out == lineage("correlate", telemetry).out


@pytest.mark.parametrize("option", ["json", "html", "dot", "mermaid"])
def test_it_writes_what_correlate_would_have_written(
    lineage: Lineage, saved: Path, telemetry: Path, tmp_path: Path, option: str
) -> None:
    now, then = tmp_path / "now", tmp_path / "then"
    assert lineage("render", saved, f"--{option}", now) == (0, "", "")
    lineage("correlate", telemetry, "-q", f"--{option}", then)
    assert now.read_bytes() == then.read_bytes()


def test_a_report_that_is_not_there_is_one_line(lineage: Lineage, tmp_path: Path) -> None:
    done = lineage("render", tmp_path / "none.json")
    assert done.status == 2
    assert done.error.endswith("none.json: No such file or directory; check the path")
