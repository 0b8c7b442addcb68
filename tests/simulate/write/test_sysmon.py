"""Every Sysmon event that the simulator writes is read back as what happened."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from lineage.normalise import event as events
from lineage.normalise.dispatch import Normaliser
from lineage.normalise.sources import SOURCE
from lineage.simulate import facts
from lineage.simulate.facts import SECOND, Account, Host
from lineage.simulate.machine import Machine
from lineage.simulate.write.raw import falcon_records, windows_records

if TYPE_CHECKING:
    from lineage.normalise.event import Event
    from lineage.simulate.facts import Fact

NOW = 1_770_000_000 * SECOND
PATH = r"C:\Users\zoe\a.exe"


def process() -> facts.Process:
    host = Host("WS01", "example.test", "EXAMPLE", "a" * 32, "5AA13A44")
    machine = Machine(host, Account("EXAMPLE", "zoe", "S-1-5-21-1"), Random(1), NOW)
    return machine.start(None, PATH)


def read_back(*happened: Fact) -> list[Any]:
    normaliser = Normaliser()
    found = [normaliser.normalise(record, 0) for record in windows_records(happened)]
    assert all(isinstance(event, tuple) for event in found), found
    return found


ACTOR = process()
BINARY = ACTOR.binary
ONE: list[tuple[type[Fact], tuple[Any, ...], int, type[Event], dict[str, Any]]] = [
    (facts.FileTimeChange, (PATH, NOW), 2, events.FileTimeChanged, {"TargetFilename": PATH}),
    (facts.SensorNote, ("started",), 4, events.LogChanged, {"State": "Started"}),
    (facts.SensorNote, ("stopped",), 4, events.LogChanged, {"State": "Stopped"}),
    (facts.SensorNote, ("configured",), 16, events.LogChanged, {"State": None}),
    (facts.SensorNote, ("failed",), 255, events.LogChanged, {"ID": "DriverCommunication"}),
    (facts.DriverLoad, (PATH, BINARY), 6, events.DriverLoaded, {"ImageLoaded": PATH}),
    (facts.RemoteThread, (ACTOR,), 8, events.RemoteThreadCreated, {"TargetImage": PATH}),
    (facts.VolumeRead, (r"\Device\X",), 9, events.RawAccessRead, {"Device": r"\Device\X"}),
    (facts.ProcessAccess, (ACTOR,), 10, events.ProcessAccessed, {"GrantedAccess": "0x1000"}),
    (
        facts.ProcessAccess,
        (ACTOR, 0x1FFFFF),
        10,
        events.ProcessAccessed,
        {"GrantedAccess": "0x1fffff"},
    ),
    (facts.KeyRename, ("HKLM\\a", "HKLM\\b"), 14, events.RegistryRenamed, {"NewName": "HKLM\\b"}),
    (
        facts.StreamCreate,
        (PATH, "Zone.Identifier", "ZoneId=3"),
        15,
        events.FileStreamCreated,
        {"TargetFilename": PATH + ":Zone.Identifier", "Contents": "ZoneId=3"},
    ),
    (facts.PipeUse, (r"\a", True), 17, events.PipeOpened, {"PipeName": r"\a"}),
    (facts.PipeUse, (r"\a", False), 18, events.PipeOpened, {"EventType": "ConnectPipe"}),
    (facts.FileDelete, (PATH, True), 23, events.FileDeleted, {"Archived": "true"}),
    (facts.FileDelete, (PATH,), 26, events.FileDeleted, {"Archived": None}),
    (facts.ClipboardChange, (), 24, events.ClipboardChanged, {"Session": "0"}),
    (facts.Hollowing, (), 25, events.ProcessTampered, {"Type": "Image is replaced"}),
    (facts.ExecutableWrite, (PATH, BINARY), 29, events.ExecutableCreated, {"Image": PATH}),
    (facts.ExecutableWrite, (PATH, BINARY, True), 27, events.FileBlocked, {"TargetFilename": PATH}),
    (facts.ShredAttempt, (PATH,), 28, events.FileBlocked, {"IsExecutable": "true"}),
    (
        facts.Connection,
        ("203.0.113.7", 443),
        3,
        events.ConnectionMade,
        {"DestinationIp": "203.0.113.7", "DestinationPort": "443", "Initiated": "true"},
    ),
]


@pytest.mark.parametrize(("kind", "arguments", "event_id", "event", "fields"), ONE)
def test_a_fact_is_read_back(
    kind: type[Fact],
    arguments: tuple[Any, ...],
    event_id: int,
    event: type[Event],
    fields: dict[str, Any],
) -> None:
    made: Any = kind(NOW, ACTOR, None, *arguments)
    found = [each for each in read_back_known(made) if each.origin == f"sysmon-{event_id}"]
    assert [type(each) for each in found] == [event]
    assert {name: getattr(found[0], name) for name in fields} == fields


def read_back_known(fact: Fact) -> list[Any]:
    """What is read of a fact's records; some of the Security log's may be of no source."""
    normaliser = Normaliser()
    found = (normaliser.normalise(record, 0) for record in windows_records([fact]))
    return [event for event in found if isinstance(event, tuple)]


def test_an_end_is_told_by_all_three() -> None:
    end = facts.ProcessEnd(NOW, ACTOR, None)
    (falcon,) = (Normaliser().normalise(record, 0) for record in falcon_records([end]))
    found = [*read_back(end), falcon]
    assert {type(event) for event in found} == {events.ProcessEnded}
    assert {event.origin for event in found} == {
        "sysmon-5",
        "security-4689",
        "crowdstrike-endofprocess",
    }
    assert {event.ProcessId for event in found} == {ACTOR.pid}


def test_a_boot_is_told_by_two_logs() -> None:
    found = read_back(facts.Boot(NOW, ACTOR, None))
    assert {event.origin for event in found} == {"security-4608", "system-6005"}


def test_a_subscription_is_three_events() -> None:
    made = facts.Subscription(NOW, ACTOR, None, "updates", "SELECT *", f'"{PATH}" -q')
    found = read_back(made)
    assert [event.origin for event in found] == ["sysmon-19", "sysmon-20", "sysmon-21"]
    assert found[1].Destination == r' "\"C:\\Users\\zoe\\a.exe\" -q"'


def test_the_simulator_writes_every_sysmon_event() -> None:
    elsewhere = {1, 5, 7, 11, 12, 13, 19, 20, 21, 22}
    written = {event_id for _, _, event_id, _, _ in ONE} | elsewhere
    sysmon = {source.event_id for name, source in SOURCE.items() if name.startswith("sysmon-")}
    assert written == sysmon
