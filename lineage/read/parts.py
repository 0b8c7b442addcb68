"""Parts of one large file, each of which can be read without the others.

How a file is divided depends on the file alone, so that what is read of it is the same however many
read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.problems import Problem
    from lineage.read.record import RawRecord

PART_BYTES = 32 * 1024**2
"""Size of a part: some 30,000 records, seconds of work."""

_BLOCK_BYTES = 1024**2


class Part(NamedTuple):
    """A stretch of a file.

    Attributes:
        begin: offset of its first byte.
        end: offset behind its last.
        number: records, or lines, before it.
        chunk: units of the container (chunks of EVTX) before it.
        last: number of the last record before it, as the container counts; 0 where there is none.
        flags: what the container says of itself, where its reader asks.
    """

    begin: int
    end: int
    number: int = 0
    chunk: int = 0
    last: int = 0
    flags: int = 0


@runtime_checkable
class Divisible(Protocol):
    """A reader whose files can be divided."""

    def parts(self, file: BinaryIO, size: int) -> list[Part]:
        """How a file is divided; no parts where it has to be read in one go.

        Args:
            file: at its start; it can seek.
            size: its size in bytes.
        """
        ...

    def read_part(self, stream: BinaryIO, part: Part) -> Iterator[RawRecord | Problem]:
        """Yields the records of a part in order. See `lineage.read.record.Reader`.

        Args:
            stream: the part's bytes.
            part: which part.
        """
        ...


def parts_of_lines(file: BinaryIO, size: int) -> list[Part]:
    """Stretches of whole lines, each `PART_BYTES` long or a little longer.

    Args:
        file: can seek.
        size: its size in bytes.
    """
    parts: list[Part] = []
    begin = number = lines = offset = 0
    file.seek(0)
    while block := file.read(_BLOCK_BYTES):
        at = max(begin + PART_BYTES - offset, 0)
        cut = block.find(b"\n", at) + 1 if at < len(block) else 0
        if cut:
            lines += block.count(b"\n", 0, cut)
            parts.append(Part(begin, offset + cut, number))
            begin, number = offset + cut, lines
            lines += block.count(b"\n", cut)
        else:
            lines += block.count(b"\n")
        offset += len(block)
    if begin < offset:
        parts.append(Part(begin, offset, number))
    return parts
