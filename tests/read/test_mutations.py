"""Some of `bench/mutate.py`'s damages: what one record suffers costs no other in silence."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

_PATH = Path(__file__).resolve().parents[2] / "bench" / "mutate.py"
_DAMAGES = 12
_SEED = 7


def _bench() -> Any:
    import sys

    spec = importlib.util.spec_from_file_location("bench_mutate", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_mutate"] = module
    spec.loader.exec_module(module)
    return module


BENCH = _bench()
NAMES = ("nxlog", "winlogbeat", "winlogbeat-6", "splunk", "falcon", "xml", "evtx")


@pytest.mark.parametrize("dialect", NAMES)
def test_a_damaged_record_costs_no_other_in_silence(dialect: str) -> None:
    names = [name for name in BENCH.exports() if name.split()[0] == dialect]
    assert names
    for name in names:
        for number in range(_DAMAGES):
            seed = f"{_SEED}/{name}/{number}"
            silent, neighbours = BENCH.cost(name, seed)
            assert silent == 0, seed
            assert neighbours == 0 or dialect == "evtx", seed  # its records share templates


def test_the_same_seed_damages_alike() -> None:
    assert BENCH.damaged("nxlog lines", "a") == BENCH.damaged("nxlog lines", "a")
    assert BENCH.damaged("nxlog lines", "a") != BENCH.exports()["nxlog lines"]
