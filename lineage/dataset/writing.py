"""A dataset's beginning and its end: it is one once its manifest stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.dataset.layout import EVENTS, MANIFEST, is_dataset
from lineage.dataset.manifest import StoredHost, manifest
from lineage.errors import EngineError, UsageError
from lineage.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lineage.stages.keeping import WriteFacts
    from lineage.stages.planning import Plan


def begin(folder: Path) -> None:
    """Makes the folder of a dataset.

    Raises:
        UsageError: there is something in it, or it can't be made.
    """
    if is_dataset(folder):
        raise UsageError(f"{folder}: is a dataset already; name a new folder")
    try:
        (folder / EVENTS).mkdir(parents=True, exist_ok=True)
        others = [entry.name for entry in folder.iterdir() if entry.name != EVENTS]
        others += [entry.name for entry in (folder / EVENTS).iterdir()]
    except OSError as error:
        raise UsageError(f"{folder}: no folder can be made there: {error.strerror}") from error
    if others:
        raise UsageError(f"{folder}: isn't empty; name a new folder")


def finish(folder: Path, plan: Plan, written: Sequence[WriteFacts]) -> None:
    """Writes what a run must know beside the events. The plan's ledgers are completed.

    Args:
        folder: of the dataset.
        plan: of the run that wrote it.
        written: of the plan's groups.

    Raises:
        EngineError: it can't be written.
    """
    for facts in written:
        for source, count in facts.again.items():
            plan.ledgers[source].repeated(count)
        for (source, host), (first, last) in facts.doubts.items():
            plan.clock.doubt(source, host, first)
            plan.clock.doubt(source, host, last)
    for source, remark in plan.clock.remarks():
        plan.ledgers[source].reject(Problem(None, remark, lost=0))
    hosts = [
        StoredHost(
            host=host,
            folder=name,
            events=count,
            names=sorted(plan.hosts[host].names),
            sensors=sorted(plan.hosts[host].sensors),
        )
        for facts in written
        for host, name, count in facts.folders
    ]
    content = manifest(plan.ledgers, sorted(hosts, key=lambda host: host.host))
    try:
        (folder / MANIFEST).write_text(content.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise EngineError(f"{folder}: can't be written: {error.strerror}") from error
