"""Events as they were put into the graph, kept outside memory until the run is over."""

from __future__ import annotations

import json
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.normalise.sources import actor_of
from lineage.timeline.acts import fields, kind_of, log_of, message, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from lineage.graph.canvas import Placed
    from lineage.normalise.event import Event

IN_MEMORY: Final = 64 << 20
"""Bytes from which on the notes go to a temporary file without a name."""


class Note(NamedTuple):
    """An event, as far as it tells itself.

    Attributes:
        ordinal: its place in the graph's event table.
        time: in ticks.
        host: as the event names it.
        source: index of its input.
        record: its number there.
        event_id: as recorded.
        log: channel or provider.
        kind: what it is about (`lineage.timeline.wanted.KINDS`).
        what_time: what the time is the time of.
        message: what happened, in a line.
        actor: id of the acting process's node, where known.
        pid: its process id, where known.
        image: its program, where known.
        user: the account that the event names.
        node: id of the node that it is about.
        fields: the event's own fields that have a value.
    """

    ordinal: int
    time: int
    host: str
    source: int
    record: int
    event_id: int | str
    log: str
    kind: str
    what_time: str
    message: str
    actor: str | None
    pid: int | None
    image: str | None
    user: str | None
    node: str
    fields: dict[str, str]


class Journal:
    """Takes events in order of time, and gives them back.

    Its notes are telemetry: they lie in a temporary file that has no name where the system can do
    that, and that is gone when the journal is closed.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by close()
        self._count = 0

    def add(self, event: Event, placed: Placed) -> None:
        """Notes an event."""
        _, pid, image = actor_of(event)
        if (actor := placed.actor) is not None:
            pid = actor.pid if pid is None else pid
            image = actor.image or image
        note = Note(
            placed.ordinal,
            event.time,
            event.host,
            event.source,
            event.record,
            event.event_id,
            log_of(event),
            kind_of(event),
            time_of(event),
            message(event, image),
            actor.id if actor else None,
            pid,
            image,
            getattr(event, "User", None),
            placed.object,
            dict(fields(event)),
        )
        # Escapes in place of UTF-8: a lone surrogate has none.
        self._file.write(json.dumps(note).encode() + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Note]:
        """All notes, in order of time; one at a time."""
        self._file.seek(0)
        for line in self._file:
            yield Note(*json.loads(line))

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
