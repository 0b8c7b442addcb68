"""Normalised events made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage.normalise.sources import SOURCE, SOURCES
from lineage.times import parse

if TYPE_CHECKING:
    from lineage.normalise.event import Event
    from lineage.normalise.source import Source

NOON = "2026-02-04T10:15:30Z"


def ticks(text: str) -> int:
    """A written time in ticks."""
    return parse(text)[0]


def source_of(name: int | str) -> Source:
    """An event source by its name, or the first of an event id."""
    if name in SOURCE:
        return SOURCE[str(name)]
    return next(source for source in SOURCES if source.event_id == name)


def make(name: int | str, **fields: Any) -> Event:
    """An event of a source, or of an event id, with these fields.

    The header's have values unless given; of the others it lacks those that aren't. A time may be
    given as it is written or in ticks; a script block by its text or by its parts.
    """
    source = source_of(name)
    event_type = source.event
    values: dict[str, Any] = dict.fromkeys(event_type._fields)
    values |= {"time": NOON, "host": "WS1", "source": 0, "record": 1, "has_record_id": True}
    values |= {"event_id": source.event_id, "origin": source.name}
    if "parts" in values:
        parts = tuple(fields.pop("parts", ())) or (fields["ScriptBlockText"],)
        values |= {"parts": parts, "parts_total": len(parts), "ScriptBlockText": "".join(parts)}
    unknown = set(fields) - set(values)
    assert not unknown, f"{event_type.__name__} has no {unknown}"
    values |= fields
    if isinstance(values["time"], str):
        values["time"] = ticks(values["time"])
    return event_type(**values)
