"""Hosts on one network and one true time: what both sides log of a connection and of a logon."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hosts import MONDAY, SYSTEM32, Host, Program

from lineage.times import TICKS

SMB, MAPPER, WINRM, DESKTOP, DYNAMIC = 445, 135, 5985, 3389, 49_670
USER = "CORP\\dana"
SECURITY = "Microsoft-Windows-Security-Auditing"


@dataclass(slots=True)
class Network:
    """Where hosts reach each other; everything that happens takes a second."""

    now: int = MONDAY
    _port: int = 50_000
    _machine: int = 0x5AA10000

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self.now += round(seconds * TICKS)

    def host(self, name: str, address: str, *, ahead: float = 0) -> Peer:
        """A host whose clock is ahead by so many seconds; its services run."""
        self._machine += 1
        host = Host(name, machine=self._machine)
        peer = Peer(self, host, address, round(ahead * TICKS))
        peer.kernel = peer.on_time().unseen("System", pid=4)
        wininit = peer.run(SYSTEM32 + "wininit.exe", user="NT AUTHORITY\\SYSTEM", logon_id="0x3e7")
        peer.services = peer.system("services.exe", parent=wininit)
        peer.svchost = peer.system("svchost.exe", "svchost.exe -k DcomLaunch", peer.services)
        return peer

    def connect(self, source: Peer, by: Program, target: Peer, port: int, sides: str = "st") -> int:
        """A program connects; source, target, or both log it. Gives the port that it came from."""
        self._port += 1
        ends = {
            "SourceIp": source.address,
            "SourcePort": str(self._port),
            "DestinationIp": target.address,
            "DestinationPort": str(port),
            "Protocol": "tcp",
        }
        if "s" in sides:
            source.on_time().did(3, by, Initiated="true", **ends)
        if "t" in sides:
            server = target.kernel if port in {SMB, WINRM} else target.svchost
            target.on_time().did(3, server, Initiated="false", **ends)
        return self._port


@dataclass(slots=True)
class Peer:
    """A host with an address.

    Attributes:
        network: that it is on.
        log: its log.
        address: its own.
        ahead: how far its clock is ahead, in ticks.
        kernel: pid 4.
        services: the services' manager.
        svchost: hosts RPC and DCOM.
    """

    network: Network
    log: Host
    address: str
    ahead: int
    kernel: Program = field(init=False)
    services: Program = field(init=False)
    svchost: Program = field(init=False)

    def on_time(self) -> Host:
        """The log, at the true time as its clock shows it; then a second passes."""
        self.log.time = self.network.now + self.ahead
        self.network.now += TICKS
        return self.log

    def run(
        self,
        image: str,
        command_line: str | None = None,
        parent: Program | None = None,
        *,
        user: str = USER,
        logon_id: str = "0x8f3a1",
        **fields: Any,
    ) -> Program:
        """A program starts as the user."""
        return self.on_time().run(
            image, command_line, parent=parent, User=user, LogonId=logon_id, **fields
        )

    def system(
        self, name: str, command_line: str | None = None, parent: Program | None = None
    ) -> Program:
        """A program of Windows starts as the system."""
        path = SYSTEM32 + name
        account = {"user": "NT AUTHORITY\\SYSTEM", "logon_id": "0x3e7"}
        return self.run(path, command_line or path, parent or self.services, **account)

    def logged_on(
        self,
        logon_id: str,
        source: Peer | str | None,
        port: int | None = None,
        *,
        user: str = "dana",
        kind: str = "3",
        workstation: str | None = None,
    ) -> None:
        """The record of a logon."""
        address = source.address if isinstance(source, Peer) else source
        self.security(
            4624,
            TargetUserName=user,
            TargetDomainName="CORP",
            TargetLogonId=logon_id,
            LogonType=kind,
            IpAddress=address or "-",
            IpPort=str(port) if port is not None else "-",
            WorkstationName=workstation or "-",
        )

    def used(self, by: Program, server: str, user: str = "dana") -> None:
        """The record of credentials that a program used elsewhere."""
        self.security(
            4648,
            SubjectUserName="dana",
            SubjectDomainName="CORP",
            TargetUserName=user,
            TargetDomainName="CORP",
            TargetServerName=server,
            ProcessId=hex(by.pid),
            ProcessName=by.image,
        )

    def security(self, event_id: int, **data: str) -> None:
        """A record of the Security log."""
        self.on_time().log("Security", event_id, data, SECURITY)
