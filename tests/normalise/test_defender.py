"""Defender for Endpoint's advanced hunting -> events."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.normalise.dispatch import Normaliser
from lineage.normalise.event import FileCreated, ImageLoaded, ProcessCreated, RegistryValueSet
from lineage.normalise.outcome import Outcome
from lineage.problems import Problem
from lineage.read.objects import Decoder
from lineage.read.record import RawRecord
from lineage.times import iso

ROW = {
    "Timestamp": "2026-03-02T10:11:12.3456789Z",
    "DeviceId": "d-1",
    "DeviceName": "ws-7.example.test",
    "ActionType": "ProcessCreated",
    "FileName": "wscript.exe",
    "FolderPath": r"C:\Windows\System32\wscript.exe",
    "SHA256": "ab" * 32,
    "ProcessId": 4242,
    "ProcessCommandLine": "wscript.exe a.vbs",
    "ProcessCreationTime": "2026-03-02T10:11:12.1Z",
    "AccountDomain": "corp",
    "AccountName": "dana",
    "InitiatingProcessId": "900",
    "InitiatingProcessFileName": "WINWORD.EXE",
    "InitiatingProcessFolderPath": r"c:\program files\office16\winword.exe",
    "InitiatingProcessCommandLine": "WINWORD.EXE /n",
    "InitiatingProcessAccountDomain": "corp",
    "InitiatingProcessAccountName": "dana",
}


def event_of(**changes: Any) -> Any:
    record = Decoder().decode(1, {**ROW, **changes})
    assert isinstance(record, RawRecord)
    return Normaliser().normalise(record, 0)


def test_a_process_start_names_both_processes() -> None:
    event = event_of()
    assert isinstance(event, ProcessCreated)
    assert (iso(event.time), event.host) == ("2026-03-02T10:11:12.1Z", "ws-7.example.test")
    assert (event.ProcessId, event.Image) == (4242, r"C:\Windows\System32\wscript.exe")
    assert (event.ParentProcessId, event.ParentImage) == (900, ROW["InitiatingProcessFolderPath"])
    assert (event.User, event.Hashes) == ("corp\\dana", f"SHA256={'AB' * 32}")


@pytest.mark.parametrize("folder", [r"C:\Users\dana\Downloads", r"C:\Users\dana\Downloads\a.vbs"])
def test_a_folder_without_the_files_name_gets_it(folder: str) -> None:
    event = event_of(ActionType="FileCreated", FileName="a.vbs", FolderPath=folder)
    assert isinstance(event, FileCreated)
    assert event.TargetFilename == r"C:\Users\dana\Downloads\a.vbs"
    assert (event.ProcessId, event.Image) == (900, ROW["InitiatingProcessFolderPath"])


def test_a_registry_value_is_named_whole() -> None:
    event = event_of(
        ActionType="RegistryValueSet",
        RegistryKey=r"HKEY_CURRENT_USER\Software\X",
        RegistryValueName="Run",
        RegistryValueData="a.exe",
    )
    assert isinstance(event, RegistryValueSet)
    assert (event.TargetObject, event.Details) == (r"HKEY_CURRENT_USER\Software\X\Run", "a.exe")


def test_a_module_is_loaded_by_the_initiating_process() -> None:
    event = event_of(ActionType="ImageLoaded", FileName="x.dll", FolderPath=r"C:\T\x.dll")
    assert isinstance(event, ImageLoaded)
    assert (event.ProcessId, event.ImageLoaded) == (900, r"C:\T\x.dll")


def test_another_action_is_ignored_and_a_process_without_a_pid_is_rejected() -> None:
    assert event_of(ActionType="AntivirusReport") is Outcome.IGNORED
    problem = event_of(ProcessId=None)
    assert isinstance(problem, Problem)
    assert problem.reason == "event ProcessCreated: ProcessId is missing"
