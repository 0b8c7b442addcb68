"""Events <-> bytes, by which they travel between processes and wait on disk.

By columns: the fields of all events of a type side by side, which takes a third of what objects
take, in time as in room. The form is Python's `marshal`, which holds between processes of one
version of Python and no longer; what is to be kept is a dataset (`lineage.dataset`).
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from lineage.normalise import event as events
from lineage.normalise.event import HEADER, ChannelEvent
from lineage.normalise.events.channel import ChannelData, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.normalise.event import Event

TYPES: Final = cast("tuple[type[Event], ...]", get_args(events.Event))
"""The types of events, by their number in packed bytes."""

_NUMBER: Final = {kind: number for number, kind in enumerate(TYPES)}
_SOURCE: Final = HEADER.index("source")
_DATA: Final = ChannelEvent._fields.index("data")


def pack(batch: Sequence[Event]) -> bytes:
    """Events as bytes. See `unpack`."""
    of_type: dict[type[Event], tuple[list[int], list[Event]]] = {}
    for place, event in enumerate(batch):
        kind = type(event)
        known = of_type.get(kind)
        if known is None:
            known = of_type[kind] = ([], [])
        known[0].append(place)
        known[1].append(event)
    tables = []
    for kind, (places, found) in of_type.items():
        columns: list[Any] = list(zip(*found, strict=True))
        if kind is ChannelEvent:
            columns[_DATA] = _of_data(columns[_DATA])
        tables.append((_NUMBER[kind], places, columns))
    return marshal.dumps((len(batch), tables))


def unpack(packed: bytes, first: int = 0) -> list[Event]:
    """The events of packed bytes, in their order.

    Args:
        packed: from `pack`, by a process of the same Python.
        first: added to the number of each event's input.
    """
    size, tables = marshal.loads(packed)  # noqa: S302 - written by this very run
    batch: list[Any] = [None] * size
    for number, places, columns in tables:
        kind: Any = TYPES[number]
        if first:
            columns[_SOURCE] = [source + first for source in columns[_SOURCE]]
        if kind is ChannelEvent:
            columns[_DATA] = _to_data(*columns[_DATA])
        for place, event in zip(places, map(kind._make, zip(*columns, strict=True)), strict=True):
            batch[place] = event
    return batch


def _of_data(column: Iterable[ChannelData]) -> tuple[list[tuple[str, ...]], list[int], list[Any]]:
    """Shapes once each, which shape an event has, and its values."""
    numbers: dict[int, int] = {}
    names: list[tuple[str, ...]] = []
    which, values = [], []
    for data in column:
        number = numbers.get(id(data.shape))
        if number is None:
            number = numbers[id(data.shape)] = len(names)
            names.append(data.shape.names)
        which.append(number)
        values.append(data.values)
    return names, which, values


def _to_data(
    names: list[tuple[str, ...]], which: list[int], values: list[tuple[str | None, ...]]
) -> list[ChannelData]:
    shapes = [Shape(each) for each in names]
    return list(map(ChannelData, map(shapes.__getitem__, which), values))
