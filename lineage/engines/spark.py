"""The steps of a run on an Apache Spark cluster.

Reading is a `flatMap` over units, events are shuffled by group of hosts, groups are traced and
judged where they were shuffled to. What is kept between steps lies on the executors' disks; what is
lost with an executor, Spark makes anew.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
import warnings
from contextlib import chdir, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage.engines.desk import read_work
from lineage.engines.remote import RemoteFile, listed, of_content
from lineage.errors import EngineError, UsageError
from lineage.read.budget import Budget
from lineage.stages.judging import NOTHING
from lineage.stages.packing import pack, unpack
from lineage.stages.sharing import Elsewhere, elsewhere
from lineage.stages.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lineage.engines.work import Work
    from lineage.normalise.event import Event
    from lineage.stages.judging import Judgement
    from lineage.stages.keeping import WriteFacts
    from lineage.stages.planning import Plan
    from lineage.stages.reading import ReadingFacts
    from lineage.stages.sharing import Common
    from lineage.stages.tracing import TraceFacts
    from lineage.stages.workplace import Settings

LOCAL_MASTER = "local[*]"
DEFAULTS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.hadoop.mapreduce.input.fileinputformat.input.dir.recursive": "true",
}
"""What is set unless the user sets it."""

_OURS = re.compile(r"lineage\.errors\.\w+Error: (.*)")
_LAST = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Interrupt)): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which cluster.

    Attributes:
        master: its address, as `spark-submit --master` takes it; None for what the conf or the
            environment says, else this machine.
        conf: further settings, as `spark-submit --conf` takes them.
    """

    master: str | None = None
    conf: tuple[tuple[str, str], ...] = ()


class Told(NamedTuple):
    """What reading a piece of work came to: its facts.

    Attributes:
        work: its number.
        facts: as `lineage.stages.reading` gives them.
    """

    work: int
    facts: ReadingFacts


class Packed(NamedTuple):
    """Packed events of a host.

    Attributes:
        host: its name in lower case.
        work: number of the work that they are of.
        part: which of the work's batches.
        data: the events.
    """

    host: str
    work: int
    part: int
    data: bytes


class Spark:
    """Works on a cluster.

    Args:
        settings: of the run.
        cluster: which.

    Raises:
        EngineError: it can't be reached.
        UsageError: pyspark isn't installed.
    """

    def __init__(self, settings: Settings, cluster: Cluster) -> None:
        self._context: Any = _context(cluster)
        self._settings = self._context.broadcast(settings)
        self._read: Any = None
        self._traced: Any = None
        self._inputs: list[str] = []

    def read(
        self, works: Sequence[Work], advance: Callable[[int], object] | None
    ) -> list[ReadingFacts]:
        """Reads every piece of work on some executor."""
        settings = self._settings
        local = [(n, work) for n, work in enumerate(works) if not isinstance(work, RemoteFile)]
        remote = {work.url: n for n, work in enumerate(works) if isinstance(work, RemoteFile)}
        parts = []
        if local:
            here = str(Path.cwd())
            slices = self._context.parallelize(local, len(local))
            parts.append(slices.flatMap(lambda item: _read_one(settings, here, *item)))
        if remote:
            files = self._context.binaryFiles(",".join(remote), len(remote))
            parts.append(files.flatMap(lambda item: _read_remote(settings, remote, *item)))
        with _told():
            self._read = self._kept(self._context.union(parts))
            told = self._read.filter(lambda each: isinstance(each, Told)).collect()
        facts = {each.work: each.facts for each in told}
        if advance is not None:
            advance(sum(work.bytes for work in works))
        return [facts[number] for number in range(len(works))]

    def trace(self, plan: Plan) -> list[TraceFacts]:
        """Shuffles events by group, and traces each group where its events came together."""
        self._inputs = [ledger.source for ledger in plan.ledgers]
        settings = self._settings
        number_of = {host: n for n, group in enumerate(plan.groups) for host in group.hosts}
        numbers, firsts = self._context.broadcast(number_of), self._context.broadcast(plan.firsts)
        groups = self._context.broadcast(plan.groups)
        slices = max(len(plan.groups), 1)
        by_group = (
            self._read.filter(lambda each: isinstance(each, Packed))
            .map(lambda each: (numbers.value[each.host], each))
            .groupByKey(slices, lambda number: number)
        )
        with _told():
            self._traced = self._kept(
                by_group.map(lambda item: _trace_one(settings, groups, firsts, *item))
            )
            facts = dict(self._traced.map(lambda item: (item[0], item[2])).collect())
        return [facts[number] for number in range(len(plan.groups))]

    def judge(self, facts: Sequence[TraceFacts], common: Common) -> list[Judgement]:
        """Judges each group where it was traced."""
        settings = self._settings
        strangers = {n: elsewhere(each, common).strangers for n, each in enumerate(facts)}
        others = Elsewhere(common.profile, common.contexts, {})
        shared = self._context.broadcast((others, self._inputs, strangers))
        with _told():
            judged = dict(
                self._traced.map(lambda item: _judge_one(settings, shared, *item[:2])).collect()
            )
        return [judged[number] for number in range(len(facts))]

    def write(self, plan: Plan, folder: Path) -> list[WriteFacts]:
        """Isn't done here: executors share no folder."""
        raise UsageError(f"{folder}: datasets are written by the local engine; leave out --engine")

    def _kept(self, rdd: Any) -> Any:
        from pyspark import StorageLevel

        return rdd.persist(StorageLevel.DISK_ONLY)

    def close(self) -> None:
        """Leaves the cluster."""
        self._context.stop()


