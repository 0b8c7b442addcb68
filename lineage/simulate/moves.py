"""Scenarios over several hosts: intrusions that move, administrators and scanners that reach."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import HOUR
from lineage.simulate.facts import SECOND
from lineage.simulate.scenario import Company, Noise, Scenario, spring
from lineage.simulate.stories import catalogue
from lineage.simulate.stories.lateral import first_host, honest_ends, next_host
from lineage.simulate.stories.ways import WAYS, hop

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.simulate.machine import Activity, Machine
    from lineage.simulate.stories.ways import Hop

SKEW_SECONDS = 280.0
"""How far clocks may be off: Kerberos tolerates five minutes."""
TOOL = "C:\\Program Files\\Deploy\\agent.exe"
DEPLOYED = 30


def moved(
    seed: int,
    way: str,
    *,
    trap: str | None = None,
    family: bool = True,
    noise: Noise = "normal",
) -> Scenario:
    """An intrusion that goes from one host to another; clocks differ; a third host stays clean.

    Args:
        seed: of every choice and name.
        way: a key of `WAYS`.
        trap: a key of `TRAPS` that goes on beside it.
        family: whether the malware leaves its family's marks.
        noise: how much else goes on.
    """
    company = Company(seed)
    first, second, other = (_machine(company, noise) for _ in range(3))
    drawn = replace(
        catalogue.plan(company.random, "intrusion-1", "archive-program"),
        entry=f"moves by {way}",
        family="Remcos" if family else None,
    )
    random = company.random
    start = max(machine.now for machine in (first, second, other))
    at = start + int(random.uniform(3, 5) * HOUR * SECOND)
    account = first.user if random.random() < 0.5 else company.account()
    program = f"C:\\ProgramData\\{drawn.program}"
    step = hop(random, first.host, second.host, account, at, program)
    if trap is not None:
        step = TRAPS[trap](company, (first, second, other), step)
    loud = random.random() < 0.5
    _spring(first, lambda m: first_host(m, drawn, WAYS[way], step), at - int(2 * HOUR * SECOND))
    _spring(second, lambda m: next_host(m, drawn, WAYS[way], step, loud=loud), at - SECOND * 60)
    return Scenario([first, second, other], [drawn])


def deployed(seed: int, way: str, hosts: int = DEPLOYED, noise: Noise = "small") -> Scenario:
    """An administrator brings honest software to many clean hosts, one after the other.

    Args:
        seed: of every choice and name.
        way: a key of `WAYS`.
        hosts: how many.
        noise: how much else goes on.
    """
    company = Company(seed)
    machines = [_machine(company, noise, days=1) for _ in range(hosts + 1)]
    _reach_all(company, machines[0], machines[1:], way, TOOL)
    return Scenario(machines)


def _machine(company: Company, noise: Noise, days: int = 2) -> Machine:
    skew = company.random.uniform(-SKEW_SECONDS, SKEW_SECONDS)
    return company.workstation(noise=noise, days=days, skew=int(skew * SECOND))


def _spring(machine: Machine, action: Callable[[Machine], Activity], at: int) -> None:
    """Has something begin on a machine at a moment of true time."""
    spring(machine, action, after=max(60.0, (at - machine.now) / SECOND))


def _reach_all(
    company: Company, admin: Machine, targets: list[Machine], way: str, program: str, at: int = 0
) -> None:
    """One host reaches the others, a few seconds after each other, with one account."""
    account = company.account()
    begin = at or max(m.now for m in (admin, *targets)) + int(2 * HOUR * SECOND)
    for number, target in enumerate(targets):
        moment = begin + int(number * company.random.uniform(4, 40) * SECOND)
        step = hop(company.random, admin.host, target.host, account, moment, program)
        leaving, arriving = honest_ends(way, step)
        _spring(admin, leaving, moment - 30 * SECOND)
        _spring(target, arriving, moment - 30 * SECOND)


Machines = tuple["Machine", "Machine", "Machine"]


def deployment(company: Company, machines: Machines, step: Hop) -> Hop:
    """The third host deploys to both of the intrusion's hosts just before it moves."""
    first, second, other = machines
    _reach_all(company, other, [first, second], "wmi", TOOL, step.at - 600 * SECOND)
    return step


def scanner(company: Company, machines: Machines, step: Hop) -> Hop:
    """A scanner on the third host asks both of the intrusion's hosts, all day."""
    first, second, other = machines
    for hours in (-2, 0, 2):
        at = step.at + int((hours * HOUR + 5) * SECOND)
        _reach_all(company, other, [first, second], "service", "C:\\Windows\\scan.exe", at)
    return step


def desktop_before(company: Company, machines: Machines, step: Hop) -> Hop:
    """An administrator is on the first host by remote desktop before the attack moves."""
    first, _, other = machines
    _reach_all(company, other, [first], "desktop", TOOL, step.at - 900 * SECOND)
    return step


def desktop_after(company: Company, machines: Machines, step: Hop) -> Hop:
    """An administrator comes to both hosts by remote desktop after it has moved."""
    first, second, other = machines
    _reach_all(company, other, [first, second], "desktop", TOOL, step.at + 900 * SECOND)
    return step


def same_account(company: Company, machines: Machines, step: Hop) -> Hop:
    """The stolen account's owner reaches the second host from the third at the same time."""
    _, second, other = machines
    own = replace(
        hop(company.random, other.host, second.host, step.logon.account, step.at, TOOL),
        at=step.at + 20 * SECOND,
    )
    for machine, action in zip((other, second), honest_ends("wmi", own), strict=True):
        _spring(machine, action, own.at - 30 * SECOND)
    return step


def shared_address(company: Company, machines: Machines, step: Hop) -> Hop:
    """The third host, at another site, has the first one's address, and reaches the second too."""
    _, second, other = machines
    own = hop(company.random, other.host, second.host, company.account(), step.at, TOOL)
    own = replace(own, address=step.address, at=step.at + 40 * SECOND)
    for machine, action in zip((other, second), honest_ends("wmi", own), strict=True):
        _spring(machine, action, own.at - 30 * SECOND)
    return step


TRAPS: dict[str, Callable[[Company, Machines, Hop], Hop]] = {
    "deployment": deployment,
    "scanner": scanner,
    "desktop-before": desktop_before,
    "desktop-after": desktop_after,
    "same-account": same_account,
    "shared-address": shared_address,
}
"""What goes on between the hosts beside an intrusion, by name."""
