"""What several tests share: where the recordings are, if they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long an example takes depends on what else the machine does; it says nothing of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

CHECKOUT = Path(__file__).resolve().parents[1]
DRIVES = ("server", "browser", "spark")
"""Fixtures that start something big; what uses one is marked with its name."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests by what they drive, so that leaving out a marker leaves out all of them."""
    for item in items:
        for name in DRIVES:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(name)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the cache folder of whoever runs it, nor reads their settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINEAGE_CONFIG", "")
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recordings, beside the checkout or where LINEAGE_CORPUS says."""
    path = Path(os.environ.get("LINEAGE_CORPUS", CHECKOUT.parent / "shared" / "corpus"))
    if not (path / "expected-detections.json").is_file():
        pytest.skip(f"no recordings at {path}; set LINEAGE_CORPUS to run this test")
    return path
