"""What each rule costs by itself on a sample of events."""

from __future__ import annotations

from collections import defaultdict
from time import process_time
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.detect.compile import Predicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage.detect.catalog import Rule
    from lineage.detect.detection import Detection
    from lineage.normalise.event import Event

SAMPLE: Final = 2_000
"""Events of each source that rules are tried on."""


class Cost(NamedTuple):
    """What a rule costs.

    Attributes:
        detection: which.
        seconds: of CPU on the whole sample.
        events: of the sample that it was put to.
        matches: of those, how many it met.
    """

    detection: Detection
    seconds: float
    events: int
    matches: int


def costs(rules: Sequence[Rule], events: Iterable[Event]) -> list[Cost]:
    """The cost of every rule that had an event to look at, the dearest first.

    Each rule is compiled alone and tried on distinct events, so that neither other rules nor
    repeated values help it: in a run it costs less, but not in another order.

    Args:
        rules: any rules.
        events: the first `SAMPLE` of each source are taken.
    """
    sample: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if len(sample[event.origin]) < SAMPLE:
            sample[event.origin].append(event)
    measured = (_cost(rule, sample) for rule in rules)
    return sorted((cost for cost in measured if cost.events), key=lambda cost: -cost.seconds)


def _cost(rule: Rule, sample: dict[str, list[Event]]) -> Cost:
    seconds, count, matches = 0.0, 0, 0
    conditions = [layer.condition for layer in rule.layers]
    for origin in sorted({origin for condition in conditions for origin in condition.sources}):
        predicates = Predicates(conditions, origin)
        events = sample.get(origin, ())
        started = process_time()
        matches += sum(1 for event in events if predicates.true_on(event))
        seconds += process_time() - started
        count += len(events)
    return Cost(rule.detection, seconds, count, matches)
