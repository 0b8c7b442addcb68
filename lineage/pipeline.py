"""The whole story in one place: read -> normalise -> graph -> detect -> correlate -> report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lineage import cycle_collector
from lineage.analysis import Analysis
from lineage.correlate.cluster import tagged_graph
from lineage.correlate.registry import correlators
from lineage.correlate.run import correlate
from lineage.detect.alerts.place import AlertBoard
from lineage.detect.alerts.read import read as read_alerts
from lineage.detect.allow import Allowance, Allowances
from lineage.detect.allow import load as load_allowances
from lineage.detect.catalog import load_builtin
from lineage.detect.correlation import Correlations
from lineage.detect.coverage import FieldsSeen, correlated, coverage, needed_fields
from lineage.detect.engine import RuleEngine
from lineage.detect.rule_cache import FolderCache
from lineage.detect.run import Tagged, tagged
from lineage.detect.user_rules import load_user
from lineage.errors import InputError
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.dispatch import Normaliser
from lineage.normalise.outcome import Outcome
from lineage.problems import InputLedger, Problem
from lineage.read import Input, read
from lineage.report.assemble import assemble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from lineage.correlate.finding import Correlator
    from lineage.detect.catalog import RuleSet
    from lineage.detect.choice import Preparation, Selection
    from lineage.detect.coverage import Coverage
    from lineage.graph.canvas import Placed
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.clock import Clock
    from lineage.normalise.event import Event
    from lineage.read.record import RawRecord
    from lineage.report.model import Report


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked to do.

    Attributes:
        paths: files and folders of telemetry.
        format_name: the container format of all of them, or None to recognise each.
        rules: files and folders of the user's Sigma rules.
        correlators: what makes chains of clusters; None for all that are installed.
        cache: whether the user's rules, once parsed, are remembered between runs.
        selection: which of the user's rules are wanted; all where left out.
        preparation: what is done to the user's rules before they are read.
        allow: files of what is known to be benign.
        alerts: files of other tools' alerts.
        advance: called with every number of bytes read, for a progress bar.
        timezone: IANA name of the zone of times that don't say theirs; None to find it out.
        day_first: how dates like 3/4/2026 are meant; None to find it out.
        watch: called with every event in order of time, and where in the graph it was put.
    """

    paths: Sequence[Path]
    format_name: str | None = None
    rules: Sequence[Path] = ()
    correlators: Sequence[Correlator] | None = None
    cache: bool = True
    selection: Selection | None = None
    preparation: Preparation | None = None
    allow: Sequence[Path] = ()
    alerts: Sequence[Path] = ()
    advance: Callable[[int], object] | None = None
    timezone: str | None = None
    day_first: bool | None = None
    watch: Callable[[Event, Placed], object] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: the report, and what it was made from."""

    report: Report
    analysis: Analysis


def run(request: Request) -> Run:
    """Reads, correlates and reports.

    Raises:
        InputError: a path doesn't exist, or nothing in the paths can be read.
    """
    return run_opened(read(request.paths, request.format_name, request.advance), request)


def run_opened(inputs: Iterable[Input], request: Request) -> Run:
    """Correlates and reports inputs that are open already; the request's paths don't matter.

    Raises:
        InputError: nothing in the inputs can be read.
    """
    with cycle_collector.off():
        ledgers: list[InputLedger] = []
        normaliser = Normaliser(request.timezone, day_first=request.day_first)
        events = list(collect(inputs, normaliser, ledgers))
        _require_readable(ledgers)
        analysis = _analysis(request, events, normaliser.clock, ledgers)
        return Run(assemble(analysis), analysis)


def collect(
    inputs: Iterable[Input], normaliser: Normaliser, ledgers: list[InputLedger]
) -> Iterator[Event]:
    """Reads and normalises all inputs, and keeps the ledger of what became of each record.

    Args:
        inputs: the opened inputs, in order.
        normaliser: of this run.
        ledgers: one is appended per input; its index is the `source` of the input's events.
    """
    for source, opened in enumerate(inputs):
        ledger = InputLedger(opened.name, opened.format, opened.kind)
        ledgers.append(ledger)
        for record in opened.records:
            outcome = (
                record if isinstance(record, Problem) else normaliser.normalise(record, source)
            )
            if isinstance(outcome, Problem):
                ledger.reject(outcome)
            elif isinstance(outcome, tuple):  # any event; isinstance() of an Enum is slow
                ledger.accept()
                yield outcome
            else:
                _count(outcome, record, ledger)
    yield from normaliser.rest()


def events(
    paths: Sequence[Path],
    format_name: str | None = None,
    advance: Callable[[int], object] | None = None,
) -> Iterator[Event]:
    """The events of files and folders, as they are read.

    Raises:
        InputError: a path doesn't exist.
    """
    return collect(read(paths, format_name, advance), Normaliser(), [])


def _count(outcome: Outcome, record: RawRecord | Problem, ledger: InputLedger) -> None:
    if outcome is Outcome.IGNORED and not isinstance(record, Problem):
        ledger.ignore(record.provider or record.channel, record.event_id)
    elif outcome is Outcome.DUPLICATE:
        ledger.duplicate()
    else:
        ledger.accept()


def _require_readable(ledgers: Sequence[InputLedger]) -> None:
    if any(ledger.records > ledger.rejected for ledger in ledgers):
        return
    kinds = Counter(ledger.kind for ledger in ledgers if ledger.kind)
    counts = ", ".join(f"{n:,} {kind}{'s' * (n > 1)}" for kind, n in kinds.most_common())
    if kinds.total() == len(ledgers) > 1:
        raise InputError(f"none of the files is telemetry: {counts}")
    others = counts and len(ledgers) > 1
    rest = f"no other file is telemetry: {counts}" if others else "there is nothing else to read"
    for ledger in ledgers:
        for problem in ledger.problems if len(ledgers) == 1 or not ledger.kind else ():
            raise InputError(f"{ledger.source}: {problem.reason}; {rest}")
    raise InputError("the paths hold no telemetry; see lineage correlate --help for the formats")


def _analysis(
    request: Request, events: list[Event], clock: Clock, ledgers: list[InputLedger]
) -> Analysis:
    cache = FolderCache() if request.cache else None
    user = load_user(request.rules, cache, request.preparation, request.selection)
    allowances, notes = load_allowances(request.allow, datetime.now(UTC).date())
    board = AlertBoard(read_alerts(request.alerts))
    graph, (hits, repeats), covered, gaps = _tagged(
        events, clock, user, allowances, board, request.watch
    )
    for source, count in repeats.items():
        ledgers[source].repeated(count)
    for source, remark in (*clock.remarks(), *gaps):
        ledgers[source].reject(Problem(None, remark, lost=0))
    plugins = correlators() if request.correlators is None else request.correlators
    chains = correlate(tagged_graph(graph, hits), plugins)
    return Analysis(
        ledgers, graph, hits, chains, covered, user.problems, allowances, notes, board.files
    )


def _tagged(
    events: list[Event],
    clock: Clock,
    user: RuleSet,
    allowances: Sequence[Allowance],
    board: AlertBoard,
    watch: Callable[[Event, Placed], object] | None,
) -> tuple[ProvenanceGraph, Tagged, list[Coverage], list[tuple[int, str]]]:
    """The graph, what was tagged on it, which rules could have, and where logs admit gaps.

    Empties the events; the builder's and the engine's tables end here, before a report takes room.
    """
    engine = RuleEngine((*load_builtin(), *load_builtin("tradecraft"), *user.rules))
    requirements = {rule.rule_id: engine.requirements(rule) for rule in engine.detections}
    requirements.update(correlated(user.correlations, requirements))
    detections = (*engine.detections, *(rule.detection for rule in user.correlations))
    seen = FieldsSeen(needed_fields(list(requirements.values())))
    builder = Builder(Hosts({event.host for event in events}))
    correlations = Correlations(user.correlations, user.silent)
    allowed = Allowances(allowances)
    result = tagged(events, clock, builder, engine, seen, correlations, allowed, watch, board)
    covered = [
        coverage(rule, requirements[rule.rule_id], seen)
        for rule in detections
        if rule.rule_id not in user.silent
    ]
    return builder.graph, result, covered, list(builder.remarks())
