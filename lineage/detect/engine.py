"""Runs the rules over events: which detections an event meets, and by which layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lineage.detect.detection import NO_CONTEXT, Context, Detection, Match

if TYPE_CHECKING:
    from lineage.detect.catalog import Rule
    from lineage.normalise.event import Event


class RuleEngine:
    """Matches events against a set of rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        raise NotImplementedError

    def match(self, event: Event, context: Context = NO_CONTEXT) -> Sequence[Match]:
        """Every detection that the event meets, each once, by the first layer that fits."""
        raise NotImplementedError

    def requirements(self, detection: Detection) -> Mapping[str, Sequence[frozenset[str]]]:
        """Per event source: the alternative sets of fields, one of which an event must carry."""
        raise NotImplementedError
