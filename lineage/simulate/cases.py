"""Scenarios drawn by seed, for measuring how well chains are found: every way, layout and trap."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lineage.simulate.benign.boot import DAY, HOUR
from lineage.simulate.benign.traps import TRAPS
from lineage.simulate.facts import SECOND
from lineage.simulate.intrusion.variants import vary
from lineage.simulate.moves import moved
from lineage.simulate.scenario import Company, Noise, Scenario, attack, clean, spring, textbook
from lineage.simulate.stories import catalogue
from lineage.simulate.stories.honest import HONEST
from lineage.simulate.stories.ways import WAYS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from lineage.simulate.machine import Machine

_MAX_SKEW_SECONDS = 300.0
"""How far a workstation's clock may be off: Kerberos tolerates five minutes."""


def single(
    seed: int,
    *,
    entry: str | None = None,
    evasions: tuple[str, ...] | None = None,
    persistences: tuple[str, ...] | None = None,
    trap: str | None = None,
    family: bool = True,
    noise: Noise = "normal",
) -> Scenario:
    """One intrusion on one of two hosts.

    Args:
        seed: of every choice and name.
        entry: way in; drawn where left out, as are the next two.
        evasions: how it hides.
        persistences: how it stays.
        trap: a key of `TRAPS` that goes on beside it.
        family: whether the malware leaves its family's marks.
        noise: how much else goes on.
    """
    company = Company(seed)
    victim, other = company.workstation(noise=noise), company.workstation(noise=noise)
    plan = vary(
        company.random,
        "intrusion-1",
        entry=entry,
        evasions=evasions,
        persistences=persistences,
        family=family,
    )
    attack(victim, plan, after=_during_work(company.random))
    if trap is not None:
        spring(victim, TRAPS[trap], after=HOUR)
    return Scenario([victim, other], [plan])


def two_on_one_host(seed: int, noise: Noise = "normal") -> Scenario:
    """Two intrusions on one host that have nothing to do with each other, hours or a day apart.

    Args:
        seed: of every choice and name.
        noise: how much else goes on.
    """
    company = Company(seed)
    victim = company.workstation(noise=noise, days=3)
    first = vary(company.random, "intrusion-1")
    second = vary(company.random, "intrusion-2", script_wrapper=False)
    second = replace(second, log_folder=f"{second.log_folder}{second.family_key[-3:].lower()}")
    attack(victim, first, after=1.5 * HOUR)
    attack(victim, second, after=company.random.choice((6 * HOUR, DAY + 3 * HOUR)))
    return Scenario([victim], [first, second])


def campaign(seed: int, hosts: int = 3, noise: Noise = "normal") -> Scenario:
    """The same malware on several hosts: same content, key, autostart and servers; own clocks.

    Args:
        seed: of every choice and name.
        hosts: how many are hit; one more stays clean.
        noise: how much else goes on.
    """
    company = Company(seed)
    plan = vary(company.random, "intrusion-1")
    machines: list[Machine] = []
    plans = []
    for number in range(1, hosts + 1):
        skew = company.random.uniform(-_MAX_SKEW_SECONDS, _MAX_SKEW_SECONDS)
        machine = company.workstation(noise=noise, skew=int(skew * SECOND))
        own = replace(plan, chain=f"intrusion-{number}", campaign="campaign-1")
        attack(machine, own, after=_during_work(company.random))
        machines.append(machine)
        plans.append(own)
    return Scenario([*machines, company.workstation(noise=noise)], plans)


def trapped(seed: int, trap: str, noise: Noise = "normal") -> Scenario:
    """A clean host with a trap on it: nothing is to be found.

    Args:
        seed: of every choice and name.
        trap: a key of `TRAPS`.
        noise: how much else goes on.
    """
    company = Company(seed)
    machine = company.workstation(noise=noise)
    spring(machine, TRAPS[trap], after=HOUR)
    return Scenario([machine])


def reported(seed: int, story: str, noise: Noise = "normal") -> Scenario:
    """An intrusion as a public report tells it, on one of two hosts.

    Args:
        seed: of every name and time.
        story: a key of `STORIES`.
        noise: how much else goes on.
    """
    company = Company(seed)
    victim, other = company.workstation(noise=noise), company.workstation(noise=noise)
    drawn = catalogue.plan(company.random, "intrusion-1", story)
    spring(victim, lambda m: catalogue.tell(m, drawn), after=_during_work(company.random))
    spring(other, HONEST[company.random.choice(list(HONEST))], after=HOUR)
    return Scenario([victim, other], [drawn])


def honest(seed: int, counterpart: str, noise: Noise = "normal") -> Scenario:
    """A clean host on which somebody does honestly what stories' intruders do.

    Args:
        seed: of its life.
        counterpart: a key of `HONEST`.
        noise: how much else goes on.
    """
    machine = Company(seed).workstation(noise=noise)
    spring(machine, HONEST[counterpart], after=HOUR)
    return Scenario([machine])


LAYOUTS: dict[str, Callable[..., Scenario]] = {
    "single": single,
    "two-on-one-host": two_on_one_host,
    "campaign": campaign,
    "clean": clean,
}
"""Every layout by its name."""


def _drawn(layout: Callable[..., Scenario], seed: int, noise: Noise) -> Scenario:
    return layout(seed, noise=noise)


def _named(
    make: Callable[[int, str, Noise], Scenario], name: str, seed: int, noise: Noise
) -> Scenario:
    return make(seed, name, noise)


def _moved(seed: int, way: str, noise: Noise) -> Scenario:
    return moved(seed, way, noise=noise)


def _slug(story: str) -> str:
    return story.removeprefix("other: ")


CASES: dict[str, Callable[[int, Noise], Scenario]] = {
    "textbook": textbook,
    **{name: partial(_drawn, layout) for name, layout in LAYOUTS.items()},
    **{f"trap/{name}": partial(_named, trapped, name) for name in TRAPS},
    **{f"report/{_slug(name)}": partial(_named, reported, name) for name in catalogue.STORIES},
    **{f"honest/{name}": partial(_named, honest, name) for name in HONEST},
    **{f"moves/{name}": partial(_named, _moved, name) for name in WAYS},
}
"""Everything that can be simulated, by name: seed and noise -> scenario."""


def _during_work(random: Random) -> float:
    return random.uniform(1 * HOUR, 5 * HOUR)
