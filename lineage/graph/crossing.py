"""Which process of one host opened which logon of another, by what both hosts logged.

A pure function of compact facts: what hosts tell of connections, of credentials and of logons. The
facts of several runs or hosts can be put together and joined at once.

- **One connection in two logs.** The address and port that a logon came from (4624), or that a
  connection was accepted from (Sysmon 3, 5156), are those of a connection that the other host
  logged with its process.
- **Where Windows connects for others** (SMB by the kernel, DCOM by a service), the process is the
  only one, or the last of a family, that at that time connected there itself, used the logon's
  account there (4648), or named the host on its command line, as the same account.

Where two strangers may have done it, nobody did. Where no address tells the source host, what is
found is a guess.

Clocks differ. What two hosts say of one connection tells by how much; other pairs are compared
after that is taken into account.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from lineage.times import HOUR, TICKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

REMOTE_DESKTOP: Final = "3389"
SERVICE_PORTS: Final = frozenset({"135", "139", "445", REMOTE_DESKTOP, "5985", "5986"})
"""RPC's endpoint mapper, SMB, remote desktop, WinRM (Microsoft Learn, "Service overview and network
port requirements for Windows")."""
FIRST_DYNAMIC: Final = 49_152
"""First of the ports that Windows gives RPC services (the same)."""

MOST_SKEW: Final = 900 * TICKS
"""How far two hosts' clocks may be apart. Kerberos refuses more than 5 minutes, NTLM doesn't."""
TOLD_SKEW: Final = 10 * TICKS
"""A difference from which it is told: Sysmon stamps connections some seconds late."""
LATE: Final = 5 * TICKS
"""How much later than the logon its cause may be stamped."""
CONNECTING: Final = 60 * TICKS
"""How long before a logon a connection for it may have been made: names are asked for, RPC's mapper
is asked first, and a password is typed into a remote desktop's window."""
ASKING: Final = 300 * TICKS
"""How long before a logon a process that names the host may have started."""


class Knock(NamedTuple):
    """A connection that a host logged as made.

    Attributes:
        host: host key.
        process: id of the process.
        account: it runs as, without domain, in lower case; None where unknown.
        serves: whether it connects for others: the kernel, services of Windows.
        time: ticks, on the host's clock.
        ordinal: the event.
        address: the host's own address.
        port: its own port.
        other: the address that was connected to.
        other_port: its port.
    """

    host: str
    process: str
    account: str | None
    serves: bool
    time: int
    ordinal: int
    address: str
    port: str | None
    other: str
    other_port: str


class Answer(NamedTuple):
    """A connection that a host logged as accepted. The address and port are its own."""

    host: str
    time: int
    ordinal: int
    address: str
    port: str
    other: str
    other_port: str | None


class Credential(NamedTuple):
    """That a process logged on elsewhere with an account that it was given (4648).

    Attributes:
        server: name of the other host, in lower case.
        account: without domain, in lower case.
    """

    host: str
    process: str
    serves: bool
    time: int
    ordinal: int
    server: str
    account: str


class Logon(NamedTuple):
    """A logon over the network.

    Attributes:
        host: host key.
        session: id of the session's node.
        account: without domain, in lower case; None where unknown.
        interactive: whether it is a remote desktop's.
        active: whether it is known to have done something.
        time: ticks, on the host's clock.
        ordinal: the event that shows it.
        address: that it came from, where logged.
        port: the same.
        workstation: name of the host that it came from, in lower case, where logged.
    """

    host: str
    session: str
    account: str | None
    interactive: bool
    active: bool
    time: int
    ordinal: int
    address: str | None
    port: str | None
    workstation: str | None


class Caller(NamedTuple):
    """A process that may have opened a logon, and the event that shows what it did."""

    process: str
    ordinal: int
    time: int


class Names(Protocol):
    """What processes say of other hosts."""

    def naming(
        self, host: str, names: frozenset[str], account: str | None, since: int, until: int
    ) -> Iterator[Caller]:
        """Processes of a host, started between two times, whose command line has a name."""
        ...

    def one_family(self, callers: Sequence[Caller]) -> Caller | None:
        """The last of processes that descend from one another; None where two don't."""
        ...


class Crossing(NamedTuple):
    """That a process opened a logon of another host.

    Attributes:
        process: id of the process.
        session: id of the session.
        departed: the event on the process's host.
        arrived: the event on the session's host.
        guess: whether no record ties the two hosts by address.
    """

    process: str
    session: str
    departed: int
    arrived: int
    guess: bool


class Skew(NamedTuple):
    """How far a host's clock is ahead of another's, in ticks, by so many connections."""

    host: str
    other: str
    ahead: int
    pairs: int


