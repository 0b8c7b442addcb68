"""What several tests share: where the recordings are, if they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recordings, beside the checkout or where LINEAGE_CORPUS says."""
    path = Path(os.environ.get("LINEAGE_CORPUS", CHECKOUT.parent / "shared" / "corpus"))
    if not (path / "expected-detections.json").is_file():
        pytest.skip(f"no recordings at {path}; set LINEAGE_CORPUS to run this test")
    return path
