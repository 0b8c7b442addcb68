"""A chain's indicators on a terminal: a block to copy from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from lineage.report.indicators import indicators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.report.indicators import Indicator
    from lineage.report.model import Chain
    from lineage.report.pen import Pen


def indicator_lines(chain: Chain, pen: Pen) -> Iterator[Text]:
    """The lines of the block; none of a suspicious chain.

    A value stands alone on its line, as it is, and is only wrapped by the terminal itself, so that
    it can be copied whole: print them with ``soft_wrap=True``.
    """
    found = indicators(chain)
    if not found:
        return
    yield Text("Indicators: what the attack brought, to look for elsewhere", style="bold")
    for one in found:
        yield pen.line("  ", Text(f"{one.kind}", "dim"), "  ", _place(one, pen))
        yield pen.line("    ", pen.text(one.value, "cyan"))
        for name, digest in one.hashes.items():
            yield pen.line("    ", pen.text(digest), Text(f"  {name}", "dim"))
        if one.data is not None:
            yield pen.line("    ", pen.text(one.data), Text("  data", "dim"))


def _place(one: Indicator, pen: Pen) -> Text:
    """What the attack did with it, when, and which record shows it."""
    port = f", port {one.port}" if one.port else ""
    told = pen.line(pen.text(f"{one.why}{port}", limit=200))
    if one.source:
        first = pen.zone.clock(one.first_seen)
        last = pen.zone.clock(one.last_seen, one.first_seen)
        when = first if last == first or one.last_seen == one.first_seen else f"{first} to {last}"
        told = pen.line(told, "  ", pen.text(when, limit=60), "  ")
        told = pen.line(told, pen.record(one.source, one.record))
    return told
