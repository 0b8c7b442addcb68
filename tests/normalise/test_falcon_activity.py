"""Falcon's events of what processes did -> events, and what the graph makes of them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hosts import edges, graph_of
from raw_records import CROWDSTRIKE, END_OF_PROCESS, normalised, ordered, problem, record, rollup

from lineage.graph.nodes import SessionNode
from lineage.normalise import event as events
from lineage.problems import Problem
from lineage.read.objects import JsonReader
from lineage.times import iso

if TYPE_CHECKING:
    from lineage.read.record import RawRecord

WSCRIPT = r"\Device\HarddiskVolume3\Windows\System32\wscript.exe"
COMMON = {"aid": "a1b2", "ContextProcessId": "77001", "ContextTimeStamp": "1772446280.250"}
RUN = r"\REGISTRY\USER\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run"
PAYLOAD = r"\Device\HarddiskVolume3\Users\dana\AppData\Roaming\a.exe"


def falcon(name: str, data: dict[str, Any]) -> RawRecord:
    return record(
        CROWDSTRIKE,
        name,
        {"event_simpleName": name, **COMMON, **data},
        record_id=None,
        process_id=None,
        user=None,
        time="1772446290000",
    )


ACTIVITY: list[tuple[str, dict[str, Any], type, tuple[str, str] | None]] = [
    (
        "DnsRequest",
        {"DomainName": "c2.example.test", "RequestType": "1", "IP4Records": "203.0.113.7;"},
        events.DnsQueried,
        ("queried", "c2.example.test"),
    ),
    (
        "NetworkConnectIP4",
        {
            "RemoteAddressIP4": "203.0.113.7",
            "RemotePort": "2404",
            "LocalAddressIP4": "10.0.0.5",
            "LocalPort": "50001",
            "Protocol": "6",
            "ConnectionDirection": "0",
        },
        events.ConnectionMade,
        ("connected", "203.0.113.7:2404/tcp"),
    ),
    (
        "NetworkReceiveAcceptIP6",
        {
            "RemoteAddressIP6": "2001:db8::9",
            "RemotePort": "50001",
            "LocalAddressIP6": "2001:db8::5",
            "LocalPort": "445",
            "Protocol": "6",
        },
        events.ConnectionMade,
        ("accepted", "[2001:db8::9]/tcp"),
    ),
    (
        "NewExecutableWritten",
        {"TargetFileName": PAYLOAD, "Size": "4096"},
        events.FileCreated,
        ("wrote", PAYLOAD),
    ),
    ("PeFileWritten", {"TargetFileName": PAYLOAD}, events.FileCreated, ("wrote", PAYLOAD)),
    ("ZipFileWritten", {"TargetFileName": r"C:\a.zip"}, events.FileCreated, ("wrote", r"C:\a.zip")),
    (
        "AsepValueUpdate",
        {
            "RegObjectName": RUN,
            "RegValueName": "upd",
            "RegOperationType": "1",
            "RegStringValue": r"C:\Users\dana\AppData\Roaming\a.exe",
        },
        events.RegistryValueSet,
        ("set", RUN + r"\upd"),
    ),
    (
        "RegSystemConfigValueUpdate",
        {"RegObjectName": RUN, "RegValueName": "upd", "RegOperationType": "2"},
        events.RegistryChanged,
        ("deleted", RUN + r"\upd"),
    ),
    (
        "ClassifiedModuleLoad",
        {"TargetProcessId": "77001", "ImageFileName": r"\Device\HarddiskVolume3\a.dll"},
        events.ImageLoaded,
        ("loaded", r"\Device\HarddiskVolume3\a.dll"),
    ),
    (
        "ScriptControlScanInfo",
        {"ScriptContent": "iex $x"},
        events.ScriptBlockLogged,
        ("ran", "iex $x"),
    ),
    (
        "InjectedThread",
        {"TargetProcessId": "77009", "InjecteeImageFileName": r"C:\Windows\explorer.exe"},
        events.RemoteThreadCreated,
        ("injected", r"C:\Windows\explorer.exe"),
    ),
    # near misses: nothing of the process's doing
    ("UserLogon", {"UserName": "dana", "AuthenticationId": "999"}, events.ChannelEvent, None),
]
DOINGS = (
    "queried",
    "connected",
    "accepted",
    "wrote",
    "set",
    "deleted",
    "loaded",
    "ran",
    "injected",
)


@pytest.mark.parametrize(("name", "data", "kind", "edge"), ACTIVITY, ids=[a[0] for a in ACTIVITY])
def test_what_a_process_did(
    name: str, data: dict[str, Any], kind: type, edge: tuple[str, str] | None
) -> None:
    raw = falcon(name, data)
    event = normalised(raw)
    assert type(event) is kind
    assert iso(event.time) == "2026-03-02T10:11:20.25Z"
    did = edges(graph_of(ordered([rollup(), raw])), *DOINGS)
    assert did == ({(WSCRIPT, *edge)} if edge else set())


@pytest.mark.parametrize(
    ("name", "data", "missing"),
    [
        ("DnsRequest", {}, "DomainName is missing"),
        ("DnsRequest", {"DomainName": "a", "ContextProcessId": "0"}, "ContextProcessId missing"),
        ("NetworkConnectIP4", {}, "RemoteAddressIP4 or RemoteAddressIP6 is missing"),
        ("PeFileWritten", {}, "TargetFileName is missing"),
        ("AsepValueUpdate", {}, "RegObjectName is missing"),
        ("ImageHash", {}, "ImageFileName is missing"),
        ("InjectedThread", {}, "TargetProcessId is missing"),
    ],
)
def test_a_record_that_does_not_say_what_it_is_about_is_a_problem(
    name: str, data: dict[str, Any], missing: str
) -> None:
    assert missing in problem(falcon(name, data))


def test_a_process_that_ran_before_the_sensor_is_known_though_it_is_told_late() -> None:
    late = falcon(
        "SyntheticProcessRollup2",
        {
            "TargetProcessId": "77000",
            "ParentProcessId": "0",
            "RawProcessId": "900",
            "ImageFileName": r"C:\Office16\WINWORD.EXE",
            "ProcessStartTime": "1772446000.000",
        },
    )
    spawned = edges(graph_of(ordered([rollup(), late])), "spawned")
    assert spawned == {(r"C:\Office16\WINWORD.EXE", "spawned", WSCRIPT)}


def test_an_end_takes_the_process_by_its_identity() -> None:
    end = record(CROWDSTRIKE, "EndOfProcess", END_OF_PROCESS, record_id=None, time="")
    (process,) = (
        node
        for node in graph_of(ordered([rollup(), end])).nodes()
        if node.kind == "process" and getattr(node, "pid", None) == 4242
    )
    assert getattr(process, "end", None) is not None


def test_a_logon_is_a_session_with_its_account_and_origin() -> None:
    raw = falcon(
        "UserLogon",
        {
            "UserName": "dana",
            "LogonDomain": "CORP",
            "AuthenticationId": "342826",
            "LogonType": "10",
            "RemoteAddressIP4": "10.0.0.9",
            "LogonTime": "1772446000.5",
        },
    )
    (session,) = (
        node for node in graph_of(ordered([raw])).nodes() if isinstance(node, SessionNode)
    )
    assert (session.user, session.logon_type, session.address) == ("CORP\\dana", "10", "10.0.0.9")


AID_MASTER = {
    "Time": "1772446000.5",
    "aid": "5f1b8b3c",
    "aip": "203.0.113.9",
    "AgentVersion": "7.11.18110.0",
    "ComputerName": "FIN-3",
    "MachineDomain": "corp.example",
    "event_platform": "Win",
}


def test_a_list_of_sensors_tells_which_host_one_is_on() -> None:
    (raw,) = JsonReader("falcon-fdr").read(BytesIO(orjson.dumps(AID_MASTER)))
    assert not isinstance(raw, Problem)
    event: Any = normalised(raw)
    assert (event.host, event.aid, iso(event.time)) == (
        "FIN-3",
        "5f1b8b3c",
        "2026-03-02T10:06:40.5Z",
    )


@pytest.mark.parametrize("name", ["aid", "ComputerName"])
def test_a_list_without_the_sensor_or_the_host_says_nothing(name: str) -> None:
    row = {"event_simpleName": "aidmaster", **AID_MASTER, name: ""}
    (raw,) = JsonReader("falcon-fdr").read(BytesIO(orjson.dumps(row)))
    assert not isinstance(raw, Problem)
    assert name in problem(raw)
