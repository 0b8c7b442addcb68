"""A minimal EVTX writer: file header, chunks of 64 KiB, records of binary XML with templates.

Checksums, record numbers and sizes are as Windows writes them; the hash tables of names and
templates in a chunk's header stay empty (readers that follow offsets don't need them). An event
must fit into a chunk: one that doesn't raises ValueError, as Windows refuses to log it. Nothing is
cut silently.

Layout after the libevtx project's description of the EVTX format.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, BinaryIO

from lineage.simulate.write import binxml

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.simulate.write.record import WindowsRecord

_FILE_HEADER_BYTES = 4096
_CHUNK_BYTES = 65536
_CHUNK_HEADER_BYTES = 512
_RECORD_HEADER = struct.Struct("<4sIQQ")
_RECORD_MAGIC = b"**\x00\x00"


class _Chunk:
    """One chunk being filled."""

    def __init__(self) -> None:
        self.data = bytearray(_CHUNK_HEADER_BYTES)
        self.record_ids: list[int] = []
        self._last_record = _CHUNK_HEADER_BYTES
        self._names: dict[str, int] = {}
        self._templates: dict[binxml.Shape, tuple[int, int]] = {}

    def offset(self, name: str) -> int | None:
        return self._names.get(name)

    def remember(self, name: str, offset: int) -> None:
        self._names[name] = offset

    def add(self, record: WindowsRecord, number: int) -> bool:
        """Appends a record under a number; False, and no change, where it doesn't fit."""
        filled = binxml.typed_values(record)
        shape = binxml.shape(record, filled)
        known = self._templates.get(shape)
        start = len(self.data)
        event_at = start + _RECORD_HEADER.size
        definition = b""
        names = self._names
        if known is None:
            names = dict(self._names)
            at = event_at + len(binxml.template_reference(0, 0))
            template_id, definition = binxml.template_definition(shape, at, self)
            known = (template_id, at)
        event = binxml.template_reference(*known) + definition + binxml.value_array(filled)
        size = _RECORD_HEADER.size + len(event) + 4
        if start + size > _CHUNK_BYTES:
            self._names = names
            return False
        self._templates[shape] = known
        written = binxml.filetime(record.time)
        self.data += _RECORD_HEADER.pack(_RECORD_MAGIC, size, number, written)
        self.data += event + struct.pack("<I", size)
        self.record_ids.append(number)
        self._last_record = start
        return True

    def finished(self, first_number: int) -> bytes:
        """The chunk as written to the file; `first_number` counts records through the file."""
        last_number = first_number + len(self.record_ids) - 1
        struct.pack_into(
            "<8s4QIIII",
            self.data,
            0,
            b"ElfChnk\x00",
            first_number,
            last_number,
            self.record_ids[0],
            self.record_ids[-1],
            128,
            self._last_record,
            len(self.data),
            zlib.crc32(self.data[_CHUNK_HEADER_BYTES:]),
        )
        checksum = zlib.crc32(self.data[128:_CHUNK_HEADER_BYTES], zlib.crc32(self.data[:120]))
        struct.pack_into("<I", self.data, 124, checksum)
        return bytes(self.data).ljust(_CHUNK_BYTES, b"\x00")


class EvtxFile:
    """An EVTX file being written; usable as a context manager.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: BinaryIO = path.open("wb")
        self._stream.write(bytes(_FILE_HEADER_BYTES))
        self._chunk = _Chunk()
        self._chunks = 0
        self._records = 0
        self._next_record_id = 1

    def write(self, record: WindowsRecord) -> None:
        """Appends one record.

        A log's own numbers only rise: a record that was forwarded late or twice gets the next one,
        and keeps its EventRecordID.

        Raises:
            ValueError: the record is larger than a chunk.
        """
        number = max(record.record_id, self._next_record_id)
        if not self._chunk.add(record, number):
            self._flush()
            if not self._chunk.add(record, number):
                raise ValueError(
                    f"event {record.event_id} is larger than an EVTX chunk of {_CHUNK_BYTES} bytes"
                )
        self._next_record_id = number + 1

    def close(self) -> None:
        """Writes the last chunk and the file header."""
        self._flush()
        self._stream.seek(0)
        self._stream.write(self._header())
        self._stream.close()

    def __enter__(self) -> EvtxFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _flush(self) -> None:
        if not self._chunk.record_ids:
            return
        self._stream.write(self._chunk.finished(self._records + 1))
        self._records += len(self._chunk.record_ids)
        self._chunks += 1
        self._chunk = _Chunk()

    def _header(self) -> bytes:
        header = bytearray(128)
        struct.pack_into(
            "<8sQQQIHHHH",
            header,
            0,
            b"ElfFile\x00",
            0,
            max(self._chunks - 1, 0),
            self._next_record_id,
            128,
            1,
            3,
            _FILE_HEADER_BYTES,
            min(self._chunks, 0xFFFF),
        )
        struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
        return bytes(header)
