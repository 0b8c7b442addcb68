"""On real recordings the fast matcher says what the slow one says, for all rules that ship.

`bench/matchers.py` compares them for any rules, on any recordings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.detect.catalog import load_builtin
from lineage.detect.compile import Predicates
from lineage.detect.detection import PACKS
from lineage.detect.match import matches
from lineage.pipeline import events

if TYPE_CHECKING:
    from pathlib import Path

CONDITIONS = [
    layer.condition for pack in PACKS for rule in load_builtin(pack) for layer in rule.layers
]


def test_on_events_of_the_corpus(corpus: Path) -> None:
    fast: dict[str, Predicates] = {}
    recorded = list(events([corpus / "evtx"]))
    assert len(recorded) > 1_500
    for event in recorded:
        predicates = fast.setdefault(event.origin, Predicates(CONDITIONS, event.origin))
        slow = tuple(index for index, each in enumerate(CONDITIONS) if matches(each, event))
        assert predicates.true_on(event) == slow
