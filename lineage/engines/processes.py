"""The steps of a run shared among processes of this machine.

Events travel through files, which the page cache holds; graphs stay in the process that made them.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, cast

from lineage.engines.desk import Desk, read_work
from lineage.engines.pool import Pool, Task
from lineage.engines.spool import Spool, Spot
from lineage.engines.work import is_standard_input
from lineage.read.budget import Budget
from lineage.stages.packing import pack, unpack
from lineage.stages.sharing import Elsewhere, elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lineage.engines.work import Work
    from lineage.normalise.event import Event
    from lineage.stages.judging import Judgement
    from lineage.stages.keeping import WriteFacts
    from lineage.stages.planning import HostGroup, Plan
    from lineage.stages.reading import ReadingFacts
    from lineage.stages.sharing import Common
    from lineage.stages.tracing import TraceFacts
    from lineage.stages.workplace import Settings


class Piece(NamedTuple):
    """Packed events of a host.

    Attributes:
        spot: where they lie.
        first: what is to be added to the numbers of their inputs.
    """

    spot: Spot
    first: int


class Worker:
    """What one of the processes does.

    Args:
        settings: of the run.
        file: where it keeps what it packs.
        room: events whose graphs may wait in its memory; None for any number.
    """

    def __init__(self, settings: Settings, file: Path, room: int | None) -> None:
        self._spool = Spool(file)
        self._desk = Desk(settings, self._spool, room)
        self._inputs: Sequence[str] = ()
        self._common: Elsewhere | None = None

    def read(self, work: Work) -> tuple[ReadingFacts, list[tuple[str, Spot]]]:
        """Reads, and packs events by host."""
        spots: list[tuple[str, Spot]] = []

        def shelve(host: str, events: list[Event]) -> None:
            spots.append((host, self._spool.write(pack(events))))

        return read_work(work, self._desk.place, Budget(), shelve), spots

    def trace(self, number: int, group: HostGroup, pieces: Sequence[Piece]) -> TraceFacts:
        """Traces a group whose events are packed."""
        return self._desk.trace(number, group, _unpacked(pieces))

    def write(
        self, group: HostGroup, pieces: Sequence[Piece], folder: Path, inputs: Sequence[str]
    ) -> WriteFacts:
        """Writes a group whose events are packed."""
        return self._desk.write(group, _unpacked(pieces), folder, inputs)

    def prepare(self, inputs: Sequence[str], common: Elsewhere) -> None:
        """Takes what all groups are judged by."""
        self._inputs = inputs
        self._common = common

    def judge(self, number: int, strangers: Mapping[str, bool]) -> Judgement:
        """Judges a group that was traced here."""
        assert self._common is not None  # noqa: S101 - `prepare` came before
        others = self._common._replace(strangers=strangers)
        return self._desk.judge(number, others, self._inputs)


def _unpacked(pieces: Sequence[Piece]) -> Iterator[Event]:
    for spot, first in pieces:
        yield from unpack(spot.fetch(), first)


Read = tuple["ReadingFacts", list[tuple[str, Spot]]]


class Processes:
    """Works in several processes.

    Args:
        settings: of the run.
        jobs: how many.
        room: events whose graphs may wait in all of their memories together; None for any number.
    """

    def __init__(self, settings: Settings, jobs: int, room: int | None = None) -> None:
        self._folder = TemporaryDirectory(prefix="lineage-")
        folder = Path(self._folder.name)
        share = None if room is None else room // jobs
        self._own = Worker(settings, folder / "own", share)
        self._pool = Pool(
            [Task(Worker, (settings, folder / f"worker-{number}", share)) for number in range(jobs)]
        )
        self._pieces: dict[str, list[tuple[int, Spot]]] = {}
        """Host -> number of the work and place of its events, in that order."""
        self._inputs: list[str] = []
        self._owners: list[int] = []

    def read(
        self, works: Sequence[Work], advance: Callable[[int], object] | None
    ) -> list[ReadingFacts]:
        """Reads in whichever process is free; standard input is this one's."""
        done: dict[int, Read] = {}
        tasks: dict[int, Task] = {}
        for number, work in enumerate(works):
            if is_standard_input(work):
                done[number] = self._own.read(work)
            else:
                tasks[number] = Task(Worker.read, (work,))
        for number, _, result in self._pool.spread(tasks):
            done[number] = cast("Read", result)
            if advance is not None:
                advance(works[number].bytes)
        for number in range(len(works)):
            for host, spot in done[number][1]:
                self._pieces.setdefault(host, []).append((number, spot))
        return [done[number][0] for number in range(len(works))]

    def trace(self, plan: Plan) -> list[TraceFacts]:
        """Traces the largest groups first, each in whichever process is free."""
        self._inputs = [ledger.source for ledger in plan.ledgers]
        largest = sorted(range(len(plan.groups)), key=lambda n: -plan.groups[n].events)
        tasks = {n: Task(Worker.trace, (n, *self._work(plan, n))) for n in largest}
        facts: dict[int, TraceFacts] = {}
        owners: dict[int, int] = {}
        for number, worker, result in self._pool.spread(tasks):
            facts[number] = cast("TraceFacts", result)
            owners[number] = worker
        self._owners = [owners[number] for number in range(len(plan.groups))]
        return [facts[number] for number in range(len(plan.groups))]

    def write(self, plan: Plan, folder: Path) -> list[WriteFacts]:
        """Writes the largest groups first, each in whichever process is free."""
        inputs = [ledger.source for ledger in plan.ledgers]
        largest = sorted(range(len(plan.groups)), key=lambda n: -plan.groups[n].events)
        tasks = {n: Task(Worker.write, (*self._work(plan, n), folder, inputs)) for n in largest}
        facts = {n: cast("WriteFacts", value) for n, _, value in self._pool.spread(tasks)}
        return [facts[number] for number in range(len(plan.groups))]

    def _work(self, plan: Plan, number: int) -> tuple[HostGroup, list[Piece]]:
        group = plan.groups[number]
        pieces = [
            Piece(spot, plan.firsts[unit])
            for host in group.hosts
            for unit, spot in self._pieces.pop(host, [])
        ]
        return group, pieces

    def judge(self, facts: Sequence[TraceFacts], common: Common) -> list[Judgement]:
        """Judges each group where it was traced."""
        others = Elsewhere(common.profile, common.contexts, {})
        self._pool.everywhere(Task(Worker.prepare, (self._inputs, others)))
        tasks = {
            number: Task(Worker.judge, (number, elsewhere(each, common).strangers))
            for number, each in enumerate(facts)
        }
        judgements: dict[int, Judgement] = {}
        for number, _, result in self._pool.spread(tasks, self._owners):
            judgements[number] = cast("Judgement", result)
        return [judgements[number] for number in range(len(facts))]

    def close(self) -> None:
        """Ends the processes and removes the temporary files."""
        self._pool.close()
        self._folder.cleanup()
