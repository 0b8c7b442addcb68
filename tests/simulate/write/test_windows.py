from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from lineage.times import TICKS


def of(simulation: Any, event_id: int) -> list[dict[str, Any]]:
    return [dict(record.data) for record in simulation.records if record.event_id == event_id]


def test_sysmon_and_security_tell_of_the_same_process_starts(simulation: Any) -> None:
    sysmon, security = of(simulation, 1), of(simulation, 4688)
    assert len(sysmon) == len(security)
    for one, other in zip(sysmon, security, strict=True):
        assert str(other["NewProcessId"]) == f"0x{one['ProcessId']:x}"
        assert str(other["ProcessId"]) == f"0x{one['ParentProcessId']:x}"
        assert other["NewProcessName"] == one["Image"]
        assert other["CommandLine"] == one["CommandLine"]


def test_record_ids_count_up_by_one_per_host_and_channel(simulation: Any) -> None:
    ids = defaultdict(list)
    for record in simulation.records:
        ids[record.computer, record.channel].append(record.record_id)
    for counted in ids.values():
        assert counted == list(range(1, len(counted) + 1))


def test_sysmon_stamps_the_fact_just_before_the_log_does(simulation: Any) -> None:
    for record in simulation.records:
        told = dict(record.data).get("UtcTime")
        if told is None:
            continue
        happened = datetime.strptime(str(told), "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
        delay = record.time / TICKS - happened.timestamp()
        assert 0 <= delay < 0.05


def test_a_script_block_comes_from_its_powershell(simulation: Any) -> None:
    shells = {
        (record.computer, dict(record.data)["ProcessId"])
        for record in simulation.records
        if record.event_id == 1 and str(dict(record.data)["Image"]).endswith("powershell.exe")
    }
    blocks = [record for record in simulation.records if record.event_id == 4104]
    assert blocks
    for block in blocks:
        assert (block.computer, block.process_id) in shells


@pytest.mark.parametrize("event_id", [1, 7, 11, 12, 13, 22, 4104, 4663, 4688])
def test_every_source_is_there_and_its_events_have_the_same_fields(
    simulation: Any, event_id: int
) -> None:
    shapes = {tuple(fields) for fields in of(simulation, event_id)}
    assert len(shapes) == 1
