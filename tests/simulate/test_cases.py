from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.simulate.benign.traps import TRAPS
from lineage.simulate.cases import LAYOUTS, campaign, single, trapped, two_on_one_host
from lineage.simulate.facts import KeyChange, ProcessStart, ValueSet
from lineage.simulate.intrusion.entry import ENTRIES
from lineage.simulate.intrusion.evasion import EVASIONS
from lineage.simulate.intrusion.persistence import PERSISTENCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.simulate.facts import Fact, Process
    from lineage.simulate.scenario import Scenario


def started(facts: Iterable[Fact], role: str) -> list[Process]:
    return [
        fact.process
        for fact in facts
        if isinstance(fact, ProcessStart) and fact.label and fact.label.role == role
    ]


def roles(facts: Iterable[Fact]) -> set[str]:
    return {fact.label.role for fact in facts if fact.label}


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_way_in_leads_to_the_payload(entry: str) -> None:
    facts = list(single(11, entry=entry, noise="small").facts())
    payload = started(facts, "payload")[0]
    ancestor = payload.parent
    while ancestor is not None and ancestor.label is not None:
        ancestor = ancestor.parent
    assert ancestor is not None
    assert ancestor.image.endswith(("OUTLOOK.EXE", "explorer.exe"))


@pytest.mark.parametrize("persistence", PERSISTENCES)
def test_every_way_to_stay_brings_the_payload_back_after_the_reboot(persistence: str) -> None:
    facts = list(single(12, evasions=(), persistences=(persistence,), noise="small").facts())
    payloads = started(facts, "payload")
    starters = {
        "scheduled-task": "svchost.exe",
        "service": "services.exe",
    }
    returned = payloads[-1].parent
    assert returned is not None
    assert returned.image.endswith(starters.get(persistence, "explorer.exe"))
    assert payloads[0].binary.sha256 == payloads[-1].binary.sha256


@pytest.mark.parametrize("name", EVASIONS)
def test_every_evasion_leaves_a_trace(name: str) -> None:
    quiet = roles(single(13, evasions=(), noise="small").facts())
    hidden = roles(single(13, evasions=(name,), noise="small").facts())
    assert hidden - quiet


def test_an_injected_payload_is_a_child_of_the_program_it_took_over_each_day() -> None:
    facts = list(single(14, evasions=("injection",), noise="small").facts())
    hosts = started(facts, "injected")
    assert len(hosts) > 1
    for host in hosts:
        assert host.image.endswith("winhlp32.exe")
        assert any(process.parent is host for process in started(facts, "payload"))


def test_a_hollowed_program_does_the_work() -> None:
    scenario = single(14, evasions=("hollowing",), persistences=("run-key",), noise="small")
    facts = list(scenario.facts())
    program = scenario.plans[0].program
    workers = started(facts, "injected")
    assert all("\\SysWOW64\\" in worker.image for worker in workers)
    autostarts = [f for f in facts if isinstance(f, ValueSet) and f.label and "\\Run\\" in f.path]
    assert [fact.process for fact in autostarts] == [workers[0]]
    assert program in autostarts[0].details


def test_a_staged_payload_is_a_copy_of_its_dropper() -> None:
    scenario = single(14, entry="macro-shell", evasions=("staging",), noise="small")
    facts = list(scenario.facts())
    (dropper,) = started(facts, "dropper")
    payload = started(facts, "payload")[0]
    assert payload.parent is dropper
    assert payload.image != dropper.image
    assert payload.binary.sha256 == dropper.binary.sha256


def test_the_lure_s_reader_has_honest_children_too() -> None:
    children = [
        fact
        for seed in range(5)
        for fact in single(seed, entry="macro-script-host", noise="small").facts()
        if isinstance(fact, ProcessStart)
        and fact.process.parent
        and fact.process.parent.label
        and fact.process.parent.label.role == "document reader"
    ]
    assert {fact.label is None for fact in children} == {True, False}


def test_a_dropper_deletes_itself() -> None:
    scenario = single(15, entry="mail-archive", evasions=("self-deletion",), noise="small")
    facts = list(scenario.facts())
    (dropper,) = started(facts, "dropper")
    (shell,) = started(facts, "self-deletion")
    assert shell.parent is dropper
    assert dropper.image in shell.command_line


def test_a_nameless_tool_leaves_no_family_key() -> None:
    scenario = single(16, family=False, noise="small")
    assert scenario.plans[0].family is None
    assert "family key" not in roles(scenario.facts())


def test_names_differ_from_seed_to_seed() -> None:
    plans = [single(seed).plans[0] for seed in range(30)]
    for name in ("document", "script", "folder", "program", "family_key", "servers"):
        assert len({getattr(plan, name) for plan in plans}) > 27, name
    assert len({plan.entry for plan in plans}) == len(ENTRIES)


def test_two_intrusions_on_one_host_share_no_name() -> None:
    scenario = two_on_one_host(17, "small")
    first, second = scenario.plans
    assert first.family_key != second.family_key
    assert first.payload != second.payload
    facts = list(scenario.facts())
    assert {fact.label.chain for fact in facts if fact.label} == {first.chain, second.chain}
    assert len({fact.process.host for fact in facts}) == 1
    paths = [
        {
            fact.path
            for fact in facts
            if isinstance(fact, KeyChange | ValueSet) and fact.label and fact.label.chain == chain
        }
        for chain in (first.chain, second.chain)
    ]
    family_keys = [{path for path in own if "Software\\R" in path} for own in paths]
    assert not family_keys[0] & family_keys[1]


def test_a_campaign_shares_what_only_the_intruder_has() -> None:
    scenario = campaign(18, noise="small")
    facts = list(scenario.facts())
    payloads = started(facts, "payload")
    assert len({process.host for process in payloads}) == 3
    assert len({process.binary.sha256 for process in payloads}) == 1
    assert {plan.campaign for plan in scenario.plans} == {"campaign-1"}
    assert len({plan.family_key for plan in scenario.plans}) == 1
    assert len({host.skew for host in scenario.hosts}) > 2


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_alone_holds_no_intrusion(trap: str) -> None:
    scenario = trapped(19, trap, "small")
    assert not scenario.plans
    assert all(fact.label is None for fact in scenario.facts())


def test_an_honest_process_inherits_an_intruder_s_pid() -> None:
    facts = list(single(20, evasions=("exclusion-by-powershell",), trap="reused-pids").facts())
    last: dict[tuple[str, int], Process] = {}
    inherited = 0
    for fact in facts:
        if isinstance(fact, ProcessStart):
            key = (fact.process.host.name, fact.process.pid)
            before = last.get(key)
            inherited += before is not None and before.label is not None and fact.label is None
            last[key] = fact.process
    assert inherited


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_repeats_by_its_seed(layout: str) -> None:
    def told(scenario: Scenario) -> list[tuple[int, str, int]]:
        return [(fact.time, fact.process.guid, fact.process.pid) for fact in scenario.facts()]

    assert told(LAYOUTS[layout](21)) == told(LAYOUTS[layout](21))
