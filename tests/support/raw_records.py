"""Raw records of each provider as a reader yields them, and how tests normalise them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage.normalise.dispatch import Normaliser
from lineage.normalise.order import in_order
from lineage.normalise.outcome import Outcome
from lineage.normalise.powershell import joined
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
    2: ACTOR
    | {
        "TargetFilename": r"C:\Users\zoe\a.exe",
        "CreationUtcTime": "2019-12-07 09:08:37.000",
        "PreviousCreationUtcTime": "2026-03-02 10:11:10.001",
        "User": r"EXAMPLE\zoe",
    },
    3: ACTOR
    | {
        "User": r"EXAMPLE\zoe",
        "Protocol": "tcp",
        "Initiated": "true",
        "SourceIsIpv6": "false",
        "SourceIp": "10.20.0.15",
        "SourceHostname": "WS01.example.test",
        "SourcePort": "50321",
        "DestinationIsIpv6": "false",
        "DestinationIp": "203.0.113.7",
        "DestinationPort": "2404",
    },
    5: ACTOR | {"User": r"EXAMPLE\zoe"},
    9: ACTOR | {"Device": r"\Device\HarddiskVolume2", "User": r"NT AUTHORITY\SYSTEM"},
    14: ACTOR
    | {
        "EventType": "RenameValue",
        "TargetObject": r"HKLM\Software\X\y",
        "NewName": r"HKLM\Software\X\z",
    },
    15: ACTOR
    | {
        "TargetFilename": r"C:\Users\zoe\Downloads\a.iso:Zone.Identifier",
        "CreationUtcTime": "2026-03-02 10:11:12.000",
        "Hash": "SHA1=AB,MD5=CD,SHA256=EF,IMPHASH=00",
        "Contents": "[ZoneTransfer]  ZoneId=3  HostUrl=https://files.example.test/a.iso ",
    },
    17: ACTOR | {"EventType": "CreatePipe", "PipeName": r"\a-4242", "User": r"EXAMPLE\zoe"},
    18: ACTOR | {"EventType": "ConnectPipe", "PipeName": r"\a-4242", "User": r"EXAMPLE\zoe"},
    23: ACTOR
    | {
        "User": r"EXAMPLE\zoe",
        "TargetFilename": r"C:\Users\zoe\a.vbs",
        "Hashes": "SHA256=EF",
        "IsExecutable": "false",
        "Archived": "true",
    },
    24: ACTOR | {"Session": "1", "ClientInfo": r"user: EXAMPLE\zoe", "Archived": "true"},
    25: ACTOR | {"Type": "Image is replaced", "User": r"EXAMPLE\zoe"},
    26: ACTOR | {"TargetFilename": r"C:\Users\zoe\a.vbs", "IsExecutable": "false"},
    27: ACTOR | {"TargetFilename": r"C:\Users\zoe\a.exe", "Hashes": "SHA256=EF"},
    28: ACTOR | {"TargetFilename": r"C:\Users\zoe\a.exe", "IsExecutable": "true"},
    29: ACTOR | {"TargetFilename": r"C:\Users\zoe\a.exe", "Hashes": "SHA256=EF"},
}
"""A valid record of each Sysmon event in which one process acts."""

_WHEN = {"UtcTime": ACTOR["UtcTime"]}
_WMI = _WHEN | {"Operation": "Created", "User": r"EXAMPLE\zoe"}
SYSMON_OTHERS: dict[int, dict[str, str]] = {
    4: _WHEN | {"State": "Started", "Version": "15.14", "SchemaVersion": "4.90"},
    6: _WHEN
    | {
        "ImageLoaded": r"C:\Windows\System32\drivers\a.sys",
        "Hashes": "SHA256=EF",
        "Signed": "true",
        "Signature": "Contoso",
        "SignatureStatus": "Valid",
    },
    16: _WHEN | {"Configuration": "c.xml", "ConfigurationFileHash": "SHA256=EF"},
    19: _WMI
    | {
        "EventType": "WmiFilterEvent",
        "EventNamespace": ' "root\\\\cimv2"',
        "Name": ' "updates"',
        "Query": ' "SELECT * FROM __InstanceModificationEvent WITHIN 60"',
    },
    20: _WMI
    | {
        "EventType": "WmiConsumerEvent",
        "Name": ' "updates"',
        "Type": "Command Line",
        "Destination": r' "C:\\Users\\zoe\\a.exe"',
    },
    21: _WMI
    | {
        "EventType": "WmiBindingEvent",
        "Consumer": r' "\\\\.\\ROOT\\subscription:CommandLineEventConsumer.Name=\"updates\""',
        "Filter": r' "\\\\.\\ROOT\\subscription:__EventFilter.Name=\"updates\""',
    },
    255: _WHEN | {"ID": "DriverCommunication", "Description": "events lost"},
}
"""A valid record of each Sysmon event that names no process."""

TARGET = "{5AA13A44-0C00-68FD-0101-000000004002}"
SYSMON_REACHING: dict[int, dict[str, str]] = {
    8: _WHEN
    | {
        "SourceProcessGuid": GUID,
        "SourceProcessId": "4242",
        "SourceImage": ACTOR["Image"],
        "TargetProcessGuid": TARGET,
        "TargetProcessId": "5004",
        "TargetImage": r"C:\Windows\System32\notepad.exe",
        "NewThreadId": "7128",
        "StartAddress": "0x00000284C1B50000",
        "StartModule": "-",
        "StartFunction": "-",
        "SourceUser": r"EXAMPLE\zoe",
        "TargetUser": r"EXAMPLE\zoe",
    },
    10: _WHEN
    | {
        "SourceProcessGUID": GUID,
        "SourceProcessId": "4242",
        "SourceThreadId": "4246",
        "SourceImage": ACTOR["Image"],
        "TargetProcessGUID": TARGET,
        "TargetProcessId": "5004",
        "TargetImage": r"C:\Windows\System32\notepad.exe",
        "GrantedAccess": "0x1fffff",
        "CallTrace": r"C:\Windows\SYSTEM32\ntdll.dll+9d4c4|UNKNOWN(00000284C1B50000)",
        "SourceUser": r"EXAMPLE\zoe",
        "TargetUser": r"EXAMPLE\zoe",
    },
}
"""A valid record of each Sysmon event in which a process reaches into another one."""

ALL_SYSMON = SYSMON_DATA | SYSMON_OTHERS | SYSMON_REACHING

SECURITY_DATA: dict[int, dict[str, str]] = {
    4689: {
        "SubjectUserSid": "S-1-5-21-1-2-3-1001",
        "SubjectUserName": "zoe",
        "SubjectDomainName": "EXAMPLE",
        "SubjectLogonId": "0x53b2a",
        "Status": "0x0",
        "ProcessId": "0x1092",
        "ProcessName": r"C:\Windows\System32\wscript.exe",
    },
    4608: {},
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


END_OF_PROCESS = {
    "event_simpleName": "EndOfProcess",
    "aid": "a1b2",
    "TargetProcessId": "77001",
    "RawProcessId": "4242",
    "ProcessEndTime": "1772446300.000",
    "ExitCode": "0",
}
"""A valid EndOfProcess."""


SCRIPT = {"ScriptBlockText": "whoami"}
ALL_SOURCES: list[tuple[str, str, int | str, dict[str, Any]]] = [
    *((SYSMON, "Microsoft-Windows-Sysmon/Operational", *each) for each in ALL_SYSMON.items()),
    *((SECURITY, "Security", *each) for each in SECURITY_DATA.items()),
    (POWERSHELL, "Microsoft-Windows-PowerShell/Operational", 4104, SCRIPT),
    ("PowerShellCore", "PowerShellCore/Operational", 4104, SCRIPT),
    ("CrowdStrike", "", "ProcessRollup2", ROLLUP),
    ("CrowdStrike", "", "EndOfProcess", END_OF_PROCESS),
    ("EventLog", "", 6005, {}),
]
"""A record of each kind: provider, channel, event id, data."""


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
    return record(SYSMON, event_id, ALL_SYSMON[event_id] | (data or {}), **header)


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


def ordered(
    records: Iterable[RawRecord], normaliser: Normaliser | None = None, source: int = 0
) -> list[Event]:
    """All events of the records, in order, each once."""
    normaliser = normaliser or Normaliser()
    found = [normaliser.normalise(raw, source) for raw in records]
    events = [each for each in found if not isinstance(each, Problem | Outcome)]
    return list(in_order(list(joined(events, lambda _: None)), normaliser.clock))