class Facts(NamedTuple):
    """What hosts logged, in order of time.

    Attributes:
        knocks: connections made.
        answers: connections accepted.
        credentials: accounts that were used elsewhere.
        logons: logons over the network.
        homes: own address -> host -> first and last time at which it was seen there.
        hosts: all host keys.
    """

    knocks: Sequence[Knock]
    answers: Sequence[Answer]
    credentials: Sequence[Credential]
    logons: Sequence[Logon]
    homes: Mapping[str, Mapping[str, tuple[int, int]]]
    hosts: frozenset[str]


class Joined(NamedTuple):
    """What the hosts' facts come to together."""

    crossings: Sequence[Crossing]
    skews: Sequence[Skew]


def is_service_port(port: str | None) -> bool:
    """Whether a port may be one by which Windows is reached from other hosts."""
    if port is None or not port.isdecimal():
        return False
    return port in SERVICE_PORTS or FIRST_DYNAMIC <= int(port[:6]) < 1 << 16


def joined(facts: Facts, names: Names) -> Joined:
    """Which process opened which logon of another host, and whose clocks differ.

    Args:
        facts: of all hosts.
        names: looks up who named a host.
    """
    return _Join(facts, names).joined()


class _Join:
    def __init__(self, facts: Facts, names: Names) -> None:
        self._facts = facts
        self._names = names
        self._by_source: defaultdict[tuple[str, str | None], list[Knock]] = defaultdict(list)
        self._by_hosts: defaultdict[tuple[str, str], list[Knock]] = defaultdict(list)
        """Host and address that it connected to -> its connections."""
        for knock in facts.knocks:
            if knock.port is not None:
                self._by_source[knock.address, knock.port].append(knock)
            self._by_hosts[knock.host, knock.other].append(knock)
        self._answers: defaultdict[str, list[Answer]] = defaultdict(list)
        for answer in facts.answers:
            self._answers[answer.host].append(answer)
        self._addresses: defaultdict[str, set[str]] = defaultdict(set)
        for address, hosts in facts.homes.items():
            for host in hosts:
                self._addresses[host].add(address)
        self._called = _called(facts.hosts)
        self._names_of: defaultdict[str, set[str]] = defaultdict(set)
        for name, host in self._called.items():
            self._names_of[host].add(name)
        self._used_at: defaultdict[str, list[Credential]] = defaultdict(list)
        """Host -> the accounts that others used there."""
        for credential in facts.credentials:
            if credential.server in self._called and not credential.serves:
                self._used_at[self._called[credential.server]].append(credential)
        self._apart: dict[tuple[str, str], int] = {}
        """Source and target host -> how far the target's clock is ahead."""

    def joined(self) -> Joined:
        skews = list(self._skews())
        found = (self._crossing(logon) for logon in self._facts.logons)
        return Joined([crossing for crossing in found if crossing is not None], skews)

    # -- clocks --------------------------------------------------------------------------------

    def _skews(self) -> Iterator[Skew]:
        samples: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for host, time, knock in self._both_logged():
            samples[knock.host, host].append(time - knock.time)
        for (source, target), apart in samples.items():
            ahead = round(median(apart))
            self._apart[source, target] = ahead
            self._apart.setdefault((target, source), -ahead)
            if abs(ahead) >= TOLD_SKEW and source != target:
                yield Skew(target, source, ahead, len(apart))

    def _both_logged(self) -> Iterator[tuple[str, int, Knock]]:
        """What a host logged of a connection that another one made: host, time, connection."""
        for answer in self._facts.answers:
            knock = self._knock(answer.host, answer.other, answer.other_port, answer.time)
            if knock is not None and knock.other == answer.address:
                yield answer.host, answer.time, knock
        for logon in self._facts.logons:
            knock = self._knock(logon.host, logon.address, logon.port, logon.time)
            if knock is not None:
                yield logon.host, logon.time, knock

    def _knock(self, host: str, address: str | None, port: str | None, time: int) -> Knock | None:
        """Another host's connection from an address and port to a host, the nearest in time."""
        if address is None or not port or port == "0":
            return None
        own = self._addresses.get(host)
        fitting = [
            knock
            for knock in self._by_source.get((address, port), ())
            if knock.host != host
            and (own is None or knock.other in own)
            and abs(time - knock.time) <= MOST_SKEW
        ]
        if len({knock.host for knock in fitting}) > 1:
            return None  # an address of two hosts, who happened to use one port
        nearest = min(fitting, key=lambda knock: abs(time - knock.time), default=None)
        by_program = [knock for knock in fitting if not knock.serves]
        return by_program[0] if by_program else nearest

    # -- who -----------------------------------------------------------------------------------

    def _crossing(self, logon: Logon) -> Crossing | None:
        knock = self._knock(logon.host, logon.address, logon.port, logon.time)
        arrived = logon.ordinal
        if knock is None and logon.active and logon.address is None:
            knock = self._answered(logon)
        if knock is not None and not knock.serves:
            return Crossing(knock.process, logon.session, knock.ordinal, arrived, guess=False)
        if not logon.active:
            return None
        source = self._source(logon, knock)
        if source is not None:
            caller = self._caller(source, logon)
            if caller is not None:
                return Crossing(caller.process, logon.session, caller.ordinal, arrived, guess=False)
            return None
        caller = self._by_account(logon)
        if caller is None:
            return None
        return Crossing(caller.process, logon.session, caller.ordinal, arrived, guess=True)

    def _answered(self, logon: Logon) -> Knock | None:
        """The connection of a logon that doesn't say where it came from, as WinRM's doesn't."""
        answers = self._answers.get(logon.host, [])
        at = bisect_left(answers, logon.time - CONNECTING, key=_time)
        found: list[Knock] = []
        for answer in answers[at:]:
            if answer.time > logon.time + LATE:
                break
            knock = self._knock(answer.host, answer.other, answer.other_port, answer.time)
            if knock is not None and not knock.serves and self._is_account(knock, logon):
                found.append(knock)
        strangers = len({knock.process for knock in found}) > 1
        return None if strangers or not found or logon.account is None else found[-1]

    def _is_account(self, knock: Knock, logon: Logon) -> bool:
        """Whether who connected is the account that logged on, or used that account there."""
        if knock.account == logon.account:
            return True
        used = self._used(knock.host, logon)
        return any(caller.process == knock.process for caller in used)

    def _source(self, logon: Logon, knock: Knock | None) -> str | None:
        """The host that a logon came from, where records tell."""
        if knock is not None:
            return knock.host
        if logon.address is not None and logon.address in self._facts.homes:
            owner = self._owner(logon.address, logon.time)
            return owner if owner != logon.host else None
        named = self._called.get(logon.workstation or "")
        return named if named != logon.host else None

    def _owner(self, address: str, time: int) -> str | None:
        """The only host that had an address at a time; where none is known to, the only one."""
        homes = self._facts.homes[address]
        then = [
            host for host, (first, last) in homes.items() if first - HOUR <= time <= last + HOUR
        ]
        owners = then or list(homes)
        return owners[0] if len(owners) == 1 else None

    def _caller(self, source: str, logon: Logon) -> Caller | None:
        """Who on a host opened a logon elsewhere."""
        skew = self._apart.get((source, logon.host), 0)
        until = logon.time - skew + LATE
        direct = [*self._connected(source, logon, until), *self._used(source, logon)]
        names = frozenset({*self._names_of[logon.host], *self._addresses.get(logon.host, ())})
        account = None if logon.interactive else logon.account
        named = self._names.naming(source, names, account, until - LATE - ASKING, until)
        return self._names.one_family([*direct, *named]) or self._names.one_family(direct)

    def _connected(self, source: str, logon: Logon, until: int) -> Iterator[Caller]:
        for address in self._addresses.get(logon.host, ()):
            knocks = self._by_hosts.get((source, address), [])
            for knock in knocks[bisect_left(knocks, until - LATE - CONNECTING, key=_time) :]:
                if knock.time > until:
                    break
                desktop = knock.other_port == REMOTE_DESKTOP
                fits = logon.interactive or knock.account in {logon.account, None}
                if not knock.serves and fits and desktop == logon.interactive:
                    yield Caller(knock.process, knock.ordinal, knock.time)

    def _used(self, source: str | None, logon: Logon) -> Iterator[Caller]:
        """Who on a host, or on any other, used a logon's account for the logon's host then."""
        for credential in self._used_at.get(logon.host, ()):
            host = credential.host
            until = logon.time - self._apart.get((host, logon.host), 0) + LATE
            in_time = until - LATE - CONNECTING <= credential.time <= until
            here = host == source if source else host != logon.host
            if here and in_time and credential.account == logon.account:
                yield Caller(credential.process, credential.ordinal, credential.time)

    def _by_account(self, logon: Logon) -> Caller | None:
        """The only process anywhere that used the account for this host just then."""
        return self._names.one_family(list(self._used(None, logon)))


def _time(fact: Knock | Answer) -> int:
    return fact.time


def _called(hosts: Iterable[str]) -> dict[str, str]:
    """Names of hosts -> host keys: in full, and short where that is only one's."""
    short: defaultdict[str, list[str]] = defaultdict(list)
    for host in hosts:
        short[host.partition(".")[0]].append(host)
    named = {name: keys[0] for name, keys in short.items() if len(keys) == 1}
    return named | {host: host for host in hosts}
