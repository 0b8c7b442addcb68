"""Objects and rows -> raw records: opens envelopes, finds the dialect, asks its table."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from lineage.problems import Problem
from lineage.read.dialect import Dialect, narrowed, record_of, untold, whole_event
from lineage.read.dialects import DIALECTS
from lineage.read.event_object import nested
from lineage.read.json_objects import JsonObject, has_lines, read_lines, read_objects, sample
from lineage.read.parts import parts_of_lines
from lineage.read.record import RawRecord
from lineage.read.text import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.parts import Part
    from lineage.read.row import Row

SPLUNK: Final = "splunk-json"

Shape = tuple[str, ...]
"""The names of an object's members."""

_ENVELOPES: Final = frozenset(
    {"result", "_source", "fields", "metadata", "properties", "document", "data", "win", "body"}
    | {"windows", "sourcetype", "message", "short_message", "winlogbeat_winlog_event_id"}
    | {"gl2_source_input", "columns", "attributes"}
)
"""Members that may hold the event itself, or stand beside the one that does."""
_WRAPPERS: Final = (
    *("result", "_source", "win", "windows", "body", "message"),
    *("columns", "attributes"),  # osquery's and Datadog's
)
"""Members that hold the event itself wherever they are objects."""
_MOST_ENVELOPES: Final = 6
MOST_LAYERS: Final = 3
"""Events inside events that are opened: a shipper's line in another shipper's."""
_CONTROL: Final = (
    frozenset({"preview", "lastrow", "offset", "messages", "init_offset", "highlighted"}),
    frozenset({"index"}),
    frozenset({"create"}),
)
"""Lines between records that are none: Splunk's last row, Elasticsearch's bulk actions."""


class JsonReader:
    """Reads JSON whose objects are events of some dialect; each object may be of its own."""

    def __init__(self, format_name: str) -> None:
        self.name = format_name

    def recognises(self, head: bytes) -> bool:
        """Whether the first of the first objects that is an event is of this format."""
        return _format_of_head(head) == self.name

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are lines, or ordinals in an array."""
        return read_objects(stream, Decoder().decode)

    def parts(self, file: BinaryIO, size: int) -> list[Part]:
        """Stretches of whole lines; none where the file isn't an object a line."""
        if not has_lines(file.read(CHUNK_BYTES)):
            return []
        return parts_of_lines(file, size)

    def read_part(self, stream: BinaryIO, part: Part) -> Iterator[RawRecord | Problem]:
        """Yields the events of a stretch."""
        return read_lines(stream, Decoder().decode, part.number + 1)


@lru_cache(maxsize=1)
def _format_of_head(head: bytes) -> str:
    return next((name for item in sample(head) if (name := format_of(item))), "")


def format_of(item: JsonObject) -> str:
    """The format of an object that is an event; "" for one that isn't."""
    if all(value is None for value in item.values()):
        return _format_by_names(item)
    if not isinstance(Decoder().decode(0, item), RawRecord):
        return ""
    if "_raw" in item or (isinstance(item.get("result"), dict) and "preview" in item):
        return SPLUNK
    choice = choose(unwrapped(item))
    return choice.dialect.format if choice is not None else ""


def _format_by_names(names: JsonObject) -> str:
    """The format of a first record that is too long to be seen whole."""
    if "_raw" in names:
        return SPLUNK
    for dialect in DIALECTS[:-1]:
        header = (*dialect.provider, *dialect.channel, *dialect.computer)
        if not dialect.event_id and not dialect.whole and dialect.fits(names):
            return ""
        if dialect.fits(names) and (not dialect.flat or any(name in names for name in header)):
            return dialect.format
    return ""


class Choice(NamedTuple):
    """The dialect of a row, the row as the dialect has it, and whether its names were paths."""

    dialect: Dialect
    row: Row
    dotted: bool


