"""Attacks that go from host to host, and what only looks so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from attacks import TEMP, chains, intrusion, pids
from hosts import EXPLORER, SYSTEM32, Program
from network import DESKTOP, DYNAMIC, SMB, WINRM, Network, Peer

from lineage.correlate.flow import MOST_HOSTS

if TYPE_CHECKING:
    from attacks import Intrusion

    from lineage.report.model import Chain

WMI = r"wbem\WmiPrvSE.exe"
LEFT = r"C:\Tools\b.exe"
"""No rule is about it."""
ODD = r"C:\Windows\Temp\b.exe"
"""A weak rule is about its place."""
CMD = SYSTEM32 + "cmd.exe"
SESSION = "0x44d1c2"


@dataclass
class Office:
    """An infected workstation, and another one."""

    ahead: float = 0
    network: Network = field(default_factory=Network)
    attack: Intrusion = field(init=False)

    def __post_init__(self) -> None:
        self.first = self.network.host("ws01.corp.example", "10.1.0.11")
        self.second = self.network.host("ws02.corp.example", "10.1.0.12", ahead=self.ahead)

    def infect(self, peer: Peer | None = None) -> Intrusion:
        where = (peer or self.first).on_time()
        attack = intrusion(where, "nipe", family="ABC123")
        self.network.now = max(self.network.now, where.time)
        return attack

    def chains(self, *others: Peer) -> list[Chain]:
        return chains(self.first.log, self.second.log, *(peer.log for peer in others))


def by_wmi(
    network: Network,
    source: Peer,
    by: Program,
    target: Peer,
    session: str = SESSION,
    image: str = LEFT,
) -> Program:
    """A program has another host start one, which does something of its own."""
    port = network.connect(source, by, target, DYNAMIC)
    target.logged_on(session, source, port)
    wmi = target.system(WMI, parent=target.svchost)
    return target.run(image, f"{image} -k", wmi, logon_id=session)


def hosts(chain: Chain) -> set[str]:
    return {process.host for process in chain.processes}


BOTH = {"ws01.corp.example", "ws02.corp.example"}


@pytest.mark.parametrize("ahead", [0, -400, 400])
def test_an_attack_goes_on_in_what_it_has_another_host_start(ahead: float) -> None:
    office = Office(ahead=ahead)
    attack = office.infect()
    left = by_wmi(office.network, office.first, attack.payload, office.second)
    below = office.second.run(CMD, "cmd /c whoami", left, logon_id=SESSION)
    (chain,) = office.chains()
    assert chain.verdict == "confirmed"
    assert hosts(chain) == BOTH
    assert pids(chain) == attack.pids | {left.pid, below.pid}
    (edge,) = (edge for edge in chain.edges if edge.kind == "logged_on")
    assert len({edge.record, *(other.record for other in edge.also)}) == 2
    assert not edge.guess


def test_what_another_host_started_before_the_attack_is_not_its() -> None:
    office = Office()
    tool = office.first.run(r"C:\Tools\admin.exe")
    by_wmi(office.network, office.first, tool, office.second)
    office.infect()
    (chain,) = office.chains()
    assert hosts(chain) == {"ws01.corp.example"}


def test_two_infected_hosts_are_one_attack_where_one_reached_the_other() -> None:
    office = Office()
    attack = office.infect()
    left = by_wmi(office.network, office.first, attack.payload, office.second)
    office.second.on_time().set_value(
        left, r"HKU\S-1-5-21-9\Software\Microsoft\Windows\CurrentVersion\Run\n", f'"{LEFT}"'
    )
    (chain,) = office.chains()
    assert {hit.host for hit in chain.evidence} == BOTH
    assert set(chain.hosts) == BOTH


def test_two_infected_hosts_that_an_administrator_reached_are_two_attacks() -> None:
    office = Office()
    admin = office.network.host("adm01.corp.example", "10.1.0.5")
    console = admin.run(SYSTEM32 + "mmc.exe")
    for number, peer in enumerate((office.first, office.second)):
        by_wmi(office.network, admin, console, peer, f"0x5{number}")
        office.infect(peer)
    found = office.chains(admin)
    assert sorted(map(sorted, map(hosts, found))) == [[name] for name in sorted(BOTH)]
    assert {name for chain in found for name in hosts(chain)} == BOTH


@pytest.mark.parametrize("image", [LEFT, ODD])
def test_an_administrators_deployment_joins_no_hosts(image: str) -> None:
    network = Network()
    admin = network.host("adm01.corp.example", "10.1.0.5")
    shell = admin.run(CMD, "cmd.exe")
    targets = [network.host(f"ws{n:02}.corp.example", f"10.1.1.{n}") for n in range(30)]
    for number, target in enumerate(targets):
        by_wmi(network, admin, shell, target, f"0x{number + 16:x}", image)
    found = chains(admin.log, *(target.log for target in targets))
    assert [len(hosts(chain)) for chain in found] == ([] if image == LEFT else [1] * 30)
    assert {chain.verdict for chain in found} <= {"suspicious"}


@pytest.mark.parametrize("image", [LEFT, ODD])
@pytest.mark.parametrize("tools", ["one", "each"])
def test_an_account_on_many_hosts_joins_none_of_them(tools: str, image: str) -> None:
    office = Office()
    attack = office.infect()
    others = [
        office.network.host(f"pc{n:02}.corp.example", f"10.1.2.{n}") for n in range(MOST_HOSTS + 1)
    ]
    for number, target in enumerate(others):
        tool = attack.payload
        if tools == "each":
            tool = office.first.run(SYSTEM32 + "wmic.exe", "wmic", attack.payload)
        by_wmi(office.network, office.first, tool, target, f"0x{number + 16:x}", image)
    found = office.chains(*others)
    assert [len(hosts(chain)) for chain in found] == [1] * (1 if image == LEFT else 1 + len(others))


def test_a_weak_hit_alone_accuses_nobody_on_another_host() -> None:
    office = Office()
    tool = office.first.run(ODD)
    by_wmi(office.network, office.first, tool, office.second)
    (chain,) = office.chains()
    assert hosts(chain) == {"ws01.corp.example"}


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_an_administrators_desktop_on_an_infected_host_is_not_the_attacks(first: bool) -> None:
    office = Office()
    admin = office.network.host("adm01.corp.example", "10.1.0.5")
    client = admin.run(SYSTEM32 + "mstsc.exe", "mstsc.exe /v:ws01")
    if not first:
        attack = office.infect()
    office.network.connect(admin, client, office.first, DESKTOP)
    office.first.logged_on(SESSION, admin, 0, user="admin", kind="10")
    account = {"user": "CORP\\admin", "logon_id": SESSION}
    explorer = office.first.run(EXPLORER, None, office.first.system("winlogon.exe"), **account)
    tools = office.first.run(CMD, "cmd.exe", explorer, **account)
    if first:
        attack = office.infect()
    (chain,) = office.chains(admin)
    assert pids(chain) == attack.pids
    assert tools.pid not in pids(chain)


def test_a_desktop_that_the_attack_opened_is_the_attacks_and_its_shell_nobodys() -> None:
    office = Office()
    attack = office.infect()
    client = office.first.run(SYSTEM32 + "mstsc.exe", "mstsc.exe /v:ws02", attack.payload)
    office.network.connect(office.first, client, office.second, DESKTOP)
    office.second.logged_on(SESSION, office.first, 0, user="admin", kind="10")
    account = {"user": "CORP\\admin", "logon_id": SESSION}
    explorer = office.second.run(EXPLORER, None, office.second.system("winlogon.exe"), **account)
    tools = office.second.run(CMD, "cmd.exe", explorer, **account)
    (chain,) = office.chains()
    assert pids(chain) == attack.pids | {client.pid, tools.pid}


def test_a_service_that_the_attack_made_elsewhere_runs_on_its_behalf() -> None:
    office = Office()
    attack = office.infect()
    tool = office.first.run(TEMP + "px.exe", r"px.exe \\ws02 -s cmd", attack.payload)
    port = office.network.connect(office.first, office.first.kernel, office.second, SMB)
    office.second.logged_on(SESSION, office.first, port)
    office.second.security(
        4697, ServiceName="upd", ServiceFileName=LEFT, SubjectUserName="dana",
        SubjectLogonId=SESSION,
    )  # fmt: skip
    service = office.second.run(LEFT, LEFT, office.second.services, logon_id="0x3e7")
    (chain,) = office.chains()
    assert pids(chain) == attack.pids | {tool.pid, service.pid}


@pytest.mark.parametrize("by", ["attack", "kernel alone"])
def test_a_program_that_the_attack_left_on_a_share_is_its_own(by: str) -> None:
    office = Office()
    attack = office.infect()
    port = office.network.connect(office.first, attack.payload, office.second, SMB, "s")
    office.second.logged_on(SESSION, office.first, port)
    if by == "attack":
        office.second.security(
            5145,
            SubjectLogonId=SESSION,
            ShareLocalPath=r"\??\C:\Tools",
            RelativeTargetName="b.exe",
            AccessMask="0x2",
        )
    office.second.on_time().write(office.second.kernel, LEFT)
    user = office.second.run(LEFT, LEFT, office.second.run(EXPLORER), logon_id="0x8f3a1")
    (chain,) = office.chains()
    assert pids(chain) == attack.pids | ({user.pid} if by == "attack" else set())


def test_scripts_run_within_winrms_own_host() -> None:
    office = Office()
    attack = office.infect()
    office.network.connect(office.first, attack.payload, office.second, WINRM)
    office.second.logged_on(SESSION, None, user="zoe")
    user = {"user": "CORP\\zoe", "logon_id": SESSION}
    host = office.second.run(SYSTEM32 + "wsmprovhost.exe", None, office.second.svchost, **user)
    below = office.second.run(CMD, "cmd /c whoami", host, **user)
    office.first.used(attack.payload, "ws02", user="zoe")
    (chain,) = office.chains()
    assert pids(chain) == attack.pids | {host.pid, below.pid}


def test_a_guess_never_carries_an_attack_alone() -> None:
    office = Office()
    attack = office.infect()
    office.first.used(attack.payload, "ws02")
    office.second.logged_on(SESSION, None)
    office.second.run(LEFT, LEFT, office.second.svchost, logon_id=SESSION)
    (chain,) = office.chains()
    assert pids(chain) == attack.pids


def test_a_guess_is_followed_where_both_ends_speak_for_it_and_says_so() -> None:
    office = Office()
    attack = office.infect()
    office.first.used(attack.payload, "ws02")
    office.second.logged_on(SESSION, None)
    left = office.second.run(LEFT, LEFT, office.second.svchost, logon_id=SESSION)
    office.second.on_time().set_value(
        left, r"HKU\S-1-5-21-9\Software\Microsoft\Windows\CurrentVersion\Run\n", f'"{LEFT}"'
    )
    (chain,) = office.chains()
    assert pids(chain) == attack.pids | {left.pid}
    (edge,) = (edge for edge in chain.edges if edge.kind == "logged_on")
    assert edge.guess
