"""Which engine carries a run out, and with how much of the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.engines.memory import room
from lineage.engines.processes import Processes
from lineage.engines.serial import Serial
from lineage.engines.spark import Cluster, Spark, remote_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage.engines.engine import Engine
    from lineage.engines.remote import RemoteFile
    from lineage.stages.workplace import Settings

WORTH_SHARING = 64 * 1024**2
"""Bytes of input from which several processes are started: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Scale:
    """With how much of the machine a run is carried out.

    Attributes:
        jobs: how many processes; None for as many as there are processors, where that pays.
        memory: bytes that events and graphs may take; None for half of what is free.
        cluster: the Spark cluster that does it; None for this machine.
    """

    jobs: int | None = None
    memory: int | None = None
    cluster: Cluster | None = None


ANY = Scale()
"""Whatever suits the machine."""


def engine(scale: Scale, settings: Settings, size: int) -> Engine:
    """The engine of a run.

    Args:
        scale: what the user asks for.
        settings: of the run.
        size: bytes that are to be read, as far as is known.

    Raises:
        EngineError: processes can't be started, or the cluster can't be reached.
        UsageError: pyspark isn't installed.
    """
    if scale.cluster is not None:
        return Spark(settings, scale.cluster)
    jobs = scale.jobs or (processors() if size >= WORTH_SHARING else 1)
    fits = room(scale.memory)
    if jobs == 1:
        return Serial(settings, fits)
    try:
        return Processes(settings, jobs, fits)
    except OSError:  # no temporary folder, by which processes hand events to each other
        if scale.jobs is not None:
            raise
        return Serial(settings, fits)


def listing(scale: Scale) -> Callable[[str], Sequence[RemoteFile]] | None:
    """What lists addresses that only a cluster reaches; None without one."""
    cluster = scale.cluster
    return None if cluster is None else lambda url: remote_files([url], cluster)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
