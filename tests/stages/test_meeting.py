"""Which hosts are looked at together because one may have reached the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hosts import SYSTEM32
from network import DYNAMIC, SMB, WINRM, Network, Peer

from lineage.pipeline import Request, report, run
from lineage.simulate.run import simulate
from lineage.stages.meeting import Contacts, meetings

if TYPE_CHECKING:
    from pathlib import Path

TOOL = r"C:\Tools\a.exe"
LEFT = r"C:\Tools\b.exe"
SESSION = "0x44d1c2"


def met(*peers: Peer) -> set[frozenset[str]]:
    hosts: dict[str, Contacts] = {}
    for peer in peers:
        hosts.setdefault(peer.log.name, Contacts()).take(peer.log.events)
    return {frozenset(pair) for pair in meetings(hosts) if len(set(pair)) == 2}


@pytest.fixture
def two() -> tuple[Network, Peer, Peer]:
    network = Network()
    one = network.host("ws01.corp.example", "10.1.0.11")
    return network, one, network.host("ws02.corp.example", "10.1.0.12")


BOTH = {frozenset({"ws01.corp.example", "ws02.corp.example"})}


def test_hosts_that_never_met_are_looked_at_apart(two: tuple[Network, Peer, Peer]) -> None:
    network, one, other = two
    network.connect(one, one.run(TOOL), other, 443)
    other.logged_on(SESSION, "10.9.9.9", 1234)
    assert met(one, other) == set()


def test_a_program_that_a_logon_came_from_joins(two: tuple[Network, Peer, Peer]) -> None:
    network, one, other = two
    port = network.connect(one, one.run(TOOL), other, DYNAMIC, "s")
    other.logged_on(SESSION, one, port)
    assert met(one, other) == BOTH


@pytest.mark.parametrize("busy", [True, False])
def test_a_logon_that_the_kernel_made_joins_where_it_did_something(
    busy: bool, two: tuple[Network, Peer, Peer]
) -> None:
    network, one, other = two
    port = network.connect(one, one.kernel, other, SMB)
    other.logged_on(SESSION, one, port)
    if busy:
        other.run(LEFT, logon_id=SESSION)
    assert met(one, other) == (BOTH if busy else set())


def test_winrm_that_tells_no_address_joins_by_its_connections(
    two: tuple[Network, Peer, Peer],
) -> None:
    network, one, other = two
    network.connect(one, one.run(TOOL), other, WINRM)
    assert met(one, other) == set()
    other.run(SYSTEM32 + "wsmprovhost.exe", logon_id=SESSION)
    assert met(one, other) == BOTH


def test_an_account_used_for_a_host_joins_and_so_does_its_namesake(
    two: tuple[Network, Peer, Peer],
) -> None:
    network, one, other = two
    twin = network.host("ws02.branch.example", "10.2.0.12")
    one.used(one.run(TOOL), "ws02")
    assert met(one, other, twin) >= BOTH | {frozenset({one.log.name, twin.log.name})}


@pytest.mark.parametrize("way", ["winrm", "service", "desktop"])
def test_a_report_by_groups_is_that_of_the_whole(way: str, tmp_path: Path) -> None:
    folder, *_ = simulate(tmp_path, 5, "small", case=f"moves/{way}", formats=["nxlog"])
    request = Request([folder])
    by_groups = report(request)
    assert by_groups == run(request).report
    assert len(by_groups.chains[0].hosts) == 2
