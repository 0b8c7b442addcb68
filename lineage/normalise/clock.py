"""Exports that write local time as if it were UTC, found out by Sysmon's own UtcTime.

Log shippers write the header's time in the machine's zone, at times even with a `Z` behind it. A
Sysmon event carries both that header and its own UtcTime, so the difference, a whole number of
quarter hours (no zone has a finer offset since 1972, IANA tz database), is the zone's at that
moment. Events of the same host in the same input that only have a header time are moved by it:
between two Sysmon events that agree by what they show, elsewhere by the zones of the tz database
that fit all of them. Where those disagree it can't be known, and a remark says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from lineage.errors import UsageError
from lineage.normalise.date_order import DateOrders
from lineage.times import DAY, HOUR, TICKS, iso

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

QUARTER = 15 * 60 * TICKS
LEAST_QUARTERS, MOST_QUARTERS = -14 * 4, (12 + 12) * 4
"""The zones in use run from UTC-12 to UTC+14, and a format that writes hours by the 12-hour clock
without AM or PM, a mistake met in published recordings, takes another 12 hours away."""
SLACK = 60 * TICKS
"""How long after it happened an event may be logged for the difference still to tell a zone; a
forwarder that lags by minutes has none."""
AGREEMENT = 0.9
"""Share of a host's Sysmon events that must show one zone before it is believed."""
WIDEST_CHANGE = 8
"""Quarters of an hour by which a zone's offset changes at most in a year (Antarctica/Troll)."""
LEAST_STREAK = 5
"""Neighbours that agree are no stragglers, however few of all they are."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - of a clock on a wall
_NOT_PLACES: Final = ("Etc/", "posix/", "right/", "SystemV/", "GMT", "UTC", "UCT", "Zulu")


@dataclass(slots=True)
class _Span:
    first: int
    last: int

    @property
    def ends(self) -> tuple[int, int]:
        return self.first, self.last

    def take(self, time: int) -> None:
        if time < self.first:
            self.first = time
        elif time > self.last:
            self.last = time


class _Run(NamedTuple):
    """A stretch of header times in which Sysmon's events show one offset."""

    first: int
    last: int
    quarters: int


