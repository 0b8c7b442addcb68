"""Events -> graph and hits: the one loop in which the graph grows and the rules look at it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from lineage.detect.acting import Acting, Ancestors
from lineage.detect.allow import Allowances
from lineage.detect.correlation import Correlations
from lineage.detect.detection import Context
from lineage.detect.tag import Tagger, fact
from lineage.normalise.order import in_order, position

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from lineage.detect.alerts.place import AlertBoard
    from lineage.detect.correlation import Found
    from lineage.detect.coverage import FieldsSeen
    from lineage.detect.engine import RuleEngine
    from lineage.detect.hit import Hit
    from lineage.graph.build import Builder, Placed
    from lineage.normalise.clock import Clock
    from lineage.normalise.event import Event


class Tagged(NamedTuple):
    """What tagging came to.

    Attributes:
        hits: in order of time.
        repeats: index of an input -> how many of its events only repeat another's.
        places: ordinal of an event that a hit rests on -> its place in the order of all events
            (`lineage.normalise.order.position`).
        shared: id of a node of no one host -> the place of the event that first named it.
    """

    hits: list[Hit]
    repeats: Counter[int]
    places: dict[int, int]
    shared: dict[str, int]


def tagged(
    events: list[Event],
    clock: Clock,
    builder: Builder,
    engine: RuleEngine,
    seen: FieldsSeen | None = None,
    correlations: Correlations | None = None,
    allowances: Allowances | None = None,
    watch: Callable[[Event, Placed], object] | None = None,
    alerts: AlertBoard | None = None,
) -> Tagged:
    """Puts events into the graph in order of time, and tags it.

    Args:
        events: in any order; the list is emptied.
        clock: zone offsets of the inputs.
        builder: of the graph.
        engine: the rules.
        seen: notes which fields the events have, for the rules' coverage.
        correlations: rules on several events, which look at the matches of the others.
        allowances: which hits are known to be benign.
        watch: called with every event and where it was put.
        alerts: of other tools, which wait for the events that they are about.
    """
    tagger = Tagger()
    judged = correlations or Correlations((), frozenset())
    allowed = allowances or Allowances()
    places: dict[int, int] = {}
    shared: dict[str, int] = {}
    ancestors = Ancestors(builder.graph)
    for event in in_order(events, clock, tagger.repeat):
        placed = builder.add(event)
        if watch is not None:
            watch(event, placed)
        if builder.shared:
            shared.update(dict.fromkeys(builder.shared, position(event)))
            builder.shared.clear()
        context = _context(placed)
        if engine.asks_for_ancestry(event):
            context = context._replace(ancestry=ancestors.of(placed.actor))
        if seen is not None:
            seen.observe(event, context.ancestry)
        matches = engine.match(event, context)
        if matches:
            for judgement in judged.add(event, placed, matches):
                places[judgement.placed.ordinal] = position(judgement.event)
                _tag(tagger, judgement, allowed, ancestors)
        if alerts is not None:
            for alert in alerts.see(event, placed):
                places[placed.ordinal] = position(event)
                _tag(tagger, alert, allowed, ancestors)
    for judgement in (*judged.rest(), *(alerts.rest() if alerts is not None else ())):
        places[judgement.placed.ordinal] = position(judgement.event)
        _tag(tagger, judgement, allowed, ancestors)
    builder.join_hosts()
    return Tagged(tagger.hits(builder.graph), tagger.repeats, places, shared)


def _tag(tagger: Tagger, judgement: Found, allowed: Allowances, ancestors: Ancestors) -> None:
    event, placed, matches = judgement
    tagger.add(event, placed, matches)
    if allowed.allowances:
        acting = cast("Event", Acting(event, ancestors.of(placed.actor)))
        tagger.drop(event, placed, allowed.taken(acting, fact(event, placed), matches))


def _context(placed: Placed) -> Context:
    """What the graph knows of an event's process, for the rules' bridges."""
    actor, parent = placed.actor, placed.parent
    start = None if actor is None or actor.placeholder else actor.start
    if parent is None:
        return _without_parent(start)
    return Context(parent.image, parent.command_line, start)


@lru_cache(maxsize=1024)
def _without_parent(start: int | None) -> Context:
    """Shared: most events come from a few busy processes."""
    return Context(process_start=start)
