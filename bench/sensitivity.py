"""How much each constant of the score and of causal reach matters: the table of `docs/scoring.md`.

Usage: python bench/sensitivity.py [--cases 1] [--jobs 2] [--only NAME] [--write]

Every case of `bench/accuracy.py` is simulated, read and tagged once; then its chains are found
anew with one constant changed, all others as they are. The columns are those of
`bench/accuracy.py`, over all cases, damaged ones too, and:

- **score**: mean score of the chains, confirmed or probable, that hold an intrusion.
- **honest score**: mean, over the cases, of the highest score of a chain that holds none.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

import accuracy
from pages import Table

from lineage.correlate import align, cluster, flow, origins, rarity, score, weight
from lineage.correlate.registry import correlators
from lineage.correlate.run import correlate
from lineage.correlate.stage import StageCorrelator
from lineage.graph import hubs, programs
from lineage.pipeline import Request, Run, run_opened
from lineage.read import Input
from lineage.report.assemble import assemble
from lineage.simulate.damage import DAMAGES
from lineage.simulate.truth import GroundTruth
from lineage.simulate.write.raw import falcon_records, windows_records
from lineage.times import HOUR, TICKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from lineage.correlate.finding import Correlator, ScorePart
    from lineage.correlate.stage import Clue
    from lineage.read.record import RawRecord

TABLE = Table("scoring.md", "<!-- table: bench/sensitivity.py -->", "<!-- end of table -->")


@dataclass(frozen=True)
class Variation:
    """A constant, the modules that know it, and a value that it doesn't have."""

    name: str
    told: str
    modules: tuple[ModuleType, ...] = ()
    constant: str = ""
    value: Any = None
    clues: float = 1.0


def varied(
    module: ModuleType, constant: str, *values: Any, unit: str = "", ticks: int = 1
) -> Iterator[Variation]:
    """A constant of a module, and values to try; one of time is told in a unit of some ticks."""
    now = getattr(module, constant)
    for value in values:
        told = f"{now // ticks if unit else now}{unit} -> {value}{unit}"
        changed_to = value * ticks if unit else value
        yield Variation(f"`{constant}`", told, (module,), constant, changed_to)


def emptied(constant: str) -> Variation:
    """A list of kinds of programs, empty."""
    kinds = getattr(programs, constant)
    names = sum(program.kind in kinds for program in programs.table().values())
    change = f"{names} names -> none"
    return Variation(f"`{constant}`", change, (programs,), constant, frozenset())


VARIATIONS: tuple[Variation, ...] = (
    Variation("as it is", ""),
    *varied(align, "FACTS_FOR_CONFIRMED", 1, 3),
    *varied(align, "WEIGHT_FOR_PROBABLE", 1.5, 2.0, 3.0, 4.0, 6.0),
    *varied(align, "STRONG_FOR_PROBABLE", 1, 3),
    *varied(align, "FACTS_FOR_SUSPICIOUS", 1, 4),
    *varied(weight, "WEAK_STAGE", 0.25, 1.0),
    *varied(weight, "STRONG_RISK", 12, 50),
    *varied(weight, "FURTHER_FACT", 0.0, 0.25, 1.0),
    *varied(weight, "MOST_OF_STAGE", 1.5, 3.0),
    Variation("points of all clues", "x 1 -> x 0.5", clues=0.5),
    Variation("points of all clues", "x 1 -> x 2", clues=2.0),
    emptied("SYSTEM"),
    emptied("APPLICATIONS"),
    emptied("TAKEN_OVER"),
    *varied(hubs, "FAN_OUT", 6, 24, 1_000_000),
    *varied(hubs, "FAN_OUT_SPAN", 1, 4, unit=" h", ticks=HOUR),
    *varied(flow, "COMMON_PROGRAM", 2, 12, 48, 1_000_000),
    *varied(rarity, "USUAL", 1, 4, 1_000_000),
    *varied(origins, "LAUNCH", 0, 30, 120, unit=" s", ticks=TICKS),
    *varied(cluster, "BACKWARD_STEPS", 0, 6, 24),
    *varied(score, "STAGE_POINTS", 9.0, 36.0),
    *varied(score, "RISK_POINTS", 3.0, 12.0),
    *varied(score, "ORDER_POINTS", 2.5, 10.0),
    *varied(score, "FAMILY_POINTS", (3.0, 4.0), (12.0, 16.0)),
    *varied(score, "RARITY_POINTS", 0.75, 3.0),
    *varied(score, "TIGHTNESS_POINTS", 0.75, 3.0),
)


