"""Which detections this input could have shown at all.

A detection that stays silent because its event source, or a field it needs, is absent must not
look like a clean bill: it is reported as not evaluable, with what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lineage.detect.acting import NO_ANCESTRY, READ, Acting, Ancestry, named
from lineage.normalise.event import ChannelEvent
from lineage.normalise.sources import SOURCE

if TYPE_CHECKING:
    from lineage.detect.correlation import Correlation
    from lineage.detect.detection import Detection
    from lineage.normalise.event import Event
    from lineage.normalise.events.channel import Shape

Requirements = Mapping[str, Sequence[frozenset[str]]]
"""Event source -> alternative sets of fields, one of which an event must carry."""


def event_need(event_id: object) -> str:
    """What stands among the needed fields for events of an id, of a source that has many."""
    return f"event {event_id}"


class Coverage(NamedTuple):
    """Whether a detection could have fired.

    Attributes:
        detection: which.
        evaluable: at least one of its sources is there with the fields it needs.
        sources_present: those of its event sources that the input has.
        missing: what would have to be recorded: event sources, or fields of a source that is there.
    """

    detection: Detection
    evaluable: bool
    sources_present: list[str]
    missing: list[str]


class FieldsSeen:
    """Notes which event sources and which of the needed fields a run's events have."""

    def __init__(self, needed: Mapping[str, frozenset[str]]) -> None:
        """Args: needed: event source -> the fields that some detection needs of it."""
        self._needed = needed
        self._unseen: dict[str, set[str]] = {}
        self._shapes: set[tuple[str, int | str, Shape]] = set()
        self.seen: dict[str, set[str]] = {}

    def observe(self, event: Event, ancestry: Ancestry = NO_ANCESTRY) -> None:
        """Takes an event. Costs next to nothing once all needed fields of its source were seen.

        Args:
            event: it.
            ancestry: its process and who started it, where a rule asks for their fields.
        """
        unseen = self._unseen.get(event.origin)
        if unseen is None:
            unseen = self._unseen[event.origin] = set(self._needed.get(event.origin, ()))
            self.seen[event.origin] = set()
        if not unseen:
            return
        if isinstance(event, ChannelEvent):
            self._observe_shape(event, unseen)
            return
        acting = Acting(event, ancestry)
        present = {
            field
            for field in unseen
            if (acting.value(field) if field in READ else getattr(event, field, None)) is not None
        }
        if present:
            unseen -= present
            self.seen[event.origin] |= present

    def _observe_shape(self, event: ChannelEvent, unseen: set[str]) -> None:
        """Records of one kind have the same fields, so that one of each is enough."""
        shape = event.data.shape
        key = (event.origin, event.event_id, shape)
        if key in self._shapes:
            return
        self._shapes.add(key)
        header = (event_need(event.event_id), "Provider_Name", "Channel", "text")
        present = {field for field in unseen if field in shape or field in header}
        unseen -= present
        self.seen[event.origin] |= present


def needed_fields(requirements: Sequence[Requirements]) -> dict[str, frozenset[str]]:
    """Event source -> every field that occurs in some detection's requirements of it."""
    needed: dict[str, set[str]] = {}
    for requirement in requirements:
        for source, alternatives in requirement.items():
            needed.setdefault(source, set()).update(*alternatives)
    return {source: frozenset(fields) for source, fields in needed.items()}


def correlated(
    correlations: Sequence[Correlation], requirements: Mapping[str, Requirements]
) -> dict[str, Requirements]:
    """What correlations need: the events of one of their rules.

    Args:
        correlations: each after those that it refers to.
        requirements: of the rules, by id.

    Returns:
        Those of the correlations, by id.
    """
    known = dict(requirements)
    needed: dict[str, Requirements] = {}
    for correlation in correlations:
        merged: dict[str, list[frozenset[str]]] = {}
        for rule in correlation.rules:
            for source, alternatives in known.get(rule, {}).items():
                merged.setdefault(source, []).extend(alternatives)
        known[correlation.detection.rule_id] = needed[correlation.detection.rule_id] = merged
    return needed


def coverage(detection: Detection, requirements: Requirements, seen: FieldsSeen) -> Coverage:
    """Judges one detection against what was seen.

    Args:
        detection: which.
        requirements: what it needs (`RuleEngine.requirements`).
        seen: what the run's events had.
    """
    present = [source for source in requirements if source in seen.seen]
    lacking = {
        source: _lacking(alternatives, seen.seen[source] | SOURCE[source].bridged)
        for source, alternatives in requirements.items()
        if source in seen.seen
    }
    evaluable = any(not fields for fields in lacking.values())
    missing = [] if evaluable else [source for source in requirements if source not in present]
    if not evaluable:
        missing += [
            f"{source} without {' and '.join(map(named, sorted(fields)))}"
            for source, fields in lacking.items()
        ]
    return Coverage(detection, evaluable, present, missing)


def _lacking(alternatives: Sequence[frozenset[str]], has: set[str]) -> frozenset[str]:
    """The smallest set of fields that is short; empty where some alternative is met."""
    short = [fields - has for fields in alternatives]
    return min(short, key=lambda fields: (len(fields), sorted(fields)), default=frozenset())
