"""One order for all events, however they came; the same event forwarded twice counts once.

Everything after this step may rely on: times never decrease; at equal times a process start stands
before what processes did; the order does not depend on the order of the inputs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from lineage.normalise.event import HEADER, ChannelEvent, Event, ProcessCreated, ScriptBlockLogged
from lineage.normalise.sources import SOURCES
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from lineage.normalise.clock import Clock

_HEADER_ONLY = frozenset(source.name for source in SOURCES if not source.provider.own_time)
"""Event sources that have no other time than the header's."""
_HEADER_DATED = frozenset(source.name for source in SOURCES if source.provider.uses_header_time)
"""Event sources whose times have the export's spelling."""
_AFTER_RECORD = HEADER.index("event_id")
_RECORD_BITS = 64
_TIE_BITS = 32


def in_order(
    events: list[Event], clock: Clock, duplicate: Callable[[Event, Event], None] | None = None
) -> Iterator[Event]:
    """Yields the events in order of time, without repetitions. Empties the list as it goes.

    Two records are the same event when host, event source and EventRecordID are equal and their
    times lie in the same second or in neighbouring ones (exports cut or round fractions), or, where
    there is no EventRecordID, when all their fields are equal. Script blocks of several parts were
    joined without repetitions (`lineage.normalise.powershell`).

    Args:
        events: in any order.
        clock: zone offsets of the inputs.
        duplicate: called with every event that is left out, and the one that stands for it.
    """
    put_right(events, clock)
    events.sort(key=position, reverse=True)
    seen: dict[Hashable, Event] = {}
    seen_before: dict[Hashable, Event] = {}
    second = -1
    while events:
        event = events.pop()
        if event.time // TICKS != second:
            seen_before = seen if event.time // TICKS == second + 1 else {}
            seen = {}
            second = event.time // TICKS
        key = _identity(event)
        first = seen.setdefault(key, seen_before.get(key, event))
        if first is event:
            yield event
        elif duplicate is not None:
            duplicate(event, first)


def put_right(events: list[Event], clock: Clock) -> None:
    """Moves events that only have a header's time to the day it means, and from local to UTC."""
    local_of = lru_cache(maxsize=None)(clock.local)
    is_day_first = lru_cache(maxsize=None)(clock.dates.is_day_first)
    for index, event in enumerate(events):
        if event.origin not in _HEADER_DATED:
            continue
        if is_day_first(event.source):
            time = clock.dates.day_first(event.source, event.time)
            event = events[index] = event._replace(time=time)
        if event.origin not in _HEADER_ONLY:
            continue
        local = local_of(event.source, event.host)
        if local is not None:
            offset, sure = local.offset(event.time)
            events[index] = event._replace(time=event.time + offset)
            if not sure:
                clock.doubt(event.source, event.host, event.time + offset)


def position(event: Event) -> int:
    """An event's place: by time, process starts first, then by record number, host, event id."""
    later = not isinstance(event, ProcessCreated)
    place = (event.time * 2 + later) << _RECORD_BITS | (event.record & (1 << _RECORD_BITS) - 1)
    return place << _TIE_BITS | _tie(event.host, event.event_id)


@lru_cache(maxsize=4096)
def _tie(host: str, event_id: int | str) -> int:
    """A number by which equal places are ordered, whatever the order of the inputs."""
    return crc32(f"{host.lower()}|{event_id}".encode(errors="surrogatepass"))


def _identity(event: Event) -> Hashable:
    if isinstance(event, ScriptBlockLogged) and event.ScriptBlockId and event.parts_total > 1:
        return (event.host.lower(), event.ScriptBlockId, event.parts_total)
    if isinstance(event, ChannelEvent) and event.has_record_id:
        return (event.host.lower(), event.Channel, event.record)  # a service may have several
    if event.has_record_id:
        return (event.host.lower(), event.origin, event.record)
    return (event.time, event.host.lower(), *event[_AFTER_RECORD:])
