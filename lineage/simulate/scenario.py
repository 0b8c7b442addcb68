"""Who lives where and what befalls them: machines, their users, and the intrusions on them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, Literal

from lineage.simulate import names
from lineage.simulate.benign.boot import HOUR, workdays
from lineage.simulate.benign.habits import DEVELOPER, OFFICE_WORKER
from lineage.simulate.facts import SECOND
from lineage.simulate.intrusion.plan import Plan, draw
from lineage.simulate.intrusion.story import unfold
from lineage.simulate.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lineage.simulate.facts import Account, Fact, Host
    from lineage.simulate.machine import Activity

Noise = Literal["small", "normal", "busy"]

_HABITS_PER_HOUR: dict[Noise, float] = {"small": 1, "normal": 5, "busy": 30}
"""How many benign activities begin in a working hour."""

_FIRST_MORNING = int(datetime(2026, 2, 2, 7, 50, tzinfo=UTC).timestamp())
"""A Monday; every simulated week begins here, whatever the seed."""


@dataclass(slots=True)
class Scenario:
    """Machines with their lives, ready to run.

    Attributes:
        machines: the computers; run once.
        plans: the intrusions on them.
    """

    machines: list[Machine] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    @property
    def hosts(self) -> list[Host]:
        """The computers' names and ids."""
        return [machine.host for machine in self.machines]

    def facts(self) -> Iterator[Fact]:
        """Everything that happens, in order of time. Can be run once."""
        streams = [machine.run() for machine in self.machines]
        return heapq.merge(*streams, key=attrgetter("time"))


class Company:
    """Makes the computers of one company, each with its own source of randomness.

    Attributes:
        random: the company's source of randomness.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation must repeat, not surprise
        self._netbios, self._dns = names.organisation(self.random)
        self._authority = names.authority(self.random)

    def workstation(
        self,
        *,
        noise: Noise,
        days: int = 2,
        hours: float = 9,
        first_day: int = 0,
        skew: int = 0,
    ) -> Machine:
        """A computer with a user and a life of some days.

        Args:
            noise: how much goes on.
            days: how many days it is used.
            hours: length of a working day.
            first_day: the first day's number.
            skew: how far its clock is ahead, ticks.
        """
        own = Random(self.random.getrandbits(64))  # noqa: S311 - as above
        host = names.host(own, self._netbios, self._dns, skew)
        user = names.account(own, self._netbios, self._authority)
        start = _FIRST_MORNING + first_day * 24 * 3600 + own.randrange(3600)
        machine = Machine(host, user, own, start * SECOND)
        habits = own.choice((OFFICE_WORKER, OFFICE_WORKER, DEVELOPER))
        life = workdays(machine, habits, days=days, hours=hours, per_hour=_HABITS_PER_HOUR[noise])
        machine.begin(life, survives_reboot=True)
        return machine

    def account(self) -> Account:
        """A further account of the company, such as an administrator's."""
        return names.account(self.random, self._netbios, self._authority)


def attack(machine: Machine, plan: Plan, *, after: float) -> None:
    """Has an intrusion begin on a machine.

    Args:
        machine: the victim's.
        plan: the intrusion.
        after: seconds from the machine's start; the user must be at work then.
    """
    spring(machine, lambda m: unfold(m, plan), after=after)


def spring(machine: Machine, action: Callable[[Machine], Activity], *, after: float) -> None:
    """Has something begin on a machine once.

    Args:
        machine: where.
        action: what; it ends with the boot that it begins in.
        after: seconds from the machine's start; the user must be at work then.
    """
    machine.begin(_wait(machine, action, after), survives_reboot=True)


def _wait(machine: Machine, action: Callable[[Machine], Activity], after: float) -> Activity:
    yield after
    machine.begin(action(machine))


def textbook(seed: int, noise: Noise = "normal") -> Scenario:
    """A Remcos intrusion as it is told everywhere, on one workstation, beside a clean one.

    A mailed document's macro runs a script, which brings DynamicWrapperX, has Defender look away
    and starts the payload. It settles, spies, and is there again the next day.
    """
    company = Company(seed)
    victim = company.workstation(noise=noise)
    bystander = company.workstation(noise=noise)
    plan = draw(
        company.random,
        "intrusion-1",
        entry="macro-script-host",
        evasions=("script-wrapper", "exclusion-by-powershell"),
        persistences=("run-key",),
        goals=(
            "call-home",
            "web-service",
            "key-log",
            "survey",
            "browsers",
            "pictures",
            "sound",
        ),
        default_install=True,
    )
    attack(victim, plan, after=2.5 * HOUR)
    return Scenario([victim, bystander], [plan])


def clean(
    seed: int, noise: Noise = "normal", hosts: int = 5, days: int = 2, first_day: int = 0
) -> Scenario:
    """Hosts on which nothing bad happens.

    Args:
        seed: of their lives.
        noise: how much goes on.
        hosts: how many.
        days: how many days.
        first_day: the first day's number.
    """
    company = Company(seed)
    return Scenario(
        [company.workstation(noise=noise, days=days, first_day=first_day) for _ in range(hosts)]
    )
