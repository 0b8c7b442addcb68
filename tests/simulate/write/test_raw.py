from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from lineage.simulate.write.raw import falcon_records, windows_records

if TYPE_CHECKING:
    from pathlib import Path


def test_windows_records_are_those_of_the_files(simulation: Any) -> None:
    path: Path = simulation.folder / "nxlog" / "nxlog.json"
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    records = list(windows_records(simulation.facts))
    assert len(records) == len(rows)
    for number, (record, row) in enumerate(zip(records, rows, strict=True), 1):
        assert record.number == number
        assert record.record_id == row["RecordNumber"]
        assert record.provider == row["SourceName"]
        assert record.channel == row["Channel"]
        assert record.computer == row["Hostname"]
        assert record.time == row["EventTime"]
        assert record.process_id == row["ExecutionProcessID"]
        assert record.data.items() <= row.items()


def test_falcon_records_are_those_of_the_file(simulation: Any) -> None:
    path: Path = simulation.folder / "falcon-fdr" / "data.json"
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    records = list(falcon_records(simulation.facts))
    assert [record.data for record in records] == rows
    assert {record.provider for record in records} == {"CrowdStrike"}
    assert [record.computer for record in records] == [row["ComputerName"] for row in rows]
