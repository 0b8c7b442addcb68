"""Windows' event logs: whose a record is, its fields as they are, and who it says acted."""

from __future__ import annotations

from typing import Any

import pytest
from raw_records import POWERSHELL, SECURITY, SYSMON, normalised, ordered, problem, record

from lineage.normalise.event import ChannelEvent
from lineage.normalise.sources import SOURCES

CLASSIC = "Windows PowerShell"
TASKS = "Microsoft-Windows-TaskScheduler"


def read(raw: Any) -> ChannelEvent:
    event = normalised(raw)
    assert isinstance(event, ChannelEvent)
    return event


@pytest.mark.parametrize(
    ("provider", "channel", "event_id", "origin"),
    [
        (SECURITY, "Security", 4624, "security"),
        (SECURITY, "", 4624, "security"),
        ("Microsoft-Windows-Eventlog", "Security", 1102, "security"),
        ("Microsoft Windows-Sicherheitsüberwachung.", "Security", 4624, "security"),
        ("Service Control Manager", "System", 7045, "system"),
        ("Service Control Manager", "", 7045, "system"),
        ("Microsoft-Windows-Eventlog", "System", 104, "system"),
        ("User32", "SYSTEM", 1074, "system"),
        ("MSSQLSERVER", "Application", 33205, "application"),
        (POWERSHELL, "Microsoft-Windows-PowerShell/Operational", 4103, "powershell-4103"),
        ("PowerShellCore", "PowerShellCore/Operational", 4103, "powershell-4103"),
        (POWERSHELL, "Microsoft-Windows-PowerShell/Operational", 40961, "powershell"),
        ("PowerShell", CLASSIC, 400, "powershell-classic-400"),
        ("PowerShell", CLASSIC, 600, "powershell-classic-600"),
        ("PowerShell", CLASSIC, 403, "powershell-classic"),
        (TASKS, f"{TASKS}/Operational", 106, "taskscheduler"),
        (
            "Microsoft-Windows-Windows Defender",
            "Microsoft-Windows-Windows Defender/Operational",
            1116,
            "windefend",
        ),
        ("Microsoft-Windows-WMI-Activity", "", 5861, "wmi"),
        (
            "Microsoft-Windows-AppLocker",
            "Microsoft-Windows-AppLocker/EXE and DLL",
            8004,
            "applocker",
        ),
        ("MSExchange CmdletLogs", "MSExchange Management", 1, "msexchange-management"),
    ],
)
def test_a_record_is_its_channels_or_its_providers(
    provider: str, channel: str, event_id: int, origin: str
) -> None:
    assert read(record(provider, event_id, {}, channel=channel)).origin == origin


def test_no_provider_of_a_typed_event_hides_what_others_write_to_its_channel() -> None:
    event = read(record("MsiInstaller", 4688, {"x": "y"}, channel="Security"))
    assert event.origin == "security"


def test_its_fields_are_attributes_under_their_own_names() -> None:
    event = read(
        record(
            "Service Control Manager",
            7045,
            {"ServiceName": "svc", "ImagePath": r"C:\a.exe", "AccountName": "-", "param1": 4},
            channel="System",
        )
    )
    assert (event.ServiceName, event.ImagePath, event.param1) == ("svc", r"C:\a.exe", "4")
    assert (event.AccountName, event.Contoso) == (None, None)
    assert (event.Provider_Name, event.Channel) == ("Service Control Manager", "System")
    assert event.text.splitlines() == ["svc", r"C:\a.exe", "4"]


def test_a_name_with_blanks_is_read_without_them_as_well() -> None:
    event = read(
        record("Microsoft-Windows-Windows Defender", 5007, {"New Value": "x", "Old Value": "y"})
    )
    assert (event.NewValue, event.New_Value, event.OldValue) == ("x", "x", "y")


def test_a_nested_value_does_no_harm() -> None:
    event = read(record(SECURITY, 4624, {"A": ["x", "y"], "B": {"z": 1}}))
    assert (event.A, event.B) == ("x, y", None)


