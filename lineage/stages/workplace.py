"""Where the steps run that can run anywhere: one per process, with the rules compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lineage.detect.catalog import load_builtin
from lineage.detect.engine import RuleEngine
from lineage.normalise.clock import Clock
from lineage.normalise.dispatch import Normaliser
from lineage.stages.judging import judge
from lineage.stages.reading import read_events
from lineage.stages.tracing import Tracer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.correlate.finding import Correlator
    from lineage.detect.alerts.place import AlertBoard
    from lineage.detect.allow import Allowance
    from lineage.detect.catalog import RuleSet
    from lineage.normalise.event import Event
    from lineage.read import Input
    from lineage.stages.judging import Judgement
    from lineage.stages.planning import HostGroup
    from lineage.stages.reading import ReadingFacts, Shelve
    from lineage.stages.sharing import Elsewhere
    from lineage.stages.tracing import Traced, TraceFacts, Watch


@dataclass(frozen=True, slots=True)
class Settings:
    """What all steps of a run have in common. It travels to where they run.

    Attributes:
        rules: the user's.
        correlators: what makes chains of clusters.
        allowances: entries of allow files.
        timezone: IANA name of the zone of times that don't say theirs; None to find it out.
        day_first: how dates like 3/4/2026 are meant; None to find it out.
    """

    rules: RuleSet
    correlators: Sequence[Correlator]
    allowances: Sequence[Allowance] = ()
    timezone: str | None = None
    day_first: bool | None = None


class Workplace:
    """Runs the steps of one run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def engine(self) -> RuleEngine:
        """All rules, compiled."""
        return RuleEngine(
            (*load_builtin(), *load_builtin("tradecraft"), *self.settings.rules.rules)
        )

    @cached_property
    def _tracer(self) -> Tracer:
        return Tracer(self.settings.rules, self.engine, self.settings.allowances)

    def clock(self) -> Clock:
        """A clock that was told nothing yet."""
        return Clock(self.settings.timezone, day_first=self.settings.day_first)

    def read(self, inputs: Iterable[Input], shelve: Shelve, first: int = 0) -> ReadingFacts:
        """Reads inputs. See `lineage.stages.reading`."""
        normaliser = Normaliser(self.settings.timezone, day_first=self.settings.day_first)
        return read_events(inputs, shelve, normaliser, first)

    def trace(
        self,
        group: HostGroup,
        events: Iterable[Event],
        watch: Watch | None = None,
        alerts: AlertBoard | None = None,
    ) -> tuple[Traced, TraceFacts]:
        """Traces a group of hosts. See `lineage.stages.tracing`."""
        return self._tracer.trace(group, events, watch, alerts)

    def judge(self, traced: Traced, others: Elsewhere, inputs: Sequence[str]) -> Judgement:
        """Judges a group of hosts. See `lineage.stages.judging`."""
        return judge(traced, others, self.settings.correlators, inputs)[0]
