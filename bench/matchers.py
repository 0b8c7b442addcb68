"""Whether the fast matcher and the slow one that judges it agree, on all rules and all events.

Usage: python bench/matchers.py RULES TELEMETRY...

RULES is a folder of Sigma rules, TELEMETRY any exports. Every condition of the rules and of the
shipped ones is put to every event of its sources, as the run puts it there: with the fields of the
acting process filled in where it asks for them. Names what they differ on and exits with 1, or
prints how much was compared.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lineage.detect.acting import Acting, Ancestors
from lineage.detect.catalog import load_builtin
from lineage.detect.compile import Predicates
from lineage.detect.match import matches
from lineage.detect.user_rules import load_user
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.dispatch import Normaliser
from lineage.normalise.order import in_order
from lineage.pipeline import collect
from lineage.read import read


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    rules = [
        *load_builtin(),
        *load_builtin("tradecraft"),
        *load_user([Path(sys.argv[1])]).rules,
    ]
    conditions = [layer.condition for rule in rules for layer in rule.layers]
    normaliser = Normaliser()
    events = list(collect(read([Path(name) for name in sys.argv[2:]]), normaliser, []))
    builder = Builder(Hosts({event.host for event in events}))
    ancestors = Ancestors(builder.graph)
    fast: dict[tuple[str, object], tuple[list[int], Predicates]] = {}
    compared = held = seen = 0
    wrong: list[str] = []
    for event in in_order(events, normaliser.clock, lambda *_: None):
        placed = builder.add(event)
        key = (event.origin, None)
        if key not in fast:
            own = [n for n, each in enumerate(conditions) if event.origin in each.sources]
            fast[key] = own, Predicates([conditions[n] for n in own], event.origin)
        own, predicates = fast[key]
        acting = Acting(event, ancestors.of(placed.actor))
        quick = {own[index] for index in predicates.true_on(acting)}  # type: ignore[arg-type]
        slow = {n for n in own if matches(conditions[n], acting)}  # type: ignore[arg-type]
        seen, compared, held = seen + 1, compared + len(own), held + len(slow)
        wrong += [f"{event.origin} {event.record}: condition {n}" for n in quick ^ slow]
    print(
        f"{len(conditions):,} conditions, {seen:,} events: {compared:,} comparisons, {held:,} held"
    )
    if wrong:
        sys.exit("\n".join([f"{len(wrong):,} differ:", *wrong[:20]]))


if __name__ == "__main__":
    main()
