"""All steps in this process, one after the other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lineage.engines.desk import Desk
from lineage.engines.shelf import Shelf
from lineage.engines.spool import Spool
from lineage.read.budget import Budget
from lineage.stages.packing import pack, unpack
from lineage.stages.sharing import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lineage.normalise.event import Event
    from lineage.read.units import Unit
    from lineage.stages.judging import Judgement
    from lineage.stages.planning import HostGroup, Plan
    from lineage.stages.reading import ReadingFacts
    from lineage.stages.sharing import Common
    from lineage.stages.tracing import TraceFacts
    from lineage.stages.workplace import Settings


class Serial:
    """Works alone.

    Args:
        settings: of the run.
        room: events that may wait in memory, and as many in graphs; None for any number.
    """

    def __init__(self, settings: Settings, room: int | None = None) -> None:
        self._folder = TemporaryDirectory(prefix="lineage-")
        self._spool = Spool(Path(self._folder.name) / "spool")
        self._desk = Desk(settings, self._spool, room)
        self._events: Shelf[list[Event]] = Shelf(self._spool, room, pack, unpack)
        self._inputs: list[str] = []

    def read(
        self, units: Sequence[Unit], advance: Callable[[int], object] | None
    ) -> list[ReadingFacts]:
        """Reads units one after the other."""
        budget = Budget()
        readings: list[ReadingFacts] = []
        first = 0
        for unit in units:
            first -= unit.continues
            facts = self._desk.read(unit, budget, self._shelve, first, advance)
            readings.append(facts)
            first += len(facts.ledgers)
        return readings

    def _shelve(self, host: str, events: list[Event]) -> None:
        self._events.put(host, events, len(events))

    def trace(self, plan: Plan) -> list[TraceFacts]:
        """Traces groups one after the other."""
        self._inputs = [ledger.source for ledger in plan.ledgers]
        return [
            self._desk.trace(number, group, self._of_group(group))
            for number, group in enumerate(plan.groups)
        ]

    def _of_group(self, group: HostGroup) -> Iterator[Event]:
        for host in group.hosts:
            for piece in self._events.take(host):
                yield from piece

    def judge(self, facts: Sequence[TraceFacts], common: Common) -> list[Judgement]:
        """Judges groups one after the other."""
        return [
            self._desk.judge(number, elsewhere(each, common), self._inputs)
            for number, each in enumerate(facts)
        ]

    def close(self) -> None:
        """Removes the temporary files."""
        self._spool.close()
        self._folder.cleanup()
