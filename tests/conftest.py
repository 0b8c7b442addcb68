"""What several tests share: where the recordings are, if they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does; it says nothing of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recordings, beside the checkout or where LINEAGE_CORPUS says."""
    path = Path(os.environ.get("LINEAGE_CORPUS", CHECKOUT.parent / "shared" / "corpus"))
    if not (path / "expected-detections.json").is_file():
        pytest.skip(f"no recordings at {path}; set LINEAGE_CORPUS to run this test")
    return path
