"""Per group of hosts: events as they are kept: joined, their times put right, in order."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from lineage.normalise.order import position, put_right
from lineage.normalise.powershell import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage.normalise.event import Event
    from lineage.stages.planning import HostGroup


class WriteFacts(NamedTuple):
    """What keeping a group's events came to.

    Attributes:
        again: index of an input -> how many parts of script blocks were there already.
        doubts: input and host -> first and last time whose zone can't be known.
        folders: of each host, its name in lower case, its folder, and how many events it has.
    """

    again: Mapping[int, int]
    doubts: Mapping[tuple[int, str], tuple[int, int]]
    folders: Sequence[tuple[str, str, int]] = ()


def settled(group: HostGroup, events: Iterable[Event]) -> tuple[dict[str, list[Event]], WriteFacts]:
    """A group's events by host in lower case, in order; repetitions stay.

    Equal places stay in the order in which the events came, so that reading them again gives what
    reading them first gave.

    Args:
        group: which.
        events: in the order of the inputs.
    """
    again: Counter[int] = Counter()

    def duplicate(part: Event) -> None:
        again[part.source] += 1

    all_events = list(joined(events, duplicate))
    put_right(all_events, group.clock)
    all_events.sort(key=position)
    by_host: defaultdict[str, list[Event]] = defaultdict(list)
    for event in all_events:
        by_host[event.host.lower()].append(event)
    return by_host, WriteFacts(again, group.clock.doubts)
