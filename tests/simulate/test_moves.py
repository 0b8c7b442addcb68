"""Intrusions over several hosts: what happens on both, and that what is honest stays unlabelled."""

from __future__ import annotations

import pytest

from lineage.simulate.facts import ProcessStart
from lineage.simulate.moves import TRAPS, deployed, moved
from lineage.simulate.remote import Reach, RemoteLogon
from lineage.simulate.stories.lateral import SOURCES
from lineage.simulate.stories.ways import WAYS


def test_every_way_names_its_source() -> None:
    assert SOURCES.keys() == WAYS.keys()
    assert all(source[-4:].isdecimal() for source in SOURCES.values())


@pytest.mark.parametrize("way", WAYS)
def test_an_intrusion_runs_on_both_hosts_and_logs_on_in_between(way: str) -> None:
    scenario = moved(5, way, noise="small")
    first, second, other = scenario.hosts
    facts = list(scenario.facts())
    own = [fact for fact in facts if isinstance(fact, ProcessStart) and fact.label]
    assert {fact.process.host for fact in own} == {first, second}
    assert {fact.process.host for fact in facts if isinstance(fact, RemoteLogon)} == {second}
    reached = [fact for fact in facts if isinstance(fact, Reach)]
    sides = {fact.inbound: fact.process.host for fact in reached}
    assert sides == {False: first, True: second}
    there = min(fact.time for fact in own if fact.process.host == second)
    assert there > min(fact.time for fact in reached)
    assert other not in {fact.process.host for fact in own}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_adds_logons_and_nothing_of_the_intrusions(trap: str) -> None:
    plain, beside = (
        list(moved(6, "wmi", trap=each, noise="small").facts()) for each in (None, trap)
    )
    logons, more = (
        sum(isinstance(fact, RemoteLogon) for fact in facts) for facts in (plain, beside)
    )
    assert more > logons
    roles, others = ({fact.label.role for fact in facts if fact.label} for facts in (plain, beside))
    assert roles >= others - {"survey"}


def test_a_deployment_reaches_every_host_and_is_nobodys() -> None:
    facts = list(deployed(7, "service", hosts=3).facts())
    assert len({fact.process.host for fact in facts if isinstance(fact, RemoteLogon)}) == 3
    assert not any(fact.label for fact in facts)
