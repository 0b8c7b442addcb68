"""Things that wait for the next step: in memory while there is room, else packed in a spool."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Generic, TypeVar

from lineage.engines.spool import Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lineage.engines.spool import Spool

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Things by key.

    Args:
        spool: where they go that don't fit.
        room: how much may wait in memory, by the weights that `put` is told; None for any amount.
        pack: makes bytes of a thing.
        unpack: makes the thing again.
    """

    def __init__(
        self,
        spool: Spool,
        room: int | None,
        pack: Callable[[Thing], bytes] = pickle.dumps,
        unpack: Callable[[bytes], Thing] = pickle.loads,
    ) -> None:
        self._spool = spool
        self._room = room
        self._pack = pack
        self._unpack = unpack
        self._things: dict[Hashable, list[Thing | Spot]] = {}
        self._weight = 0

    def put(self, key: Hashable, thing: Thing, weight: int) -> None:
        """Adds a thing to those of a key."""
        self._things.setdefault(key, []).append(thing)
        self._weight += weight
        if self._room is not None and self._weight > self._room:
            self._spill()

    def take(self, key: Hashable) -> list[Thing]:
        """The things of a key, in the order in which they were put, which it then has no more."""
        things = self._things.pop(key, [])
        return [
            self._unpack(thing.fetch()) if isinstance(thing, Spot) else thing for thing in things
        ]

    def _spill(self) -> None:
        for things in self._things.values():
            for place, thing in enumerate(things):
                if not isinstance(thing, Spot):
                    things[place] = self._spool.write(self._pack(thing))
        self._weight = 0
