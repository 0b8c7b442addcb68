from __future__ import annotations

import pytest

from lineage.report.wording import clock, counted, listed, points, tactic_title


@pytest.mark.parametrize(
    ("time", "before", "told"),
    [
        ("2024-10-14T10:02:08.4900000Z", None, "2024-10-14 10:02:08"),
        ("2024-10-14T10:02:08Z", "2024-10-14T09:00:00Z", "10:02:08"),
        ("2024-10-15T10:02:08Z", "2024-10-14T09:00:00Z", "2024-10-15 10:02:08"),
        ("yesterday", None, "yesterday"),
    ],
)
def test_clock(time: str, before: str | None, told: str) -> None:
    assert clock(time, before) == told


@pytest.mark.parametrize(
    ("score", "told"), [(94.2, "94.2"), (92.25, "92.25"), (7, "7.0"), (0.30000000000000004, "0.3")]
)
def test_points(score: float, told: str) -> None:
    assert points(score) == told


def test_counts_and_lists() -> None:
    assert counted(1, "file") == "1 file"
    assert counted(1200, "process", "processes") == "1,200 processes"
    assert listed(["a", "b", "c"], shown=2) == "a, b and 1 more"
    assert listed(["a", "b"], shown=2) == "a, b"


def test_tactics_are_words() -> None:
    assert tactic_title("defense-evasion") == "defense evasion"
    assert tactic_title("command-and-control") == "command and control"
