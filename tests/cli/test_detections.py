from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.detect.catalog import load_builtin

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.conftest import Outcome


@pytest.mark.parametrize("columns", ["80", "200"])
def test_all_33_are_listed_with_techniques_and_risk(
    lineage: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = lineage("detections")
    assert done.status == 0
    rows = [line for line in done.out.splitlines() if line[:3].strip().isdigit()]
    assert [int(row[:3]) for row in rows] == list(range(1, 34))
    words = set(done.out.split())
    for rule in load_builtin():
        assert set(rule.detection.title.split()) <= words
        assert set(rule.detection.attack) <= words
