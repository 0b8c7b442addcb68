"""Every export that the simulator writes is read back as the same events, whole or damaged."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from read_as import READ_AS

from lineage.normalise.dispatch import Normaliser
from lineage.problems import InputLedger, Problem
from lineage.read import read
from lineage.read.inputs import Input
from lineage.read.record import RawRecord
from lineage.read.sniff import HEAD_BYTES, READERS, recognise
from lineage.simulate.run import OTHERS, simulate
from lineage.stages.reading import collect


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("exports")
    simulate(directory, noise="small", formats=("event-xml", *OTHERS))
    return directory


def _events(folder: Path) -> list[RawRecord]:
    """All records of a folder, which must be without problems."""
    found = [item for source in read([folder]) for item in source.records]
    assert [item for item in found if not isinstance(item, RawRecord)] == []
    records = [item for item in found if isinstance(item, RawRecord)]
    return sorted(
        records, key=lambda record: (record.computer, record.channel, record.record_id or 0)
    )


def _comparable(value: object) -> str:
    return str(value).replace("\r\n", "\n").strip("{} \t\r\n").lower()


@pytest.mark.parametrize("name", OTHERS)
def test_each_export_is_recognised_and_carries_the_same_events(folder: Path, name: str) -> None:
    assert {source.format for source in read([folder / name])} == {READ_AS[name]}
    reference = _events(folder / "event-xml")
    events = _events(folder / name)
    assert len(events) == len(reference) > 500
    for event, expected in zip(events, reference, strict=True):
        assert event[1:6] == expected[1:6]
        for field, value in expected.data.items():
            assert _comparable(event.data.get(field, "")) == _comparable(value), field


@cache
def exported(name: str) -> bytes:
    """The beginning of an export, some whole events of it."""
    with TemporaryDirectory() as directory:
        simulate(Path(directory), noise="small", formats=(name,))
        (path,) = (Path(directory) / name).iterdir()
        data = path.read_bytes()
    return data[:30_000]


def outcome(name: str, data: bytes) -> InputLedger:
    """What becomes of the records of some bytes."""
    reader = READERS[READ_AS[name]]
    ledgers: list[InputLedger] = []
    opened = Input("x", reader.name, reader.read(io.BytesIO(data)))
    list(collect([opened], Normaliser(), ledgers))
    return ledgers[0]


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=25, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 30_000), st.integers(0, 6), st.binary(max_size=6)), max_size=6
    ),
    cut=st.integers(0, 30_000),
)
def test_no_bytes_make_a_reader_raise_and_every_record_is_accounted_for(
    name: str, changes: list[tuple[int, int, bytes]], cut: int
) -> None:
    data = exported(name)
    for place, size, new in changes:
        data = data[:place] + new + data[place + size :]
    recognise(data[:HEAD_BYTES])
    ledger = outcome(name, data[:cut])
    assert ledger.records == (ledger.events + ledger.ignored + ledger.duplicates + ledger.rejected)


@pytest.mark.parametrize("name", sorted(set(OTHERS) - {"splunk-raw"}))
def test_a_line_of_rubbish_in_the_middle_costs_few_records(name: str) -> None:
    data = exported(name)
    whole = outcome(name, data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        rubbish, line = "]}x\"'<\n".encode("utf-16-le"), "\n".encode("utf-16-le")
    else:
        rubbish, line = b"]}x\"'<\n", b"\n"
    middle = data.find(line, len(data) // 2)
    place = (middle if middle > 0 else len(data) // 2) + len(line)
    damaged = outcome(name, data[:place] + rubbish + data[place:])
    assert damaged.events >= whole.events - 2


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_cut_short_keeps_what_is_before_the_cut(name: str) -> None:
    data = exported(name)
    whole = outcome(name, data)
    half = outcome(name, data[: len(data) // 2])
    assert half.events >= whole.events // 2 - 2
    assert all(isinstance(problem, Problem) for problem in half.problems)
