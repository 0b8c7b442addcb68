"""What hosts log of reaching each other, kept while events are placed, and joined at the end.

The facts are kept only where a run has several hosts. `lineage.graph.crossing` joins them; here
they are gathered, and what is found is drawn.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.crossing import (
    LATE,
    Answer,
    Caller,
    Credential,
    Crossing,
    Facts,
    Knock,
    Logon,
    Skew,
    is_service_port,
    joined,
)
from lineage.graph.hubs import is_bystander, program_of
from lineage.graph.ids import parsed
from lineage.graph.nodes import ProcessNode, ScriptNode, SessionNode
from lineage.graph.schema import CROSSING
from lineage.normalise.addresses import canonical_address
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import ChannelEvent, ConnectionMade

NETWORK: Final = frozenset({"3", "8"})
DESKTOP: Final = "10"
REMOTE: Final = NETWORK | {DESKTOP}
"""Logon types by which another host is there (Microsoft Learn, "4624(S): An account was
successfully logged on"): network, the same with the password in clear text, remote desktop."""
_NOBODY: Final = frozenset({"anonymous logon", ""})
_LOCAL: Final = ("127.", "::1", "0.0.0.0", "169.254.", "fe80:")  # noqa: S104 - to be left out
"""Beginnings of addresses that every host has, or that mean no one host."""
_SYSTEM_PID: Final = 4
SESSIONLESS: Final = frozenset({"0x3e4", "0x3e5", "0x3e7"})
"""Logon ids of Windows' own accounts, the same on every host (Microsoft Learn, "LUID")."""


_INBOUND: Final = frozenset({"%%14592", "inbound"})
"""`Direction` of 5156 where the other side connected (msobjs.dll)."""


class Ends(NamedTuple):
    """The two ends of a connection as one of its hosts logged it.

    Attributes:
        own: the logging host's address.
        own_port: its port.
        other: the other host's address.
        other_port: its port.
        accepted: whether the other host connected.
    """

    own: str
    own_port: str | None
    other: str
    other_port: str | None
    accepted: bool


def ends_of(event: ConnectionMade) -> Ends:
    """The ends of Sysmon's 3 and its like; without its source, what was connected to alone."""
    source = canonical_address(event.SourceIp or ""), event.SourcePort
    target = canonical_address(event.DestinationIp or ""), event.DestinationPort
    accepted = (event.Initiated or "").lower() == "false" and bool(event.SourceIp)
    own, other = (target, source) if accepted else (source, target)
    return Ends(*own, *other, accepted)


def allowed_ends_of(event: ChannelEvent) -> Ends:
    """The ends of Security's 5156."""
    source = canonical_address(event.SourceAddress or ""), event.SourcePort
    target = canonical_address(event.DestAddress or ""), event.DestPort
    accepted = (event.Direction or "").lower() in _INBOUND
    own, other = (target, source) if accepted else (source, target)
    return Ends(*own, *other, accepted)


def tells(ends: Ends) -> bool:
    """Whether a connection tells of two hosts."""
    return bool(ends.own) and not ends.own.startswith(_LOCAL) and ends.own != ends.other


class _Connection(NamedTuple):
    """A connection as it was placed. `own` is the logging host's side."""

    process: str
    ordinal: int
    own: str
    own_port: str | None
    other: str
    other_port: str | None


class Contacts:
    """The facts of one graph's hosts.

    Args:
        graph: the graph, as far as it is built.
        hosts: the keys of the hosts in the events to come.
    """

    def __init__(self, graph: ProvenanceGraph, hosts: frozenset[str]) -> None:
        self._graph = graph
        self._hosts = hosts
        self._knocks: dict[tuple[str, str | None, str, str | None], _Connection] = {}
        self._answers: list[tuple[str, _Connection]] = []
        self._credentials: list[tuple[str, int, str, str]] = []
        self._homes: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        self._skews: Sequence[Skew] = ()

    def connected(self, process: ProcessNode, ends: Ends, ordinal: int) -> None:
        """A process connected, or was connected to."""
        if len(self._hosts) < 2 or not tells(ends):
            return
        own, own_port, other, other_port, accepted = ends
        time = self._graph.events.time(ordinal)
        seen = self._homes[own].get(process.host)
        self._homes[own][process.host] = (seen[0] if seen else time, time)
        if not is_service_port(own_port if accepted else other_port):
            return
        connection = _Connection(process.id, ordinal, own, own_port, other, other_port)
        if accepted:
            self._answers.append((process.host, connection))
        else:
            self._knocks[process.id, own_port, other, other_port] = connection

    def used(self, process: ProcessNode, server: str, account: str, ordinal: int) -> None:
        """A process used an account for a logon to another host."""
        if len(self._hosts) > 1:
            self._credentials.append((process.id, ordinal, server.lower(), short_account(account)))

    def join(self) -> None:
        """Draws which process opened which logon of another host, and what that started."""
        if len(self._hosts) < 2:
            return
        found = joined(self._facts(self._sessions()), _Names(self._graph))
        met = {
            frozenset({self._host(crossing.process), self._host(crossing.session)})
            for crossing in found.crossings
        }
        self._skews = [skew for skew in found.skews if {skew.host, skew.other} in met]
        for crossing in found.crossings:
            self._draw(crossing)

    def _host(self, node_id: str) -> str:
        parts = parsed(node_id)
        return parts.host if parts else ""

    def remarks(self) -> Iterator[tuple[int, str]]:
        """Whose clocks differ, once all is joined: index of an input of the host, and one line."""
        seen = {host: each.ordinal for host, each in self._answers}
        seen |= {
            self._graph.process(each.process).host: each.ordinal for each in self._knocks.values()
        }
        for host, line in told(self._skews):
            if host in seen:
                yield self._graph.events[seen[host]].source, line

    # -- facts ---------------------------------------------------------------------------------

    def _facts(self, sessions: Iterable[Logon]) -> Facts:
        knocks = sorted(map(self._knock, self._knocks.values()), key=lambda knock: knock.ordinal)
        answers = [
            Answer(
                host,
                self._graph.events.time(each.ordinal),
                each.ordinal,
                each.own,
                each.own_port or "",
                each.other,
                each.other_port,
            )
            for host, each in self._answers
        ]
        credentials = [self._credential(*each) for each in self._credentials]
        logons = sorted(sessions, key=lambda logon: logon.ordinal)
        return Facts(knocks, answers, credentials, logons, self._homes, self._hosts)

    def _knock(self, each: _Connection) -> Knock:
        process = self._graph.process(each.process)
        return Knock(
            process.host,
            process.id,
            short_account(process.user) if process.user else None,
            self._serves(process),
            self._graph.events.time(each.ordinal),
            each.ordinal,
            each.own,
            each.own_port,
            each.other,
            each.other_port or "",
        )

    def _credential(self, process_id: str, ordinal: int, server: str, account: str) -> Credential:
        process, time = self._graph.process(process_id), self._graph.events.time(ordinal)
        serves = self._serves(process)
        return Credential(process.host, process_id, serves, time, ordinal, server, account)

    def _serves(self, process: ProcessNode) -> bool:
        """Whether a process connects for others."""
        return process.pid == _SYSTEM_PID or is_bystander(process.id, self._graph)

    def _sessions(self) -> Iterator[Logon]:
        for node in self._graph.nodes():
            if not isinstance(node, SessionNode) or node.logon_id in SESSIONLESS:
                continue
            logon = self._logon(node)
            if logon is not None and is_somebody(logon.account):
                yield logon

    def _logon(self, node: SessionNode) -> Logon | None:
        """A logon from another host, by its own record, else by the first process that shows it."""
        user, opened = node.user, node.opened
        if opened is None and node.logon_type is None:
            caller = self._first_for_caller(node.id)
            if caller is None:
                return None
            user, opened = caller
        elif opened is None or node.logon_type not in REMOTE:
            return None
        desktop = node.logon_type == DESKTOP
        return Logon(
            node.host,
            node.id,
            short_account(user) if user else None,
            desktop,
            desktop or self._is_active(node.id),
            self._graph.events.time(opened),
            opened,
            node.address,
            node.port,
            node.workstation.lower() if node.workstation else None,
        )

    def _first_for_caller(self, session: str) -> tuple[str | None, int] | None:
        """Account and start of a session's first process, where that does what others ask for."""
        starts = [
            (edge.events[0], edge.source)
            for edge in self._graph.in_edges(session)
            if edge.kind == "runs_in"
        ]
        if not starts:
            return None
        ordinal, process_id = min(starts)
        process = self._graph.process(process_id)
        above = None if process.parent is None else self._graph.process(process.parent)
        itself = program_of(process).for_caller == "itself"
        asked = above is not None and program_of(above).for_caller == "children"
        return (process.user, ordinal) if itself or asked else None

    def _is_active(self, session: str) -> bool:
        if next(self._graph.out_edges(session), None) is not None:
            return True
        return any(edge.kind == "runs_in" for edge in self._graph.in_edges(session))

    # -- what was found ------------------------------------------------------------------------

    def _draw(self, crossing: Crossing) -> None:
        """A crossing and what the logon started.

        Logs that count in seconds may have the logon behind the first that was done in it.
        """
        departed, logged = crossing.departed, crossing.arrived
        arrived = self._graph.events.at(self._graph.events.time(logged) - LATE)
        self._graph.cross(crossing.process, crossing.session, (departed, logged), departed, arrived)
        if crossing.guess:
            self._graph.guess(crossing.process, crossing.session, CROSSING)
        self._draw_started(crossing.session, arrived)

    def _draw_started(self, session: str, since: int) -> None:
        """The processes of a session that none of its own started."""
        inside = {
            edge.source: edge.events[0]
            for edge in self._graph.in_edges(session)
            if edge.kind == "runs_in" and edge.events[0] >= since
        }
        for process_id, ordinal in inside.items():
            process = self._graph.process(process_id)
            above = process.parent
            own = above in inside and not is_bystander(above, self._graph)
            if not own and self._is_callers(process):
                self._graph.connect(session, process_id, "started", ordinal)

    def _is_callers(self, process: ProcessNode) -> bool:
        """Whether a process is there for who logged on, rather than for every session."""
        by_itself = program_of(process).for_caller == "itself"
        return by_itself or not is_bystander(process.id, self._graph)


class _Names:
    """Which processes name other hosts, looked up when asked for (`crossing.Names`)."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph
        self._starts: dict[str, list[tuple[int, str]]] | None = None

    def naming(
        self, host: str, names: frozenset[str], account: str | None, since: int, until: int
    ) -> Iterator[Caller]:
        """Processes of a host, started between two times, whose command line has a name."""
        starts = self._by_host().get(host, [])
        pattern = _pattern(names)
        for time, process_id in starts[bisect_left(starts, (since, "")) :]:
            if time > until:
                break
            process = self._graph.process(process_id)
            fits = account is None or process.user is None or short_account(process.user) == account
            text = process.command_line or ""
            if not fits and account is not None:
                fits = account in text.lower()
            if fits and not is_bystander(process_id, self._graph):
                ordinal = self._said(process, pattern)
                if ordinal is not None:
                    yield Caller(process_id, ordinal, time)

    def one_family(self, callers: Sequence[Caller]) -> Caller | None:
        """The last of processes that descend from one another; None where two don't."""
        if not callers:
            return None
        last = max(callers, key=lambda caller: self._depth(caller.process))
        family = {last.process, *self._ancestors(last.process)}
        if any(caller.process not in family for caller in callers):
            return None
        return max((caller for caller in callers if caller.process == last.process), key=_ordinal)

    def _by_host(self) -> dict[str, list[tuple[int, str]]]:
        if self._starts is None:
            starts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
            for node in self._graph.nodes():
                if isinstance(node, ProcessNode) and node.start is not None:
                    starts[node.host].append((node.start, node.id))
            for each in starts.values():
                each.sort()
            self._starts = starts
        return self._starts

    def _said(self, process: ProcessNode, pattern: re.Pattern[str]) -> int | None:
        """The event by which a process named a host: its start, or its script."""
        if pattern.search(process.command_line or ""):
            at = self._graph.events.at(process.start or 0)
            started = (
                edge.events[0]
                for edge in self._graph.out_edges(process.id)
                if edge.kind == "runs_on"
            )
            return next(started, at)
        for edge in self._graph.out_edges(process.id):
            if edge.kind == "ran":
                script = self._graph.node(edge.target)
                if isinstance(script, ScriptNode) and pattern.search(script.text):
                    return edge.events[0]
        return None

    def _ancestors(self, process_id: str) -> Iterator[str]:
        seen = {process_id}
        parent = self._graph.process(process_id).parent
        while parent is not None and parent not in seen:
            seen.add(parent)
            yield parent
            parent = self._graph.process(parent).parent

    def _depth(self, process_id: str) -> int:
        return sum(1 for _ in self._ancestors(process_id))


def is_somebody(account: str | None) -> bool:
    """Whether an account is a person's or a service's, rather than nobody's or a machine's."""
    return account is not None and account not in _NOBODY and not account.endswith("$")


def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    """Finds any of the names of a host, but not as a part of another's."""
    some = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)"
    return re.compile(rf"(?<![\w.-])(?:{some})(?![\w-]|\.\w)", re.IGNORECASE)