def remote_files(urls: Sequence[str], cluster: Cluster) -> list[RemoteFile]:
    """The files at addresses of a file system that Spark reaches, in order.

    Raises:
        InputError: there is none.
        EngineError: the cluster can't be reached.
    """
    context = _context(cluster)
    with _told():
        return listed(context, urls)


def _context(cluster: Cluster) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # on pandas, which isn't used here
            from pyspark import SparkConf, SparkContext
    except ImportError as error:
        raise UsageError(
            "--engine spark needs pyspark; install it with pip install 'lineage-ir[spark]'"
        ) from error
    conf = SparkConf()
    for name, value in DEFAULTS.items():
        conf.setIfMissing(name, value)
    for name, value in cluster.conf:
        conf.set(name, value)
    if cluster.master is not None:
        conf.setMaster(cluster.master)
    conf.setIfMissing("spark.master", LOCAL_MASTER)
    conf.setIfMissing("spark.app.name", "lineage")
    if str(conf.get("spark.master")).startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        context = SparkContext.getOrCreate(conf)
    except Exception as error:  # the gateway and the JVM raise whatever they like
        raise EngineError(
            f"Spark at {conf.get('spark.master')} can't be reached: {_reason(error)}; see"
            " docs/scale.md"
        ) from error
    context.setLogLevel("ERROR")
    return context


@contextmanager
def _told() -> Iterator[None]:
    """Turns what Spark says of failed work into one line."""
    from py4j.protocol import Py4JError

    try:
        yield
    except Py4JError as error:
        raise EngineError(f"Spark: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """The line that matters of a long story told by Python, the JVM, and Python again."""
    text = str(error)
    ours = _OURS.findall(text)
    if ours:
        return " ".join(str(ours[-1]).split())
    last = _LAST.findall(text)
    first = next(iter(text.splitlines()), type(error).__name__)
    return f"{last[-1][0]}: {last[-1][1]}"[:400] if last else first[:400]


# -- on the executors ------------------------------------------------------------------------------

_PLACES: dict[int, Workplace] = {}
"""Of this process, by the number of the settings' broadcast: rules are compiled once."""


def _place(settings: Any) -> Workplace:
    number = settings._jbroadcast_id if hasattr(settings, "_jbroadcast_id") else id(settings)
    place = _PLACES.get(number)
    if place is None:
        place = _PLACES[number] = Workplace(settings.value)
    return place


def _read_one(settings: Any, folder: str, number: int, work: Work) -> Iterator[Told | Packed]:
    """Reads what lies where the executors see it too: paths are those of the first process."""
    with chdir(folder) if Path(folder).is_dir() else nullcontext():
        yield from _reading(
            number, lambda shelve: read_work(work, _place(settings), Budget(), shelve)
        )


def _read_remote(
    settings: Any, numbers: Mapping[str, int], url: str, content: bytes
) -> Iterator[Told | Packed]:
    place = _place(settings)
    yield from _reading(
        numbers[url],
        lambda shelve: place.read(of_content(url, bytes(content), Budget()), shelve),
    )


def _reading(
    number: int, read: Callable[[Callable[[str, list[Event]], object]], ReadingFacts]
) -> Iterator[Told | Packed]:
    packed: list[Packed] = []

    def shelve(host: str, events: list[Event]) -> None:
        packed.append(Packed(host, number, len(packed), pack(events)))

    yield Told(number, read(shelve))
    yield from packed


def _trace_one(
    settings: Any, groups: Any, firsts: Any, number: int, pieces: Iterable[Packed]
) -> tuple[int, bytes | None, TraceFacts]:
    group = groups.value[number]
    ordered = sorted(pieces, key=lambda piece: (piece.host, piece.work, piece.part))
    events = (event for piece in ordered for event in unpack(piece.data, firsts.value[piece.work]))
    traced, facts = _place(settings).trace(group, events)
    return number, pickle.dumps(traced) if traced.hits else None, facts


def _judge_one(
    settings: Any, shared: Any, number: int, traced: bytes | None
) -> tuple[int, Judgement]:
    if traced is None:
        return number, NOTHING
    others, inputs, strangers = shared.value
    here = others._replace(strangers=strangers[number])
    return number, _place(settings).judge(pickle.loads(traced), here, inputs)  # noqa: S301 - ours
