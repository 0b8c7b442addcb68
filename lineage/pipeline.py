"""The whole story in one place: read -> normalise -> graph -> detect -> correlate -> report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lineage import cycle_collector
from lineage.analysis import Analysis
from lineage.correlate.align import TemplateChain
from lineage.correlate.registry import correlators
from lineage.correlate.stage import StageCorrelator
from lineage.dataset import store
from lineage.dataset.writing import begin, finish
from lineage.detect.alerts.place import AlertBoard
from lineage.detect.alerts.read import read as read_alerts
from lineage.detect.allow import load as load_allowances
from lineage.detect.catalog import NO_RULES
from lineage.detect.rule_cache import FolderCache
from lineage.detect.user_rules import load_user
from lineage.engines import choice
from lineage.engines.serial import read_all
from lineage.engines.work import works
from lineage.stages.judging import judge
from lineage.stages.merging import Told, coverage_of, merged
from lineage.stages.planning import planned
from lineage.stages.sharing import elsewhere, shared
from lineage.stages.workplace import Settings, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from lineage.correlate.finding import Correlator
    from lineage.detect.alerts.read import AlertFile
    from lineage.detect.choice import Preparation, Selection
    from lineage.engines.choice import Scale
    from lineage.graph.canvas import Placed
    from lineage.normalise.event import Event
    from lineage.problems import InputLedger
    from lineage.read import Input
    from lineage.report.model import Report
    from lineage.stages.judging import Judgement
    from lineage.stages.planning import Plan
    from lineage.stages.reading import EventsByHost, ReadingFacts
    from lineage.stages.tracing import TraceFacts


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
        scale: with how much of the machine; only `report` asks.
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
    scale: Scale = choice.ANY

    @property
    def files(self) -> tuple[Path, ...]:
        """All that a run reads; no output may be written over it."""
        prepared = self.preparation
        by_rules = (*prepared.placeholders, *prepared.pipelines) if prepared else ()
        return (*self.paths, *self.rules, *self.allow, *self.alerts, *by_rules)


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
    with cycle_collector.off():
        to_read = works(request.paths, request.format_name)
        settings, notes = settled(request)
        place = Workplace(settings)
        readings, events = read_all(to_read, place, request.advance)
        return _run(readings, events, request, place, notes)


def run_opened(inputs: Iterable[Input], request: Request) -> Run:
    """Correlates and reports inputs that are open already; the request's paths don't matter.

    All hosts are one graph, which stays for whoever looks beyond the report.

    Raises:
        InputError: nothing in the inputs can be read.
    """
    with cycle_collector.off():
        settings, notes = settled(request)
        place = Workplace(settings)
        by_host: EventsByHost = defaultdict(list)
        reading = place.read(inputs, lambda host, batch: by_host[host].extend(batch))
        return _run([reading], by_host, request, place, notes)


def _run(
    readings: Sequence[ReadingFacts],
    by_host: EventsByHost,
    request: Request,
    place: Workplace,
    notes: Sequence[str],
) -> Run:
    """Correlates all hosts as one. The events are used up."""
    plan = planned(readings, whole=True)
    (group,) = plan.groups
    all_events = (event for host in group.hosts for event in by_host.pop(host))
    board = AlertBoard(read_alerts(request.alerts))
    traced, facts = place.trace(group, all_events, request.watch, board)
    others = elsewhere(facts, shared([facts]))
    names = [ledger.source for ledger in plan.ledgers]
    judgement, chains = judge(traced, others, place.settings.correlators, names)
    report = _merged(plan, [facts], [judgement], place, notes, board.files)
    return Run(report, Analysis(plan.ledgers, traced.graph, traced.hits, chains))


def report(request: Request) -> Report:
    """Reads, correlates and reports, one group of hosts after the other.

    The report is that of `run`. Rules on several events, other tools' alerts, and correlators that
    look beyond a chain's own hosts, have all hosts looked at as one.

    Raises:
        InputError: a path doesn't exist, or nothing in the paths can be read.
        EngineError: work that others were to do can't be done.
    """
    if request.alerts:
        return run(request).report
    with cycle_collector.off():
        to_read = works(request.paths, request.format_name, choice.listing(request.scale))
        settings, notes = settled(request)
        engine = choice.engine(request.scale, settings, sum(work.bytes for work in to_read))
        try:
            plan = planned(engine.read(to_read, request.advance), whole=not _is_by_host(settings))
            facts = engine.trace(plan)
            judgements = engine.judge(facts, shared(facts))
        finally:
            engine.close()
        return _merged(plan, facts, judgements, Workplace(settings), notes)


def _merged(
    plan: Plan,
    facts: Sequence[TraceFacts],
    judgements: Sequence[Judgement],
    place: Workplace,
    notes: Sequence[str],
    alert_files: Sequence[AlertFile] = (),
) -> Report:
    told = Told(place.settings.rules.problems, place.settings.allowances, alert_files, notes)
    covered = coverage_of(place.settings.rules, place.engine, facts)
    return merged(plan, facts, judgements, covered, told)


def _is_by_host(settings: Settings) -> bool:
    """Whether groups of hosts can be looked at one by one."""
    return not settings.rules.correlations and all(
        isinstance(each, StageCorrelator | TemplateChain) for each in settings.correlators
    )


def settled(request: Request) -> tuple[Settings, list[str]]:
    """What a request asks for, loaded, and what there is to say of it.

    Raises:
        UsageError: a correlator, an allow file or what prepares rules can't be used.
    """
    cache = FolderCache() if request.cache else None
    user = load_user(request.rules, cache, request.preparation, request.selection)
    allowances, notes = load_allowances(request.allow, datetime.now(UTC).date())
    plugins = correlators() if request.correlators is None else request.correlators
    return Settings(user, plugins, allowances, request.timezone, request.day_first), notes


def normalise(request: Request, folder: Path) -> list[InputLedger]:
    """Writes the events of telemetry as a dataset, which is then read in place of it.

    Args:
        request: which telemetry, and how its times are meant; nothing is judged.
        folder: of the dataset; new, or empty.

    Returns:
        What became of the records, by input.

    Raises:
        InputError: a path doesn't exist, or nothing in the paths can be read.
        UsageError: the folder is in use, or pyarrow isn't installed.
        EngineError: the dataset can't be written, or work that others were to do can't be done.
    """
    store.require()
    begin(folder)
    with cycle_collector.off():
        to_read = works(request.paths, request.format_name)
        settings = Settings(NO_RULES, (), (), request.timezone, request.day_first)
        engine = choice.engine(request.scale, settings, sum(work.bytes for work in to_read))
        try:
            plan = planned(engine.read(to_read, request.advance))
            written = engine.write(plan, folder)
        finally:
            engine.close()
        finish(folder, plan, written)
        return plan.ledgers


def events(
    paths: Sequence[Path],
    format_name: str | None = None,
    advance: Callable[[int], object] | None = None,
) -> Iterator[Event]:
    """The events of files, folders and datasets, host by host.

    Raises:
        InputError: a path doesn't exist.
    """
    place = Workplace(Settings(NO_RULES, ()))
    _, by_host = read_all(works(paths, format_name), place, advance)
    for host in list(by_host):
        yield from by_host.pop(host)
