"""What records of event logs say of the graph, one near miss beside each."""

from __future__ import annotations

from typing import Any

import pytest
from hosts import SYSTEM32, Host, built, edges, graph_of

from lineage.graph.nodes import ServiceNode, SessionNode, TaskNode, caption

TOOL = r"C:\ProgramData\a.exe"
TASKS = "Microsoft-Windows-TaskScheduler/Operational"
DEFENDER = "Microsoft-Windows-Windows Defender/Operational"
DEFINITION = (
    '<?xml version="1.0" encoding="UTF-16"?><Task><Actions Context="Author"><Exec>'
    r"<Command>C:\ProgramData\a.exe</Command><Arguments>-k &quot;x y&quot;</Arguments>"
    "</Exec></Actions></Task>"
)
SUBJECT = {"SubjectUserName": "dana", "SubjectDomainName": "CORP", "SubjectLogonId": "0x3e9f1"}
SERVICE = {"ServiceName": "upd", "ImagePath": TOOL + " -k", "AccountName": "LocalSystem"}


def test_a_service_is_what_it_runs_and_starts_its_program() -> None:
    host = Host()
    services = host.run(SYSTEM32 + "services.exe")
    host.log("System", 7045, SERVICE, "Service Control Manager")
    host.run(TOOL, TOOL + " -k", parent=services)
    graph = graph_of(host.events)
    (service,) = (node for node in graph.nodes() if isinstance(node, ServiceNode))
    assert (service.name, service.command, service.user) == ("upd", TOOL + " -k", "LocalSystem")
    assert edges(graph, "started") == {("upd", "started", TOOL)}


def test_a_program_that_a_user_starts_is_not_the_services_doing() -> None:
    host = Host()
    explorer = host.run(r"C:\Windows\explorer.exe")
    host.log("System", 7045, SERVICE, "Service Control Manager")
    host.run(TOOL, TOOL + " -k", parent=explorer)
    assert edges(graph_of(host.events), "started") == set()


def test_who_makes_a_service_is_the_process_that_is_told_else_the_account() -> None:
    host = Host()
    tool = host.run(TOOL)
    data = {"ServiceName": "upd", "ServiceFileName": TOOL, **SUBJECT}
    host.log("Security", 4697, data | {"ClientProcessId": str(tool.pid)})
    host.log("Security", 4697, data | {"ServiceName": "other"})
    assert edges(graph_of(host.events), "created") == {
        (TOOL, "created", "upd"),
        ("CORP\\dana", "created", "other"),
    }


def test_a_task_is_made_told_of_deleted_and_starts_its_program() -> None:
    host = Host()
    svchost = host.run(SYSTEM32 + "svchost.exe", "svchost.exe -k netsvcs -p -s Schedule")
    host.log("Security", 4698, {"TaskName": "\\upd", "TaskContent": DEFINITION, **SUBJECT})
    host.run(TOOL, TOOL + ' -k "x y"', parent=svchost)
    host.log(TASKS, 141, {"TaskName": "\\upd", "UserName": "CORP\\dana"})
    graph = graph_of(host.events)
    (task,) = (node for node in graph.nodes() if isinstance(node, TaskNode))
    assert task.command == TOOL + ' -k "x y"'
    assert edges(graph, "created", "started") == {
        ("CORP\\dana", "created", "\\upd"),
        ("\\upd", "started", TOOL),
    }


def test_the_process_that_a_task_started_is_told_by_its_pid() -> None:
    host = Host()
    tool = host.run(TOOL)
    host.log(TASKS, 129, {"TaskName": "\\upd", "Path": TOOL, "ProcessID": str(tool.pid)})
    host.log(TASKS, 129, {"TaskName": "\\other", "Path": TOOL, "ProcessID": "9" * 40})
    assert edges(graph_of(host.events), "started") == {("\\upd", "started", TOOL)}


def test_a_session_knows_whose_it_is_and_from_where() -> None:
    host = Host()
    logon = {
        "TargetUserName": "dana",
        "TargetDomainName": "CORP",
        "TargetLogonId": "0x5A1",
        "LogonType": "3",
        "IpAddress": "::ffff:10.0.0.7",
    }
    host.log("Security", 4624, logon)
    host.log("Security", 4624, logon | {"TargetLogonId": "0x5a2", "IpAddress": "127.0.0.1"})
    host.log("Security", 4634, {"TargetLogonId": "0x5a1"})
    first, second = (
        node for node in graph_of(host.events).nodes() if isinstance(node, SessionNode)
    )
    assert (first.user, first.logon_type, first.address) == ("CORP\\dana", "3", "10.0.0.7")
    assert second.address is None


