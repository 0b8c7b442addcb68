"""Which hosts may have reached each other, by the little that reading keeps of connections.

The join itself (`lineage.graph.crossing`) looks closely, once the hosts' graphs are there. Here it
is only asked who could be joined at all, so that such hosts are looked at together: never too few.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.contacts import (
    DESKTOP,
    REMOTE,
    SESSIONLESS,
    allowed_ends_of,
    ends_of,
    is_somebody,
    short_account,
    tells,
)
from lineage.graph.crossing import is_service_port
from lineage.graph.placing.sessions import remote_address
from lineage.graph.programs import program
from lineage.normalise.event import ChannelEvent, ConnectionMade, ProcessCreated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lineage.graph.contacts import Ends
    from lineage.normalise.event import Event

KERNEL: Final = 4
"""The pid that connects for others whatever runs."""
_MAKING: Final = frozenset({4697, 4698, 4702, 5145})
"""Events by which a session makes something."""
AID_MASTER: Final = "aidmaster"
_LOGONS: Final = frozenset({4624, "UserLogon", "LogonSuccess"})


class From(NamedTuple):
    """Where a logon came from, as far as the log tells."""

    address: str | None
    port: str | None
    workstation: str | None
    desktop: bool


@dataclass(slots=True)
class Contacts:
    """What a host logged of others.

    Attributes:
        homes: its own addresses.
        calls: address and port that it connected from -> whether only the kernel did.
        answers: addresses and ports that it was connected to from.
        logons: logon id -> where it came from.
        busy: ids of logons in which something was started or made.
        does_for_callers: whether something ran that does what other hosts ask for.
        servers: names of hosts at which it used accounts, in lower case.
        sensors: numbers of Falcon's sensors on it, in lower case.
    """

    homes: set[str] = field(default_factory=set)
    calls: dict[tuple[str, str], bool] = field(default_factory=dict)
    answers: set[tuple[str, str]] = field(default_factory=set)
    logons: dict[str, From] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    does_for_callers: bool = False
    servers: set[str] = field(default_factory=set)
    sensors: set[str] = field(default_factory=set)

    def take(self, found: Iterable[Event]) -> None:
        """Notes what events tell."""
        for event in found:
            if isinstance(event, ConnectionMade):
                self._connected(ends_of(event), kernel=event.ProcessId == KERNEL)
            elif isinstance(event, ProcessCreated):
                self._started(event)
            elif isinstance(event, ChannelEvent):
                self._recorded(event)

    def add(self, other: Contacts) -> None:
        """Takes what another input tells of the host."""
        self.homes |= other.homes
        for end, kernel in other.calls.items():
            self.calls[end] = self.calls.get(end, True) and kernel
        self.answers |= other.answers
        self.logons |= other.logons
        self.busy |= other.busy
        self.does_for_callers |= other.does_for_callers
        self.servers |= other.servers
        self.sensors |= other.sensors

    def _recorded(self, event: ChannelEvent) -> None:
        event_id = event.event_id
        if event_id == 5156:
            self._connected(allowed_ends_of(event), kernel=event.acting_pid is None)
        elif event_id in _LOGONS:
            self._logged_on(event)
        elif event_id == 4648 and event.TargetServerName:
            self.servers.add(event.TargetServerName.lower())
        elif event_id == AID_MASTER and event.aid:
            self.sensors.add(event.aid.lower())
        elif event_id in _MAKING and event.SubjectLogonId:
            self.busy.add(event.SubjectLogonId.lower())

    def _connected(self, ends: Ends, *, kernel: bool) -> None:
        if not tells(ends):
            return
        self.homes.add(ends.own)
        if ends.accepted and is_service_port(ends.own_port):
            self.answers.add((ends.other, ends.other_port or ""))
        elif not ends.accepted and is_service_port(ends.other_port):
            end = ends.own, ends.own_port or ""
            self.calls[end] = self.calls.get(end, True) and kernel

    def _logged_on(self, event: ChannelEvent) -> None:
        kind, logon_id = event.LogonType, event.TargetLogonId
        if kind not in REMOTE or logon_id is None:
            return
        if is_somebody(short_account(event.TargetUserName or "")):
            address = remote_address(event.IpAddress)
            name = (event.WorkstationName or "").lower() or None
            self.logons[logon_id.lower()] = From(address, event.IpPort, name, kind == DESKTOP)

    def _started(self, event: ProcessCreated) -> None:
        logon_id = (event.LogonId or "").lower()
        if not logon_id or logon_id in SESSIONLESS:
            return
        self.busy.add(logon_id)
        itself = program(event.Image).for_caller == "itself"
        asked = program(event.ParentImage).for_caller == "children"
        self.does_for_callers |= itself or asked


def meetings(hosts: Mapping[str, Contacts]) -> Iterator[tuple[str, str]]:
    """Pairs of hosts that must be looked at together.

    Args:
        hosts: by name in lower case.
    """
    places = _Places(hosts)
    for host, contacts in hosts.items():
        for other in places.reached(host, contacts):
            for met in (*places.called(host), *places.called(other)):
                yield host, met


class _Places:
    """Where to find hosts: by address, port and name."""

    def __init__(self, hosts: Mapping[str, Contacts]) -> None:
        self._hosts = hosts
        self._callers: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._owners: defaultdict[str, list[str]] = defaultdict(list)
        self._names: defaultdict[str, list[str]] = defaultdict(list)
        for host, contacts in hosts.items():
            self._names[host.partition(".")[0]].append(host)
            for end in contacts.calls:
                self._callers[end].append(host)
            for address in contacts.homes:
                self._owners[address].append(host)

    def called(self, name: str) -> list[str]:
        """The hosts that a name may mean, in full or in short."""
        return self._names.get(name.partition(".")[0], [])

    def reached(self, host: str, contacts: Contacts) -> Iterator[str]:
        """The hosts that may have reached a host, or that it may have reached."""
        unaddressed = contacts.does_for_callers
        for logon_id, came in contacts.logons.items():
            active = came.desktop or logon_id in contacts.busy
            yield from self._ends(host, (came.address or "", came.port or ""), kernel=active)
            if active:
                yield from self._owners.get(came.address or "", ())
                yield from self.called(came.workstation or "")
                unaddressed |= came.address is None
        if unaddressed:
            for end in contacts.answers:
                yield from self._ends(host, end, kernel=False)
        for name in contacts.servers:
            yield from self.called(name)

    def _ends(self, host: str, end: tuple[str, str], *, kernel: bool) -> Iterator[str]:
        """Others that connected from an address and port; only the kernel's do where it counts."""
        callers = [caller for caller in self._callers.get(end, ()) if caller != host]
        if kernel or not all(self._hosts[caller].calls[end] for caller in callers):
            yield from callers
