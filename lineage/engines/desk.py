"""The share of one process in a run: it does the steps, and keeps graphs until they are judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lineage.dataset.manifest import load
from lineage.dataset.store import read_host, write_host
from lineage.engines.remote import RemoteFile
from lineage.engines.shelf import Shelf
from lineage.engines.work import StoredHosts
from lineage.errors import EngineError
from lineage.problems import InputLedger
from lineage.read.units import inputs_of_unit
from lineage.stages.judging import NOTHING
from lineage.stages.keeping import WriteFacts, settled
from lineage.stages.reading import HostFacts, ReadingFacts
from lineage.stages.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lineage.engines.spool import Spool
    from lineage.engines.work import Work
    from lineage.normalise.event import Event
    from lineage.read.budget import Budget
    from lineage.stages.judging import Judgement
    from lineage.stages.planning import HostGroup
    from lineage.stages.reading import Shelve
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

    def write(
        self, group: HostGroup, events: Iterable[Event], folder: Path, inputs: Sequence[str]
    ) -> WriteFacts:
        """Puts a group's events in order, and into a dataset."""
        ordered, facts = settled(group, events)
        stored = []
        for host in group.hosts:
            own = ordered.pop(host, [])
            stored.append((host, write_host(folder, host, own, inputs), len(own)))
        return facts._replace(folders=stored)

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


def read_work(
    work: Work,
    place: Workplace,
    budget: Budget,
    shelve: Shelve,
    first: int = 0,
    advance: Callable[[int], object] | None = None,
) -> ReadingFacts:
    """Reads a unit, or hosts of a dataset. See `lineage.stages.reading.read_events`."""
    if isinstance(work, RemoteFile):
        raise EngineError(f"{work.url}: only a cluster reads it; use --engine spark")
    if isinstance(work, StoredHosts):
        return _read_stored(work, place, shelve, first, advance)
    facts = place.read(inputs_of_unit(work, budget, advance), shelve, first)
    facts.continues = work.continues
    return facts


def _read_stored(
    work: StoredHosts,
    place: Workplace,
    shelve: Shelve,
    first: int,
    advance: Callable[[int], object] | None,
) -> ReadingFacts:
    folder = Path(work.folder)
    manifest = load(folder)
    ledgers = [
        each.ledger() if work.is_first else InputLedger(each.source) for each in manifest.inputs
    ]
    facts = ReadingFacts(ledgers, place.clock(), first, work.continues)
    for host in manifest.hosts:
        if host.folder not in work.folders:
            continue
        facts.hosts[host.host] = HostFacts(host.events, set(host.names), set(host.sensors))
        for batch in read_host(folder, host.folder):
            moved = [event._replace(source=event.source + first) for event in batch]
            shelve(host.host, moved if first else batch)
    if advance is not None:
        advance(work.bytes)
    return facts