def test_a_record_without_a_time_is_a_problem() -> None:
    assert "no time" in problem(record(SECURITY, 4624, {}, time=""))


DEFENDER = "Microsoft-Windows-Windows Defender"
ACTORS: list[tuple[str, str, int, dict[str, Any], int | None, str | None]] = [
    (
        SECURITY,
        "Security",
        4656,
        {"ProcessId": "0x1f4", "ProcessName": r"C:\Tools\a.exe", "ObjectType": "Key"},
        500,
        r"C:\Tools\a.exe",
    ),
    (
        SECURITY,
        "Security",
        5156,
        {"ProcessID": "500", "Application": r"\device\harddiskvolume2\tools\a.exe"},
        500,
        r"\device\harddiskvolume2\tools\a.exe",
    ),
    (SECURITY, "Security", 4697, {"ClientProcessId": "500", "ServiceName": "x"}, 500, None),
    (POWERSHELL, "Microsoft-Windows-PowerShell/Operational", 4103, {"Payload": "x"}, 1888, None),
    (
        "Microsoft-Windows-Bits-Client",
        "Microsoft-Windows-Bits-Client/Operational",
        3,
        {"jobTitle": "x", "processPath": r"C:\Tools\a.exe", "processId": "500"},
        500,
        r"C:\Tools\a.exe",
    ),
    (
        "Microsoft-Windows-WMI-Activity",
        "Microsoft-Windows-WMI-Activity/Operational",
        5858,
        {"ClientProcessId": "500", "Operation": "Start IWbemServices::ExecQuery"},
        500,
        None,
    ),
    (DEFENDER, f"{DEFENDER}/Operational", 1116, {"Process Name": r"C:\a.exe"}, None, r"C:\a.exe"),
    # near misses
    (DEFENDER, f"{DEFENDER}/Operational", 1116, {"Process Name": "Unknown"}, None, None),
    (
        SECURITY,
        "Security",
        4624,
        {"ProcessId": "0x1f4", "ProcessName": r"C:\Windows\System32\winlogon.exe"},
        None,
        None,
    ),
    (
        SECURITY,
        "Security",
        4661,
        {"ProcessId": "0x1f4", "ProcessName": r"C:\Windows\System32\lsass.exe"},
        None,
        None,
    ),
    (SECURITY, "Security", 4656, {"ProcessId": "0x4", "ProcessName": "-"}, None, None),
    (SECURITY, "Security", 4656, {"ProcessId": "none", "ProcessName": "-"}, None, None),
    ("PowerShell", CLASSIC, 400, {"Data": "x"}, None, None),
]


@pytest.mark.parametrize(("provider", "channel", "event_id", "data", "pid", "image"), ACTORS)
def test_who_acted_is_who_the_record_says_and_no_server_that_did_it_for_others(
    provider: str,
    channel: str,
    event_id: int,
    data: dict[str, Any],
    pid: int | None,
    image: str | None,
) -> None:
    event = read(record(provider, event_id, data, channel=channel))
    assert (event.acting_pid, event.acting_image) == (pid, image)


def test_records_of_two_channels_of_a_service_are_two_though_their_numbers_are_equal() -> None:
    both = ordered(
        record(
            "Microsoft-Windows-AppLocker", 8004, {}, channel=f"Microsoft-Windows-AppLocker/{name}"
        )
        for name in ("EXE and DLL", "MSI and Script")
    )
    assert len(both) == 2
    assert len(ordered([record(SECURITY, 4624, {}, channel="Security")] * 2)) == 1


def test_each_service_has_one_row_for_all_its_records() -> None:
    rows = [source.provider.service for source in SOURCES if source.event_id is None]
    assert len(rows) == len(set(rows))
    assert SYSMON.lower() not in {
        source.provider.name for source in SOURCES if source.event_id is None
    }
