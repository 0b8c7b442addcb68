"""What happens between hosts: connections, logons, and what a logon leaves on the host it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from lineage.simulate.facts import Account, Host, Label, Logon, Process

SMB, MAPPER, WINRM, DESKTOP = 445, 135, 5985, 3389


class Route(NamedTuple):
    """A connection's two ends, as both hosts see them."""

    address: str
    port: int
    other: str
    other_port: int


class Reach(NamedTuple):
    """A process connected to another host; `inbound` as that host's server sees it."""

    time: int
    process: Process
    label: Label | None
    route: Route
    inbound: bool = False


class CredentialUse(NamedTuple):
    """A process logged on to another host with an account that it was given."""

    time: int
    process: Process
    label: Label | None
    server: str
    account: Account


class RemoteLogon(NamedTuple):
    """Somebody logged on to this host; `process` is lsass.exe.

    Attributes:
        kind: logon type: 3 over the network, 10 by remote desktop.
        route: the connection; None where the log doesn't tell.
        workstation: the other host's name, where NTLM tells it.
    """

    time: int
    process: Process
    label: Label | None
    logon: Logon
    kind: Literal[3, 10]
    route: Route | None
    workstation: str = ""


class Logoff(NamedTuple):
    """A session ended; `process` is lsass.exe."""

    time: int
    process: Process
    label: Label | None
    logon: Logon
    kind: Literal[3, 10]


class ServiceInstall(NamedTuple):
    """A service was made, by a session; `process` is services.exe."""

    time: int
    process: Process
    label: Label | None
    logon: Logon
    name: str
    command: str


class TaskRegistration(NamedTuple):
    """A scheduled task was made, by a session; `process` is the scheduler's host."""

    time: int
    process: Process
    label: Label | None
    logon: Logon
    name: str
    command: str


class ShareAccess(NamedTuple):
    """A session opened a file of a share; `process` is the kernel.

    Attributes:
        share: such as ADMIN$.
        folder: the share's folder.
        path: of the file in it.
        writes: whether it was opened to be written.
    """

    time: int
    process: Process
    label: Label | None
    logon: Logon
    route: Route
    share: str
    folder: str
    path: str
    writes: bool


RemoteFact = (
    Reach | CredentialUse | RemoteLogon | Logoff | ServiceInstall | TaskRegistration | ShareAccess
)
"""Any fact between hosts."""


def address_of(host: Host) -> str:
    """A host's address in its company's network."""
    number = int(host.sensor[:6], 16)
    return f"10.{20 + number % 4}.{number // 4 % 250 + 1}.{number // 1000 % 250 + 2}"