def _ordinal(caller: Caller) -> int:
    return caller.ordinal


def short_account(account: str) -> str:
    r"""An account without its domain, in lower case.

    >>> short_account("CORP\\Dana"), short_account("dana@corp.example")
    ('dana', 'dana')
    """
    return account.rpartition("\\")[2].partition("@")[0].lower()


def told(skews: Sequence[Skew]) -> Iterator[tuple[str, str]]:
    """Host key and one line for each host whose clock is off, the one that is most often first."""
    left = list(skews)
    while left:
        counts = Counter(name for skew in left for name in (skew.host, skew.other))
        odd = max(counts, key=lambda name: (counts[name], name))
        own = [skew for skew in left if odd in {skew.host, skew.other}]
        most = max(own, key=lambda skew: skew.pairs)
        ahead = most.ahead if most.host == odd else -most.ahead
        other = most.other if most.host == odd else most.host
        yield odd, _line(odd, other, ahead, most.pairs, len(own) - 1)
        left = [skew for skew in left if skew not in own]


def _line(host: str, other: str, ahead: int, pairs: int, more: int) -> str:
    minutes, seconds = divmod(abs(ahead) // TICKS, 60)
    span = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    logged = (
        "1 connection that both logged says"
        if pairs == 1
        else (f"{pairs:,} connections that both logged say")
    )
    others = f", and as much from {more:,} more" if more else ""
    way = "ahead of" if ahead > 0 else "behind"
    return (
        f"the clock of {host} is {span} {way} that of {other}{others}: {logged} so; times are told "
        "as recorded"
    )
