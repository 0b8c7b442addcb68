"""The share of one process in a run: it does the steps, and keeps graphs until they are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.engines.shelf import Shelf
from lineage.read.units import inputs_of_unit
from lineage.stages.judging import NOTHING
from lineage.stages.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lineage.engines.spool import Spool
    from lineage.normalise.event import Event
    from lineage.read.budget import Budget
    from lineage.read.units import Unit
    from lineage.stages.judging import Judgement
    from lineage.stages.planning import HostGroup
    from lineage.stages.reading import ReadingFacts, Shelve
    from lineage.stages.sharing import Elsewhere
    from lineage.stages.tracing import Traced, TraceFacts
    from lineage.stages.workplace import Settings


class Desk:
    """Does the steps of a run.

    Args:
        settings: of the run.
        spool: where graphs go that don't fit into memory.
        room: events whose graphs may wait in memory; None for any number.
    """

    def __init__(self, settings: Settings, spool: Spool, room: int | None = None) -> None:
        self.place = Workplace(settings)
        self._graphs: Shelf[Traced] = Shelf(spool, room)

    def read(
        self,
        unit: Unit,
        budget: Budget,
        shelve: Shelve,
        first: int = 0,
        advance: Callable[[int], object] | None = None,
    ) -> ReadingFacts:
        """Reads a unit. See `lineage.stages.reading.read_events`."""
        facts = self.place.read(inputs_of_unit(unit, budget, advance), shelve, first)
        facts.continues = unit.continues
        return facts

    def trace(self, number: int, group: HostGroup, events: Iterable[Event]) -> TraceFacts:
        """Traces a group, and keeps its graph under a number."""
        traced, facts = self.place.trace(group, events)
        if traced.hits:
            self._graphs.put(number, traced, group.events)
        return facts

    def judge(self, number: int, others: Elsewhere, inputs: Sequence[str]) -> Judgement:
        """Judges the group of a number."""
        for traced in self._graphs.take(number):
            return self.place.judge(traced, others, inputs)
        return NOTHING
