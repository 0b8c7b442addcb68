"""How well chains are found: a few hundred seeded cases, and the table of `docs/accuracy.md`.

Usage: python bench/accuracy.py [--cases 6] [--jobs 2] [--only NAME] [--rules PATH] [--write]

Every case is a simulated company with known intrusions; see `lineage.simulate.cases`. For each
group of cases the table tells:

- **recall**: intrusions for which a chain, confirmed or probable, holds most of their processes.
- **precision**: chains, confirmed or probable, that hold mostly processes of one intrusion.
- **splits**: further chains of any verdict that hold a process of an intrusion found already.
- **merges**: chains that hold processes of several intrusions.
- **process recall / precision**: over the chains found, which of the intrusion's processes they
  hold (of those that some record left over names at all), and which of theirs are the intrusion's.
- **confirmed**: of the intrusions with marks of their family, how many chains are confirmed.
- **as due**: intrusions whose chain has the verdict and family that they deserve: confirmed and
  named where the family left its marks, else probable and nameless.
- **false**: confirmed and probable verdicts on hosts where nothing happened, per 1,000 host-days.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from pages import Table

from lineage.graph.nodes import ProcessNode
from lineage.pipeline import Request, Run, run_opened
from lineage.read import Input
from lineage.simulate import cases, moves
from lineage.simulate.benign.traps import TRAPS
from lineage.simulate.damage import DAMAGES
from lineage.simulate.intrusion.entry import ENTRIES
from lineage.simulate.intrusion.evasion import EVASIONS
from lineage.simulate.intrusion.persistence import PERSISTENCES
from lineage.simulate.scenario import Scenario, clean, textbook
from lineage.simulate.stories.catalogue import STORIES
from lineage.simulate.stories.honest import HONEST
from lineage.simulate.stories.scene import BETWEEN
from lineage.simulate.stories.ways import WAYS
from lineage.simulate.truth import GroundTruth
from lineage.simulate.write.raw import falcon_records, windows_records
from lineage.times import DAY, TICKS, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = Table("accuracy.md", "<!-- table: bench/accuracy.py -->", "<!-- end of table -->")
START_TOLERANCE = 3.0


@dataclass
class Score:
    """Counts of one or several cases; they add up."""

    intrusions: int = 0
    found: int = 0
    claims: int = 0
    right_claims: int = 0
    splits: int = 0
    merges: int = 0
    visible: int = 0
    held: int = 0
    holding: int = 0
    right: int = 0
    marked: int = 0
    confirmed: int = 0
    as_due: int = 0
    false_confirmed: int = 0
    false_probable: int = 0
    clean_days: float = 0

    def __iadd__(self, other: Score) -> Score:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self


@dataclass(frozen=True)
class Case:
    """One case: a scenario, a damage, a seed."""

    group: str
    make: str
    seed: int
    arguments: tuple[tuple[str, Any], ...] = ()
    damage: str = "none"
    falcon: bool = False
    rules: tuple[Path, ...] = ()


MAKERS: dict[str, Callable[..., Scenario]] = {
    "single": cases.single,
    "two": cases.two_on_one_host,
    "campaign": cases.campaign,
    "trapped": cases.trapped,
    "reported": cases.reported,
    "honest": cases.honest,
    "clean": clean,
    "textbook": textbook,
    "moved": moves.moved,
    "deployed": moves.deployed,
}


def all_cases(count: int) -> Iterator[Case]:
    """Every group, `count` seeds each; clean hosts more."""
    seeds = itertools.count(1000)
    for entry in ENTRIES:
        for _ in range(count):
            yield Case(f"entry: {entry}", "single", next(seeds), (("entry", entry),))
    for evasion in EVASIONS:
        if evasion == "script-wrapper":
            arguments = (("entry", "macro-script-host"), ("evasions", (evasion,)))
        else:
            arguments = (("evasions", (evasion,)),)
        for _ in range(count):
            yield Case(f"evasion: {evasion}", "single", next(seeds), arguments)
    for persistence in PERSISTENCES:
        for _ in range(count):
            arguments = (("persistences", (persistence,)),)
            yield Case(f"persistence: {persistence}", "single", next(seeds), arguments)
    for _ in range(count * 2):
        yield Case("no family mark", "single", next(seeds), (("family", False),))
        yield Case("two on one host", "two", next(seeds))
        yield Case("three hosts, clock skew", "campaign", next(seeds))
    for trap in TRAPS:
        for _ in range(count):
            yield Case(f"trap beside: {trap}", "single", next(seeds), (("trap", trap),))
    for damage in DAMAGES:
        for _ in range(count * (1 if damage == "none" else 2)):
            yield Case(f"damage: {damage}", "single", next(seeds), damage=damage)
    for _ in range(count * 2):
        yield Case("damage: only ProcessRollup2", "single", next(seeds), falcon=True)
    for trap in TRAPS:
        for _ in range(count):
            yield Case("clean, with a trap", "trapped", next(seeds), (("trap", trap),))
    for story, (_, _, family) in STORIES.items():
        group = "campaigns: Remcos" if family else "campaigns: others"
        for _ in range(max(1, count // 3)):
            yield Case(group, "reported", next(seeds), (("story", story),))
    for way in WAYS:
        for _ in range(count):
            yield Case(f"moves by {way}", "moved", next(seeds), (("way", way),))
        yield Case("moves, no family mark", "moved", next(seeds), (("way", way), ("family", False)))
        for trap in moves.TRAPS:
            arguments = (("way", way), ("trap", trap))
            for _ in range(max(1, count // 3)):
                yield Case(f"moves, beside: {trap}", "moved", next(seeds), arguments)
        for _ in range(max(1, count // 3)):
            yield Case("clean, deployed to 30 hosts", "deployed", next(seeds), (("way", way),))
    for counterpart in HONEST:
        for _ in range(count):
            yield Case(
                "clean, honest counterpart", "honest", next(seeds), (("counterpart", counterpart),)
            )
    for _ in range(count * 2):
        yield Case("clean hosts", "clean", next(seeds))


def run_case(case: Case) -> tuple[Case, Score]:
    scenario = MAKERS[case.make](case.seed, **dict(case.arguments))
    truth = GroundTruth(case.seed)
    truth.announce(scenario.hosts, scenario.plans)
    facts = []
    for fact in scenario.facts():
        truth.observe(fact)
        facts.append(fact)
    records = falcon_records(facts) if case.falcon else windows_records(facts)
    damaged = DAMAGES[case.damage](records, Random(case.seed))
    run = run_opened([Input("simulated", "simulated", damaged)], Request([], rules=case.rules))
    days = (facts[-1].time - facts[0].time) / DAY
    return case, judge(truth.document(), run, days)


def judge(truth: dict[str, Any], run: Run, days: float) -> Score:
    """Holds a report against the ground truth."""
    owner = Owners(truth["chains"])
    chains = [
        (chain, [owner.of(process, run) for process in chain.processes])
        for chain in run.report.chains
    ]
    score = Score()
    claims = [(chain, owners) for chain, owners in chains if chain.verdict != "suspicious"]
    nodes = [node for node in run.analysis.graph.nodes() if isinstance(node, ProcessNode)]
    seen = [owner.of_node(node) for node in nodes]
    for chain, owners in claims:
        intruders = {each[0] for each in owners if each}
        score.claims += 1
        score.merges += len(intruders) > 1
        if not intruders:
            score.false_confirmed += chain.verdict == "confirmed"
            score.false_probable += chain.verdict == "probable"
        score.right_claims += bool(intruders) and 2 * sum(map(bool, owners)) >= len(owners)
    for told in truth["chains"]:
        visible = {each for each in seen if each and each[0] == told["id"]} - owner.between
        if not visible:
            continue
        score.intrusions += 1
        holding = [
            (chain, owners)
            for chain, owners in chains
            if any(each and each[0] == told["id"] for each in owners)
        ]
        score.splits += max(0, len(holding) - 1)
        best = max(
            (pair for pair in holding if pair[0].verdict != "suspicious"),
            key=lambda pair: len(set(pair[1]) & visible),
            default=None,
        )
        if best is None or 2 * len(set(best[1]) & visible) < len(visible):
            continue
        due = ("confirmed", told["family"]) if told["family"] else ("probable", None)
        score.as_due += (best[0].verdict, best[0].family) == due
        score.found += 1
        score.visible += len(visible)
        score.held += len(set(best[1]) & visible)
        members = [each for each in best[1] if each not in owner.between]
        score.holding += len(members)
        score.right += sum(bool(each) and each[0] == told["id"] for each in members)
        if told["family"]:
            score.marked += 1
            score.confirmed += best[0].verdict == "confirmed"
    score.clean_days += len(truth["hosts"]["clean"]) * max(days, 1)
    return score


class Owners:
    """Which intrusion a process belongs to."""

    def __init__(self, chains: list[dict[str, Any]]) -> None:
        self.between: set[tuple[str, int] | None] = set()
        """What Windows puts between an intrusion's processes: it counts for and against nobody."""
        self._by_guid: dict[str, tuple[str, int]] = {}
        self._by_pid: dict[tuple[str, int], list[tuple[float, tuple[str, int]]]] = {}
        for chain in chains:
            for number, process in enumerate(chain["processes"]):
                key = (chain["id"], number)
                if process["role"] == BETWEEN:
                    self.between.add(key)
                self._by_guid[process["guid"].strip("{}").lower()] = key
                self._by_guid[process["target_process_id"]] = key
                host = process["host"].partition(".")[0].lower()
                started = seconds(process["start"])
                self._by_pid.setdefault((host, process["pid"]), []).append((started, key))

    def of(self, process: Any, run: Run) -> tuple[str, int] | None:
        """The intrusion of a report's process, and which of its processes it is; else None."""
        return self.of_node(run.analysis.graph.process(process.node))

    def of_node(self, node: ProcessNode) -> tuple[str, int] | None:
        """The same of a node of the graph."""
        if node.guid is not None:
            return self._by_guid.get(node.guid.rpartition(":")[2])
        if node.pid is None or node.start is None:
            return None
        host = node.host.partition(".")[0].lower()
        for started, key in self._by_pid.get((host, node.pid), ()):
            if abs(node.start / TICKS - started) <= START_TOLERANCE:
                return key
        return None


