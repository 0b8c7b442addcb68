"""A few hundred cases of what `bench/fuzz.py` tries by the million."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mutate import KINDS, attack

if TYPE_CHECKING:
    from pathlib import Path

CASES = 50


@pytest.mark.parametrize("kind", KINDS)
def test_lineage_stands_it(kind: str, tmp_path: Path) -> None:
    for seed in range(CASES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        attack(kind, seed, folder)


FOUND = [("reports", 119), ("reports", 20403), ("archives", 1002)]
"""Cases that once fell; those that say more as a test of their kind stand beside their room."""


@pytest.mark.parametrize(("kind", "seed"), FOUND)
def test_what_fell_once_stands(kind: str, seed: int, tmp_path: Path) -> None:
    attack(kind, seed, tmp_path)
