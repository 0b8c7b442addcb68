"""Which process opened which logon of another host, one near miss beside each way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hosts import SYSTEM32, Program, graph_of
from network import DESKTOP, DYNAMIC, MAPPER, SMB, WINRM, Network, Peer

from lineage.graph.contacts import told
from lineage.graph.crossing import Skew
from lineage.graph.nodes import ProcessNode, SessionNode, caption
from lineage.times import TICKS

if TYPE_CHECKING:
    from lineage.graph.provenance import ProvenanceGraph

TOOL = r"C:\Users\dana\AppData\Roaming\a.exe"
LEFT = r"C:\Windows\Temp\b.exe"
SESSION = "0x44d1c2"
POWERSHELL = SYSTEM32 + r"WindowsPowerShell\v1.0\powershell.exe"
DEFINITION = f"<Task><Actions><Exec><Command>{LEFT}</Command></Exec></Actions></Task>"


@dataclass
class Two:
    """Two workstations, and a program on the first."""

    ahead: float = 0
    network: Network = field(default_factory=Network)

    def __post_init__(self) -> None:
        self.near = self.network.host("ws01.corp.example", "10.1.0.11")
        self.far = self.network.host("ws02.corp.example", "10.1.0.12", ahead=self.ahead)
        self.tool = self.near.run(TOOL)

    def graph(self, *others: Peer) -> ProvenanceGraph:
        peers = (self.near, self.far, *others)
        return graph_of([event for peer in peers for event in peer.log.events])


def crossings(graph: ProvenanceGraph) -> set[tuple[str, str, bool]]:
    """Program, host of the session, and whether it is a guess."""
    return {
        (caption(graph.node(edge.source)), graph.node(edge.target).host, graph.is_guess(edge))
        for edge in graph.edges()
        if edge.kind == "logged_on"
    }


def started(graph: ProvenanceGraph) -> set[str]:
    """What sessions, and the services and tasks that they made, started."""
    made = {
        edge.target
        for edge in graph.edges()
        if isinstance(graph.node(edge.source), SessionNode) and edge.kind == "created"
    }
    return {
        caption(graph.node(edge.target))
        for edge in graph.edges()
        if edge.kind == "started"
        and (edge.source in made or isinstance(graph.node(edge.source), SessionNode))
    }


OPENED = (TOOL, "ws02.corp.example", False)


# -- one connection in two logs -------------------------------------------------------------------


def test_who_made_the_connection_of_a_logon_opened_it() -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC, "s")
    two.far.logged_on(SESSION, two.near, port)
    wmi = two.far.system(r"wbem\WmiPrvSE.exe", parent=two.far.svchost)
    two.far.run(LEFT, parent=wmi, logon_id=SESSION)
    graph = two.graph()
    assert crossings(graph) == {OPENED}
    assert started(graph) == {LEFT}


@pytest.mark.parametrize(
    ("port", "address"),
    [(1, None), (0, "10.9.9.9"), (None, "10.9.9.9")],
    ids=["another port, of an idle logon", "another host behind the same name", "no port"],
)
def test_another_connection_is_no_proof(port: int | None, address: str | None) -> None:
    two = Two()
    own = two.network.connect(two.near, two.tool, two.far, DYNAMIC, "s")
    two.far.logged_on(SESSION, address or two.near, None if port is None else own + port)
    assert crossings(two.graph()) == set()


def test_the_same_port_of_another_day_is_no_proof() -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC, "s")
    two.network.wait(3600)
    two.far.logged_on(SESSION, two.near, port)
    assert crossings(two.graph()) == set()


def test_a_service_or_task_that_a_logon_made_is_its_own() -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC)
    two.far.logged_on(SESSION, two.near, port)
    subject = {"SubjectUserName": "dana", "SubjectLogonId": SESSION}
    two.far.security(4697, ServiceName="upd", ServiceFileName=LEFT, **subject)
    two.far.system("..\\Temp\\b.exe", LEFT)
    two.far.run(LEFT, LEFT, parent=two.far.services)
    assert started(two.graph()) >= {LEFT}
    other = Two()
    port = other.network.connect(other.near, other.tool, other.far, DYNAMIC)
    other.far.logged_on(SESSION, other.near, port)
    other.far.security(4698, TaskName="\\upd", TaskContent=DEFINITION, **subject)
    schedule = other.far.system("svchost.exe", "svchost.exe -k netsvcs -p -s Schedule")
    other.far.run(LEFT, LEFT, parent=schedule)
    assert started(other.graph()) == {LEFT}


@pytest.mark.parametrize(("seconds", "found"), [(1, {LEFT}), (60, set())])
def test_a_service_may_run_before_the_record_of_its_making(seconds: float, found: set[str]) -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, LEFT, parent=two.far.services)
    two.network.wait(seconds - 1)
    two.far.security(
        4697,
        ServiceName="upd",
        ServiceFileName=LEFT,
        SubjectUserName="dana",
        SubjectLogonId=SESSION,
    )
    assert started(two.graph()) == found


@pytest.mark.parametrize(("mask", "writes"), [("0x2", True), ("0x12019f", True), ("0x1", False)])
def test_what_a_logon_opens_to_write_over_a_share_it_writes(mask: str, writes: bool) -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, SMB, "s")
    two.far.logged_on(SESSION, two.near, port)
    two.far.security(
        5145,
        SubjectUserName="dana",
        SubjectLogonId=SESSION,
        ShareName="\\\\*\\ADMIN$",
        ShareLocalPath=r"\??\C:\Windows",
        RelativeTargetName=r"Temp\b.exe",
        AccessMask=mask,
    )
    wrote = {
        caption(graph.node(edge.target))
        for graph in [two.graph()]
        for edge in graph.edges()
        if edge.kind == "created"
    }
    assert wrote == ({LEFT} if writes else set())


def test_a_service_of_a_local_administrator_is_not_the_logons() -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC)
    two.far.logged_on(SESSION, two.near, port)
    two.far.security(
        4697, ServiceName="upd", ServiceFileName=LEFT, SubjectUserName="erin", SubjectLogonId="0x77"
    )
    two.far.run(LEFT, LEFT, parent=two.far.services)
    assert started(two.graph()) == set()


# -- Windows connects for others ------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        r"psexec.exe \\ws02 -s cmd",
        "wmic /node:WS02 process call create b.exe",
        "winrs -r:ws02.corp.example b.exe",
        "schtasks /create /s 10.1.0.12 /tn upd",
    ],
)
def test_who_named_the_host_is_meant_where_the_kernel_connected(command: str) -> None:
    two = Two()
    tool = two.near.run(SYSTEM32 + "wmic.exe", command, two.tool)
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    graph = two.graph()
    assert crossings(graph) == {(tool.image, "ws02.corp.example", False)}
    assert started(graph) == {LEFT}


@pytest.mark.parametrize(
    "command",
    [r"psexec.exe \\ws021 -s cmd", r"type \\ws02.other.example\a", "ping my-ws02", None],
)
def test_another_name_is_no_hint(command: str | None) -> None:
    two = Two()
    two.near.run(SYSTEM32 + "wmic.exe", command, two.tool)
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == set()


def test_a_script_may_name_the_host() -> None:
    two = Two()
    shell = two.near.run(POWERSHELL, "powershell.exe")
    two.near.on_time().script(shell, "Get-CimInstance -ComputerName ws02 Win32_Service")
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == {(POWERSHELL, "ws02.corp.example", False)}


def test_of_two_strangers_who_named_the_host_none_is_meant() -> None:
    two = Two()
    for number in range(2):
        two.near.run(SYSTEM32 + f"tool{number}.exe", r"tool \\ws02")
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == set()


def test_of_a_family_that_named_the_host_the_last_is_meant() -> None:
    two = Two()
    shell = two.near.run(SYSTEM32 + "cmd.exe", r"cmd /c net use \\ws02\c$")
    two.near.run(SYSTEM32 + "net.exe", r"net use \\ws02\c$", shell)
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == {(SYSTEM32 + "net.exe", "ws02.corp.example", False)}


def test_another_account_than_the_logons_is_nobody() -> None:
    two = Two()
    two.near.run(SYSTEM32 + "net.exe", r"net use \\ws02\c$", user="CORP\\erin")
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == set()


def test_an_account_that_was_given_is_told_by_its_use() -> None:
    two = Two()
    tool = two.near.run(SYSTEM32 + "net.exe", "net.exe", user="CORP\\erin")
    two.near.used(tool, "WS02.corp.example")
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == {(tool.image, "ws02.corp.example", False)}


# -- logons that don't say where they came from ----------------------------------------------------


def test_winrm_tells_no_address_and_its_host_is_the_callers() -> None:
    two = Two()
    two.network.connect(two.near, two.tool, two.far, WINRM)
    two.far.logged_on(SESSION, None)
    host = two.far.run(SYSTEM32 + "wsmprovhost.exe", None, two.far.svchost, logon_id=SESSION)
    graph = two.graph()
    assert crossings(graph) == {OPENED}
    assert started(graph) == {host.image}


def test_without_the_targets_connection_a_used_account_is_a_guess() -> None:
    two = Two()
    two.near.used(two.tool, "ws02")
    two.far.logged_on(SESSION, None)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == {(TOOL, "ws02.corp.example", True)}


def test_a_logon_that_nobody_tells_of_is_nobodys() -> None:
    two = Two()
    two.far.logged_on(SESSION, None)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == set()


@pytest.mark.parametrize(("user", "met"), [("CORP\\dana", True), ("CORP\\erin", False)])
def test_sysmon_alone_tells_by_address_account_and_time(user: str, met: bool) -> None:
    two = Two()
    two.network.connect(two.near, two.tool, two.far, MAPPER)
    wmi = two.far.system(r"wbem\WmiPrvSE.exe", parent=two.far.svchost)
    two.far.run(LEFT, parent=wmi, logon_id=SESSION, user=user)
    assert (crossings(two.graph()) == {OPENED}) is met


def test_a_users_own_session_isnt_opened_from_elsewhere() -> None:
    two = Two()
    two.network.connect(two.near, two.tool, two.far, MAPPER)
    two.far.run(LEFT, parent=two.far.svchost, logon_id=SESSION)
    assert crossings(two.graph()) == set()


# -- remote desktop --------------------------------------------------------------------------------


def remote_desktop(two: Two, client: Program) -> None:
    two.network.connect(two.near, client, two.far, DESKTOP)
    two.network.wait(20)
    two.far.logged_on(SESSION, two.near, 0, user="admin", kind="10")
    user = {"user": "CORP\\admin", "logon_id": SESSION}
    winlogon = two.far.system("winlogon.exe")
    userinit = two.far.run(SYSTEM32 + "userinit.exe", None, winlogon, **user)
    explorer = two.far.run(r"C:\Windows\explorer.exe", None, userinit, **user)
    shell = two.far.run(SYSTEM32 + "cmd.exe", "cmd.exe", explorer, **user)
    two.far.run(LEFT, LEFT, shell, **user)


def test_a_remote_desktop_starts_what_its_user_starts_and_not_the_shell() -> None:
    two = Two()
    client = two.near.run(SYSTEM32 + "mstsc.exe", "mstsc.exe /v:ws02")
    remote_desktop(two, client)
    graph = two.graph()
    assert crossings(graph) == {(client.image, "ws02.corp.example", False)}
    assert started(graph) == {SYSTEM32 + "cmd.exe"}


# -- addresses and names --------------------------------------------------------------------------


def test_an_address_of_two_hosts_tells_only_by_the_port() -> None:
    for told_port in (True, False):
        two = Two()
        twin = two.network.host("ws09.branch.example", two.near.address)
        other = twin.run(r"C:\Tools\other.exe")
        port = two.network.connect(two.near, two.tool, two.far, DYNAMIC, "s")
        two.network.connect(twin, other, two.far, DYNAMIC, "s")
        two.far.logged_on(SESSION, two.near, port if told_port else 0)
        two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
        assert crossings(two.graph(twin)) == ({OPENED} if told_port else set())


def test_behind_an_address_translation_nobody_is_seen() -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC, "s")
    two.far.logged_on(SESSION, "192.0.2.1", port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph()) == set()


def test_a_short_name_of_two_hosts_names_none() -> None:
    two = Two()
    twin = two.network.host("ws02.other.example", "10.2.0.12")
    two.near.run(SYSTEM32 + "net.exe", r"net use \\ws02\c$")
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    assert crossings(two.graph(twin)) == set()


@pytest.mark.parametrize("user", ["ANONYMOUS LOGON", "WS01$"])
def test_machines_and_nobody_open_no_logons(user: str) -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.far, DYNAMIC, "s")
    two.far.logged_on(SESSION, two.near, port, user=user)
    assert crossings(two.graph()) == set()


def test_a_host_that_logs_on_to_itself_crosses_nothing() -> None:
    two = Two()
    port = two.network.connect(two.near, two.tool, two.near, DYNAMIC, "s")
    two.near.logged_on(SESSION, two.near, port)
    assert crossings(two.graph()) == set()


# -- clocks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [-420, -30, 30, 420])
def test_clocks_may_be_minutes_apart(ahead: float) -> None:
    two = Two(ahead=ahead)
    tool = two.near.run(SYSTEM32 + "net.exe", r"net use \\ws02\c$")
    port = two.network.connect(two.near, two.near.kernel, two.far, SMB)
    two.far.logged_on(SESSION, two.near, port)
    two.far.run(LEFT, logon_id=SESSION, parent=two.far.svchost)
    graph = two.graph()
    assert crossings(graph) == {(tool.image, "ws02.corp.example", False)}
    reached = {node.id for node in graph.nodes() if isinstance(node, ProcessNode)}
    (edge,) = (edge for edge in graph.edges() if edge.kind == "logged_on")
    assert len(edge.events) == 2
    assert started(graph) == {LEFT}
    assert reached


def test_the_host_that_is_most_often_off_is_told_first() -> None:
    skews = [
        Skew("b", "a", 190 * TICKS, 3),
        Skew("c", "b", -191 * TICKS, 1),
        Skew("b", "d", 190 * TICKS, 2),
    ]
    ((host, line),) = told(skews)
    assert host == "b"
    assert line == (
        "the clock of b is 3 min 10 s ahead of that of a, and as much from 2 more: 3 connections "
        "that both logged say so; times are told as recorded"
    )
