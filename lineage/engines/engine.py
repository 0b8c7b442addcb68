"""What an engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lineage.engines.work import Work
    from lineage.stages.judging import Judgement
    from lineage.stages.keeping import WriteFacts
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
        self, works: Sequence[Work], advance: Callable[[int], object] | None
    ) -> list[ReadingFacts]:
        """Reads, and keeps the events by host."""
        ...

    def trace(self, plan: Plan) -> list[TraceFacts]:
        """Traces the plan's groups, and keeps their graphs."""
        ...

    def judge(self, facts: Sequence[TraceFacts], common: Common) -> list[Judgement]:
        """Judges the groups."""
        ...

    def write(self, plan: Plan, folder: Path) -> list[WriteFacts]:
        """Puts the plan's groups into a dataset, in place of tracing them."""
        ...

    def close(self) -> None:
        """Lets go of all that it holds."""
        ...
