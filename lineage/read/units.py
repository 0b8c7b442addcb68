"""What a run reads, cut into pieces of work that don't depend on each other.

A unit is a file with all that is in it, or a part of a large one. The units of some paths are the
same wherever and by however many they are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from lineage.read.inputs import Input, inputs_of
from lineage.read.parts import PART_BYTES, Divisible, Part
from lineage.read.sniff import HEAD_BYTES, READERS, recognise
from lineage.read.stream import Stream
from lineage.read.walk import STANDARD_INPUT, Listed, listed, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from lineage.problems import Problem
    from lineage.read.budget import Budget
    from lineage.read.record import RawRecord


class Unit(NamedTuple):
    """A piece of reading.

    Attributes:
        place: the file.
        format: the format of all that is in it; None to recognise it.
        part: which part of the file; None for all of it.
        bytes: how many it has on disk, as far as is known.
        continues: how many of its inputs are the last ones of the units before it.
    """

    place: Listed
    format: str | None
    part: Part | None = None
    bytes: int = 0
    continues: int = 0


def units(paths: Sequence[Path], format_name: str | None) -> Iterator[Unit]:
    """The units of some paths, in order.

    Args:
        paths: files and folders that are there; ``-`` is standard input.
        format_name: a name of `READERS`, or None.
    """
    for place in listed(paths):
        size = _size(place)
        known, parts = _parts(place, format_name, size) if size > 2 * PART_BYTES else (None, [])
        if len(parts) < 2:
            yield Unit(place, format_name, None, size)
            continue
        for part in parts:
            continues = int(part is not parts[0])
            yield Unit(place, known, part, part.end - part.begin, continues)


def inputs_of_unit(
    unit: Unit, budget: Budget, advance: Callable[[int], object] | None = None
) -> Iterator[Input]:
    """Opens a unit. See `lineage.read.inputs.inputs_of`."""
    if unit.part is None:
        yield from inputs_of(unit.place, budget, unit.format, advance)
        return
    reader = READERS[unit.format or ""]
    assert isinstance(reader, Divisible)  # noqa: S101 - `units` made it so
    yield Input(told(unit.place.path), reader.name, _records(unit, reader, unit.part, advance))


def _records(
    unit: Unit, reader: Divisible, part: Part, advance: Callable[[int], object] | None
) -> Iterator[RawRecord | Problem]:
    with unit.place.path.open("rb") as file:
        file.seek(part.begin)
        left = part.end - part.begin

        def read(size: int) -> bytes:
            nonlocal left
            data = file.read1(min(size, left))
            left -= len(data)
            if advance is not None:
                advance(len(data))
            return data

        stream = Stream(told(unit.place.path), read)
        yield from reader.read_part(cast("BinaryIO", stream), part)
        if stream.problem is not None:
            yield stream.problem


def _size(place: Listed) -> int:
    if place.trouble or str(place.path) == STANDARD_INPUT:
        return 0
    try:
        return place.path.stat().st_size
    except OSError:
        return 0


def _parts(place: Listed, format_name: str | None, size: int) -> tuple[str | None, list[Part]]:
    """The format of a file and its parts; no parts where it has to be read in one go."""
    try:
        with place.path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            reader = READERS[format_name] if format_name else recognise(head)
            if not isinstance(reader, Divisible):
                return None, []
            file.seek(0)
            return reader.name, reader.parts(file, size)
    except OSError:
        return None, []  # reading it will tell what is in the way
