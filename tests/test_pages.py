"""What is generated under docs/ says what the code says."""

from __future__ import annotations

import pytest
from pages import DOCS, PAGES, stale


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_file_is_what_the_code_says(name: str) -> None:
    assert DOCS / name not in stale(), "run python tools/pages.py"