class Clock:
    """What the events of one run tell of their hosts' zones, by input and host."""

    def __init__(self, named: str | None = None, *, day_first: bool | None = None) -> None:
        """Makes one for a run.

        Args:
            named: the zone in which the user has times without one read; None for UTC.
            day_first: how dates like 3/4/2026 are meant; None to find it out.
        """
        self.dates = DateOrders(day_first)
        self._named = named
        self._samples: dict[tuple[int, str], list[tuple[int, int]]] = {}
        self._unzoned: dict[tuple[int, str], tuple[_Span, _Span]] = {}
        self._shown: set[int] = set()
        self._zoned_samples: set[tuple[int, str]] = set()
        self._doubts: dict[tuple[int, str], tuple[int, int]] = {}

    def sample(
        self, source: int, host: str, logged: int, happened: int, *, zoned: bool = False
    ) -> None:
        """Takes the two times of a Sysmon event, in ticks.

        Args:
            source: index of its input.
            host: its host.
            logged: the header's time, read as if it were UTC.
            happened: its own time.
            zoned: whether the header's time says its zone.
        """
        quarters = round((happened - logged) / QUARTER)
        if abs(happened - logged - quarters * QUARTER) > SLACK:
            quarters = 0
        if LEAST_QUARTERS <= quarters <= MOST_QUARTERS:
            self._samples.setdefault((source, host), []).append((logged, quarters))
            if zoned:
                self._zoned_samples.add((source, host))

    def unzoned(
        self, source: int, host: str, readings: tuple[int, int], *, shown: bool = False
    ) -> None:
        """Takes the header time, which doesn't say its zone, of an event that has no other.

        Args:
            source: index of its input.
            host: its host.
            readings: in ticks, as if it were UTC, with its date read month first and day first.
            shown: whether its zone is that of who exported it, not the host's.
        """
        if shown:
            self._shown.add(source)
        month_first, day_first = readings
        spans = self._unzoned.get((source, host))
        if spans is None:
            spans = _Span(month_first, month_first), _Span(day_first, day_first)
            self._unzoned[source, host] = spans
        spans[0].take(month_first)
        spans[1].take(day_first)

    def empty(self) -> Clock:
        """One that was told nothing yet, for the same user."""
        return Clock(self._named, day_first=self.dates.said)

    def add(self, other: Clock, first: int) -> None:
        """Takes what another clock was told.

        Args:
            other: of further inputs, or of the next part of one.
            first: what is to be added to the numbers of its inputs.
        """
        self.dates.add(other.dates, first)
        for (source, host), samples in other._samples.items():
            self._samples.setdefault((source + first, host), []).extend(samples)
        for (source, host), spans in other._unzoned.items():
            for place in (0, 1):
                times = spans[0].ends[place], spans[1].ends[place]
                self.unzoned(source + first, host, times)
        self._shown |= {source + first for source in other._shown}
        self._zoned_samples |= {(source + first, host) for source, host in other._zoned_samples}

    def of(self, hosts: Container[str]) -> Clock:
        """What is known of some hosts' times."""
        part = self.empty()
        part.dates = self.dates
        part._samples = {key: kept for key, kept in self._samples.items() if key[1] in hosts}
        part._unzoned = {key: kept for key, kept in self._unzoned.items() if key[1] in hosts}
        part._zoned_samples = {key for key in self._zoned_samples if key[1] in hosts}
        return part

    @property
    def doubts(self) -> Mapping[tuple[int, str], tuple[int, int]]:
        """Input and host -> first and last header time whose offset can't be known."""
        return self._doubts

    def local(self, source: int, host: str) -> LocalTime | None:
        """The local time that a host's header times in an input are in; None for UTC."""
        runs = _runs(sorted(self._samples_of(source, host)))
        return LocalTime(runs) if any(run.quarters for run in runs) else None

    def _samples_of(self, source: int, host: str) -> list[tuple[int, int]]:
        """The input's own samples, else those of the host's other exports without zones."""
        samples = self._samples.get((source, host))
        if samples is not None or (source, host) not in self._unzoned:
            return samples or []
        return [
            sample
            for place, theirs in self._samples.items()
            if place[1] == host and place not in self._zoned_samples
            for sample in theirs
        ]

    def doubt(self, source: int, host: str, time: int) -> None:
        """Notes a header time whose offset can't be known."""
        first, last = self._doubts.get((source, host), (time, time))
        self._doubts[source, host] = min(first, time), max(last, time)

    def _reading(self) -> str:
        if self._named is None:
            return "UTC: name it with --timezone"
        return f"those of {self._named}, as asked; --input-timezone names another"

    def remarks(self) -> Iterator[tuple[int, str]]:
        """What can't be known of the times: index of the input, and one line on it."""
        yield from self.dates.remarks()
        for (source, host), (first, last) in self._doubts.items():
            remark = (
                f"local times of {host} from {iso(first)} to {iso(last)} lie beyond a change of the"
                " clock that no Sysmon event tells; they may be an hour off: name its zone with"
                " --timezone"
            )
            yield source, remark
        remarked: set[int] = set()
        for (source, host), spans in self._unzoned.items():
            span = spans[self.dates.is_day_first(source)]
            shown = source in self._shown
            if source not in remarked and (shown or not self._samples_of(source, host)):
                remarked.add(source)
                reason = " (the portal showed local time)" if shown else ""
                remark = (
                    f"times of {host} from {iso(span.first)} to {iso(span.last)} don't say their"
                    f" zone{reason} and are read as {self._reading()}"
                )
                yield source, remark


