"""Defender for Endpoint's other tables -> events, and what the graph makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hosts import edges, graph_of
from raw_records import ordered

from lineage.graph.nodes import SessionNode
from lineage.normalise.dispatch import Normaliser
from lineage.problems import Problem
from lineage.read.objects import Decoder
from lineage.read.record import RawRecord

WORD = r"c:\program files\office16\winword.exe"
ROW = {
    "Timestamp": "2026-03-02T10:11:12.3456789Z",
    "DeviceId": "d-1",
    "DeviceName": "ws-7.example.test",
    "InitiatingProcessId": 900,
    "InitiatingProcessFileName": "winword.exe",
    "InitiatingProcessFolderPath": WORD,
    "InitiatingProcessAccountDomain": "corp",
    "InitiatingProcessAccountName": "dana",
}
RUN = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"


def row(action: str, **changes: Any) -> RawRecord:
    found = Decoder().decode(1, {**ROW, "ActionType": action, **changes})
    assert isinstance(found, RawRecord)
    return found


CONNECTION = {
    "RemoteIP": "203.0.113.7",
    "RemotePort": 443,
    "RemoteUrl": "c2.example.test",
    "LocalIP": "10.0.0.5",
    "LocalPort": 50001,
    "Protocol": "Tcp",
}
CASES: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("ConnectionSuccess", CONNECTION, ("connected", "203.0.113.7:443/tcp")),
    ("InboundConnectionAccepted", CONNECTION, ("accepted", "203.0.113.7/tcp")),
    (
        "DnsQueryResponse",
        {"AdditionalFields": json.dumps({"DnsQueryString": "c2.example.test"})},
        ("queried", "c2.example.test"),
    ),
    (
        "FileModified",
        {"FileName": "a.exe", "FolderPath": r"C:\Users\dana\a.exe"},
        ("wrote", r"C:\Users\dana\a.exe"),
    ),
    (
        "FileDeleted",
        {"FileName": "a.exe", "FolderPath": r"C:\Users\dana\a.exe"},
        ("deleted", r"C:\Users\dana\a.exe"),
    ),
    ("RegistryKeyCreated", {"RegistryKey": RUN}, ("created", RUN)),
    (
        "RegistryValueDeleted",
        {"PreviousRegistryKey": RUN, "PreviousRegistryValueName": "upd"},
        ("deleted", RUN + r"\upd"),
    ),
    (
        "CreateRemoteThreadApiCall",
        {
            "ProcessId": 4242,
            "FileName": "explorer.exe",
            "FolderPath": r"C:\Windows\explorer.exe",
        },
        ("injected", r"C:\Windows\explorer.exe"),
    ),
    (
        "NamedPipeEvent",
        {"AdditionalFields": {"PipeName": r"\Device\NamedPipe\x", "FileOperation": "File created"}},
        ("created", r"\Device\NamedPipe\x"),
    ),
    ("PowerShellCommand", {"AdditionalFields": '{"Command":"iex $x"}'}, ("ran", "iex $x")),
]
DOINGS = (
    "connected",
    "accepted",
    "queried",
    "wrote",
    "deleted",
    "created",
    "injected",
    "ran",
)


@pytest.mark.parametrize(("action", "fields", "edge"), CASES, ids=[case[0] for case in CASES])
def test_what_a_process_did(action: str, fields: dict[str, Any], edge: tuple[str, str]) -> None:
    did = edges(graph_of(ordered([row(action, **fields)])), *DOINGS)
    assert {(kind, target) for _, kind, target in did} == {edge}


@pytest.mark.parametrize(
    ("action", "fields", "missing"),
    [
        ("ConnectionSuccess", {}, "RemoteIP is missing"),
        ("DnsQueryResponse", {"AdditionalFields": "{"}, "DnsQueryString is missing"),
        ("PowerShellCommand", {"AdditionalFields": "[1]"}, "Command is missing"),
        ("RegistryKeyDeleted", {}, "RegistryKey is missing"),
    ],
)
def test_a_row_that_does_not_say_what_it_is_about_is_a_problem(
    action: str, fields: dict[str, Any], missing: str
) -> None:
    found = Normaliser().normalise(row(action, **fields), 0)
    assert isinstance(found, Problem)
    assert missing in found.reason


def test_a_logon_is_a_session_with_its_account_and_origin() -> None:
    raw = row(
        "LogonSuccess",
        AccountName="dana",
        AccountDomain="corp",
        LogonType="RemoteInteractive",
        LogonId="342826",
        RemoteIP="10.0.0.9",
    )
    (session,) = (
        node for node in graph_of(ordered([raw])).nodes() if isinstance(node, SessionNode)
    )
    assert (session.user, session.logon_type, session.address) == ("corp\\dana", "10", "10.0.0.9")