class Decoder:
    """Makes records of the objects of one stream; remembers the dialects of their members.

    A row of other members is no guide: a damaged one may pass for another dialect's.
    """

    def __init__(self, layers: int = MOST_LAYERS) -> None:
        self._dialect: Dialect = DIALECTS[0]
        self._dotted = False
        self._layers = layers
        self._inner: Decoder | None = None
        self._by_members: dict[Shape, Dialect] = {}
        self._plain: dict[Shape, Dialect] = {}
        self._inner_shapes: dict[Shape, Dialect] = {}

    def decode(self, number: int, item: JsonObject) -> RawRecord | Problem | None:
        """The record of an object, why it is none, or None for a line that isn't one by design.

        Args:
            number: its number in its source.
            item: the object.
        """
        shape = tuple(item)
        known = self._plain.get(shape)
        if known is not None:
            row, dialect = item, known
        else:
            prepared = self._prepared(item, shape)
            if prepared is None:
                return None if _is_control(item) else untold(number, item)
            row, dialect = prepared
        if dialect.whole and self._layers:
            whole = whole_event(dialect, row, number, self._decode_inner)
            if isinstance(whole, RawRecord):
                return whole
            if isinstance(whole, dict):
                row = whole
                dialect = self._narrowed(self._dialect, whole)
            elif whole is not None:
                record = record_of(dialect, number, row)
                return whole if isinstance(record, Problem) else record
        return record_of(dialect, number, row)

    def _prepared(self, item: JsonObject, shape: Shape) -> tuple[Row, Dialect] | None:
        """The row as its dialect has it: that of another row with its members, or one that fits."""
        row = item if _ENVELOPES.isdisjoint(item) else unwrapped(item)
        if self._dotted:
            row = unwrapped(nested(row))
        members = tuple(row)
        prepared: Row | None = None
        known = self._by_members.get(members)
        if known is not None:
            self._dialect = known
            prepared = row if known.prepare is None else known.prepare(row)
        if prepared is None:
            choice = choose(row)
            if choice is None:
                return None
            self._dialect, prepared, dotted = choice
            self._dotted = self._dotted or dotted
            if not dotted:
                _bounded(self._by_members)[members] = self._dialect
        dialect = self._narrowed(self._dialect, prepared)
        if prepared is item:
            _bounded(self._plain)[shape] = dialect
        return prepared, dialect

    def _narrowed(self, dialect: Dialect, row: Row) -> Dialect:
        shape = (dialect.name, *row)
        known = self._inner_shapes.get(shape)
        if known is None:
            known = _bounded(self._inner_shapes)[shape] = narrowed(dialect, row)
        return known

    def _decode_inner(self, number: int, item: JsonObject) -> RawRecord | Problem:
        if self._inner is None:
            self._inner = Decoder(self._layers - 1)
        return self._inner.decode(number, item) or untold(number, item)


def _bounded(shapes: dict[Shape, Dialect]) -> dict[Shape, Dialect]:
    """Shapes that may take one more: telemetry has some hundred, other objects any number."""
    if len(shapes) >= _MOST_SHAPES:
        shapes.clear()
    return shapes


_MOST_SHAPES: Final = 5000


def choose(row: Row) -> Choice | None:
    """The dialect of a row; None where it is of none."""
    choice = _fitting(row, dotted=False)
    known = choice is not None and choice.dialect is not DIALECTS[-1]
    if known or not any("." in name for name in row):
        return choice
    return _fitting(unwrapped(nested(row)), dotted=True) or choice


def _fitting(row: Row, *, dotted: bool) -> Choice | None:
    for dialect in DIALECTS:
        if dialect.fits(row):
            prepared = row if dialect.prepare is None else dialect.prepare(row)
            if prepared is not None:
                return Choice(dialect, prepared, dotted)
    return None


def unwrapped(item: JsonObject) -> Row:
    """An object without what search engines, shippers and queues put around it."""
    row: Row = item
    for _ in range(_MOST_ENVELOPES):
        inner = _inside(row)
        if inner is None:
            break
        row = inner
    return row


def _inside(row: Row) -> Row | None:
    get = row.get
    for name in _WRAPPERS:
        if isinstance(inner := get(name), dict) and inner:
            return {**_outer_time(row, inner), **inner}
    inner = get("fields")
    if isinstance(inner, dict) and ("_id" in row or "_index" in row):
        return inner
    if isinstance(inner := get("event"), dict) and "metadata" in row:
        return inner
    if isinstance(inner := get("properties"), dict) and ("category" in row or "tenantId" in row):
        return {**_outer_time(row, inner), **inner}
    if isinstance(inner := get("document"), dict) and isinstance(inner.get("data"), dict):
        return _data(inner)
    inner = get("data")
    if isinstance(inner, dict) and ("win" in inner or "EventChannel" in inner or "Event" in inner):
        return inner
    if "gl2_source_input" in row and "host" not in row:
        return {**row, "host": get("source")}
    if "short_message" in row or "winlogbeat_winlog_event_id" in row:
        return _from_graylog(row)
    event = get("event")
    if "sourcetype" in row and "_raw" not in row:
        if isinstance(event, dict):
            return {**{name: value for name, value in row.items() if name == "host"}, **event}
        if isinstance(event, str):
            return {**row, "_raw": event, "_time": get("time")}
    return None


def _outer_time(row: Row, inner: Row) -> Row:
    """The time that stands beside an event without one."""
    if not _TIMES.isdisjoint(inner):
        return {}
    return {
        name: row[name]
        for name in ("@timestamp", "time")
        if isinstance(row.get(name), str | int | float)
    }


_TIMES: Final = frozenset(
    ("@timestamp", "timestamp", "time", "system", "EventTime", "TimeCreated", "UtcTime")
)


def _from_graylog(row: Row) -> Row:
    """Graylog's spellings: GELF puts a line before names, its Beats input lines for dots."""
    return {
        _GRAYLOG.sub(_dotted, name).removeprefix("_"): value
        for name, value in row.items()
        if name != "short_message"
    }


_GRAYLOG: Final = re.compile(r"\Awinlogbeat_(winlog_event_data|winlog|event|host)_")


def _dotted(start: re.Match[str]) -> str:
    return start[1].replace("winlog_event", "winlog.event") + "."


def _data(document: Any) -> Row:
    data: Row = document["data"]
    return data


def _is_control(item: JsonObject) -> bool:
    return bool(item) and any(item.keys() <= names for names in _CONTROL)
