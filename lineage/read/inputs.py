"""Paths -> inputs, each with its records: the read room's front door."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from lineage.errors import InputError, UsageError
from lineage.problems import Problem
from lineage.read.kinds import EMPTY, kind_of
from lineage.read.sniff import ALIASES, FORMATS, HEAD_BYTES, READERS, UNRECOGNISED, recognise
from lineage.read.walk import STANDARD_INPUT, opened, opened_content, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from lineage.read.budget import Budget
    from lineage.read.record import RawRecord, Reader
    from lineage.read.stream import Stream
    from lineage.read.walk import Listed

LONGEST_FIRST_LINE = 64 * 1024**2
"""How far the second line is looked for, where a format shows in nothing before it."""


class Input(NamedTuple):
    """One file, or one member of an archive.

    Attributes:
        name: the path as given, or ``archive.zip!member``.
        format: the format's name, or "unrecognised".
        records: its records, and a problem for each that can't be read. Good until the next input
            is asked for.
        kind: what it is where it is no telemetry (`lineage.read.kinds`), else None.
    """

    name: str
    format: str
    records: Iterator[RawRecord | Problem]
    kind: str | None = None


def read(
    paths: Sequence[Path],
    format_name: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Iterator[Input]:
    """Reads every file under some paths.

    Args:
        paths: files and folders; ``-`` is standard input.
        format_name: the format of all of them; None to recognise each by its content.
        progress: told how many bytes of the files have been read since it was last told.

    Raises:
        InputError: a path doesn't exist.
        UsageError: there is no such format.
    """
    return _inputs(paths, checked(paths, format_name), progress)


def checked(paths: Sequence[Path], format_name: str | None) -> str | None:
    """Looks whether paths are there, and returns the name of a format as readers have it.

    Raises:
        InputError: a path doesn't exist.
        UsageError: there is no such format.
    """
    for path in paths:
        if str(path) != STANDARD_INPUT:
            _require(path)
    format_name = ALIASES.get(format_name, format_name) if format_name else None
    if format_name is not None and format_name not in READERS:
        raise UsageError(f"format {format_name!r} is unknown; use one of {', '.join(FORMATS)}")
    return format_name


def _require(path: Path) -> None:
    try:
        there = path.exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {reason}; check the path") from error
    if not there:
        raise InputError(f"{path}: no such file or folder; check the path")


def _inputs(
    paths: Sequence[Path],
    format_name: str | None,
    progress: Callable[[int], object] | None,
) -> Iterator[Input]:
    return _of_streams(walk(paths, progress), format_name)


def inputs_of(
    place: Listed,
    budget: Budget,
    format_name: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Iterator[Input]:
    """The inputs that a listed file is or holds. See `read`.

    Args:
        place: the file.
        budget: what the run may unpack.
        format_name: a name of `READERS`, or None.
        progress: told how many bytes of the file have been read since it was last told.
    """
    return _of_streams(opened(place, budget, progress), format_name)


def inputs_of_content(name: str, file: BinaryIO, budget: Budget) -> Iterator[Input]:
    """The inputs that a file in memory is or holds. See `inputs_of`."""
    return _of_streams(opened_content(name, file, budget), None)


def _of_streams(streams: Iterable[Stream], format_name: str | None) -> Iterator[Input]:
    for stream in streams:
        reader = READERS[format_name] if format_name else _recognise(stream)
        if reader is not None and stream.kind is None and stream.peek(1):
            yield Input(stream.name, reader.name, _records(stream, reader))
        else:
            yield _not_telemetry(stream)


def _not_telemetry(stream: Stream) -> Input:
    head = stream.peek(HEAD_BYTES)
    if not head and stream.problem is not None:
        return Input(stream.name, UNRECOGNISED, iter((stream.problem,)))
    kind = kind_of(head, stream.name, stream.kind) if head else EMPTY
    reason = Problem(None, kind.reason, lost=0)
    if stream.problem is not None:  # it, or what is behind it, may have been telemetry
        return Input(stream.name, UNRECOGNISED, iter((stream.problem, reason)))
    return Input(stream.name, UNRECOGNISED, iter((reason,)), kind.label)


def _recognise(stream: Stream) -> Reader | None:
    head = stream.peek(HEAD_BYTES)
    reader = recognise(head)
    if reader is None and len(head) == HEAD_BYTES and b"\n" not in head:
        longer = stream.peek(LONGEST_FIRST_LINE)
        second = longer.find(b"\n") + 1
        reader = recognise(longer[second : second + HEAD_BYTES]) if second else None
    return reader


def _records(stream: Stream, reader: Reader) -> Iterator[RawRecord | Problem]:
    yield from reader.read(cast("BinaryIO", stream))
    if stream.problem is not None:
        yield stream.problem
