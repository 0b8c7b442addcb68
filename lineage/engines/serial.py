"""All steps in this process, one after the other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lineage.engines.desk import Desk, read_work
from lineage.engines.shelf import Shelf
from lineage.engines.spool import Spool
from lineage.read.budget import Budget
from lineage.stages.packing import pack, unpack
from lineage.stages.sharing import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from lineage.engines.work import Work
    from lineage.normalise.event import Event
    from lineage.stages.judging import Judgement
    from lineage.stages.keeping import WriteFacts
    from lineage.stages.planning import HostGroup, Plan
    from lineage.stages.reading import EventsByHost, ReadingFacts, Shelve
    from lineage.stages.sharing import Common
    from lineage.stages.tracing import TraceFacts
    from lineage.stages.workplace import Settings, Workplace


class Serial:
    """Works alone.

    Args:
        settings: of the run.
        room: events that may wait in memory, and as many in graphs; None for any number.
    """

    def __init__(self, settings: Settings, room: int | None = None) -> None:
        self._spool = Spool()
        self._desk = Desk(settings, self._spool, room)
        self._events: Shelf[list[Event]] = Shelf(self._spool, room, pack, unpack)
        self._inputs: list[str] = []

    def read(
        self, works: Sequence[Work], advance: Callable[[int], object] | None
    ) -> list[ReadingFacts]:
        """Reads one after the other."""
        return read_in_order(works, self._desk.place, self._shelve, advance)

    def _shelve(self, host: str, events: list[Event]) -> None:
        self._events.put(host, events, len(events))

    def trace(self, plan: Plan) -> list[TraceFacts]:
        """Traces groups one after the other."""
        self._inputs = [ledger.source for ledger in plan.ledgers]
        return [
            self._desk.trace(number, group, self._of_group(group))
            for number, group in enumerate(plan.groups)
        ]

    def write(self, plan: Plan, folder: Path) -> list[WriteFacts]:
        """Writes groups one after the other."""
        inputs = [ledger.source for ledger in plan.ledgers]
        return [
            self._desk.write(group, self._of_group(group), folder, inputs) for group in plan.groups
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


def read_all(
    works: Sequence[Work], place: Workplace, advance: Callable[[int], object] | None
) -> tuple[list[ReadingFacts], EventsByHost]:
    """Reads all there is into memory.

    Args:
        works: what there is.
        place: of the run.
        advance: told how many bytes were read, as it goes on.
    """
    by_host: EventsByHost = defaultdict(list)
    readings = read_in_order(works, place, lambda host, batch: by_host[host].extend(batch), advance)
    return readings, by_host


def read_in_order(
    works: Sequence[Work],
    place: Workplace,
    shelve: Shelve,
    advance: Callable[[int], object] | None,
) -> list[ReadingFacts]:
    """Reads one after the other, with one account of what is unpacked."""
    budget = Budget()
    readings: list[ReadingFacts] = []
    first = 0
    for work in works:
        first -= work.continues
        facts = read_work(work, place, budget, shelve, first, advance)
        readings.append(facts)
        first += len(facts.ledgers)
    return readings
