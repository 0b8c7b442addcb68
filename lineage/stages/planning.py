"""Per run: what all inputs together are, and which hosts have to be looked at together.

Hosts are independent of each other but where telemetry itself connects them: names that mean one
machine, names under which processes of one sensor occur, and hosts of which one may have reached
the other (`lineage.stages.meeting`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from lineage.correlate.groups import Groups
from lineage.errors import InputError
from lineage.graph.identity import Hosts
from lineage.normalise.clock import Clock
from lineage.stages.meeting import meetings
from lineage.stages.reading import HostFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage.problems import InputLedger
    from lineage.stages.reading import ReadingFacts


class HostGroup(NamedTuple):
    """Hosts whose events make one graph.

    Attributes:
        hosts: names in lower case, sorted.
        events: how many they have.
        keys: name as written -> name by which the machine is known in node ids.
        clock: what is known of the zones of their times.
    """

    hosts: tuple[str, ...]
    events: int
    keys: Hosts
    clock: Clock


class Plan(NamedTuple):
    """What a run is to do once all is read.

    Attributes:
        ledgers: of all inputs, in order.
        firsts: for each reading, what is to be added to the numbers of its events' inputs.
        clock: of all inputs.
        groups: in order of their first host's name.
        hosts: by name in lower case.
    """

    ledgers: list[InputLedger]
    firsts: list[int]
    clock: Clock
    groups: list[HostGroup]
    hosts: Mapping[str, HostFacts]


def planned(readings: Iterable[ReadingFacts], *, whole: bool = False) -> Plan:
    """Puts together what was read.

    Args:
        readings: in the order of their inputs.
        whole: whether all hosts make one group.

    Raises:
        InputError: nothing in the inputs can be read.
    """
    ledgers: list[InputLedger] = []
    firsts: list[int] = []
    readings = list(readings)
    clock = readings[0].clock.empty() if readings else Clock()
    hosts: defaultdict[str, HostFacts] = defaultdict(HostFacts)
    for reading in readings:
        first = len(ledgers) - reading.continues
        firsts.append(first - reading.first)
        clock.add(reading.clock, first - reading.first)
        for ledger, rest in zip(ledgers[first:], reading.ledgers, strict=False):
            ledger.go_on(rest)
        ledgers += reading.ledgers[reading.continues :]
        for host, facts in reading.hosts.items():
            hosts[host].add(facts)
    _require_readable(ledgers)
    names = {name for facts in hosts.values() for name in facts.names}
    keys = Hosts(names, _sensors(hosts))
    together = [sorted(hosts)] if whole else _together(hosts, keys)
    groups = [_group(members, hosts, keys, clock) for members in together]
    return Plan(ledgers, firsts, clock, groups, hosts)


def _sensors(hosts: Mapping[str, HostFacts]) -> dict[str, str]:
    """Number of a Falcon sensor -> name of the host that it is on, where only one is told."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for facts in hosts.values():
        for sensor in facts.contacts.sensors:
            found[sensor].append(min(facts.names))
    return {sensor: names[0] for sensor, names in found.items() if len(names) == 1}


def _group(members: list[str], hosts: dict[str, HostFacts], keys: Hosts, clock: Clock) -> HostGroup:
    names = {name for host in members for name in hosts[host].names}
    events = sum(hosts[host].events for host in members)
    return HostGroup(tuple(members), events, keys.of(names), clock.of(names))


def _together(hosts: dict[str, HostFacts], keys: Hosts) -> list[list[str]]:
    """The hosts that are looked at together, each list sorted, in order of their first."""
    groups = Groups()
    for host, facts in hosts.items():
        for name in facts.names:
            groups.join(f"host {keys.key(name)}", f"name {host}")
        for sensor in facts.sensors:
            groups.join(f"sensor {sensor}", f"name {host}")
    for one, other in meetings({host: facts.contacts for host, facts in hosts.items()}):
        groups.join(f"name {one}", f"name {other}")
    members: defaultdict[str, list[str]] = defaultdict(list)
    for host in sorted(hosts):
        members[groups.find(f"name {host}")].append(host)
    return list(members.values())


def _require_readable(ledgers: Sequence[InputLedger]) -> None:
    if any(ledger.records > ledger.rejected for ledger in ledgers):
        return
    kinds = Counter(ledger.kind for ledger in ledgers if ledger.kind)
    counts = ", ".join(f"{n:,} {kind}{'s' * (n > 1)}" for kind, n in kinds.most_common())
    if kinds.total() == len(ledgers) > 1:
        raise InputError(f"none of the files is telemetry: {counts}")
    others = counts and len(ledgers) > 1
    rest = f"no other file is telemetry: {counts}" if others else "there is nothing else to read"
    for ledger in ledgers:
        for problem in ledger.problems if len(ledgers) == 1 or not ledger.kind else ():
            raise InputError(f"{ledger.source}: {problem.reason}; {rest}")
    raise InputError("the paths hold no telemetry; see lineage correlate --help for the formats")
