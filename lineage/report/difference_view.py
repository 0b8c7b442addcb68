"""What differs between two reports, on a terminal; the answer last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from lineage.report.chain_view import VERDICT_STYLES
from lineage.report.difference import CHANGES
from lineage.report.pen import Pen, Trimmed
from lineage.report.wording import counted, listed, points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from lineage.report.difference import (
        ChainChange,
        Change,
        Counts,
        Difference,
        FoundIndicator,
        InputChange,
    )

SHOWN: Final = 8
"""Entries of a list before the rest is counted."""
_TITLES: Final[dict[Change, str]] = {
    "new": "New chains",
    "grown": "Chains with new evidence",
    "changed": "Chains that are judged otherwise",
    "gone": "Chains that are in OLD alone, which doesn't say that nothing happened",
    "same": "Chains as before",
}


def render(found: Difference, console: Console, new: str, *, details: bool = False) -> None:
    """Prints a difference.

    Args:
        found: the difference.
        console: where to.
        new: file of the later report, for the next command.
        details: leave nothing out.
    """
    pen = Pen(console, (entry.source for entry in found.inputs), details=details)
    for part in _parts(found, pen, new):
        console.print(Trimmed(part))


def _parts(found: Difference, pen: Pen, new: str) -> Iterator[RenderableType]:
    yield from _inputs(found, pen)
    for title, names in (
        ("Could fire in NEW, not in OLD", found.now_evaluable),
        ("Could fire in OLD, not in NEW", found.no_longer_evaluable),
        ("Judged by in NEW, not in OLD", found.new_rules),
        ("Judged by in OLD, not in NEW", found.gone_rules),
    ):
        if names:
            yield _list(title, [pen.fitted(name) for name in pen.some(names, SHOWN)], names, pen)
    for title, counts in (("New hits", found.new_hits), ("Hits of OLD alone", found.gone_hits)):
        if counts:
            yield _list(title, [_count(one, pen) for one in pen.some(counts, SHOWN)], counts, pen)
    for title, things in (
        ("New indicators", found.new_indicators),
        ("Indicators of OLD alone", found.gone_indicators),
    ):
        if things:
            shown = [_indicator(one, pen) for one in pen.some(things, SHOWN)]
            yield _list(title, shown, things, pen)
    for change in CHANGES:
        chains = [chain for chain in found.chains if chain.change == change]
        if chains and (change != "same" or pen.details):
            told = [line for chain in pen.some(chains, SHOWN) for line in _chain(chain, pen)]
            yield _list(_TITLES[change], told, chains, pen)
    for remark in found.remarks:
        yield pen.line(Text("Mind: ", "bold"), pen.fitted(remark, indent=6))
    yield _answer(found)
    more = [chain for chain in found.chains if chain.change in {"new", "grown"}]
    if more:
        best = min(more, key=lambda chain: chain.place or 0)
        yield pen.line(
            "Next: ",
            Text(f"lineage explain {best.place} --report ", "bold"),
            pen.text(new, "bold", 200),
        )


def _list(title: str, lines: Sequence[Text], whole: Sequence[object], pen: Pen) -> RenderableType:
    left = len(whole) - len(pen.some(whole, SHOWN))
    rest = [pen.more(left, "with --details", "with --details")] if left else []
    head = Text(f"{title} ({len(whole):,})", "bold")
    return Group(head, *(Padding(line, (0, 0, 0, 2)) for line in (*lines, *rest)), Text())


def _chain(chain: ChainChange, pen: Pen) -> Iterator[Text]:
    verdict = Text(chain.verdict.upper(), VERDICT_STYLES[chain.verdict])
    was = ""
    if chain.was_verdict not in {None, chain.verdict}:
        was = f" (was {chain.was_verdict})"
    elif chain.was_score not in {None, chain.score}:
        was = f" (was {points(chain.was_score or 0)})"
    report = "OLD" if chain.change == "gone" else "NEW"
    yield pen.line(
        f"{report} {chain.place}  ",
        verdict,
        f" {points(chain.score)}{was}  ",
        pen.text(chain.family or "no family", "bold", 40),
        " on ",
        pen.text(listed(chain.hosts, shown=3), limit=120),
        "  ",
        pen.text(chain.id, "dim", 40),
    )
    if len(chain.was) > 1:
        yield pen.line("       joins ", pen.fitted(listed(chain.was, shown=4)))
    if chain.gained_hits and chain.change == "grown":
        processes = counted(chain.gained_processes, "process", "processes")
        told = f"{counted(chain.gained_hits, 'new hit')}, {processes} more: "
        yield pen.line("       ", told, pen.fitted(listed(chain.gained, shown=4), "yellow", 30))
    if chain.lost_hits and chain.change != "gone":
        yield pen.line(f"       {counted(chain.lost_hits, 'hit')} less")
    for reason in chain.why:
        yield pen.line("       ", pen.fitted(reason, "dim", 7))


def _count(entry: Counts, pen: Pen) -> Text:
    return pen.line(f"{entry.count:>6,}  ", pen.text(entry.name, limit=200))


def _indicator(one: FoundIndicator, pen: Pen) -> Text:
    return pen.line(
        f"{one.kind:<9} ", pen.fitted(one.value, "cyan", 30), "  ", pen.text(one.why, "dim", 120)
    )


def _inputs(found: Difference, pen: Pen) -> Iterator[RenderableType]:
    if not found.inputs:
        yield pen.line(f"Both read the same {counted(found.same_inputs, 'input')}.")
        yield Text()
        return
    shown = [_input(entry, pen) for entry in pen.some(found.inputs, SHOWN)]
    yield _list("Inputs that differ", shown, found.inputs, pen)


def _input(entry: InputChange, pen: Pen) -> Text:
    if entry.records is None:
        told = f"in OLD alone ({counted(entry.was_records or 0, 'record')})"
    elif entry.was_records is None:
        told = f"in NEW alone ({counted(entry.records, 'record')})"
    elif entry.records != entry.was_records:
        told = f"{entry.records:,} records, was {entry.was_records:,}"
    else:
        told = f"read otherwise: {entry.rejected:,} rejected, was {entry.was_rejected:,}"
    return pen.line(pen.fitted(entry.source, indent=40), "  ", Text(told, "dim"))


def _answer(found: Difference) -> Text:
    told = []
    for change in CHANGES:
        chains = [chain for chain in found.chains if chain.change == change]
        strong = sum(chain.verdict != "suspicious" for chain in chains)
        if chains:
            which = f" ({strong:,} probable or confirmed)" if strong else ""
            told.append(f"{len(chains):,} {change}{which}")
    hits = sum(entry.count for entry in found.new_hits)
    chains_told = ", ".join(told) or "none in either"
    return Text(
        f"Chains: {chains_told}; {counted(hits, 'new hit')}, "
        f"{counted(len(found.new_indicators), 'new indicator')}.",
        "bold",
    )
