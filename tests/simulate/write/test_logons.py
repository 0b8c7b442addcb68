"""Everything between hosts that the simulator writes is read back as what happened."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from lineage.normalise.dispatch import Normaliser
from lineage.simulate import remote
from lineage.simulate.facts import SECOND, Account, Host, Logon
from lineage.simulate.machine import Machine
from lineage.simulate.write.raw import windows_records

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.remote import RemoteFact

NOW = 1_770_000_000 * SECOND
ADMIN = Account("EXAMPLE", "adm", "S-1-5-21-7")
SESSION = Logon(ADMIN, 0x44D1C2, 0)
ROUTE = remote.Route("10.1.0.11", 50_123, "10.1.0.12", 445)
MACHINE = Machine(
    Host("WS02", "example.test", "EXAMPLE", "a" * 32, "5AA13A44"),
    Account("EXAMPLE", "zoe", "S-1-5-21-1"),
    Random(1),
    NOW,
)
ACTOR = MACHINE.start(None, r"C:\Windows\System32\lsass.exe")
FROM = {"IpAddress": "10.1.0.11", "IpPort": "50123"}

ONE: list[tuple[Callable[..., RemoteFact], tuple[Any, ...], int, dict[str, Any]]] = [
    (remote.Reach, (ROUTE,), 3, {"Initiated": "true", "SourcePort": "50123"}),
    (remote.Reach, (ROUTE, True), 3, {"Initiated": "false", "DestinationIp": "10.1.0.12"}),
    (remote.Reach, (ROUTE,), 5156, {"Direction": "%%14593", "DestPort": "445"}),
    (remote.Reach, (ROUTE, True), 5156, {"Direction": "%%14592", "SourcePort": "50123"}),
    (
        remote.CredentialUse,
        ("ws03", ADMIN),
        4648,
        {"TargetServerName": "ws03", "TargetUserName": "adm", "acting_pid": None},
    ),
    (
        remote.RemoteLogon,
        (SESSION, 3, ROUTE, "WS01"),
        4624,
        {"TargetLogonId": "0x44d1c2", "LogonType": "3", "WorkstationName": "WS01", **FROM},
    ),
    (remote.RemoteLogon, (SESSION, 3, None), 4624, {"IpAddress": None, "WorkstationName": None}),
    (remote.RemoteLogon, (SESSION, 10, ROUTE), 4624, {"LogonType": "10", "IpPort": "0"}),
    (remote.Logoff, (SESSION, 3), 4634, {"TargetLogonId": "0x44d1c2"}),
    (
        remote.ServiceInstall,
        (SESSION, "upd", r"C:\b.exe"),
        4697,
        {"ServiceFileName": r"C:\b.exe", "SubjectLogonId": "0x44d1c2"},
    ),
    (remote.ServiceInstall, (SESSION, "upd", r"C:\b.exe"), 7045, {"ImagePath": r"C:\b.exe"}),
    (remote.TaskRegistration, (SESSION, "upd", r"C:\b.exe"), 4698, {"TaskName": r"\upd"}),
    (remote.TaskRegistration, (SESSION, "upd", r"C:\b.exe"), 106, {"UserContext": r"EXAMPLE\adm"}),
    (
        remote.ShareAccess,
        (SESSION, ROUTE, "ADMIN$", r"C:\Windows", "b.exe", True),
        5145,
        {"RelativeTargetName": "b.exe", "AccessMask": "0x2", **FROM},
    ),
    (
        remote.ShareAccess,
        (SESSION, ROUTE, "ADMIN$", r"C:\Windows", "b.exe", False),
        5140,
        {"ShareName": r"\\*\ADMIN$", **FROM},
    ),
]


@pytest.mark.parametrize(("kind", "arguments", "event_id", "fields"), ONE)
def test_a_fact_between_hosts_is_read_back(
    kind: Callable[..., RemoteFact],
    arguments: tuple[Any, ...],
    event_id: int,
    fields: dict[str, Any],
) -> None:
    normaliser = Normaliser()
    made = kind(NOW, ACTOR, None, *arguments)
    found: list[Any] = [normaliser.normalise(each, 0) for each in windows_records([made])]
    (event,) = (each for each in found if each.event_id == event_id)
    assert {name: getattr(event, name) for name in fields} == fields
