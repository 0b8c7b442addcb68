"""Which rows are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lineage.graph.schema import NODE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage.report.narrow import Narrowing
    from lineage.timeline.rows import Row

LOG: Final = "log"
"""Kind of what is about no node but the host: records of Windows' logs that name no process."""
KINDS: Final = (*(kind for kind in NODE_KINDS if kind not in {"host", "user", "session"}), LOG)
"""What an event can be about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a timeline is wanted; whatever isn't given keeps all.

    Attributes:
        narrowing: times, hosts and accounts.
        kinds: what events are about.
        texts: texts of which each must stand in the message or in one of the event's own fields;
            letter case counts for nothing.
        marked: whether only what is in a chain, or was detected, is wanted.
    """

    narrowing: Narrowing
    kinds: Sequence[str] = ()
    texts: Sequence[str] = ()
    marked: bool = False

    def test(self, last: int) -> Callable[[Row], bool]:
        """What tells whether a row is wanted.

        Args:
            last: time of the last event, in ticks, from which "-24h" counts.

        Raises:
            UsageError: a time can't be read.
        """
        since, until = self.narrowing.span(last)
        texts = [text.lower() for text in self.texts]

        def wanted(row: Row) -> bool:
            return (
                (since is None or row.time >= since)
                and (until is None or row.time <= until)
                and (not self.kinds or row.kind in self.kinds)
                and (not self.marked or bool(row.chains or row.detections))
                and self.narrowing.names_host(row.host)
                and self.narrowing.names_user(row.user or "")
                and all(_holds(row, text) for text in texts)
            )

        return wanted


def _holds(row: Row, text: str) -> bool:
    return text in row.message.lower() or any(
        text in value.lower() for value in row.fields.values()
    )
