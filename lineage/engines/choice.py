"""Which engine carries a run out, and with how much of the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.engines.processes import Processes
from lineage.engines.serial import Serial

if TYPE_CHECKING:
    from lineage.engines.engine import Engine
    from lineage.stages.workplace import Settings

WORTH_SHARING = 64 * 1024**2
"""Bytes of input from which several processes are started: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Scale:
    """With how much of the machine a run is carried out.

    Attributes:
        jobs: how many processes; None for as many as there are processors, where that pays.
    """

    jobs: int | None = None


ANY = Scale()
"""Whatever suits the machine."""


def engine(scale: Scale, settings: Settings, size: int) -> Engine:
    """The engine of a run.

    Args:
        scale: what the user asks for.
        settings: of the run.
        size: bytes that are to be read, as far as is known.

    Raises:
        EngineError: processes can't be started.
    """
    jobs = scale.jobs or (processors() if size >= WORTH_SHARING else 1)
    return Serial(settings) if jobs == 1 else Processes(settings, jobs)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
