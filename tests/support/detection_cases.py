"""The recorded cases of the detections (tests/detections/*.yml), and events made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from lineage.detect.detection import Context
from lineage.normalise.sources import SOURCE, SOURCES, Source

if TYPE_CHECKING:
    from lineage.normalise.event import Event

CASES = Path(__file__).parents[1] / "detections"
NOON = "2026-02-04T10:15:30Z"


class Case(NamedTuple):
    """An event, and what one detection should make of it."""

    file: str
    name: str
    source: str
    event: Event
    context: Context
    hit: bool
    layer: str | None
    by: str | None

    @property
    def id(self) -> str:
        return f"{self.file}::{self.name}"


def ticks(text: str) -> int:
    """A time in ISO 8601, with up to seven digits of a second, as ticks."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * 10_000_000 + int(fraction.ljust(7, "0") or 0)


def source_of(name: int | str) -> Source:
    """An event source by its name, or the first of an event id."""
    if name in SOURCE:
        return SOURCE[str(name)]
    return next(source for source in SOURCES if source.event_id == name)


def make(name: int | str, time: str = NOON, **fields: Any) -> Event:
    """An event of a source, or of an event id, with these fields; it lacks the others."""
    source = source_of(name)
    event_type = source.event
    values: dict[str, Any] = dict.fromkeys(event_type._fields)
    values |= {"time": ticks(time), "host": "WS1", "source": 0, "record": 1, "has_record_id": True}
    values |= {"event_id": source.event_id, "origin": source.name}
    if source.name == "powershell-4104":
        parts = tuple(fields.pop("parts", ())) or (fields["ScriptBlockText"],)
        values |= {"parts": parts, "parts_total": len(parts), "ScriptBlockText": "".join(parts)}
    unknown = set(fields) - set(values)
    assert not unknown, f"{event_type.__name__} has no {unknown}"
    return event_type(**(values | fields))


@cache
def cases() -> tuple[Case, ...]:
    """Every recorded case, by file and place in it."""
    return tuple(
        _case(path.name, entry)
        for path in sorted(CASES.glob("*.yml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    )


def _case(file: str, entry: dict[str, Any]) -> Case:
    context = dict(entry.get("context", {}))
    if "process_start" in context:
        context["process_start"] = ticks(context["process_start"])
    expect = entry["expect"]
    event = make(entry["source"], entry.get("time", NOON), **entry["event"])
    return Case(
        file=file,
        name=entry["name"],
        source=entry["source"],
        event=event,
        context=Context(**context),
        hit=expect["hit"],
        layer=expect.get("layer"),
        by=expect.get("by"),
    )
