"""What a dataset says of itself: its inputs' ledgers, and what a run must know of its hosts."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

import lineage
from lineage.dataset.layout import MANIFEST, VERSION
from lineage.errors import InputError
from lineage.problems import InputLedger, Problem

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1024**3
"""Longest manifest that is read."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoredProblem(_Model):
    """A problem of an input."""

    record: int | None
    reason: str
    lost: int


class StoredInput(_Model):
    """The ledger of an input."""

    source: str
    format: str
    kind: str | None
    records: int
    events: int
    ignored: int
    duplicates: int
    rejected: int
    problems: list[StoredProblem]
    ignored_events: list[tuple[str, int | str, int]]

    @classmethod
    def of(cls, ledger: InputLedger) -> StoredInput:
        """What is stored of a ledger."""
        return cls(
            source=ledger.source,
            format=ledger.format,
            kind=ledger.kind,
            records=ledger.records,
            events=ledger.events,
            ignored=ledger.ignored,
            duplicates=ledger.duplicates,
            rejected=ledger.rejected,
            problems=[StoredProblem(**problem._asdict()) for problem in ledger.problems],
            ignored_events=[
                (writer, event_id, count)
                for (writer, event_id), count in ledger.ignored_by_event.items()
            ],
        )

    def ledger(self) -> InputLedger:
        """The ledger."""
        return InputLedger(
            self.source,
            self.format,
            self.kind,
            self.records,
            self.events,
            self.ignored,
            self.duplicates,
            self.rejected,
            [Problem(each.record, each.reason, each.lost) for each in self.problems],
            Counter({(writer, event_id): n for writer, event_id, n in self.ignored_events}),
        )


class StoredHost(_Model):
    """A host. See `lineage.stages.reading.HostFacts`."""

    host: str
    folder: str
    events: int
    names: list[str]
    sensors: list[str]


class Manifest(_Model):
    """What a dataset says of itself.

    Attributes:
        version: of the layout.
        generator: who wrote it.
        inputs: in the order of their numbers.
        hosts: in order of their names in lower case.
    """

    version: int
    generator: str
    inputs: list[StoredInput]
    hosts: list[StoredHost]


def manifest(inputs: list[InputLedger], hosts: list[StoredHost]) -> Manifest:
    """The manifest of a dataset."""
    return Manifest(
        version=VERSION,
        generator=f"lineage {lineage.__version__}",
        inputs=[StoredInput.of(ledger) for ledger in inputs],
        hosts=hosts,
    )


def load(folder: Path) -> Manifest:
    """The manifest of the dataset in a folder.

    Raises:
        InputError: it can't be used.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(MAX_BYTES))
        if isinstance(content, dict) and content.get("version") != VERSION:
            raise InputError(
                f"{path}: version {str(content.get('version'))[:20]} of a dataset, this lineage"
                f" reads {VERSION}; normalise the telemetry anew"
            )
        found = Manifest.model_validate(content)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from error
    except (ValueError, ValidationError, RecursionError) as error:
        raise InputError(
            f"{path}: is no manifest of a dataset; normalise the telemetry anew"
        ) from error
    for host in found.hosts:
        if not _is_plain(host.folder):
            raise InputError(f"{path}: {host.folder[:80]!r} is no folder of a dataset")
    return found


def _is_plain(folder: str) -> bool:
    """Whether a name leads nowhere else."""
    return not any(letter in folder for letter in "/\\:\0") and folder not in {"", ".", ".."}
