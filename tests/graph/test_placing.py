"""What events besides the first ten say of the graph, one near miss beside each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hosts import SYSTEM32, Host, Program, built, edges, graph_of
from raw_records import normalised, sysmon

from lineage.graph.nodes import EndpointNode, FileNode, WmiNode, caption, known_by_id

if TYPE_CHECKING:
    from lineage.graph.provenance import ProvenanceGraph

MALWARE = r"C:\Users\zoe\AppData\Roaming\a.exe"
NOTEPAD = SYSTEM32 + "notepad.exe"
DOWNLOAD = r"C:\Users\zoe\Downloads\a.iso"


def machine() -> tuple[Host, Program]:
    host = Host()
    return host, host.run(MALWARE)


def did(host: Host, *kinds: str) -> set[tuple[str, str]]:
    """(kind, what it was done to) of the edges of these kinds."""
    return {(kind, target) for _, kind, target in edges(graph_of(host.events), *kinds)}


def endpoints(graph: ProvenanceGraph) -> list[EndpointNode]:
    return [node for node in graph.nodes() if isinstance(node, EndpointNode)]


# -- connections and pipes ---------------------------------------------------------------------


def test_who_connects_reaches_an_address_a_port_and_a_protocol() -> None:
    host, malware = machine()
    host.connect(malware, "203.0.113.7", 2404, DestinationHostname="c2.example.test")
    (endpoint,) = endpoints(graph_of(host.events))
    assert (endpoint.address, endpoint.port, endpoint.protocol, endpoint.name) == (
        "203.0.113.7",
        "2404",
        "tcp",
        "c2.example.test",
    )
    assert did(host, "connected") == {("connected", "203.0.113.7:2404/tcp")}


def test_who_is_connected_to_is_influenced_by_the_caller_whatever_its_port() -> None:
    host, malware = machine()
    host.connect(malware, "10.0.0.9", None, SourcePort="50001")
    host.connect(malware, "10.0.0.9", None, SourcePort="50002")
    graph = graph_of(host.events)
    (endpoint,) = endpoints(graph)
    assert did(host, "accepted", "connected") == {("accepted", "10.0.0.9/tcp")}
    assert [edge.target for edge in graph.effects(endpoint.id)] == [
        node.id for node in graph.nodes() if caption(node) == MALWARE and node.kind == "process"
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("0:0:0:0:0:0:0:1", "::1"), ("::ffff:203.0.113.7", "203.0.113.7"), ("FE80::1", "fe80:0::1")],
)
def test_an_address_is_the_same_however_it_is_written(one: str, other: str) -> None:
    host, malware = machine()
    host.connect(malware, one)
    host.connect(malware, other)
    assert len(endpoints(graph_of(host.events))) == 1


def test_hosts_that_connect_to_one_address_share_it() -> None:
    hosts = [Host("ws01.example.test"), Host("ws02.example.test")]
    for host in hosts:
        host.connect(host.run(MALWARE), "203.0.113.7")
    graph = graph_of([event for host in hosts for event in host.events])
    assert len(endpoints(graph)) == 1


def test_a_pipe_is_its_hosts_own() -> None:
    host, malware = machine()
    host.did(17, malware, PipeName=r"\A-1", EventType="CreatePipe")
    host.did(18, host.run(NOTEPAD), PipeName=r"\a-1", EventType="ConnectPipe")
    assert did(host, "created", "connected") == {("created", r"\A-1"), ("connected", r"\A-1")}


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event_id", "kind"), [(2, "changed_time"), (23, "deleted"), (26, "deleted"), (29, "wrote")]
)
def test_what_was_done_to_a_file(event_id: int, kind: str) -> None:
    host, malware = machine()
    host.did(event_id, malware, TargetFilename=DOWNLOAD)
    assert did(host, kind) == {(kind, DOWNLOAD)}


def test_a_stream_belongs_to_its_file() -> None:
    host, malware = machine()
    host.write(malware, DOWNLOAD)
    host.did(15, malware, TargetFilename=DOWNLOAD + ":Zone.Identifier", Contents="ZoneId=3")
    assert did(host, "created_stream", "wrote") == {
        ("created_stream", DOWNLOAD),
        ("wrote", DOWNLOAD),
    }


@pytest.mark.parametrize("event_id", [27, 28])
def test_what_was_prevented_influences_nothing(event_id: int) -> None:
    host, malware = machine()
    host.did(event_id, malware, TargetFilename=DOWNLOAD)
    graph = graph_of(host.events)
    assert did(host, "attempted") == {("attempted", DOWNLOAD)}
    effects = [edge.kind for node in graph.nodes() for edge in graph.effects(node.id)]
    assert "attempted" not in effects


def test_an_executable_that_was_detected_is_known_by_its_content() -> None:
    host, malware = machine()
    host.did(29, malware, TargetFilename=DOWNLOAD, Hashes="SHA256=AB")
    files = [node for node in graph_of(host.events).nodes() if isinstance(node, FileNode)]
    assert {node.path: dict(node.hashes) for node in files}[DOWNLOAD] == {"SHA256": "AB"}


def test_a_volume_is_read_by_its_device() -> None:
    host, malware = machine()
    host.did(9, malware, Device=r"\Device\HarddiskVolume2")
    assert did(host, "read_raw") == {("read_raw", r"\Device\HarddiskVolume2")}


# -- the registry ------------------------------------------------------------------------------


def test_a_renamed_value_is_both_its_names() -> None:
    host, malware = machine()
    host.did(14, malware, TargetObject=r"HKLM\A\x", NewName=r"HKLM\A\y", EventType="RenameValue")
    assert did(host, "renamed", "created") == {("renamed", r"HKLM\A\x"), ("created", r"HKLM\A\y")}


# -- processes reaching into others ------------------------------------------------------------


@pytest.mark.parametrize(
    ("rights", "kind"),
    [
        ("0x1fffff", "opened_for_writing"),
        ("0x1F3FFF", "opened_for_writing"),
        ("0x28", "opened_for_writing"),
        ("0x2", "opened_for_writing"),
        ("0x20", "opened"),
        ("0x1010", "opened"),
        ("0x143a", "opened_for_writing"),
        ("0x1000", "opened"),
        ("", "opened"),
        (None, "opened"),
        ("all", "opened"),
    ],
)
def test_rights_tell_whether_a_process_may_be_taken_over(rights: str | None, kind: str) -> None:
    host, malware = machine()
    host.access(malware, host.run(NOTEPAD), rights)
    assert did(host, "opened", "opened_for_writing") == {(kind, NOTEPAD)}


def test_a_process_that_opens_itself_does_nothing_to_others() -> None:
    host, malware = machine()
    host.access(malware, malware, "0x1fffff")
    host.inject(malware, malware)
    assert did(host, "opened", "opened_for_writing", "injected") == set()


def test_a_detection_on_access_is_about_who_did_it() -> None:
    host, malware = machine()
    target = host.run(NOTEPAD)
    host.inject(malware, target)
    host.access(malware, target)
    placed = built(host.events)[1]
    assert {entry.object for entry in placed[-2:]} == {placed[0].object}


def test_a_replaced_image_is_told_of_the_parent_and_nothing_of_a_process_without_one() -> None:
    host, malware = machine()
    child = host.run(NOTEPAD, parent=malware)
    host.replace_image(child)
    host.replace_image(host.run(SYSTEM32 + "calc.exe"))
    assert edges(graph_of(host.events), "hollowed") == {(MALWARE, "hollowed", NOTEPAD)}


# -- drivers, WMI, the log ---------------------------------------------------------------------


def test_a_driver_is_the_hosts_and_comes_from_its_file() -> None:
    host, malware = machine()
    path = SYSTEM32 + r"drivers\a.sys"
    host.write(malware, path)
    host.record(6, ImageLoaded=path, Hashes="SHA256=AB")
    graph = graph_of(host.events)
    assert edges(graph, "loaded_driver", "mapped") == {
        (host.name, "loaded_driver", path),
        (path, "mapped", path),
    }


def test_a_wmi_subscription_is_a_filter_a_consumer_and_what_binds_them() -> None:
    graph = graph_of([normalised(sysmon(number, record_id=number)) for number in (19, 20, 21)])
    parts = {node.part: node for node in graph.nodes() if isinstance(node, WmiNode)}
    assert {part: node.name for part, node in parts.items()} == {
        "filter": "updates",
        "consumer": "updates",
    }
    assert parts["consumer"].content == r' "C:\\Users\\zoe\\a.exe"'
    assert edges(graph, "bound") == {("updates", "bound", "updates")}
    assert edges(graph, "created") == {(r"EXAMPLE\zoe", "created", "updates")}


def test_what_a_wmi_consumer_names_is_started_by_it() -> None:
    host = Host("WS01.example.test")
    host.events.append(normalised(sysmon(20)))
    host.wait(3600)
    host.run(r"C:\Users\zoe\a.exe", parent=host.run(SYSTEM32 + r"wbem\WmiPrvSE.exe"))
    host.run(r"C:\Users\zoe\b.exe", parent=host.run(SYSTEM32 + r"wbem\WmiPrvSE.exe"))
    assert edges(graph_of(host.events), "started") == {
        ("updates", "started", r"C:\Users\zoe\a.exe")
    }


@pytest.mark.parametrize("event_id", [4, 16, 255])
def test_what_the_log_says_of_itself_is_about_the_host(event_id: int) -> None:
    (placed,) = built([normalised(sysmon(event_id))])[1]
    assert (placed.actor, placed.object) == (None, "host:ws01.example.test")


@pytest.mark.parametrize(
    ("node_id", "value", "fields"),
    [
        (
            "endpoint:[::1]:53/udp",
            "[::1]:53/udp",
            {"address": "::1", "port": "53", "protocol": "udp"},
        ),
        ("endpoint:10.0.0.9/tcp", "10.0.0.9/tcp", {"address": "10.0.0.9", "port": None}),
        ("endpoint:x", "x", {"address": "x", "protocol": ""}),
        (r"pipe:ws01:\a", r"\A", {"host": "ws01", "name": r"\A"}),
        ("wmi:ws01:filter:f", "f", {"host": "ws01", "name": "f"}),
        (r"driver:ws01:c:\a.sys", r"C:\a.sys", {"host": "ws01", "path": r"C:\a.sys"}),
        ("session:ws01:0x3e7", "0x3e7", {"host": "ws01", "logon_id": "0x3e7"}),
    ],
)
def test_a_node_is_made_again_from_its_id_and_what_it_is_called(
    node_id: str, value: str, fields: dict[str, Any]
) -> None:
    node = known_by_id(node_id, value)
    assert {name: getattr(node, name) for name in fields} == fields
    assert caption(node) == value
