from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from lineage.simulate.facts import FileCreate, ProcessStart
from lineage.simulate.scenario import clean, textbook


def starts(simulation: Any) -> list[ProcessStart]:
    return [fact for fact in simulation.facts if isinstance(fact, ProcessStart)]


def test_facts_come_in_order_of_time(simulation: Any) -> None:
    assert all(earlier.time <= later.time for earlier, later in pairwise(simulation.facts))


def test_nobody_acts_before_his_start_and_children_follow_parents(simulation: Any) -> None:
    for fact in simulation.facts:
        assert fact.time >= fact.process.start
        parent = fact.process.parent
        assert parent is None or parent.start < fact.process.start


def test_process_ids_are_reused_but_guids_are_not(simulation: Any) -> None:
    processes = [fact.process for fact in starts(simulation)]
    pids = Counter((p.host.name, p.pid) for p in processes)
    assert max(pids.values()) > 1
    assert len({p.guid for p in processes}) == len(processes)
    assert all(pid % 4 == 0 for _, pid in pids)


def test_a_reboot_lies_between_the_infection_and_its_return(simulation: Any) -> None:
    payloads = [f for f in starts(simulation) if f.label and f.label.role == "payload"]
    boots = [
        f.time
        for f in starts(simulation)
        if f.process.parent is None and f.process.host == payloads[0].process.host
    ]
    first, second = payloads
    assert [boot for boot in boots if first.time < boot < second.time]
    assert first.process.image == second.process.image
    assert second.process.parent is not None
    assert second.process.parent.image.endswith("explorer.exe")


def test_the_payload_is_written_before_it_runs(simulation: Any) -> None:
    payload = next(f for f in starts(simulation) if f.label and f.label.role == "payload")
    written = [
        f.time
        for f in simulation.facts
        if isinstance(f, FileCreate) and f.path == payload.process.image
    ]
    assert written
    assert written[0] < payload.time


def test_benign_processes_carry_no_label_and_clean_hosts_none_at_all(simulation: Any) -> None:
    attacked = set(simulation.truth["hosts"]["attacked"])
    clean = set(simulation.truth["hosts"]["clean"])
    assert attacked
    assert clean
    for fact in simulation.facts:
        if fact.process.host.fqdn in clean:
            assert fact.label is None
        if isinstance(fact, ProcessStart):
            assert fact.label == fact.process.label


@pytest.mark.parametrize(
    "bystander", ["explorer.exe", "OUTLOOK.EXE", "chrome.exe", "svchost.exe", "services.exe"]
)
def test_bystanders_are_never_labelled(simulation: Any, bystander: str) -> None:
    named = [f for f in starts(simulation) if f.process.image.endswith(bystander)]
    assert all(f.label is None for f in named)


def test_noise_has_three_strengths() -> None:
    sizes = [sum(1 for _ in textbook(1, noise).facts()) for noise in ("small", "normal")]
    assert sizes[0] * 2 < sizes[1]


def test_clean_hosts_have_no_intrusion() -> None:
    scenario = clean(1, "small", hosts=3, days=2)
    facts = list(scenario.facts())
    assert not scenario.plans
    assert all(fact.label is None for fact in facts)
    assert {fact.process.host for fact in facts} == set(scenario.hosts)
