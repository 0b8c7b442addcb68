"""Alerts -> the events and processes that they are about.

An alert that names a record belongs to that record of its host. Else the process that it names is
looked for: by its ProcessGuid, or by its pid among those that were alive then. A pid is nobody once
its process ended.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.detect.correlation import Found
from lineage.detect.detection import Detection, Match
from lineage.detect.metadata import RISK_OF_LEVEL, TYPE_OF_LEVEL, one_line
from lineage.normalise.sources import actor_of
from lineage.times import DAY, TICKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.detect.alerts.mapping import Alert
    from lineage.detect.alerts.read import AlertFile
    from lineage.graph.build import Placed
    from lineage.normalise.event import Event

SAME_MOMENT: Final = 2 * TICKS
"""How far an alert's time may be from its event's: exports cut fractions."""
LONGEST_SILENCE: Final = DAY
"""How long before an alert the last event of a pid may be: without ends in the log, it may be
another's by then."""

_NO_NAME: Final = "names neither a record nor a process"
_NO_TIME: Final = "tells no time at which its process id would be known"


class _Wanted(NamedTuple):
    """An alert that waits for its event."""

    alert: Alert
    file: AlertFile


class _Candidate(NamedTuple):
    """The best event so far for an alert about a process."""

    event: Event
    placed: Placed


class AlertBoard:
    """Waits for the events that alerts are about.

    Args:
        files: with their alerts.
    """

    def __init__(self, files: Iterable[tuple[AlertFile, list[Alert]]] = ()) -> None:
        self.files: list[AlertFile] = []
        self._by_record: dict[int, list[_Wanted]] = defaultdict(list)
        self._by_guid: dict[str, list[_Wanted]] = defaultdict(list)
        self._by_pid: dict[tuple[str, int], list[_Wanted]] = defaultdict(list)
        self._best: dict[int, _Candidate] = {}
        self._done: set[int] = set()
        self._hosts: set[str] = set()
        self._all: list[_Wanted] = []
        for file, alerts in files:
            self.files.append(file)
            for alert in alerts:
                self._expect(_Wanted(alert, file))

    def _expect(self, wanted: _Wanted) -> None:
        alert = wanted.alert
        self._all.append(wanted)
        if alert.record is not None:
            self._by_record[alert.record].append(wanted)
        if alert.guid is not None:
            self._by_guid[alert.guid].append(wanted)
        if alert.pid is not None and alert.host is not None:
            self._by_pid[_short(alert.host), alert.pid].append(wanted)

    def see(self, event: Event, placed: Placed) -> Iterator[Found]:
        """Takes an event; yields the alerts that are about its record."""
        if not self._all:
            return
        host = _short(event.host)
        self._hosts.add(host)
        for wanted in self._by_record.get(event.record, ()):
            if id(wanted.alert) not in self._done and _is_of(wanted.alert, event, host):
                self._done.add(id(wanted.alert))
                yield self._found(wanted, event, placed)
        guid, pid, _ = actor_of(event)
        if guid is not None:
            for wanted in self._by_guid.get(guid.strip("{}").lower(), ()):
                self._offer(wanted, event, placed)
        if pid is not None:
            for wanted in self._by_pid.get((host, pid), ()):
                self._offer(wanted, event, placed)

    def _offer(self, wanted: _Wanted, event: Event, placed: Placed) -> None:
        """Keeps the last event of a process at or before its alert, else the first after it."""
        time = wanted.alert.time
        if placed.actor is None or id(wanted.alert) in self._done:
            return
        known = self._best.get(id(wanted.alert))
        if known is None or (time is not None and event.time <= time + SAME_MOMENT):
            self._best[id(wanted.alert)] = _Candidate(event, placed)

    def rest(self) -> Iterator[Found]:
        """The alerts about processes, once all events were seen; counts those of nobody."""
        for wanted in self._all:
            if id(wanted.alert) in self._done:
                continue
            best = self._best.get(id(wanted.alert))
            reason = self._why_not(wanted.alert, best)
            if best is None or reason is not None:
                wanted.file.leave(wanted.alert, reason or _NO_NAME)
            else:
                yield self._found(wanted, best.event, best.placed)

    def _why_not(self, alert: Alert, best: _Candidate | None) -> str | None:
        if alert.host is not None and _short(alert.host) not in self._hosts:
            return f"is about the host {alert.host}, of which nothing was read"
        if alert.record is None and alert.guid is None and alert.pid is None:
            return _NO_NAME
        if best is None:
            return _nobody(alert)
        by_guid = alert.guid is not None and _guid(best.event) == alert.guid
        if by_guid:
            return None
        if alert.time is None:
            return _NO_TIME
        return None if _is_alive(best, alert.time) else _nobody(alert)

    def _found(self, wanted: _Wanted, event: Event, placed: Placed) -> Found:
        wanted.file.placed += 1
        alert = wanted.alert
        fields = {"Alert": f"{wanted.file.source}#{alert.number}"}
        if alert.text:
            fields["AlertText"] = alert.text
        match = Match(_detection(alert, wanted.file), "alert", alert.tool.name, fields)
        return Found(event, placed, (match,))


def _is_of(alert: Alert, event: Event, host: str) -> bool:
    if alert.host is not None and _short(alert.host) != host:
        return False
    if alert.event_id is not None and str(alert.event_id) != str(event.event_id):
        return False
    if alert.time is not None and alert.tool.own_time:
        return abs(event.time - alert.time) <= SAME_MOMENT
    return alert.host is not None


def _is_alive(best: _Candidate, time: int) -> bool:
    """Whether the process of an event was there at a time."""
    actor = best.placed.actor
    if actor is None or best.event.time > time + SAME_MOMENT:
        return False
    if actor.end is not None:
        return actor.end >= time - SAME_MOMENT
    return time - best.event.time <= LONGEST_SILENCE


def _nobody(alert: Alert) -> str:
    where = f" on {alert.host}" if alert.host else ""
    if alert.record is not None:
        return f"no record {alert.record}{where} that was read is that event"
    name = f"ProcessGuid {alert.guid}" if alert.guid else f"process id {alert.pid}"
    return f"no process with {name}{where} was alive then"


def _guid(event: Event) -> str | None:
    guid, _, _ = actor_of(event)
    return None if guid is None else guid.strip("{}").lower()


def _short(host: str) -> str:
    return host.partition(".")[0].casefold()


def _detection(alert: Alert, file: AlertFile) -> Detection:
    """The rule of another tool, as reports and correlators see it."""
    return Detection(
        title=alert.title,
        rule_id=f"{alert.tool.key}:{alert.rule or alert.title}",
        type=TYPE_OF_LEVEL[alert.level],
        risk=RISK_OF_LEVEL[alert.level],
        impact=None,
        confidence=None,
        level=alert.level,
        attack=alert.techniques,
        tactics=alert.tactics,
        tags="process",
        implicates=("actor", "parent"),
        family=None,
        sources=(),
        join=None,
        extensions=(),
        pack=None,
        path=file.source,
        description=one_line(f"An alert of {alert.tool.name}."),
        status="test",
    )
