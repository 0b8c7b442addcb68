"""Runs a scenario and writes its telemetry in every container format, with the ground truth."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import orjson

from lineage.simulate.benign.background import with_background
from lineage.simulate.cases import CASES
from lineage.simulate.damage import DAMAGES
from lineage.simulate.facts import ProcessEnd, ProcessStart
from lineage.simulate.scenario import Noise, Scenario, clean
from lineage.simulate.truth import GroundTruth
from lineage.simulate.write import json_lines
from lineage.simulate.write.collection import EvtxArchive, EvtxCollection
from lineage.simulate.write.event_xml import EventXmlDocument, EventXmlLines
from lineage.simulate.write.exports import EXPORTS, Export
from lineage.simulate.write.falcon import FalconFile
from lineage.simulate.write.windows import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from lineage.simulate.write.record import WindowsRecord

DEFAULT_SEED = 1

Telemetry = Literal["lean", "full"]
"""Whether hosts log the story's events only, or what a verbose configuration logs beside them."""

_OTHER_COMPANY = 0x5EED
"""Turns a seed into that of the company whose clean hosts fill up what is wanted."""

_CLEAN_HOSTS = 20
_NO_END = 10**9


class Container(Protocol):
    """A telemetry file, or a folder of them, being written."""

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        ...

    def close(self) -> None:
        """Ends the file."""
        ...


def _lines(name: str, shape: json_lines.Shape) -> Callable[[Path], Container]:
    return lambda folder: json_lines.JsonLines(folder / name, shape)


_WINDOWS_FORMATS: dict[str, Callable[[Path], Container]] = {
    "evtx": EvtxCollection,
    "evtx.zip": lambda folder: EvtxArchive(folder / "evtx.zip"),
    "event-xml": lambda folder: EventXmlLines(folder / "events.xml"),
    "event-xml-utf16": lambda folder: EventXmlDocument(folder / "events.xml"),
    "splunk-json": _lines("export.json", json_lines.splunk),
    "splunk-json-array": lambda folder: json_lines.JsonArray(
        folder / "export.json", json_lines.splunk
    ),
    "winlogbeat": _lines("winlogbeat.ndjson", json_lines.winlogbeat),
    "winlogbeat-6": _lines("winlogbeat.ndjson", json_lines.winlogbeat_6),
    "nxlog": _lines("nxlog.json", json_lines.nxlog),
    "nxlog.json.gz": _lines("nxlog.json.gz", json_lines.nxlog),
    "sentinel": _lines("events.json", json_lines.sentinel),
}
_FALCON = "falcon-fdr"

OTHERS: tuple[str, ...] = tuple(EXPORTS)
"""Names of the exports that are written where they are asked for."""

FORMATS: tuple[str, ...] = (*_WINDOWS_FORMATS, _FALCON)
"""Names of the formats, which are also the names of their folders."""


def simulate(
    directory: Path,
    seed: int = DEFAULT_SEED,
    noise: Noise = "normal",
    *,
    case: str = "textbook",
    damage: str = "none",
    formats: Sequence[str] = FORMATS,
    events: int = 0,
    telemetry: Telemetry = "lean",
) -> list[Path]:
    """Writes a case in every format, and the ground truth.

    Args:
        directory: where; made where it doesn't exist.
        seed: the same seed gives the same bytes.
        noise: how much benign activity there is.
        case: what happens, one of `CASES`.
        damage: what befell the telemetry, one of `DAMAGES`; the ground truth doesn't know of it.
        formats: some of `FORMATS` and `OTHERS`.
        events: at least this many Windows events in all; days of clean hosts are added to reach
            it. Memory stays bounded, however many.
        telemetry: "full" adds the image loads, registry traffic and unread events of a verbose
            configuration, some 350 records around every process start.

    Returns:
        The folders written, one per format, and the ground truth's file as the last.

    Raises:
        ValueError: there is no such case, damage or format.
        OSError: the directory can't be written.
    """
    _check("case", [case], CASES)
    return write(
        directory,
        _scenes(case, seed, noise),
        seed,
        damage=damage,
        formats=formats,
        events=events,
        telemetry=telemetry,
    )


def _check(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"no such {kind}: {', '.join(unknown)}; there are {', '.join(known)}")


def _scenes(case: str, seed: int, noise: Noise) -> Iterator[Scenario]:
    yield CASES[case](seed, noise)
    yield clean(seed ^ _OTHER_COMPANY, noise, hosts=_CLEAN_HOSTS, days=_NO_END, first_day=7)


def write(
    directory: Path,
    scenes: Iterator[Scenario],
    seed: int,
    *,
    damage: str = "none",
    formats: Sequence[str] = FORMATS,
    events: int = 0,
    telemetry: Telemetry = "lean",
) -> list[Path]:
    """Writes the first scenario whole, and of the next ones as many events as are still wanted.

    Args:
        directory: where; made where it doesn't exist.
        scenes: scenarios in order of time.
        seed: noted in the ground truth.
        damage: what befell the telemetry, one of `DAMAGES`.
        formats: some of `FORMATS` and `OTHERS`.
        events: how many Windows events are wanted at least, before any damage.
        telemetry: as in `simulate`.

    Returns:
        The folders written, one per format, and the ground truth's file as the last.

    Raises:
        ValueError: a format isn't one of `FORMATS`.
        OSError: the directory can't be written.
    """
    _check("damage", [damage], DAMAGES)
    _check("format", formats, (*FORMATS, *OTHERS))
    folders = [directory / name for name in formats]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    outputs = [_container(name, directory / name) for name in formats if name != _FALCON]
    falcon = FalconFile(directory / _FALCON / "data.json") if _FALCON in formats else None
    truth = GroundTruth(seed)
    records = _records(scenes, seed, events, telemetry, truth)
    chance = Random(seed)  # noqa: S311 - a simulation must repeat, not surprise
    record: WindowsRecord | _Sensed
    for record in DAMAGES[damage](records, chance):
        if isinstance(record, _Sensed):
            if falcon is not None:
                falcon.write(record.fact)
            continue
        for output in outputs:
            output.write(record)
    for output in outputs:
        output.close()
    if falcon is not None:
        falcon.close()
    path = directory / "truth.json"
    path.write_bytes(orjson.dumps(truth.document(), option=orjson.OPT_INDENT_2) + b"\n")
    return [*folders, path]


def _container(name: str, folder: Path) -> Container:
    if name in _WINDOWS_FORMATS:
        return _WINDOWS_FORMATS[name](folder)
    file, one, around = EXPORTS[name]
    return Export(folder / file, one, **around)


class _Sensed(NamedTuple):
    """What CrowdStrike's sensor records of a process."""

    fact: ProcessStart | ProcessEnd
    event_id: str


def _records(
    scenes: Iterable[Scenario], seed: int, events: int, telemetry: Telemetry, truth: GroundTruth
) -> Iterator[WindowsRecord | _Sensed]:
    journal = Journal()
    written = 0
    for number, scene in enumerate(scenes):
        truth.announce(scene.hosts, scene.plans)
        facts = scene.facts()
        for fact in with_background(facts, seed + number) if telemetry == "full" else facts:
            truth.observe(fact)
            for record in journal.records(fact):
                written += 1
                yield record
            if isinstance(fact, ProcessStart):
                yield _Sensed(fact, "ProcessRollup2")
            elif isinstance(fact, ProcessEnd):
                yield _Sensed(fact, "EndOfProcess")
            if number and written >= events:
                return
        if written >= events:
            return
