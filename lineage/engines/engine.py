"""What an engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage.read.units import Unit
    from lineage.stages.judging import Judgement
    from lineage.stages.planning import Plan
    from lineage.stages.reading import ReadingFacts
    from lineage.stages.sharing import Common
    from lineage.stages.tracing import TraceFacts


class Engine(Protocol):
    """Carries out the steps of one run, in this order, each once.

    What it is asked for comes back in the order in which it was given; events and graphs stay with
    the engine.
    """

    def read(
        self, units: Sequence[Unit], advance: Callable[[int], object] | None
    ) -> list[ReadingFacts]:
        """Reads units, and keeps their events by host."""
        ...

    def trace(self, plan: Plan) -> list[TraceFacts]:
        """Traces the plan's groups, and keeps their graphs."""
        ...

    def judge(self, facts: Sequence[TraceFacts], common: Common) -> list[Judgement]:
        """Judges the groups."""
        ...

    def close(self) -> None:
        """Lets go of all that it holds."""
        ...
