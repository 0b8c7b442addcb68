"""The event sources, one row each: which records are read, as what, and what each can tell.

The rows stand beside their providers' normalisers; dispatch, order, Sigma's log sources, the
engine's bridges, coverage and the documentation read them here. A new source is a row and, where no
event type fits it, a type in `lineage.normalise.event` with its placement in the graph
(`lineage.graph.build`).

Sigma's names are those of the Sigma taxonomy for Windows (SigmaHQ, "Sigma Log Sources").
"""

from __future__ import annotations

from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from lineage.normalise import (
    channels,
    defender,
    defender_activity,
    falcon,
    falcon_activity,
    powershell,
    security,
    sysmon,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lineage.normalise.event import Event
    from lineage.normalise.source import Source

SOURCES: Final[tuple[Source, ...]] = (
    *sysmon.SOURCES,
    *security.SOURCES,
    *powershell.SOURCES,
    *falcon.SOURCES,
    *falcon_activity.SOURCES,
    *defender.SOURCES,
    *defender_activity.SOURCES,
    *channels.SOURCES,
)
"""Every event source."""

SOURCE: Final[Mapping[str, Source]] = MappingProxyType({source.name: source for source in SOURCES})
"""Event source by name, in the order of the rows."""

PROVIDERS: Final = tuple(dict.fromkeys(source.provider for source in SOURCES))

Actor = tuple[str | None, int | None, str | None]
"""ProcessGuid, pid and image of an acting process, each None where the event lacks it."""


def _actor_reader(source: Source) -> Callable[[Event], Actor]:
    """Reads by position: it is done for every event of a run."""
    fields = source.event._fields
    places = [fields.index(name) if name else None for name in source.actor]
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        return itemgetter(*known)
    return lambda event: cast(
        "Actor", tuple(None if place is None else event[place] for place in places)
    )


_ACTOR_OF: Final = {source.name: _actor_reader(source) for source in SOURCES}


def actor_of(event: Event) -> Actor:
    """Which process an event says acted; for a process start, the new one."""
    return _ACTOR_OF[event.origin](event)


@cache
def of_category(category: str) -> Mapping[str, str]:
    """The sources of a Sigma category -> what their `EventType` must begin with.

    >>> dict(of_category("registry_add"))
    {'sysmon-12': 'Create', 'defender-registrykeycreated': ''}
    """
    return {
        source.name: source.categories[category]
        for source in SOURCES
        if category in source.categories
    }


@cache
def ids_with_rows(origin: str) -> frozenset[str]:
    """The event ids, as text, that have rows of their own beside a row for all of a service."""
    provider = SOURCE[origin].provider
    return frozenset(
        str(source.event_id).casefold()
        for source in SOURCES
        if source.provider.service == provider.service and source.event_id is not None
    )


@cache
def of_service(service: str) -> frozenset[str]:
    """The sources of a Sigma service; which of them a rule means it says with `EventID`."""
    return frozenset(source.name for source in SOURCES if source.provider.service == service)
