"""Which events were not read, by who wrote them: on a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from lineage.report.wording import counted

if TYPE_CHECKING:
    from rich.text import Text

    from lineage.report.model import Report
    from lineage.report.pen import Pen

PROVIDERS: Final = 5
"""Writers of ignored events that are named."""
IDS: Final = 8
"""Event ids that are named for each."""


def ignored_view(report: Report, pen: Pen) -> Text | None:
    """One line on the events that aren't read, the most frequent first; None where all were."""
    by_provider: dict[str, Counter[int | str]] = defaultdict(Counter)
    for entry in report.inputs:
        for event in entry.ignored_events:
            by_provider[event.provider][event.event_id] += event.records
    if not by_provider:
        return None
    ranked = sorted(by_provider.items(), key=lambda item: (-item[1].total(), item[0]))
    shown = list(pen.some(ranked, PROVIDERS))
    parts: list[Text | str] = ["ignored, as these events aren't read: "]
    for place, (provider, ids) in enumerate(shown):
        named = list(pen.some(ids.most_common(), IDS))
        listed = ", ".join(f"{event_id} ({count:,})" for event_id, count in named)
        more = f" and {len(ids) - len(named):,} more" if len(ids) > len(named) else ""
        parts += ["; " if place else "", pen.text(provider), " ", pen.text(listed + more)]
    left = len(ranked) - len(shown)
    if left:
        parts.append(f"; {counted(left, 'more provider')}")
    return pen.line(*parts)
