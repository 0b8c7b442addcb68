"""Takes each record to the normaliser of its event source (`lineage.normalise.sources`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.normalise.clock import Clock, in_utc, zone_named
from lineage.normalise.date_order import dated
from lineage.normalise.falcon_activity import FILE_WRITTEN
from lineage.normalise.header import UNKNOWN_HOST
from lineage.normalise.outcome import Outcome
from lineage.normalise.sources import PROVIDERS, SOURCES
from lineage.normalise.values import Values, text
from lineage.problems import Problem
from lineage.times import iso

if TYPE_CHECKING:
    from lineage.normalise.event import Event
    from lineage.normalise.source import Provider, Source
    from lineage.read.record import RawRecord

_NAMES = {name: provider for provider in PROVIDERS for name in (provider.name, *provider.aliases)}
_CHANNELS = {channel: provider for provider in PROVIDERS for channel in provider.channels}
_ROWS: dict[tuple[Provider, int | str | None], Source] = {
    (source.provider, event_id): source
    for source in SOURCES
    for event_id in (source.event_id, *source.also)
}
_MOST_ROUTES = 10_000
"""Spellings of provider, channel and id that are remembered; real telemetry has a few hundred."""
_CLOCK_SAMPLES = 200
"""Sysmon events per input and host that the clock looks at: enough to outvote stragglers."""
_LATER_SAMPLES = 32
"""Of those that follow, every so many: the clock may be changed in the middle of a log."""


class Normaliser:
    """Turns raw records into events. Holds what must be remembered between records of one run."""

    def __init__(self, timezone: str | None = None, *, day_first: bool | None = None) -> None:
        """Makes one for a run.

        Args:
            timezone: IANA name of the zone of times that don't say theirs; None to find it out.
            day_first: how dates like 3/4/2026 are meant; None to find it out.

        Raises:
            UsageError: there is no such zone.
        """
        self.clock = Clock(timezone, day_first=day_first)
        self._zone = zone_named(timezone) if timezone else None
        self._values = Values()
        self._samples: dict[tuple[int, str], int] = {}
        self._routes: dict[tuple[str, str, int | str], Source | None] = {}

    def normalise(self, raw: RawRecord, source: int) -> Event | Problem | Outcome:
        """Understands one record.

        Args:
            raw: the record.
            source: index of its input in the ledger.

        Returns:
            Its event, a Problem where it should be one and can't, or what else became of it.
        """
        _, _, provider, event_id, channel, _, time, _, _, _ = raw
        key = (provider, channel, event_id)
        try:
            route = self._routes[key]
        except KeyError:
            if len(self._routes) == _MOST_ROUTES:
                self._routes.clear()
            route = self._routes[key] = _route(*key)
        if route is None:
            if not (provider or channel):
                return Problem(raw.number, "nobody who wrote it: neither provider nor channel")
            return Outcome.IGNORED
        if time[-1:] != "Z" and (route.provider.uses_header_time or self._zone is not None):
            raw = self._in_utc(raw, source, route.provider)
        try:
            event = route.normalise(raw, source, route.name, self._values)
        except TypeError:
            if not any(isinstance(value, list | dict) for value in raw.data.values()):
                raise
            return self.normalise(_flat(raw), source)  # a nested value is no key of a table
        except ValueError as error:
            number = raw.number if raw.record_id is None else raw.record_id
            return Problem(number, f"event {raw.event_id}: {error}")
        if route.provider.tells_zone:
            place = source, event.host
            seen = self._samples.get(place, 0)
            self._samples[place] = seen + 1
            if seen < _CLOCK_SAMPLES or seen % _LATER_SAMPLES == 0:
                self._sample_clock(raw, source, event.time)
        return event

    def forget(self) -> None:
        """Forgets what was remembered to understand records, but for the clock."""
        self._values.forget()

    def _sample_clock(self, raw: RawRecord, source: int, happened: int) -> None:
        host = raw.computer or UNKNOWN_HOST
        try:
            date = dated(raw.time, self._to_utc)
        except ValueError:
            return
        logged = date.readings[0]
        if date.numbers and raw.data.get("UtcTime"):
            logged = self.clock.dates.compare(source, date, happened)
        zoned = date.is_zoned or self._zone is not None
        self.clock.sample(source, host, logged, happened, zoned=zoned)

    def _in_utc(self, raw: RawRecord, source: int, provider: Provider) -> RawRecord:
        """The record with its times in UTC, as far as that is known, and a note of what isn't.

        Dates with slashes are read month first until more is known.
        """
        if provider.tells_zone:
            return raw
        try:
            date = dated(raw.time, self._to_utc)
        except ValueError:
            return raw
        if provider.uses_header_time and date.numbers:
            self.clock.dates.take(source, date)
        if provider.uses_header_time and not date.is_zoned:
            host = raw.computer or UNKNOWN_HOST
            self.clock.unzoned(source, host, date.readings, shown=bool(provider.shown_times))
        if not date.numbers and (date.is_zoned or self._zone is None):
            return raw
        data = {name: self._shown(raw.data.get(name), source) for name in provider.shown_times}
        return raw._replace(
            time=iso(date.readings[0]), data={**raw.data, **data} if data else raw.data
        )

    def _shown(self, value: object, source: int) -> object:
        """A field's time like the header's."""
        if not isinstance(value, str) or value.endswith("Z"):
            return value
        try:
            date = dated(value, self._to_utc)
        except ValueError:
            return value
        if date.numbers:
            self.clock.dates.take(source, date, in_sequence=False)
        return iso(date.readings[0])

    def _to_utc(self, time: int) -> int:
        return in_utc(self._zone, time) if self._zone else time


def _route(provider: str, channel: str, event_id: int | str) -> Source | None:
    """The row of a record; by its channel where its provider has no name, or one for people.

    Rendered text names providers in Windows' language, with blanks, and channels as they are.
    """
    writer = _NAMES.get(provider.lower())
    if writer is None and (not provider or " " in provider or not provider.isascii()):
        writer = _CHANNELS.get(channel.lower())
    row = _ROWS.get((writer, event_id)) if writer else None
    if row is None and writer and str(event_id).endswith(FILE_WRITTEN):
        row = _ROWS.get((writer, f"*{FILE_WRITTEN}"))
    return row or _of_channel(channel, event_id) or (_ROWS.get((writer, None)) if writer else None)


def _of_channel(channel: str, event_id: int | str) -> Source | None:
    """The row of what any provider writes to a channel."""
    owner = _CHANNELS.get(channel.lower())
    if owner is None:
        return None
    row = _ROWS.get((owner, event_id))
    return row if row and row.is_open else _ROWS.get((owner, None))


def _flat(raw: RawRecord) -> RawRecord:
    """The record with the lists in its data as text; objects, which no field holds, as absent."""
    data = {
        name: text(value) if isinstance(value, list | dict) else value
        for name, value in raw.data.items()
    }
    return raw._replace(data=data)
