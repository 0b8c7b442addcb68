"""The one table from provider and event id to normaliser, and the walk through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lineage.normalise import falcon, security, sysmon
from lineage.normalise.clock import Clock
from lineage.normalise.event import Event
from lineage.normalise.header import UNKNOWN_HOST, logged_time
from lineage.normalise.outcome import Outcome
from lineage.normalise.powershell import Joiner
from lineage.normalise.values import Values, text
from lineage.problems import Problem
from lineage.read.record import RawRecord

Normalise = Callable[[RawRecord, int, Values], Event | Outcome]

SYSMON = "microsoft-windows-sysmon"
SECURITY = "microsoft-windows-security-auditing"
POWERSHELL = "microsoft-windows-powershell"
CROWDSTRIKE = "crowdstrike"

_CHANNELS = {
    "microsoft-windows-sysmon/operational": SYSMON,
    "security": SECURITY,
    "microsoft-windows-powershell/operational": POWERSHELL,
    "powershellcore/operational": POWERSHELL,
}
"""Log channel -> provider, for exports that leave the provider out."""

_OTHER_NAMES = {"powershellcore": POWERSHELL, "powershell": POWERSHELL}
"""Provider names under which another's events come."""

TABLE: dict[tuple[str, int | str], Normalise] = {
    (SYSMON, 1): sysmon.process_created,
    (SYSMON, 7): sysmon.image_loaded,
    (SYSMON, 11): sysmon.file_created,
    (SYSMON, 12): sysmon.registry_changed,
    (SYSMON, 13): sysmon.registry_value_set,
    (SYSMON, 22): sysmon.dns_queried,
    (SECURITY, 4688): security.process_created,
    (SECURITY, 4663): security.object_accessed,
    (CROWDSTRIKE, "ProcessRollup2"): falcon.process_created,
}
"""(provider in lower case, event id) -> normaliser. 4104 alone needs memory: the `Normaliser`'s."""

_SCRIPT_BLOCK = (POWERSHELL, 4104)
_MOST_ROUTES = 10_000
"""Spellings of provider, channel and id that are remembered; real telemetry has a few hundred."""
_CLOCK_SAMPLES = 200
"""Sysmon events per input and host that the clock looks at: enough to outvote stragglers."""


class Normaliser:
    """Turns raw records into events. Holds what must be remembered between records of one run."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._values = Values()
        self._joiner = Joiner(self._values)
        self._samples_left: dict[tuple[int, str], int] = {}
        self._routes: dict[tuple[str, str, int | str], tuple[Normalise, bool] | None] = {}

    def normalise(self, raw: RawRecord, source: int) -> Event | Problem | Outcome:
        """Understands one record.

        Args:
            raw: the record.
            source: index of its input in the ledger.

        Returns:
            Its event, a Problem where it should be one and can't, or what else became of it.
        """
        key = (raw.provider, raw.channel, raw.event_id)
        try:
            route = self._routes[key]
        except KeyError:
            if len(self._routes) == _MOST_ROUTES:
                self._routes.clear()
            route = self._routes[key] = self._route(*key)
        if route is None:
            return Outcome.IGNORED
        normalise, carries_both_times = route
        try:
            event = normalise(raw, source, self._values)
        except TypeError:
            if not any(isinstance(value, list | dict) for value in raw.data.values()):
                raise
            return self.normalise(_flat(raw), source)  # a nested value is no key of a table
        except ValueError as error:
            number = raw.number if raw.record_id is None else raw.record_id
            return Problem(number, f"event {raw.event_id}: {error}")
        if carries_both_times and not isinstance(event, Outcome):
            self._sample_clock(raw, source, event.time)
        return event

    def rest(self) -> Iterator[Event]:
        """The script blocks of which some part never came. Call once, after the last record.

        What was remembered to understand records is forgotten, but for the clock.
        """
        yield from self._joiner.rest()
        self._values.forget()

    def _route(
        self, provider: str, channel: str, event_id: int | str
    ) -> tuple[Normalise, bool] | None:
        name = provider.lower() or _CHANNELS.get(channel.lower(), "")
        name = _OTHER_NAMES.get(name, name)
        if (name, event_id) == _SCRIPT_BLOCK:
            return self._join, False
        normalise = TABLE.get((name, event_id))
        return (normalise, name == SYSMON) if normalise else None

    def _join(self, raw: RawRecord, source: int, _values: Values) -> Event | Outcome:
        return self._joiner.add(raw, source)

    def _sample_clock(self, raw: RawRecord, source: int, happened: int) -> None:
        host = raw.computer or UNKNOWN_HOST
        left = self._samples_left.get((source, host), _CLOCK_SAMPLES)
        if not left:
            return
        self._samples_left[source, host] = left - 1
        try:
            logged = logged_time(raw)
        except ValueError:
            return
        self.clock.sample(source, host, logged, happened)


def _flat(raw: RawRecord) -> RawRecord:
    """The record with the lists in its data as text; objects, which no field holds, as absent."""
    data = {
        name: text(value) if isinstance(value, list | dict) else value
        for name, value in raw.data.items()
    }
    return raw._replace(data=data)
