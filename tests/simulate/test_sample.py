from __future__ import annotations

import zipfile
from pathlib import Path

from lineage.simulate.run import simulate

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sample_is_what_the_simulator_writes(tmp_path: Path) -> None:
    simulate(tmp_path, formats=("evtx.zip",))
    sample = members(SAMPLES / "remcos-intrusion.zip")
    assert sample == members(tmp_path / "evtx.zip" / "evtx.zip")
    truth = (SAMPLES / "remcos-intrusion.truth.json").read_bytes()
    assert truth == (tmp_path / "truth.json").read_bytes()


def test_the_sample_is_small() -> None:
    assert (SAMPLES / "remcos-intrusion.zip").stat().st_size <= 400_000
