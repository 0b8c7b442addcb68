"""Every format that the simulator writes is read back as the same events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.read import read
from lineage.read.record import RawRecord
from lineage.simulate.run import FORMATS, simulate

if TYPE_CHECKING:
    from pathlib import Path

READ_AS = {
    "evtx": "evtx",
    "evtx.zip": "evtx",
    "event-xml": "event-xml",
    "event-xml-utf16": "event-xml",
    "splunk-json": "splunk-json",
    "splunk-json-array": "splunk-json",
    "winlogbeat": "winlogbeat",
    "winlogbeat-6": "winlogbeat",
    "nxlog": "flat-json",
    "nxlog.json.gz": "flat-json",
    "sentinel": "flat-json",
    "falcon-fdr": "falcon-fdr",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("simulated")
    simulate(directory, noise="small")
    return directory


def _events(folder: Path) -> list[RawRecord]:
    """All records of a folder, which must be without problems."""
    found = [item for source in read([folder]) for item in source.records]
    assert [item for item in found if not isinstance(item, RawRecord)] == []
    records = [item for item in found if isinstance(item, RawRecord)]
    return sorted(
        records, key=lambda record: (record.computer, record.channel, record.record_id or 0)
    )


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_recognised_in_every_file(folder: Path, name: str) -> None:
    assert {source.format for source in read([folder / name])} == {READ_AS[name]}


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"event-xml", "falcon-fdr"}))
def test_each_windows_format_carries_the_same_events(folder: Path, name: str) -> None:
    reference = _events(folder / "event-xml")
    events = _events(folder / name)
    assert len(events) == len(reference) > 500
    for event, expected in zip(events, reference, strict=True):
        assert event[1:6] == expected[1:6]
        for field, value in expected.data.items():
            assert _comparable(event.data[field]) == _comparable(value)


def test_falcon_records_are_read_whole(folder: Path) -> None:
    records = _events(folder / "falcon-fdr")
    lines = (folder / "falcon-fdr" / "data.json").read_bytes().splitlines()
    assert len(records) == len(lines)
    assert {record.event_id for record in records} == {"ProcessRollup2", "EndOfProcess"}


def _comparable(value: object) -> str:
    """Containers differ in the spelling of GUIDs and numbers, not in anything else."""
    return str(value).strip("{}").lower()
