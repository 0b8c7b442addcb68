"""An intrusion from the lure to the last screenshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.intrusion import evasion, payload, persistence
from lineage.simulate.intrusion.entry import ENTRIES

if TYPE_CHECKING:
    from collections.abc import Generator

    from lineage.simulate.facts import Process
    from lineage.simulate.intrusion.plan import Plan
    from lineage.simulate.machine import Activity, Machine


def unfold(m: Machine, plan: Plan) -> Activity:
    """The user opens the lure; everything else follows, over reboots too.

    The activity belongs to one boot: what must survive the next one does so by its own persistence.
    """
    actor = yield from ENTRIES[plan.entry](m, plan)
    for name in plan.evasions:
        if name in evasion.EVASIONS:
            yield from evasion.EVASIONS[name](m, plan, actor)
    rat = yield from _deploy(m, plan, actor)

    def again(process: Process) -> Activity:
        return _work(m, plan, process)

    if plan.family is not None:
        yield from payload.settle(m, plan, rat)
    for name in plan.persistences:
        yield from persistence.PERSISTENCES[name](m, plan, rat, again)
    yield from _work(m, plan, rat)


def _deploy(m: Machine, plan: Plan, actor: Process) -> Generator[float, None, Process]:
    """The first obedient process installs the payload and starts it."""
    path = f"{m.home}\\AppData\\Roaming\\{plan.folder}\\{plan.program}"
    m.place(path, plan.payload)
    m.write(actor, path, plan.label("payload file"))
    yield m.random.uniform(0.5, 4)
    rat = m.start(actor, path, f'"{path}"', label=plan.label("payload"))
    yield m.random.uniform(0.5, 3)
    if "injection" in plan.evasions:
        rat = evasion.injected_child(m, plan, rat, path)
        yield m.random.uniform(0.5, 3)
    if "self-deletion" in plan.evasions and actor.binary == plan.payload:
        yield from evasion.delete_itself(m, plan, actor)
    return rat


def _work(m: Machine, plan: Plan, rat: Process) -> Activity:
    for name in plan.goals:
        yield from payload.GOALS[name](m, plan, rat)
