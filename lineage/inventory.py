"""What inputs are, without correlating: their sources, hosts, times, ids, and what they could show.

Events aren't kept, so that a collection of any size can be looked over first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lineage.detect.catalog import load_builtin
from lineage.detect.coverage import FieldsSeen, coverage, needed_fields
from lineage.detect.detection import PACKS
from lineage.detect.engine import RuleEngine
from lineage.normalise.date_order import dated
from lineage.normalise.dispatch import Normaliser
from lineage.normalise.header import UNKNOWN_HOST
from lineage.normalise.outcome import Outcome
from lineage.normalise.sources import SOURCE
from lineage.problems import InputLedger, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage.detect.coverage import Coverage
    from lineage.normalise.clock import Clock
    from lineage.normalise.event import Event
    from lineage.read import Input
    from lineage.read.record import RawRecord

MOST_IDS = 5_000
"""Different kinds of records that are counted apart, of one input; an export has some hundred."""

OTHER_IDS = "others"
"""Who wrote the records beyond these."""


class RecordKind(NamedTuple):
    """Records of one id by one writer.

    Attributes:
        writer: provider, or the channel where the export names none; "" where neither.
        event_id: event id, or Falcon's event name.
        source: name of the event source (`lineage.normalise.sources`) as which they are read; None
            where they aren't.
    """

    writer: str
    event_id: int | str
    source: str | None


@dataclass(slots=True)
class InputSummary:
    """What one input holds.

    Attributes:
        ledger: what became of its records; repetitions are told only when all is put in order, so
            that they count as events here.
        kinds: how many records of each kind there are.
        hosts: how many records name each host.
        first, last: first and last time in it, in ticks, local times put right as far as the input
            tells their zone; None where it has no time.
    """

    ledger: InputLedger
    kinds: Counter[RecordKind] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """What some inputs hold, and which built-in detections could fire on all of them together."""

    inputs: Sequence[InputSummary]
    coverage: Sequence[Coverage]


def take_inventory(
    inputs: Iterable[Input], timezone: str | None = None, *, day_first: bool | None = None
) -> Inventory:
    """Reads inputs to their ends and counts what is in them.

    Args:
        inputs: opened, in order (`lineage.read.read`).
        timezone: IANA name of the zone of times that don't say theirs; None to find it out.
        day_first: how dates like 3/4/2026 are meant; None to find it out.

    Raises:
        UsageError: there is no such zone.
    """
    engine = RuleEngine([rule for pack in PACKS for rule in load_builtin(pack)])
    requirements = {rule.rule_id: engine.requirements(rule) for rule in engine.detections}
    seen = FieldsSeen(needed_fields(list(requirements.values())))
    normaliser = Normaliser(timezone, day_first=day_first)
    summaries: list[InputSummary] = []
    spans: list[_Spans] = []
    for source, opened in enumerate(inputs):
        summary = InputSummary(InputLedger(opened.name, opened.format, opened.kind))
        summaries.append(summary)
        spans.append(_Spans(source, normaliser.clock))
        for record in opened.records:
            if isinstance(record, Problem):
                summary.ledger.reject(record)
                continue
            outcome = normaliser.normalise(record, source)
            _count(record, outcome, summary)
            spans[-1].observe(record, outcome)
            if isinstance(outcome, tuple) and not isinstance(outcome, Problem):
                seen.observe(outcome)
    for summary, span in zip(summaries, spans, strict=True):
        summary.first, summary.last = span.bounds()
    for source, remark in normaliser.clock.remarks():
        summaries[source].ledger.reject(Problem(None, remark, lost=0))
    covered = [coverage(rule, requirements[rule.rule_id], seen) for rule in engine.detections]
    return Inventory(summaries, covered)


def _count(record: RawRecord, outcome: Event | Problem | Outcome, summary: InputSummary) -> None:
    ledger = summary.ledger
    source = None
    if isinstance(outcome, Problem):
        ledger.reject(outcome)
    elif isinstance(outcome, Outcome):
        ledger.ignore(record.provider or record.channel, record.event_id)
    else:
        ledger.accept()
        source = outcome.origin
    kind = RecordKind(record.provider or record.channel, record.event_id, source)
    if kind not in summary.kinds and len(summary.kinds) >= MOST_IDS:
        kind = RecordKind(OTHER_IDS, 0, None)
    summary.kinds[kind] += 1
    host = record.computer or UNKNOWN_HOST
    if host in summary.hosts or len(summary.hosts) < MOST_IDS:
        summary.hosts[host] += 1


class _Spans:
    """First and last time per host, of times that are UTC and of times that may be local.

    Dates that can be read in two ways are kept in both until all is read.
    """

    def __init__(self, source: int, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._bounds: dict[tuple[str, bool], tuple[list[int], list[int]]] = {}

    def observe(self, record: RawRecord, outcome: Event | Problem | Outcome) -> None:
        is_utc = False
        if isinstance(outcome, tuple) and not isinstance(outcome, Problem):
            readings = (outcome.time, self._clock.dates.day_first(self._source, outcome.time))
            is_utc = SOURCE[outcome.origin].provider.own_time
        else:
            try:
                readings = dated(record.time, int).readings
            except ValueError:
                return
        key = (record.computer or UNKNOWN_HOST, is_utc)
        if len(self._bounds) < MOST_IDS or key in self._bounds:
            known = self._bounds.setdefault(key, ([readings[0]] * 2, [readings[1]] * 2))
            for bounds, time in zip(known, readings, strict=True):
                bounds[:] = min(bounds[0], time), max(bounds[1], time)

    def bounds(self) -> tuple[int | None, int | None]:
        times = list(self._shifted())
        return min(times, default=None), max(times, default=None)

    def _shifted(self) -> Iterator[int]:
        is_day_first = self._clock.dates.is_day_first(self._source)
        for (host, is_utc), readings in self._bounds.items():
            local = None if is_utc else self._clock.local(self._source, host)
            for time in readings[is_day_first]:
                yield time + (local.offset(time)[0] if local else 0)
