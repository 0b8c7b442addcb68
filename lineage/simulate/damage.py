"""What happens to telemetry before an analyst gets it: losses, gaps, repeats, disorder.

A damage takes any stream (of facts, Windows records or raw records), and gives a stream back;
memory is bounded by the length of its window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from lineage.simulate.facts import SECOND

if TYPE_CHECKING:
    from random import Random

    from lineage.simulate.facts import Fact

T = TypeVar("T")


class Identified(Protocol):
    """Anything that has an event id."""

    @property
    def event_id(self) -> int | str:
        """The event's id."""
        ...


E = TypeVar("E", bound=Identified)


def lose(items: Iterator[T], random: Random, *, share: float) -> Iterator[T]:
    """Each item is lost with a probability, independently.

    Args:
        items: the stream.
        random: source of chance.
        share: probability of loss, 0 to 1.
    """
    return (item for item in items if random.random() >= share)


def repeat(items: Iterator[T], random: Random, *, share: float, window: int = 500) -> Iterator[T]:
    """A forwarder sends some items a second time, up to `window` items later.

    Args:
        items: the stream.
        random: source of chance.
        share: how many are sent twice, 0 to 1.
        window: how many items later at most.
    """
    pending: list[tuple[int, T]] = []
    for number, item in enumerate(items):
        yield item
        if random.random() < share:
            pending.append((number + random.randrange(1, window), item))
        due = [late for late in pending if late[0] <= number]
        if due:
            pending = [late for late in pending if late[0] > number]
            yield from (late for _, late in due)
    yield from (late for _, late in pending)


def disorder(items: Iterator[T], random: Random, *, window: int = 500) -> Iterator[T]:
    """Items arrive in any order within a window.

    Args:
        items: the stream.
        random: source of chance.
        window: how many items are under way at once.
    """
    waiting: list[T] = []
    for item in items:
        waiting.append(item)
        if len(waiting) > window:
            place = random.randrange(len(waiting))
            waiting[place], waiting[-1] = waiting[-1], waiting[place]
            yield waiting.pop()
    random.shuffle(waiting)
    yield from waiting


def only(items: Iterator[E], _: Random, *, event_ids: frozenset[int | str]) -> Iterator[E]:
    """Nothing but these event ids was collected.

    Args:
        items: the stream.
        event_ids: what was collected.
    """
    return (item for item in items if item.event_id in event_ids)


def without(items: Iterator[E], _: Random, *, event_ids: frozenset[int | str]) -> Iterator[E]:
    """These event ids were not collected.

    Args:
        items: the stream.
        event_ids: what is missing.
    """
    return (item for item in items if item.event_id not in event_ids)


def gap(facts: Iterator[Fact], *, start: int, seconds: float) -> Iterator[Fact]:
    """Nothing was logged for a while.

    Args:
        facts: the stream.
        start: when it began, ticks.
        seconds: for how long.
    """
    end = start + int(seconds * SECOND)
    return (fact for fact in facts if not start <= fact.time < end)


def unlogged(facts: Iterator[Fact], *, roles: frozenset[str]) -> Iterator[Fact]:
    """Certain steps of an intrusion were never logged, such as the creation of its payload's file.

    Args:
        facts: the stream.
        roles: the labels' roles of those steps ("payload file").
    """
    return (fact for fact in facts if fact.label is None or fact.label.role not in roles)


Damage = Callable[[Iterator[E], "Random"], Iterator[E]]
"""Does something to a stream."""


def undamaged(items: Iterator[E], _: Random) -> Iterator[E]:
    """Everything arrives, once and in order."""
    return items


DAMAGES: dict[str, Callable[..., Iterator[E]]] = {
    "none": undamaged,
    "loss-5": partial(lose, share=0.05),
    "loss-10": partial(lose, share=0.10),
    "loss-30": partial(lose, share=0.30),
    "duplicates": partial(repeat, share=0.2),
    "disorder": disorder,
    "only-sysmon": partial(only, event_ids=frozenset(range(1, 30))),
    "only-4688": partial(only, event_ids=frozenset({4688})),
    "only-file-events": partial(only, event_ids=frozenset({11})),
    "no-process-starts": partial(without, event_ids=frozenset({1, 4688})),
    "no-file-events": partial(without, event_ids=frozenset({11})),
    "no-registry-events": partial(without, event_ids=frozenset({12, 13})),
}
"""Every damage to records by its name."""
