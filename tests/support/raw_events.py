"""One process creation in every container's shape, and how tests read it back."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from lineage.problems import Problem
from lineage.read.record import RawRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.read.record import Reader

SYSMON = "Microsoft-Windows-Sysmon"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"
HOST = "WS-7.example.test"
TIME = "2026-03-02T10:11:12.3456789Z"
SID = "S-1-5-18"
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
DATA = {
    "UtcTime": "2026-03-02 10:11:12.345",
    "ProcessGuid": "{8c2f5d3e-0000-0000-0000-000000000001}",
    "ProcessId": "4242",
    "Image": r"C:\Windows\System32\wscript.exe",
    "CommandLine": r'wscript.exe "C:\Users\Zoë\a & b <1>.vbs"',
}


def read_all(reader: Reader, data: bytes) -> tuple[list[RawRecord], list[Problem]]:
    """All records and all problems that a reader yields."""
    records: list[RawRecord] = []
    problems: list[Problem] = []
    for item in reader.read(io.BytesIO(data)):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            assert isinstance(item, RawRecord)
            records.append(item)
    return records, problems


def xml_event(
    data: dict[str, str] | None = None, *, record_id: int = 7, prefix: str = "", xmlns: str = ""
) -> str:
    """A Sysmon 1 as Event XML, in one line."""
    p = f"{prefix}:" if prefix else ""
    declaration = xmlns or f"xmlns{':' + prefix if prefix else ''}='{NAMESPACE}'"
    values = "".join(
        f"<{p}Data Name={quoteattr(name)}>{escape(value)}</{p}Data>"
        for name, value in (DATA if data is None else data).items()
    )
    return (
        f"<{p}Event {declaration}><{p}System><{p}Provider Name='{SYSMON}' Guid='{{0}}'/>"
        f"<{p}EventID>1</{p}EventID><{p}TimeCreated SystemTime='{TIME}'/>"
        f"<{p}EventRecordID>{record_id}</{p}EventRecordID>"
        f"<{p}Execution ProcessID='1888' ThreadID='2'/><{p}Channel>{CHANNEL}</{p}Channel>"
        f"<{p}Computer>{HOST}</{p}Computer><{p}Security UserID='{SID}'/></{p}System>"
        f"<{p}EventData>{values}</{p}EventData></{p}Event>"
    )


def winlogbeat_event(data: dict[str, Any] | None = None, *, record_id: int = 7) -> dict[str, Any]:
    """A Sysmon 1 as Winlogbeat 7 and later write it."""
    return {
        "@timestamp": TIME,
        "event": {"code": "1", "provider": SYSMON},
        "host": {"name": "collector"},
        "winlog": {
            "channel": CHANNEL,
            "computer_name": HOST,
            "event_data": DATA if data is None else data,
            "event_id": "1",
            "process": {"pid": 1888},
            "provider_name": SYSMON,
            "record_id": record_id,
            "user": {"identifier": SID},
        },
    }


def nxlog_event(data: dict[str, Any] | None = None, *, record_id: int = 7) -> dict[str, Any]:
    """A Sysmon 1 as NXLog writes it."""
    return {
        "EventTime": TIME,
        "@timestamp": "2026-03-02T10:11:59Z",
        "Hostname": HOST,
        "SourceName": SYSMON,
        "EventID": 1,
        "Channel": CHANNEL,
        "RecordNumber": record_id,
        "ExecutionProcessID": 1888,
        "UserID": SID,
        **(DATA if data is None else data),
    }


def falcon_event(**data: Any) -> dict[str, Any]:
    """A ProcessRollup2 as Falcon Data Replicator writes it."""
    return {
        "event_simpleName": "ProcessRollup2",
        "aid": "a1b2",
        "ComputerName": HOST,
        "timestamp": "1772446272345",
        "TargetProcessId": "77001",
        "RawProcessId": "4242",
        "CommandLine": DATA["CommandLine"],
        **data,
    }


def json_lines(objects: Iterable[Any]) -> bytes:
    """One JSON value a line."""
    return "".join(json.dumps(value) + "\n" for value in objects).encode()
