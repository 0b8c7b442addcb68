"""Sigma's categories on Sysmon's events: a rule fires where it should, and not beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attacks import WSCRIPT
from hosts import SYSTEM32, Host, built
from raw_records import normalised, sysmon
from sigma_rules import load_one, rule_text

from lineage.detect.engine import RuleEngine
from lineage.detect.logsource import tagged
from lineage.graph.provenance import ProvenanceGraph

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.graph.build import Placed

RULES: list[tuple[str, str, int, dict[str, Any], str]] = [
    # category, detection, event id, fields of a near miss, kind of the tagged node
    ("file_change", "TargetFilename|endswith: '.exe'", 2, {"TargetFilename": "C:\\a.txt"}, "file"),
    ("network_connection", "DestinationPort: 2404", 3, {"DestinationPort": "443"}, "endpoint"),
    ("network_connection", "Initiated: 'true'", 3, {"Initiated": "false"}, "endpoint"),
    (
        "network_connection",
        "DestinationIp|cidr: 203.0.113.0/24",
        3,
        {"DestinationIp": "10.0.0.1"},
        "endpoint",
    ),
    ("sysmon_status", "State: Started", 4, {"State": "Stopped"}, "host"),
    ("process_termination", "Image|endswith: '\\wscript.exe'", 5, {"Image": "a.exe"}, "process"),
    ("driver_load", "ImageLoaded|endswith: '\\a.sys'", 6, {"ImageLoaded": "C:\\b.sys"}, "driver"),
    ("driver_load", "Hashes|contains: 'SHA256=EF'", 6, {"Hashes": "SHA256=AB"}, "driver"),
    (
        "create_remote_thread",
        "{SourceImage|endswith: '\\wscript.exe', TargetImage|endswith: '\\notepad.exe'}",
        8,
        {"TargetImage": "C:\\calc.exe"},
        "process",
    ),
    ("create_remote_thread", "StartModule: null", 8, {"StartModule": "C:\\a.dll"}, "process"),
    ("raw_access_thread", "Device|contains: HarddiskVolume", 9, {"Device": "\\x"}, "file"),
    ("process_access", "GrantedAccess: '0x1fffff'", 10, {"GrantedAccess": "0x1000"}, "process"),
    ("process_access", "CallTrace|contains: UNKNOWN", 10, {"CallTrace": "ntdll.dll"}, "process"),
    ("registry_rename", "NewName|endswith: '\\z'", 14, {"NewName": "HKLM\\y"}, "registry"),
    ("registry_event", "NewName|endswith: '\\z'", 14, {"NewName": "HKLM\\y"}, "registry"),
    ("create_stream_hash", "Contents|contains: 'ZoneId=3'", 15, {"Contents": "ZoneId=0"}, "file"),
    ("pipe_created", "PipeName|startswith: '\\a-'", 17, {"PipeName": "\\b"}, "pipe"),
    ("pipe_created", "EventType: ConnectPipe", 18, {"EventType": "CreatePipe"}, "pipe"),
    ("wmi_event", "Query|contains: Modification", 19, {"Query": "SELECT *"}, "wmi"),
    ("wmi_event", "Type: Command Line", 20, {"Type": "Log File"}, "wmi"),
    ("wmi_event", "Operation: Created", 21, {"Operation": "Deleted"}, "wmi"),
    ("file_delete", "TargetFilename|endswith: '.vbs'", 23, {"TargetFilename": "C:\\a"}, "file"),
    ("file_delete", "TargetFilename|endswith: '.vbs'", 26, {"TargetFilename": "C:\\a"}, "file"),
    ("file_delete_detected", "IsExecutable: 'false'", 26, {"IsExecutable": "true"}, "file"),
    ("clipboard_capture", "Session: 1", 24, {"Session": "2"}, "process"),
    ("process_tampering", "Type: Image is replaced", 25, {"Type": "Image is locked"}, "process"),
    ("file_block_executable", "FileName: a.exe", 27, {"TargetFilename": "C:\\b.exe"}, "file"),
    ("file_block_shredding", "FileName: a.exe", 28, {"TargetFilename": "C:\\b.exe"}, "file"),
    ("file_executable_detected", "sha256: ef", 29, {"Hashes": "SHA256=AB"}, "file"),
    ("sysmon_error", "ID: DriverCommunication", 255, {"ID": "Other"}, "host"),
]


@pytest.mark.parametrize(("category", "detection", "event_id", "near_miss", "kind"), RULES)
def test_a_rule_of_a_category_fires_on_its_event(
    tmp_path: Path,
    category: str,
    detection: str,
    event_id: int,
    near_miss: dict[str, Any],
    kind: str,
) -> None:
    selection = detection if detection.startswith("{") else f"{{{detection}}}"
    text = rule_text(
        f"selection: {selection}\ncondition: selection", logsource=f"category: {category}"
    )
    rule = load_one(tmp_path, text)
    engine = RuleEngine([rule])
    assert [match.detection.title for match in engine.match(normalised(sysmon(event_id)))]
    assert not engine.match(normalised(sysmon(event_id, near_miss)))
    assert rule.detection.tags == kind


def test_a_rule_for_the_sysmon_service_says_which_event_by_its_id(tmp_path: Path) -> None:
    text = rule_text(
        "selection: {EventID: 3, Image|endswith: wscript.exe}\ncondition: selection",
        logsource="service: sysmon",
    )
    engine = RuleEngine([load_one(tmp_path, text)])
    assert engine.match(normalised(sysmon(3)))
    assert not engine.match(normalised(sysmon(5)))


def test_sources_that_place_events_alike_tag_that_kind_of_node() -> None:
    assert tagged(frozenset({"sysmon-17", "sysmon-18"})) == "pipe"
    assert tagged(frozenset({"sysmon-3", "sysmon-11"})) == "process"


def test_what_a_rule_tags_stands_in_the_graph() -> None:
    host = Host()
    script = host.run(WSCRIPT)
    host.connect(script, "203.0.113.7")
    host.inject(script, host.run(SYSTEM32 + "notepad.exe"))
    graph, placed = built(host.events)
    assert isinstance(graph, ProvenanceGraph)
    assert [_kind(graph, each) for each in placed] == ["process", "endpoint", "process", "process"]


def _kind(graph: ProvenanceGraph, placed: Placed) -> str:
    return graph.node(placed.object).kind
