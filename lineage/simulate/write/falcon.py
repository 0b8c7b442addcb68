"""Process starts and ends as CrowdStrike's Falcon Data Replicator delivers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import orjson

from lineage.simulate.facts import SECOND, ProcessStart
from lineage.simulate.write.record import printable

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.simulate.facts import ProcessEnd
    from lineage.simulate.write.json_lines import Json

_CUSTOMER = "c0ffee00000000000000000000000000"


def process_rollup(fact: ProcessStart) -> Json:
    """The ProcessRollup2 record of one process start."""
    process = fact.process
    parent = process.parent
    host = process.host
    time = fact.time + host.skew
    return {
        "event_simpleName": "ProcessRollup2",
        "event_platform": "Win",
        "name": "ProcessRollup2V19",
        "aid": host.sensor,
        "cid": _CUSTOMER,
        "ComputerName": host.name,
        "TargetProcessId": str(process.target_id),
        "ParentProcessId": str(parent.target_id if parent else 0),
        "SourceProcessId": str(parent.target_id if parent else 0),
        "RawProcessId": str(process.pid),
        "ImageFileName": _device_path(process.image),
        "ParentBaseFileName": parent.image.rsplit("\\", 1)[-1] if parent else "",
        "CommandLine": printable(process.command_line),
        "SHA256HashData": process.binary.sha256.lower(),
        "MD5HashData": process.binary.md5.lower(),
        "UserSid": process.logon.account.sid,
        "UserName": process.logon.account.name,
        "AuthenticationId": str(process.logon.token),
        "SessionId": str(process.logon.number),
        "ProcessStartTime": f"{time // SECOND}.{time // 10_000 % 1000:03d}",
        "timestamp": str(time // 10_000),
    }


def end_of_process(fact: ProcessEnd) -> Json:
    """The EndOfProcess record of one process's end."""
    process = fact.process
    host = process.host
    time = fact.time + host.skew
    return {
        "event_simpleName": "EndOfProcess",
        "event_platform": "Win",
        "name": "EndOfProcessV15",
        "aid": host.sensor,
        "cid": _CUSTOMER,
        "ComputerName": host.name,
        "TargetProcessId": str(process.target_id),
        "ContextProcessId": str(process.target_id),
        "RawProcessId": str(process.pid),
        "ExitCode": "0",
        "ProcessEndTime": f"{time // SECOND}.{time // 10_000 % 1000:03d}",
        "timestamp": str(time // 10_000),
    }


def sensed(fact: ProcessStart | ProcessEnd) -> Json:
    """The record of a process's start or end."""
    return process_rollup(fact) if isinstance(fact, ProcessStart) else end_of_process(fact)


class FalconFile:
    """Falcon records, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._stream: BinaryIO = path.open("wb")

    def write(self, fact: ProcessStart | ProcessEnd) -> None:
        """Appends one process start or end."""
        self._stream.write(orjson.dumps(sensed(fact)) + b"\n")

    def close(self) -> None:
        """Ends the file."""
        self._stream.close()


def _device_path(image: str) -> str:
    drive, colon, rest = image.partition(":")
    if not colon:
        return image
    volumes = {"C": "HarddiskVolume3", "D": "HarddiskVolume5"}
    return f"\\Device\\{volumes.get(drive.upper(), 'CdRom0')}{rest}"
