"""EVTX, the Windows event log's own file format.

A file is a 4,096-byte header and chunks of 64 KiB, and every chunk stands for itself. So each is
decoded by itself: memory is one chunk, the stream needs no seeking, damage costs no other chunk.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from lineage.problems import Problem
from lineage.read.evtx_layout import CHUNK_BYTES, CHUNK_MAGIC, FILE_MAGIC, HEADER_BYTES
from lineage.read.parts import PART_BYTES, Part
from lineage.read.record import RawRecord, made
from lineage.read.text import read_exactly
from lineage.read.windows_event import (
    RECORD_ID_LIMIT,
    event_id_of,
    number_of,
    record_id_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from lineage.read.evtx_chunk import Chunk

_FLAGS_OFFSET = 120
_DIRTY = 0x1
"""File header flag: the log was open, its header and last chunk may be older than its records."""

_CHUNK_HEAD = struct.Struct("<8sQQ")
"""Magic number, first and last record number."""

_EMPTY: dict[str, Any] = {}


class EvtxReader:
    """Reads EVTX chunk by chunk."""

    name = "evtx"

    def recognises(self, head: bytes) -> bool:
        """Whether a file header, or behind a damaged one a chunk header, is where it must be."""
        return head.startswith(FILE_MAGIC) or head[HEADER_BYTES:].startswith(CHUNK_MAGIC)

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the file's records in order; numbers are ordinals of those that could be."""
        header = read_exactly(stream, HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            yield Problem(None, "cut short inside the file header; get a whole copy", lost=0)
            return
        if not header.startswith(FILE_MAGIC):
            yield Problem(None, "the file header is damaged; chunks are read without it", lost=0)
        whole = Part(HEADER_BYTES, 0, flags=header[_FLAGS_OFFSET])
        index, last, cut = yield from _read_chunks(stream, whole)
        yield from _missing_chunks(header, index, last, cut)

    def parts(self, file: BinaryIO, size: int) -> list[Part]:
        """Rows of chunks; none where a chunk is missing or damaged at its beginning."""
        from lineage.read.evtx_chunk import MOST_RECORDS

        header = file.read(HEADER_BYTES)
        chunks, rest = divmod(size - HEADER_BYTES, CHUNK_BYTES)
        if rest or not header.startswith(FILE_MAGIC) or _chunks_told(header) > chunks:
            return []
        parts: list[Part] = []
        number = last = 0
        begin = Part(HEADER_BYTES, 0, flags=header[_FLAGS_OFFSET])
        for index in range(chunks):
            file.seek(HEADER_BYTES + index * CHUNK_BYTES)
            head = file.read(_CHUNK_HEAD.size)
            if not any(head):
                break  # Windows fills a file's end with empty chunks
            magic, first, final = _CHUNK_HEAD.unpack(head)
            if magic != CHUNK_MAGIC or not first <= final < first + MOST_RECORDS:
                return []
            place = HEADER_BYTES + index * CHUNK_BYTES
            if place - begin.begin >= PART_BYTES:
                parts.append(begin._replace(end=place))
                begin = Part(place, 0, number, index, last, begin.flags)
            number, last = number + final - first + 1, final
        return [*parts, begin._replace(end=size)]

    def read_part(self, stream: BinaryIO, part: Part) -> Iterator[RawRecord | Problem]:
        """Yields the records of a row of chunks."""
        yield from _read_chunks(stream, part)


def _read_chunks(
    stream: BinaryIO, part: Part
) -> Generator[RawRecord | Problem, None, tuple[int, int, bool]]:
    """Yields the records of chunks.

    Returns:
        How many chunks there are up to here, the last record's number, and whether the stream
        ended inside a chunk of which nothing can be read.
    """
    from lineage.read.evtx_chunk import MOST_RECORDS, NOTHING, read_chunk

    _, _, number, index, last, flags = part
    unread: list[tuple[int, bool]] = []
    altered: list[tuple[int, Chunk]] = []
    cut = False
    while data := read_exactly(stream, CHUNK_BYTES):
        has_content = data.startswith(CHUNK_MAGIC) or data.count(0) < len(data)
        chunk = read_chunk(data, index) if has_content else NOTHING
        if chunk.first is not None:
            missing = chunk.first - last - 1 if last else 0
            believable = 0 < missing <= MOST_RECORDS * len(unread)
            yield from _unread(unread, missing if believable else 0)
            unread = []
            last = chunk.last
        elif len(data) == CHUNK_BYTES:
            unread.append((index, has_content))
        else:
            cut = True
            break
        for record in chunk.records:
            number += 1
            yield record_of(number, record)
        yield from chunk.problems
        if chunk.altered and not chunk.problems:
            altered.append((index, chunk._replace(records=[])))
        index += 1
    yield from _unread(unread, 0)
    yield from _altered(altered, in_use=bool(flags & _DIRTY))
    return index, last, cut


def _altered(chunks: list[tuple[int, Chunk]], *, in_use: bool) -> Iterator[Problem]:
    """Remarks on the records whose chunks have checksums that don't fit; chunks in a row in one.

    Args:
        chunks: each with its index, in order.
        in_use: whether the log was open when it was copied; Windows then writes checksums later.
    """
    rows: list[list[tuple[int, Chunk]]] = []
    for index, chunk in chunks:
        if rows and rows[-1][-1][0] == index - 1:
            rows[-1].append((index, chunk))
        else:
            rows.append([(index, chunk)])
    why = "altered, damaged, or copied while in use" if in_use else "altered or damaged"
    for row in rows:
        (first, first_chunk), (last, last_chunk) = row[0], row[-1]
        place = f"chunk {first}" if first == last else f"chunks {first} to {last}"
        yield Problem(
            first_chunk.first,
            f"{place}: wrong checksum, records {first_chunk.first} to {last_chunk.last} were "
            f"{why}; they are read as they are",
            lost=0,
        )


def _missing_chunks(header: bytes, chunks: int, last: int, cut: bool) -> Iterator[Problem]:
    """The problem of a file that ends before what its header tells.

    Args:
        header: the file's header.
        chunks: how many chunks there are.
        last: the last record number that was seen.
        cut: whether the file ends inside a chunk of which nothing can be read.
    """
    from lineage.read.evtx_chunk import MOST_RECORDS

    next_number = struct.unpack_from("<Q", header, 24)[0]
    expected = _chunks_told(header)
    if header.startswith(FILE_MAGIC) and expected > chunks:
        missing = next_number - 1 - last
        lost = missing if 0 < missing <= MOST_RECORDS * (expected - chunks) else 0
        yield Problem(None, f"cut short: {chunks} of {expected} chunks; get a whole copy", lost)
    elif cut:
        yield Problem(None, f"cut short inside chunk {chunks}; get a whole copy", lost=0)


def _chunks_told(header: bytes) -> int:
    """How many chunks a file's header says that there are."""
    count: int = struct.unpack_from("<H", header, 42)[0]
    return count


def record_of(number: int, decoded: dict[str, Any]) -> RawRecord | Problem:
    """The record of an event in the shape that the `evtx` package's JSON has.

    Args:
        number: its ordinal.
        decoded: ``{"Event": {"System": ..., "EventData" or "UserData": ...}}``, attributes of an
            element under ``#attributes``.
    """
    try:
        event = decoded["Event"]
        system = event["System"]
        record_id, event_id = system["EventRecordID"], system["EventID"]
        provider = system["Provider"]["#attributes"]["Name"]
        channel, computer = system["Channel"], system["Computer"]
        time = system["TimeCreated"]["#attributes"]["SystemTime"]
        process_id = system["Execution"]["#attributes"]["ProcessID"]
        user = system["Security"]
        user = user["#attributes"]["UserID"] if user is not None else None
        data = event["EventData"]
    except (KeyError, TypeError):
        return _unusual_record(number, decoded)
    if (
        type(record_id) is type(event_id) is type(process_id) is int
        and type(provider) is type(channel) is type(computer) is type(time) is str
        and type(data) is dict
        and "Data" not in data
        and process_id >= 0
        and 0 <= record_id < RECORD_ID_LIMIT
        and (user is None or type(user) is str)
    ):
        return made(
            (number, record_id, provider, event_id, channel, computer, time, process_id,
             user or None, data)
        )  # fmt: skip
    return _unusual_record(number, decoded)


def _unusual_record(number: int, decoded: dict[str, Any]) -> RawRecord | Problem:
    """The record of an event some of whose parts are missing, or not of the usual types."""
    event = decoded.get("Event")
    system = event.get("System") if type(event) is dict else None
    if type(event) is not dict or type(system) is not dict:
        return Problem(number, "damaged EVTX record: an event without a System part")
    header = system.get
    record_id = header("EventRecordID")
    provider = _attribute(header("Provider"), "Name")
    event_id = header("EventID")
    channel = header("Channel")
    computer = header("Computer")
    time = _attribute(header("TimeCreated"), "SystemTime")
    process_id = _attribute(header("Execution"), "ProcessID")
    data = event.get("EventData")
    return RawRecord(
        number,
        record_id if type(record_id) is int else record_id_of(record_id),
        provider if type(provider) is str else text_of(provider),
        event_id if type(event_id) is int else event_id_of(event_id),
        channel if type(channel) is str else text_of(channel),
        computer if type(computer) is str else text_of(computer),
        time if type(time) is str else text_of(time),
        process_id if type(process_id) is int else number_of(process_id),
        text_of(_attribute(header("Security"), "UserID")) or None,
        data if type(data) is dict and "Data" not in data else _data(event),
    )


def _attribute(element: Any, name: str) -> object:
    if type(element) is not dict:
        return None
    attributes = element.get("#attributes")
    return attributes.get(name) if type(attributes) is dict else None


def _data(event: dict[str, Any]) -> dict[str, Any]:
    """EventData, or what UserData's one element holds; its nameless values are under "Data"."""
    data = event.get("EventData")
    if type(data) is dict:
        nameless = data.get("Data")
        if type(nameless) is dict and "#text" in nameless:
            return {**data, "Data": nameless["#text"]}
        return data
    user_data = event.get("UserData")
    if type(user_data) is not dict:
        return _EMPTY
    for name, message in user_data.items():
        if name != "#attributes" and type(message) is dict:
            return message
    return user_data


def _unread(chunks: list[tuple[int, bool]], missing: int) -> Iterator[Problem]:
    """Problems of chunks without a readable record.

    Args:
        chunks: index of each, and whether it holds anything; Windows fills a file's end with empty
            chunks, which are no loss.
        missing: how many record numbers are missing between the chunks around them.
    """
    if not missing:
        for index, has_content in chunks:
            if has_content:
                yield Problem(None, f"chunk {index}: damaged, no record can be found")
        return
    first, last = chunks[0][0], chunks[-1][0]
    place = f"chunk {first}" if first == last else f"chunks {first} to {last}"
    yield Problem(None, f"{place}: damaged, or overwritten with zeros", missing)
