"""The recorded cases of the detections (tests/detections/*.yml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from events import NOON, make, ticks

from lineage.detect.detection import Context

if TYPE_CHECKING:
    from lineage.normalise.event import Event

CASES = Path(__file__).parents[1] / "detections"


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
        return f"{self.file}::{self.name}::{self.source}"


@cache
def cases() -> tuple[Case, ...]:
    """Every recorded case, by file and place in it."""
    return tuple(
        _case(path.name, entry | {"source": source})
        for path in sorted(CASES.rglob("*.yml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for source in _sources(entry)
    )


def _sources(entry: dict[str, Any]) -> list[str]:
    """A case's source, or several that tell the same event in the same words."""
    named: str | list[str] = entry["source"]
    return named if isinstance(named, list) else [named]


def _case(file: str, entry: dict[str, Any]) -> Case:
    context = dict(entry.get("context", {}))
    if "process_start" in context:
        context["process_start"] = ticks(context["process_start"])
    expect = entry["expect"]
    event = make(entry["source"], time=entry.get("time", NOON), **entry["event"])
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