@dataclass
class Outcome:
    """What a variation made of one or several cases."""

    score: accuracy.Score = field(default_factory=accuracy.Score)
    intrusions: list[float] = field(default_factory=list)
    honest: list[float] = field(default_factory=list)

    def __iadd__(self, other: Outcome) -> Outcome:
        self.score += other.score
        self.intrusions += other.intrusions
        self.honest += other.honest
        return self


def run_case(case: accuracy.Case) -> list[Outcome]:
    """Every variation's outcome on one case."""
    truth, run, days = observe(case)
    return [judge(truth, again(run, variation), days) for variation in VARIATIONS]


def observe(case: accuracy.Case) -> tuple[dict[str, Any], Run, float]:
    """A case's ground truth, its run and its length in days."""
    scenario = accuracy.MAKERS[case.make](case.seed, **dict(case.arguments))
    truth = GroundTruth(case.seed)
    truth.announce(scenario.hosts, scenario.plans)
    facts = list(scenario.facts())
    for fact in facts:
        truth.observe(fact)
    records = falcon_records(facts) if case.falcon else windows_records(facts)
    damaged: Iterator[RawRecord] = DAMAGES[case.damage](records, Random(case.seed))
    inputs = [Input("simulated", "simulated", damaged)]
    days = (facts[-1].time - facts[0].time) / TICKS / 86_400
    return truth.document(), run_opened(inputs, Request([], correlators=())), days


def again(run: Run, variation: Variation) -> Run:
    """Correlates a run's hits anew with one constant changed."""
    plugins = [scaled(each, variation.clues) for each in correlators()]
    with changed(variation):
        tagged = cluster.tagged_graph(run.analysis.graph, run.analysis.hits)
        analysis = replace(run.analysis, chains=correlate(tagged, plugins))
        return Run(assemble(analysis), analysis)


@contextmanager
def changed(variation: Variation) -> Iterator[None]:
    before = [getattr(module, variation.constant) for module in variation.modules]
    for module in variation.modules:
        setattr(module, variation.constant, variation.value)
    try:
        yield
    finally:
        for module, value in zip(variation.modules, before, strict=True):
            setattr(module, variation.constant, value)


def scaled(correlator: Correlator, factor: float) -> Correlator:
    """A stage correlator whose clues prove more, or less."""
    if factor == 1 or not isinstance(correlator, StageCorrelator):
        return correlator

    def weighed(clue: Clue) -> Clue:
        def look(*arguments: Any) -> ScorePart | None:
            part = clue(*arguments)
            return part and part._replace(points=part.points * factor)

        return look

    return replace(correlator, clues=tuple(weighed(clue) for clue in correlator.clues))


def judge(truth: dict[str, Any], run: Run, days: float) -> Outcome:
    owner = accuracy.Owners(truth["chains"])
    outcome = Outcome(accuracy.judge(truth, run, days))
    honest = [0.0]
    for chain in run.report.chains:
        if not any(owner.of(process, run) for process in chain.processes):
            honest.append(chain.score)
        elif chain.verdict != "suspicious":
            outcome.intrusions.append(chain.score)
    outcome.honest.append(max(honest))
    return outcome


def table(outcomes: Sequence[Outcome]) -> str:
    head = (
        "| constant | value | recall | precision | splits | merges | process recall "
        "| process precision | confirmed | false confirmed / probable | score | honest score |\n"
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    )
    return head + "".join(f"{row(*pair)}\n" for pair in zip(VARIATIONS, outcomes, strict=True))


def row(variation: Variation, outcome: Outcome) -> str:
    s = outcome.score
    cells = (
        variation.name,
        variation.told,
        accuracy.share(s.found, s.intrusions),
        accuracy.share(s.right_claims, s.claims),
        s.splits,
        s.merges,
        accuracy.share(s.held, s.visible),
        accuracy.share(s.right, s.holding),
        accuracy.share(s.confirmed, s.marked),
        f"{s.false_confirmed} / {s.false_probable}",
        mean(outcome.intrusions),
        mean(outcome.honest),
    )
    return f"| {' | '.join(map(str, cells))} |"


def mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.1f}" if values else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1, help="seeds per group")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="groups whose name contains this")
    parser.add_argument("--write", action="store_true", help="put the table into docs/scoring.md")
    arguments = parser.parse_args()
    wanted = [case for case in accuracy.all_cases(arguments.cases) if arguments.only in case.group]
    totals = [Outcome() for _ in VARIATIONS]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for outcomes in pool.map(run_case, wanted, chunksize=2):
            for total, outcome in zip(totals, outcomes, strict=True):
                total += outcome
    text = f"{len(wanted)} cases, {totals[0].score.intrusions} intrusions.\n\n{table(totals)}"
    print(text)
    if arguments.write:
        TABLE.write(text)


if __name__ == "__main__":
    main()
