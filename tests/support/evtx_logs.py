"""EVTX logs to damage: one that the simulator writes, one that was recorded."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from tempfile import TemporaryDirectory

from lineage.read.evtx_layout import CHUNK_BYTES, HEADER_BYTES
from lineage.simulate.write.evtx import EvtxFile
from lineage.simulate.write.record import Guid, Provider, WindowsRecord

CORPUS = Path(
    os.environ.get("LINEAGE_CORPUS")
    or Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
)
_RECORDING = CORPUS / "evtx" / "panache_sysmon_vs_EDRTestingScript.evtx"
_SYSMON = Provider("Microsoft-Windows-Sysmon", Guid("{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"))


def written_log(records: int = 300) -> bytes:
    """A log of some chunks, as the simulator writes it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.evtx"
        with EvtxFile(path) as log:
            for number in range(1, records + 1):
                log.write(_process_created(number))
        return path.read_bytes()


def recorded_log() -> bytes | None:
    """A recorded log of four used chunks and an empty one; None where the corpus is absent."""
    if not _RECORDING.exists():
        return None
    return _RECORDING.read_bytes()[: chunk_offset(5)]


def chunk_offset(index: int) -> int:
    """Where a chunk starts."""
    return HEADER_BYTES + index * CHUNK_BYTES


def record_offset(log: bytes, chunk: int, ordinal: int) -> int:
    """Where a chunk's record starts."""
    offset = chunk_offset(chunk) + 512
    for _ in range(ordinal):
        offset += int(struct.unpack_from("<I", log, offset + 4)[0])
    return offset


def records_in(log: bytes, chunk: int) -> int:
    """How many records a chunk has, by its header."""
    first, last = struct.unpack_from("<QQ", log, chunk_offset(chunk) + 24)
    return int(last - first + 1)


def overwritten(log: bytes, offset: int, data: bytes) -> bytes:
    """The log with some bytes replaced."""
    return log[:offset] + data + log[offset + len(data) :]


def _process_created(number: int) -> WindowsRecord:
    return WindowsRecord(
        provider=_SYSMON,
        event_id=1,
        version=5,
        level=4,
        task=1,
        keywords=1 << 63,
        time=17_700_000_000_000_000 + number * 10_000_000,
        record_id=number,
        process_id=1888,
        thread_id=2000,
        channel="Microsoft-Windows-Sysmon/Operational",
        computer="WS-7.example.test",
        user="S-1-5-18",
        data=(
            ("UtcTime", "2026-02-02 08:30:34.047"),
            ("ProcessId", 4000 + number),
            ("Image", "C:\\Windows\\System32\\cmd.exe"),
            ("CommandLine", f"cmd /c echo {number} " + "x" * 200),
        ),
        chain=None,
    )
