"""One 64 KiB chunk of an EVTX file -> its records as JSON, also where the chunk is damaged.

The parser follows the chain of record sizes, so it loses all records behind a damaged link. Here
the chain is mended first: a damaged stretch becomes one record that can't be parsed, and the next
whole record follows it. Records stay where they were, for they refer to templates by offset.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import orjson
from evtx import PyEvtxParser

from lineage.problems import Problem
from lineage.read.evtx_layout import CHUNK_BYTES, CHUNK_MAGIC, FILE_MAGIC, HEADER_BYTES
from lineage.read.lenient import loads_lenient

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORD_MAGIC = b"**\0\0"
_RECORD_HEADER = struct.Struct("<4sIQQ")
"""Magic, size (repeated in the record's last four bytes), record number, FILETIME written."""

_SMALLEST_RECORD = _RECORD_HEADER.size + 4
_FIRST_RECORD = 512
"""Offset of a chunk's first record, behind the chunk's header and tables."""

MOST_RECORDS = (CHUNK_BYTES - _FIRST_RECORD) // _SMALLEST_RECORD
"""No chunk has more records than this: the bound for estimates of what was lost."""

_FILE_HEADER = (FILE_MAGIC + struct.pack("<QQQIHHHH", 0, 0, 1, 128, 1, 3, HEADER_BYTES, 1)).ljust(
    HEADER_BYTES, b"\0"
)
"""A header for a file of one chunk: first and last chunk, next record, header size, version 3.1,
header's block size, number of chunks."""

_TABLES = struct.Struct("<96I")
"""Offsets of 64 strings and 32 templates behind the chunk's header; each names the next one of its
bucket in its first four bytes, 0 being none."""

_TABLES_OFFSET = 128
_MOST_ENTRIES = CHUNK_BYTES // 12
"""A string takes 12 bytes at least, so that no more can be in a chunk's tables."""

_BAD_RECORD = re.compile(r"Failed to parse record number (\d+): ([^\n]*)")
_PREAMBLE = "An error occurred while trying to deserialize evtx stream.: "
_NO_TOKEN = 0xFF
"""No binary XML token has this value, so that a mended stretch can't parse as a record."""


class Chunk(NamedTuple):
    """What a chunk held.

    Attributes:
        records: decoded records in order.
        problems: one for each record or stretch that couldn't be decoded.
        first: lowest record number that was seen, else the one that its header tells; None where
            there is nothing of a chunk, then without problems.
        last: highest record number that was seen or that its header tells.
        altered: whether a checksum doesn't fit what is there.
    """

    records: list[dict[str, Any]]
    problems: list[Problem]
    first: int | None
    last: int
    altered: bool = False


NOTHING = Chunk([], [], None, 0)


def read_chunk(chunk: bytes, index: int) -> Chunk:
    """Decodes a chunk's records.

    Args:
        chunk: 64 KiB, or less where the file is cut short.
        index: the chunk's place in the file, from 0, for the problems' text.
    """
    if len(chunk) == CHUNK_BYTES and chunk.startswith(CHUNK_MAGIC):
        first_in_file, last_in_file, first, last = struct.unpack_from("<QQQQ", chunk, 8)
        records, errors = _parse(chunk if _tables_end(chunk) else _without_tables(chunk))
        if not errors and len(records) in (last_in_file - first_in_file + 1, last - first + 1):
            return Chunk(records, [], first, last, not _checksums_fit(chunk))
    return _read_damaged(chunk, index)


def _checksums_fit(chunk: bytes) -> bool:
    """Whether the header's two checksums are those of the header and of the records."""
    free_space, of_records = struct.unpack_from("<II", chunk, 48)
    of_header: int = struct.unpack_from("<I", chunk, 124)[0]
    header = zlib.crc32(chunk[_TABLES_OFFSET:_FIRST_RECORD], zlib.crc32(chunk[:120]))
    return bool(of_header == header and of_records == zlib.crc32(chunk[_FIRST_RECORD:free_space]))


def _tables_end(chunk: bytes) -> bool:
    """Whether the chains of both tables end: the parser follows a cycle for ever."""
    seen = 0
    for offset in filter(None, _TABLES.unpack_from(chunk, _TABLES_OFFSET)):
        while offset:
            seen += 1
            if offset > CHUNK_BYTES - 4 or seen > _MOST_ENTRIES:
                return False
            offset = int.from_bytes(chunk[offset : offset + 4], "little")
    return True


def _without_tables(chunk: bytes) -> bytes:
    """The tables of strings and templates only save time: records hold the same offsets."""
    tables = bytes(_FIRST_RECORD - _TABLES_OFFSET)
    return chunk[:_TABLES_OFFSET] + tables + chunk[_FIRST_RECORD:]


def _read_damaged(chunk: bytes, index: int) -> Chunk:
    numbers, gaps, mended = _mend(chunk)
    records, errors = _parse(mended) if _tables_end(mended) else _NO_RECORDS
    if len(records) + len(errors) < len(numbers):
        records, errors = max((records, errors), _parse(_without_tables(mended)), key=_count_read)
    problems = [
        Problem(number, f"damaged EVTX record in chunk {index}: {reason}")
        for number, reason in errors.items()
        if number in numbers
    ]
    silent = len(numbers) - len(records) - len(problems)
    if silent > 0:
        problems.append(Problem(None, f"chunk {index}: records that can't be decoded", silent))
    cut = len(chunk) < CHUNK_BYTES
    if cut and (not gaps or gaps[-1].size == 0):
        gaps.append(_Gap(len(chunk), 0, 0))
    for gap in gaps:
        reason = f"chunk {index}: {gap.size:,} damaged bytes at offset {gap.offset:,}"
        if gap.offset + gap.size == len(chunk) < CHUNK_BYTES:
            reason = f"cut short inside chunk {index}; get a whole copy of the file"
        problems.append(Problem(None, reason, gap.lost))
    first, last, _ = _claims(chunk)
    if not numbers and not first:
        return NOTHING
    altered = len(chunk) == CHUNK_BYTES and not _checksums_fit(chunk)
    return Chunk(records, problems, min(numbers, default=first), max(last, *numbers, 0), altered)


Parsed = tuple[list[dict[str, Any]], dict[int, str]]
_NO_RECORDS: Parsed = ([], {})


def _count_read(parsed: Parsed) -> int:
    return len(parsed[0])


def _parse(chunk: bytes) -> Parsed:
    """The chunk's records, and the reason for each record number that has none."""
    records: list[dict[str, Any]] = []
    errors: dict[int, str] = {}
    loads = orjson.loads
    parser = PyEvtxParser(io.BytesIO(_FILE_HEADER + chunk), number_of_threads=1)
    iterator = cast("Iterator[dict[str, Any]]", parser.records_json())
    for _ in range(MOST_RECORDS):
        try:
            for record in iterator:
                try:
                    records.append(loads(record["data"]))
                except orjson.JSONDecodeError:
                    _add_lenient(record, records, errors)
        except RuntimeError as error:
            bad = _BAD_RECORD.match(str(error))
            if bad is not None:
                errors[int(bad[1])] = bad[2].removeprefix(_PREAMBLE)
        else:
            break
    return records, errors


def _add_lenient(
    record: dict[str, Any], records: list[dict[str, Any]], errors: dict[int, str]
) -> None:
    """Decodes what the parser wrote with a raw control character, as it does in a damaged name."""
    try:
        records.append(cast("dict[str, Any]", loads_lenient(record["data"])))
    except ValueError as error:
        errors[record["event_record_id"]] = str(error)


class _Gap(NamedTuple):
    """Damaged bytes between whole records, and how many records they cost at least."""

    offset: int
    size: int
    lost: int


def _mend(chunk: bytes) -> tuple[set[int], list[_Gap], bytes]:
    """Walks the chain of records and closes its gaps.

    Returns:
        The numbers of all whole records, the gaps, and the chunk with a new header and a chain
        without gaps.
    """
    mended = bytearray(chunk.ljust(CHUNK_BYTES, b"\0"))
    numbers: set[int] = set()
    gaps: list[_Gap] = []
    first_number, last_number, free_space = _claims(mended)
    end = min(free_space or CHUNK_BYTES, len(chunk))
    position = last_offset = _FIRST_RECORD
    previous = first_number - 1
    while record := _next_record(mended, position, end, previous):
        start, size, number = record
        if start > position:
            gaps.append(_Gap(position, start - position, _plausible(number - previous - 1)))
            _bridge(mended, position, start)
        elif previous > 0 and not 0 < number - previous <= MOST_RECORDS:
            number = previous + 1  # damaged itself: what follows is counted from its place
        # The parser gives up on a time out of range; an event's own time is in its content.
        _RECORD_HEADER.pack_into(mended, start, _RECORD_MAGIC, size, number, 0)
        numbers.add(number)
        previous = number
        last_offset = start
        position = start + size
    if free_space > position:
        lost = _plausible(last_number - previous)
        gaps.append(_Gap(position, max(end - position, 0), lost))
    mended[: len(CHUNK_MAGIC)] = CHUNK_MAGIC
    struct.pack_into("<III", mended, 40, 128, last_offset, position)
    return numbers, gaps, bytes(mended)


def _claims(chunk: bytes | bytearray) -> tuple[int, int, int]:
    """First and last record number and end of the records by the header; 0 where it is damaged."""
    if len(chunk) < _FIRST_RECORD or not chunk.startswith(CHUNK_MAGIC):
        return 0, 0, 0
    first, last = struct.unpack_from("<QQ", chunk, 24)
    free_space: int = struct.unpack_from("<I", chunk, 48)[0]
    believable = 0 < first <= last < first + MOST_RECORDS
    if not _FIRST_RECORD < free_space <= CHUNK_BYTES:
        return 0, 0, 0
    return (first, last, free_space) if believable else (0, 0, free_space)


def _plausible(lost: int) -> int:
    return lost if 0 < lost <= MOST_RECORDS else 1


def _next_record(
    chunk: bytearray, position: int, end: int, previous: int
) -> tuple[int, int, int] | None:
    """Offset, size and number of the first whole record at or behind `position`.

    Behind a gap the number must also follow the one before, for the chunk's end may hold what was
    there before it was used again.
    """
    expected = position
    while (position := chunk.find(_RECORD_MAGIC, position, end)) >= 0:
        if position + _SMALLEST_RECORD > end:
            return None
        _, size, number, _ = _RECORD_HEADER.unpack_from(chunk, position)
        stop = position + size
        if (
            _SMALLEST_RECORD <= size <= end - position
            and struct.unpack_from("<I", chunk, stop - 4)[0] == size
            and (position == expected or previous <= 0 or 0 < number - previous <= MOST_RECORDS)
        ):
            return position, size, number
        position += 1
    return None


def _bridge(chunk: bytearray, start: int, stop: int) -> None:
    """Makes a damaged stretch one record, number 0, whose content no parser accepts."""
    size = stop - start
    if size >= _SMALLEST_RECORD:
        _RECORD_HEADER.pack_into(chunk, start, _RECORD_MAGIC, size, 0, 0)
        chunk[start + _RECORD_HEADER.size] = _NO_TOKEN