@pytest.mark.parametrize(
    ("channel", "event_id", "data", "edge"),
    [
        (
            "Security",
            4657,
            {
                "ObjectName": r"\REGISTRY\MACHINE\SOFTWARE\Contoso",
                "ObjectValueName": "v",
                "OperationType": "%%1905",
                "NewValue": "1",
            },
            ("set", r"\REGISTRY\MACHINE\SOFTWARE\Contoso\v"),
        ),
        (
            "Security",
            4657,
            {"ObjectName": r"\REGISTRY\MACHINE\SOFTWARE\C", "OperationType": "%%1906"},
            ("deleted", r"\REGISTRY\MACHINE\SOFTWARE\C"),
        ),
        (
            "Security",
            4656,
            {"ObjectType": "File", "ObjectName": r"C:\secret.txt"},
            ("accessed", r"C:\secret.txt"),
        ),
        ("Security", 4656, {"ObjectType": "SC_MANAGER OBJECT", "ObjectName": "x"}, None),
        (
            "Security",
            5156,
            {
                "Direction": "%%14593",
                "SourceAddress": "10.0.0.5",
                "SourcePort": "50001",
                "DestAddress": "203.0.113.7",
                "DestPort": "443",
                "Protocol": "6",
            },
            ("connected", "203.0.113.7:443/tcp"),
        ),
        (
            "Security",
            5156,
            {
                "Direction": "%%14592",
                "SourceAddress": "10.0.0.9",
                "SourcePort": "50001",
                "DestAddress": "10.0.0.5",
                "DestPort": "445",
                "Protocol": "6",
            },
            ("accepted", "10.0.0.9/tcp"),
        ),
    ],
)
def test_what_a_process_did_in_the_security_log(
    channel: str, event_id: int, data: dict[str, Any], edge: tuple[str, str] | None
) -> None:
    host = Host()
    tool = host.run(TOOL)
    acting = {"ProcessId": hex(tool.pid), "ProcessName": TOOL}
    host.log(channel, event_id, acting | data)
    did = edges(graph_of(host.events), "set", "deleted", "accessed", "connected", "accepted")
    assert {(kind, target) for _, kind, target in did} == ({edge} if edge else set())


def test_a_value_that_4657_tells_of_starts_what_it_names() -> None:
    host = Host()
    tool = host.run(TOOL)
    key = r"\REGISTRY\USER\S-1-5-21-1\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"
    data = {"ObjectName": key, "ObjectValueName": "upd", "NewValue": r"C:\Users\d\b.exe"}
    acting = {"ProcessId": hex(tool.pid), "ProcessName": TOOL, "OperationType": "%%1904"}
    host.log("Security", 4657, data | acting)
    explorer = host.run(r"C:\Windows\explorer.exe")
    host.run(r"C:\Users\d\b.exe", parent=explorer)
    started = edges(graph_of(host.events), "started")
    assert started == {(key + "\\upd", "started", r"C:\Users\d\b.exe")}


def test_a_name_is_asked_for_by_the_process_that_logs_it() -> None:
    host = Host()
    tool = host.run(TOOL)
    channel = "Microsoft-Windows-DNS-Client/Operational"
    host.log(channel, 3008, {"QueryName": "c2.example.test."}, process_id=tool.pid)
    host.log(channel, 3010, {"QueryName": "other.example.test"}, process_id=tool.pid)
    assert edges(graph_of(host.events), "queried") == {(TOOL, "queried", "c2.example.test.")}


@pytest.mark.parametrize(
    ("channel", "event_id", "data", "about"),
    [
        (DEFENDER, 1116, {"Path": r"file:_C:\Users\d\a.exe; process:_pid:4"}, r"C:\Users\d\a.exe"),
        (DEFENDER, 1116, {"Path": r"containerfile:_C:\a.zip; file:_C:\a.zip->b.exe"}, r"C:\a.zip"),
        (DEFENDER, 1116, {"Path": "behavior:_pid:4242"}, "ws01.example.test"),
        (DEFENDER, 5001, {"Product Name": "x"}, "ws01.example.test"),
        ("Security", 1102, {"SubjectUserName": "dana"}, "ws01.example.test"),
        ("System", 7036, {"param1": "Windows Update", "param2": "running"}, "Windows Update"),
        ("System", 7045, {"ImagePath": "x"}, "ws01.example.test"),
        ("Security", 4672, {"SubjectLogonId": "0x3e9f1"}, "0x3e9f1"),
        ("Security", 4699, {"TaskName": "\\upd"}, "\\upd"),
    ],
)
def test_what_a_record_is_about(
    channel: str, event_id: int, data: dict[str, Any], about: str
) -> None:
    host = Host()
    host.log(channel, event_id, data)
    graph, (placed,) = built(host.events)
    assert caption(graph.node(placed.object)) == about
    assert placed.actor is None


def test_a_record_that_names_a_process_is_about_that_process() -> None:
    host = Host()
    tool = host.run(TOOL)
    host.log("Security", 4673, {"ProcessId": hex(tool.pid), "ProcessName": TOOL})
    graph, placed = built(host.events)
    assert placed[1].actor is placed[0].actor
    assert caption(graph.node(placed[1].object)) == TOOL
