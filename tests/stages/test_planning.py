from __future__ import annotations

import pytest
from events import make

from lineage.errors import InputError
from lineage.normalise.clock import Clock
from lineage.problems import InputLedger, Problem
from lineage.stages.planning import planned
from lineage.stages.reading import HostFacts, ReadingFacts


def reading(hosts: dict[str, set[str]], names: dict[str, set[str]] | None = None) -> ReadingFacts:
    ledger = InputLedger("a.evtx", records=1, events=1)
    facts = ReadingFacts([ledger], Clock())
    for host, sensors in hosts.items():
        facts.hosts[host] = HostFacts(1, (names or {}).get(host, {host.upper()}), sensors)
    return facts


def groups(*readings: ReadingFacts) -> list[tuple[str, ...]]:
    return [group.hosts for group in planned(readings).groups]


def test_hosts_are_looked_at_one_by_one() -> None:
    assert groups(reading({"ws2": {"b"}}), reading({"ws1": {"a"}})) == [("ws1",), ("ws2",)]


def test_two_names_of_one_machine_are_looked_at_together() -> None:
    both = reading({"ws1": set(), "ws1.corp.example": set(), "ws2.corp.example": set()})
    assert groups(both) == [("ws1", "ws1.corp.example"), ("ws2.corp.example",)]


def test_a_short_name_of_two_machines_is_neither() -> None:
    names = reading({"ws1": set(), "ws1.a.example": set(), "ws1.b.example": set()})
    assert len(groups(names)) == 3


def test_names_under_which_one_sensor_writes_are_looked_at_together() -> None:
    assert groups(reading({"10.0.0.7": {"s1"}}), reading({"ws1": {"s1"}, "ws2": {"s2"}})) == [
        ("10.0.0.7", "ws1"),
        ("ws2",),
    ]


def test_how_a_host_is_known_is_the_same_in_its_group_as_in_all() -> None:
    shared = reading({"ws1": {"s"}, "ws1.a.example": {"s"}, "ws1.b.example": set()})
    group, _ = planned([shared]).groups
    assert group.hosts == ("ws1", "ws1.a.example")
    assert group.keys.key("WS1") == "ws1"


def test_all_hosts_are_one_group_where_that_is_asked_for() -> None:
    plan = planned([reading({"ws1": set(), "ws2": set()})], whole=True)
    assert [group.hosts for group in plan.groups] == [("ws1", "ws2")]


def test_the_parts_of_a_file_are_one_input() -> None:
    parts = [reading({"ws1": set()}) for _ in range(3)]
    for part in parts[1:]:
        part.continues = True
    parts[2].ledgers[0].reject(Problem(9, "damaged"))
    plan = planned([reading({"ws2": set()}), *parts, reading({"ws3": set()})])
    assert [ledger.records for ledger in plan.ledgers] == [1, 4, 1]
    assert plan.ledgers[1].problems == [Problem(9, "damaged")]
    assert plan.firsts == [0, 1, 1, 1, 2]


def test_nothing_readable_is_an_error() -> None:
    empty = ReadingFacts([InputLedger("a.bin", kind="picture")], Clock())
    with pytest.raises(InputError, match="hold no telemetry"):
        planned([empty])


@pytest.mark.parametrize(
    ("told", "groups_of", "name"),
    [
        ({"fin-3": {"5f1b"}}, [("5f1b", "fin-3")], "FIN-3"),
        ({"fin-3": {"5f1b"}, "fin-4": {"5f1b"}}, [("5f1b",), ("fin-3",), ("fin-4",)], "5F1B"),
        ({"fin-3": {"77aa"}}, [("5f1b",), ("fin-3",)], "5F1B"),
    ],
    ids=["told", "told of two hosts", "another sensor"],
)
def test_a_sensor_is_the_host_that_it_is_on(
    told: dict[str, set[str]], groups_of: list[tuple[str, ...]], name: str
) -> None:
    read = reading({"5f1b": set(), **{host: set() for host in told}})
    for host, sensors in told.items():
        read.hosts[host].contacts.sensors |= sensors
    plan = planned([read])
    assert [group.hosts for group in plan.groups] == groups_of
    event = make("ProcessRollup2", host="5F1B")
    (keys,) = (group.keys for group in plan.groups if "5f1b" in group.hosts)
    assert keys.named(event).host == name