class LocalTime:
    """The offsets of one host's header times."""

    def __init__(self, runs: Sequence[_Run]) -> None:
        self._runs = runs
        self._offsets: dict[int, tuple[int, bool]] = {}

    def offset(self, time: int) -> tuple[int, bool]:
        """Ticks to add to a header time to have UTC, and whether that is known."""
        quarter = time // QUARTER
        known = self._offsets.get(quarter)
        if known is None:
            quarters, sure = self._quarters(time)
            known = self._offsets[quarter] = quarters * QUARTER, sure
        return known

    def _quarters(self, time: int) -> tuple[int, bool]:
        nearest = min(self._runs, key=lambda run: max(run.first - time, time - run.last, 0))
        if nearest.first - HOUR <= time <= nearest.last + HOUR and len(self._runs) == 1:
            return nearest.quarters, True
        if nearest.first <= time <= nearest.last:
            return nearest.quarters, True
        zones = _zones(tuple(self._runs))
        offsets = {_east(zone, time) for zone in zones} if zones else set()
        if len(offsets) == 1:
            return -offsets.pop(), True
        return nearest.quarters, False


def _runs(samples: Sequence[tuple[int, int]]) -> list[_Run]:
    """The stretches of samples, in order of time, that agree; none where there is no zone in them.

    Stragglers are left out: offsets that few samples show, and those one by one.
    """
    counts = Counter(quarters for _, quarters in samples)
    streaks = [(quarters, list(times)) for quarters, times in groupby(samples, key=itemgetter(1))]
    kept = {quarters for quarters, times in streaks if len(times) >= LEAST_STREAK}
    kept |= {
        quarters for quarters, count in counts.items() if count > (1 - AGREEMENT) * len(samples)
    }
    if kept and max(kept) - min(kept) > WIDEST_CHANGE:
        kept = {max(counts, key=lambda quarters: counts[quarters])}
    if not samples or sum(counts[quarters] for quarters in kept) < AGREEMENT * len(samples):
        return []
    believed = (sample for sample in samples if sample[1] in kept)
    return [
        _Run(times[0][0], times[-1][0], quarters)
        for quarters, group in groupby(believed, key=itemgetter(1))
        if (times := list(group))
    ]


@cache
def _places() -> tuple[ZoneInfo, ...]:
    """The zones of places; those that only are an offset would fit any stretch of samples."""
    return tuple(
        ZoneInfo(name)
        for name in sorted(available_timezones())
        if "/" in name and not name.startswith(_NOT_PLACES)
    )


@cache
def _zones(runs: tuple[_Run, ...]) -> tuple[ZoneInfo, ...]:
    """The zones that have every run's offset at its begin and its end."""
    return tuple(
        zone
        for zone in _places()
        if all(
            -run.quarters in {_east(zone, time), _east(zone, time, fold=1)}
            for run in runs
            for time in (run.first, run.last)
        )
    )


@cache
def _east(zone: ZoneInfo, time: int, fold: int = 0) -> int:
    """Quarters of an hour that a zone is east of UTC when its clocks show a time, in ticks."""
    wall = (_EPOCH + timedelta(microseconds=time // QUARTER * QUARTER // 10)).replace(fold=fold)
    shift = wall.replace(tzinfo=zone).utcoffset()
    return 0 if shift is None else round(shift / timedelta(minutes=15))


def zone_named(name: str) -> ZoneInfo:
    """A zone of the IANA tz database.

    Raises:
        UsageError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"time zone {name!r} is unknown; name one of the IANA database, such as Europe/Berlin"
        ) from None


def in_utc(zone: ZoneInfo, time: int) -> int:
    """The moment at which a zone's clocks show a time; both and the result in ticks."""
    wall = _EPOCH + timedelta(days=time // DAY, seconds=time % DAY // TICKS)
    moment = wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    return (moment - _EPOCH) // timedelta(seconds=1) * TICKS + time % TICKS
