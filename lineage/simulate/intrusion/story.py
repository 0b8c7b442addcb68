"""An intrusion from the lure to the last screenshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.intrusion import evasion, payload, persistence
from lineage.simulate.intrusion.bystander import back_up
from lineage.simulate.intrusion.entry import ENTRIES

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.intrusion.entry import Entry
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
    yield plan.pause
    rat = yield from _deploy(m, plan, actor)
    program = rat.image
    worker = yield from _disguise(m, plan, rat)
    if plan.family is not None:
        yield from payload.settle(m, plan, worker)
    yield plan.pause

    def again(process: Process) -> Activity:
        return _return(m, plan, process)

    for name in plan.persistences:
        yield from persistence.PERSISTENCES[name](m, plan, worker, program, again)
    if m.random.random() < 0.3:
        m.begin(back_up(m, (program, payload.key_log(m, plan))))
    yield from _work(m, plan, worker)


def _deploy(m: Machine, plan: Plan, actor: Process) -> Entry:
    """The first obedient process installs the payload, starts it, and ends."""
    if "staging" in plan.evasions:
        path = f"{m.home}\\AppData\\Local\\Temp\\{names.word(m.random)}.exe"
        dropper = yield from _write_and_start(m, plan, actor, path, "dropper")
        m.exit(actor)
        actor = dropper
    path = f"{m.home}\\AppData\\Roaming\\{plan.folder}\\{plan.program}"
    rat = yield from _write_and_start(m, plan, actor, path, "payload")
    if "self-deletion" in plan.evasions and actor.binary == plan.payload:
        yield from evasion.delete_itself(m, plan, actor)
    m.exit(actor)
    return rat


def _write_and_start(m: Machine, plan: Plan, actor: Process, path: str, role: str) -> Entry:
    m.place(path, plan.payload)
    m.write(actor, path, plan.label(f"{role} file"))
    yield m.random.uniform(0.5, 4)
    process = m.start(actor, path, f'"{path}"', label=plan.label(role))
    yield m.random.uniform(0.5, 3)
    return process


def _disguise(m: Machine, plan: Plan, rat: Process) -> Entry:
    for name in plan.evasions:
        if name in evasion.DISGUISES:
            rat = yield from evasion.DISGUISES[name](m, plan, rat)
    return rat


def _return(m: Machine, plan: Plan, rat: Process) -> Activity:
    worker = yield from _disguise(m, plan, rat)
    yield from _work(m, plan, worker)


def _work(m: Machine, plan: Plan, rat: Process) -> Activity:
    for name in plan.goals:
        yield from payload.GOALS[name](m, plan, rat)
