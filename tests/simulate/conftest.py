"""One small simulation, run once, for all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from lineage.simulate.run import simulate
from lineage.simulate.scenario import textbook
from lineage.simulate.write.windows import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.simulate.facts import Fact
    from lineage.simulate.write.record import WindowsRecord

SEED = 4


@dataclass(frozen=True)
class Simulation:
    """A simulation on disk, and the same one in memory."""

    folder: Path
    facts: list[Fact]
    records: list[WindowsRecord]
    truth: dict[str, Any]


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    folder = tmp_path_factory.mktemp("simulation")
    simulate(folder, SEED, "small")
    facts = list(textbook(SEED, "small").facts())
    journal = Journal()
    records = [record for fact in facts for record in journal.records(fact)]
    truth = orjson.loads((folder / "truth.json").read_bytes())
    return Simulation(folder, facts, records, truth)
