"""The records that a report's evidence stands on, as logged.

A run keeps of a record what its event says. What the evidence names is read a second time, and kept
whole in the report, within bounds: for each chain, for each record and for all.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.problems import Problem
from lineage.report.model import LoggedRecord
from lineage.report.saved import ticks
from lineage.times import TICKS, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage.read import Input
    from lineage.read.record import RawRecord
    from lineage.report.model import Chain, DetectionHit, Report

OF_STRONG: Final = 200
"""Records kept of a confirmed or probable chain."""
OF_SUSPICIOUS: Final = 10
"""Records kept of a suspicious one."""
OF_ALL: Final = 5_000
"""Records kept in a report."""
LONGEST: Final = 20_000
"""Characters kept of one value; a script block has up to some 20,000."""
MOST_FIELDS: Final = 500
"""Fields kept of one record."""
NEAR: Final = 60 * TICKS
"""How far a record's own time lies at most from its event's, unless its clock tells local time."""


class RecordKey(NamedTuple):
    """What names a record in the evidence.

    EventRecordIDs count for each log, and an export may hold several hosts' logs.
    """

    source: str
    record: int
    event_id: int | str
    host: str


def with_records(report: Report, inputs: Iterable[Input]) -> Report:
    """The report with the records of its chains' evidence.

    Args:
        report: of these inputs.
        inputs: the same telemetry, opened anew; only sources that the evidence names are read.
    """
    wanted, left_out = _wanted(report.chains)
    found = _found(inputs, wanted)
    records = [logged(found[key][0], key.source, key.host) for key in sorted(found, key=_place)]
    missing = len(wanted) - len(found)
    return report.model_copy(update={"records": records, "records_left_out": left_out + missing})


def logged(raw: RawRecord, source: str, host: str = "") -> LoggedRecord:
    """A record as the report keeps it: all of its fields as text, long ones cut and so marked.

    Args:
        raw: as it was read.
        source: where.
        host: as the evidence calls it; as the record does, where there is none.
    """
    fields = {str(name): _text(value) for name, value in list(raw.data.items())[:MOST_FIELDS]}
    cut = len(raw.data) > MOST_FIELDS
    for name, value in fields.items():
        if len(value) > LONGEST:
            left = len(value) - LONGEST
            fields[name] = f"{value[:LONGEST]}… [{left:,} more characters in the source]"
            cut = True
    return LoggedRecord(
        source=source,
        record=number_of(raw),
        host=host or raw.computer,
        event_id=raw.event_id,
        provider=raw.provider,
        channel=raw.channel,
        computer=raw.computer,
        time=raw.time,
        process_id=raw.process_id,
        user=raw.user,
        data=fields,
        cut=cut,
    )


def number_of(raw: RawRecord) -> int:
    """By what number a record is named: its EventRecordID, else its place in the source."""
    return raw.number if raw.record_id is None else raw.record_id


def _place(key: RecordKey) -> tuple[str, int, str, str]:
    return key.source, key.record, str(key.event_id), key.host


def _text(value: object) -> str:
    """A field's value as it is read; what is nested as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _wanted(chains: Iterable[Chain]) -> tuple[dict[RecordKey, int], int]:
    """The records to keep, the best chains' first, and how many others the evidence names.

    Returns:
        Key -> when its event happened, in ticks; and the count.
    """
    kept: dict[RecordKey, int] = {}
    left_out: set[RecordKey] = set()
    for chain in chains:
        room = OF_SUSPICIOUS if chain.verdict == "suspicious" else OF_STRONG
        for hit in _spread(chain.evidence):
            for key in keys_of(hit):
                if key in kept:
                    continue
                if room > 0 and len(kept) < OF_ALL:
                    kept[key] = ticks(hit.time)
                    room -= 1
                else:
                    left_out.add(key)
    return kept, len(left_out - kept.keys())


def keys_of(hit: DetectionHit) -> list[RecordKey]:
    """The records that tell a hit's fact, its own first."""
    own = RecordKey(hit.source, hit.record, hit.event_id, hit.host)
    return [own, *(RecordKey(one.source, one.record, one.event_id, hit.host) for one in hit.also)]


def _spread(hits: Iterable[DetectionHit]) -> list[DetectionHit]:
    """The hits so that each detection's first comes before any one's second, and so on."""
    seen: Counter[str] = Counter()
    ranks: list[int] = []
    ordered = list(hits)
    for hit in ordered:
        ranks.append(seen[hit.detection])
        seen[hit.detection] += 1
    return [hit for _, hit in sorted(zip(ranks, ordered, strict=True), key=itemgetter(0))]


def _found(
    inputs: Iterable[Input], wanted: Mapping[RecordKey, int]
) -> dict[RecordKey, tuple[RawRecord, int]]:
    """What was looked for, each with how far it lies off; of several the nearest."""
    found: dict[RecordKey, tuple[RawRecord, int]] = {}
    hosts: dict[tuple[str, int, int | str], list[RecordKey]] = defaultdict(list)
    missing: Counter[str] = Counter()
    for key in wanted:
        hosts[key[:3]].append(key)
        missing[key.source] += 1
    for opened in inputs:
        for raw in opened.records if missing[opened.name] else ():
            if isinstance(raw, Problem):
                continue
            for key in hosts.get((opened.name, number_of(raw), raw.event_id), ()):
                off = _off(raw, key.host, wanted[key])
                before = found[key][1] if key in found else None
                if before is None or off < before:
                    found[key] = raw, off
                if off <= NEAR and (before is None or before > NEAR):
                    missing[opened.name] -= 1
            if not missing[opened.name]:
                break
    return found


def _off(raw: RawRecord, host: str, time: int) -> int:
    """How far a record is from what is wanted, in ticks of time; another host's is farther."""
    try:
        off = abs(parse(raw.time)[0] - time)
    except ValueError:
        off = 2 * NEAR
    same = not raw.computer or _short(raw.computer) == _short(host)
    return off if same else off + _ANOTHER_HOST


_ANOTHER_HOST: Final = 10**18
"""More than any two times lie apart, in ticks."""


def _short(host: str) -> str:
    return host.partition(".")[0].casefold()
