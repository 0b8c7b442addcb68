"""Raw records of each provider as a reader yields them, and how tests normalise them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage.normalise.dispatch import Normaliser
from lineage.normalise.order import in_order
from lineage.normalise.outcome import Outcome
from lineage.problems import Problem
from lineage.read.record import RawRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.normalise.event import Event

SYSMON = "Microsoft-Windows-Sysmon"
SECURITY = "Microsoft-Windows-Security-Auditing"
POWERSHELL = "Microsoft-Windows-PowerShell"
CROWDSTRIKE = "CrowdStrike"

GUID = "{5AA13A44-0B18-68FD-6336-000000004002}"
ACTOR = {
    "UtcTime": "2026-03-02 10:11:12.345",
    "ProcessGuid": GUID,
    "ProcessId": "4242",
    "Image": r"C:\Windows\System32\wscript.exe",
}

SYSMON_DATA: dict[int, dict[str, str]] = {
    1: ACTOR
    | {
        "CommandLine": "wscript.exe a.vbs",
        "ParentProcessGuid": "{5AA13A44-0B00-68FD-0101-000000004002}",
        "ParentProcessId": "100",
        "ParentImage": r"C:\Windows\explorer.exe",
    },
    7: ACTOR | {"ImageLoaded": r"C:\Windows\System32\vbscript.dll"},
    11: ACTOR | {"TargetFilename": r"C:\Users\zoe\a.exe"},
    12: ACTOR | {"EventType": "CreateKey", "TargetObject": r"HKLM\Software\X"},
    13: ACTOR | {"EventType": "SetValue", "TargetObject": r"HKLM\Software\X\y", "Details": "1"},
    22: ACTOR | {"QueryName": "files.example.test", "QueryStatus": "0"},
}
"""A valid record of each Sysmon event."""

SECURITY_DATA: dict[int, dict[str, str]] = {
    4688: {
        "SubjectUserSid": "S-1-5-21-1-2-3-1001",
        "SubjectUserName": "zoe",
        "SubjectDomainName": "EXAMPLE",
        "SubjectLogonId": "0x3e7",
        "NewProcessId": "0x1092",
        "NewProcessName": r"C:\Windows\System32\wscript.exe",
        "ProcessId": "0x64",
        "CommandLine": "wscript.exe a.vbs",
        "TargetUserName": "-",
        "TargetDomainName": "-",
        "ParentProcessName": r"C:\Windows\explorer.exe",
        "MandatoryLabel": "S-1-16-8192",
    },
    4663: {
        "SubjectUserName": "zoe",
        "SubjectDomainName": "EXAMPLE",
        "ObjectServer": "Security",
        "ObjectType": "File",
        "ObjectName": r"C:\Users\zoe\logins.json",
        "AccessList": "%%4416",
        "AccessMask": "0x1",
        "ProcessId": "0x1092",
        "ProcessName": r"C:\Users\zoe\a.exe",
    },
}
"""A valid record of each Security event."""

ROLLUP = {
    "event_simpleName": "ProcessRollup2",
    "aid": "a1b2",
    "TargetProcessId": "77001",
    "ParentProcessId": "77000",
    "RawProcessId": "4242",
    "ProcessStartTime": "1772446272.345",
    "ImageFileName": r"\Device\HarddiskVolume3\Windows\System32\wscript.exe",
    "CommandLine": "wscript.exe a.vbs",
    "ParentBaseFileName": "explorer.exe",
}
"""A valid ProcessRollup2."""


def record(provider: str, event_id: int | str, data: dict[str, Any], **header: Any) -> RawRecord:
    """A record with this data; the header's fields have values unless given."""
    values: dict[str, Any] = {
        "number": 3,
        "record_id": 700,
        "channel": "",
        "computer": "WS01.example.test",
        "time": "2026-03-02T10:11:12.3456789Z",
        "process_id": 1888,
        "user": "S-1-5-18",
    }
    return RawRecord(provider=provider, event_id=event_id, data=data, **(values | header))


def sysmon(event_id: int, data: dict[str, Any] | None = None, **header: Any) -> RawRecord:
    """A Sysmon record: a valid one with these fields replaced."""
    return record(SYSMON, event_id, SYSMON_DATA[event_id] | (data or {}), **header)


def security(event_id: int, data: dict[str, Any] | None = None, **header: Any) -> RawRecord:
    """A Security record: a valid one with these fields replaced."""
    return record(SECURITY, event_id, SECURITY_DATA[event_id] | (data or {}), **header)


def rollup(data: dict[str, Any] | None = None, **header: Any) -> RawRecord:
    """A ProcessRollup2: a valid one with these fields replaced."""
    header = {"record_id": None, "process_id": None, "user": None} | header
    return record(
        CROWDSTRIKE, "ProcessRollup2", ROLLUP | (data or {}), **({"time": "1772446272400"} | header)
    )


def part(number: int, total: int, text: str, block: str = "b-1", **header: Any) -> RawRecord:
    """A part of a PowerShell script block."""
    data = {
        "MessageNumber": str(number),
        "MessageTotal": str(total),
        "ScriptBlockText": text,
        "ScriptBlockId": block,
    }
    return record(POWERSHELL, 4104, data, **({"record_id": 900 + number} | header))


def normalised(raw: RawRecord) -> Event:
    """The record's event, which it must have."""
    found = Normaliser().normalise(raw, 0)
    assert not isinstance(found, Problem | Outcome), found
    return found


def problem(raw: RawRecord) -> str:
    """What is wrong with a record, which must be a problem."""
    found = Normaliser().normalise(raw, 0)
    assert isinstance(found, Problem), found
    return found.reason


def ordered(records: Iterable[RawRecord], source: int = 0) -> list[Event]:
    """All events of the records, in order, each once."""
    normaliser = Normaliser()
    found = [normaliser.normalise(raw, source) for raw in records]
    events = [each for each in found if not isinstance(each, Problem | Outcome)]
    events += normaliser.rest()
    return list(in_order(events, normaliser.clock))
