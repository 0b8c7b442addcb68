"""What an event source is: the shape of the rows of `lineage.normalise.sources`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lineage.normalise.event import ChannelEvent, Event
from lineage.normalise.values import Values
from lineage.read.record import RawRecord

Normalise = Callable[[RawRecord, int, str, Values], Event]
"""Record, index of its input, name of its source, tables of values -> its event."""


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """Who writes records.

    Attributes:
        name: as records name it, in lower case.
        service: Sigma's `service` for its events, or None where Sigma has none.
        channels: the log channels it writes to, in lower case, by which it is known in exports that
            leave the provider out.
        aliases: other names under which its events come, in lower case.
        own_time: whether events carry their own time (UTC) beside or in place of the header's,
            which log shippers may have written in local time (`lineage.normalise.clock`).
        tells_zone: whether events carry both, so that their difference tells the zone.
        shown_times: fields with times that exports write as they write the header's, in the zone
            and spelling of who exported them, which no event of the host can tell.
    """

    name: str
    service: str | None
    channels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    own_time: bool = False
    tells_zone: bool = False
    shown_times: tuple[str, ...] = ()

    @property
    def uses_header_time(self) -> bool:
        """Whether events are placed by times that are as sure as the export's spelling of them."""
        return not self.own_time or bool(self.shown_times)


NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
PARENT: Final = frozenset({"ParentImage", "ParentCommandLine"})
"""What process starts may lack of the parent, and the graph fills in."""
PROCESS: Final = ("ProcessGuid", "ProcessId", "Image")
"""Attributes that name the acting process in most events."""
REACHING: Final = ("SourceProcessGuid", "SourceProcessId", "SourceImage")
"""The same in events in which a process reached into another one."""
NOBODY: Final = (None, None, None)
"""The same in events that name no process."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One kind of record that is read.

    Attributes:
        name: in coverage, rules' `lineage.sources` and test cases; `origin` of its events.
        provider: who writes it.
        event_id: its event id, or Falcon's `event_simpleName`; None for all of the provider and its
            channels that have no row of their own.
        event: the type of its events.
        normalise: record -> event.
        categories: Sigma's categories for it -> what `EventType` begins with in that category,
            "" where the category says nothing of it.
        bridged: attributes that its events may lack, and the graph fills from the parent's node.
        never: attributes of the event type that this source doesn't record.
        names: its own field names, as rules for its `service` write them -> attributes; empty where
            the attributes have those names.
        actor: attributes that tell the acting process's ProcessGuid, pid and image; for a process
            start, the new one's.
        also: other ids under which the same is told.
    """

    name: str
    provider: Provider
    event_id: int | str | None
    event: type[Event]
    normalise: Normalise
    categories: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)
    bridged: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)
    actor: tuple[str | None, str | None, str | None] = PROCESS
    also: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether its events have fields of any name (`ChannelEvent`)."""
        return self.event is ChannelEvent
