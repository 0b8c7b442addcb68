"""Events <-> Arrow tables, by one schema that is derived from the types of events.

A row is an event. Beside the fields of all types it has `type`, the type's name; `time` for people
and `ticks`, which is exact; `source`, the input's name, and `input`, its number; and `data`, the
fields of an event that has fields of any name.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast, get_args

import pyarrow as pa

from lineage.normalise import event as events
from lineage.normalise.event import ChannelEvent
from lineage.normalise.events.channel import ChannelData, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.normalise.event import Event

TYPES: Final = cast("tuple[type[Event], ...]", get_args(events.Event))
"""The types of events."""
_TYPE_OF_NAME: Final = {kind.__name__: kind for kind in TYPES}

_ARROW: Final[dict[str, Any]] = {
    "int": pa.int64(),
    "int | None": pa.int64(),
    "bool": pa.bool_(),
    "str": pa.string(),
    "str | None": pa.string(),
    "int | str": pa.string(),
    "tuple[str, ...]": pa.list_(pa.string()),
    "ChannelData": pa.map_(pa.string(), pa.string()),
}
"""A field's annotation -> its column."""
_TICKS_A_MICROSECOND: Final = 10
_SPECIAL: Final = frozenset({"time", "source", "record"})


@cache
def schema() -> Any:
    """The columns of a dataset."""
    columns = {
        "time": pa.timestamp("us", tz="UTC"),
        "ticks": pa.int64(),
        "host": pa.string(),
        "type": pa.string(),
        "origin": pa.string(),
        "event_id": pa.string(),
        "source": pa.string(),
        "input": pa.int32(),
        "record": pa.uint64(),
        "has_record_id": pa.bool_(),
    }
    for kind in TYPES:
        for name, annotation in kind.__annotations__.items():
            if name in _SPECIAL:
                continue
            column = _ARROW[str(getattr(annotation, "__forward_arg__", annotation))]
            if columns.setdefault(name, column) != column:
                raise TypeError(f"{name} is a {column} in {kind.__name__}, else {columns[name]}")
    return pa.schema(list(columns.items()))


def to_table(batch: Sequence[Event], inputs: Sequence[str]) -> Any:
    """Events as a table, in their order.

    Args:
        batch: the events.
        inputs: names of the inputs, by number.
    """
    of_type: dict[type[Event], list[int]] = {}
    for place, event in enumerate(batch):
        of_type.setdefault(type(event), []).append(place)
    tables = [
        _of_type(kind, [batch[p] for p in places], inputs) for kind, places in of_type.items()
    ]
    if not tables:
        return schema().empty_table()
    order = [place for places in of_type.values() for place in places]
    back: list[int] = [0] * len(order)
    for row, place in enumerate(order):
        back[place] = row
    return pa.concat_tables(tables).take(pa.array(back, pa.int64()))


def _of_type(kind: type[Event], batch: Sequence[Event], inputs: Sequence[str]) -> Any:
    fields = dict(zip(kind._fields, zip(*batch, strict=True), strict=True))
    sources = fields.pop("source")
    ticks = fields.pop("time")
    fields["event_id"] = tuple(map(str, fields["event_id"]))
    if kind is ChannelEvent:
        fields["data"] = tuple(_pairs(data) for data in fields["data"])
    columns: dict[str, Any] = {
        **fields,
        "ticks": ticks,
        "time": [time // _TICKS_A_MICROSECOND for time in ticks],
        "type": [kind.__name__] * len(batch),
        "source": [inputs[source] for source in sources],
        "input": sources,
    }
    arrays = [
        _array(columns[column.name], column.type)
        if column.name in columns
        else pa.nulls(len(batch), column.type)
        for column in schema()
    ]
    return pa.Table.from_arrays(arrays, schema=schema())


def _pairs(data: ChannelData) -> list[tuple[str, str | None]]:
    return list(zip(data.shape.names, data.values, strict=True))


def _array(values: Any, column: Any) -> Any:
    try:
        return pa.array(values, column)
    except UnicodeEncodeError:  # half a character, which Parquet has no place for
        return pa.array([_whole(value) for value in values], column)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return type(value)(_whole(item) for item in value)
    return value


def from_table(table: Any) -> list[Event]:
    """The events of a table, in its order."""
    batch: list[Any] = [None] * len(table)
    places: dict[str, list[int]] = {}
    for place, name in enumerate(table.column("type").to_pylist()):
        places.setdefault(name, []).append(place)
    shapes: dict[tuple[str, ...], Shape] = {}
    for name, rows in places.items():
        kind: Any = _TYPE_OF_NAME[name]
        part = table.take(pa.array(rows, pa.int64())) if len(places) > 1 else table
        columns = [_column(part, field, shapes) for field in kind._fields]
        for place, event in zip(rows, map(kind._make, zip(*columns, strict=True)), strict=True):
            batch[place] = event
    return batch


def _column(part: Any, field: str, shapes: dict[tuple[str, ...], Shape]) -> list[Any]:
    stored = {"time": "ticks", "source": "input"}.get(field, field)
    values: list[Any] = part.column(stored).to_pylist()
    match field:
        case "event_id":
            return [_event_id(value) for value in values]
        case "parts":
            return [tuple(value) for value in values]
        case "data":
            return [_data(value, shapes) for value in values]
    return values


def _event_id(written: str) -> int | str:
    """Ids are numbers but where they are names; readers make a number of all that is one."""
    if written.isdecimal() and written.isascii() and (written[0] != "0" or written == "0"):
        return int(written)
    return written


def _data(pairs: list[tuple[str, str | None]], shapes: dict[tuple[str, ...], Shape]) -> ChannelData:
    names = tuple(name for name, _ in pairs)
    shape = shapes.get(names)
    if shape is None:
        shape = shapes[names] = Shape(names)
    return ChannelData(shape, tuple(value for _, value in pairs))