def seconds(text: str) -> float:
    return parse(text)[0] / TICKS


def table(groups: dict[str, Score]) -> str:
    head = (
        "| cases | intrusions | recall | precision | splits | merges | process recall "
        "| process precision | confirmed | as due "
        "| false confirmed / probable per 1,000 host-days |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "\n".join(row(name, score) for name, score in groups.items()) + "\n"


def row(name: str, s: Score) -> str:
    days = s.clean_days / 1000
    false = f"{s.false_confirmed / days:.1f} / {s.false_probable / days:.1f}" if days else "-"
    return (
        f"| {name} | {s.intrusions} | {share(s.found, s.intrusions)} "
        f"| {share(s.right_claims, s.claims)} | {s.splits} | {s.merges} "
        f"| {share(s.held, s.visible)} | {share(s.right, s.holding)} "
        f"| {share(s.confirmed, s.marked)} | {share(s.as_due, s.intrusions)} | {false} |"
    )


def share(part: float, whole: float) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=6, help="seeds per group")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="groups whose name contains this")
    parser.add_argument("--rules", type=Path, action="append", default=[], help="Sigma rules too")
    parser.add_argument("--write", action="store_true", help="put the table into docs/accuracy.md")
    parser.add_argument("--verbose", action="store_true", help="name every case that isn't perfect")
    arguments = parser.parse_args()
    wanted = [
        replace(case, rules=tuple(arguments.rules))
        for case in all_cases(arguments.cases)
        if arguments.only in case.group
    ]
    groups: dict[str, Score] = {}
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for case, score in pool.map(run_case, wanted, chunksize=4):
            groups.setdefault(case.group, Score()).__iadd__(score)
            if arguments.verbose and not perfect(score):
                print(case, score, file=sys.stderr)
    total = Score()
    for name, score in groups.items():
        if not name.startswith("damage") or name == "damage: none":
            total += score
    groups["**all undamaged**"] = total
    text = table(groups)
    print(text)
    if arguments.write:
        TABLE.write(text)


def perfect(s: Score) -> bool:
    exact = s.found == s.intrusions and s.right_claims == s.claims and s.held == s.visible
    return exact and s.right == s.holding and not s.splits and not s.merges


if __name__ == "__main__":
    main()
