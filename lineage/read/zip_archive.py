"""The members of a zip. Where its directory is lost they are found by their own headers."""

from __future__ import annotations

import copy
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from lineage.read.stream import PIECE_BYTES, Stream, failed, why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.budget import Budget

MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SPLIT_MAGIC = MAGICS[2]
_LOCAL_MAGIC = MAGICS[0]
_LOCAL = struct.Struct("<4s5H3I2H")
"""Magic, version, flags, method, time, date, CRC-32, packed size, size, lengths of name and extra
field (APPNOTE.TXT 4.3.7)."""

_END_MAGIC = MAGICS[1]
_END_BYTES = 22 + 65535
"""The end of the directory with the longest comment (4.3.16)."""

_ENCRYPTED = 0x1
_SIZES_FOLLOW = 0x8
"""Bits of a member's flags (4.4.4)."""

_PART_NAME = re.compile(r"\.(?:z\d\d|zip\.\d{3})$", re.IGNORECASE)
_SPLIT = (
    "a part of a split zip; join the parts first (zip -s 0 NAME.zip --out whole.zip, or for "
    ".001, .002 ...: cat or copy /b) and read the whole"
)
_OFFICE = ("[Content_Types].xml", "_rels/.rels")
_JAVA = "META-INF/MANIFEST.MF"

Unpack = Callable[[Stream], "Iterator[Stream]"]
"""Opens what is in a member."""


def is_part_of_split(name: str, file: BinaryIO) -> bool:
    """Whether a file is one part of a split zip: its name or, of the last part, its end tells."""
    if _PART_NAME.search(name):
        return True
    if not name.lower().endswith(".zip"):
        return False
    is_last = _is_split(file)
    file.seek(0)
    return is_last


def split_part(name: str) -> Stream:
    """The stream of such a part: it can't be read without the others."""
    return failed(name, _SPLIT)


def members(name: str, file: BinaryIO, budget: Budget, unpack: Unpack) -> Iterator[Stream]:
    """Opens each file in a zip, in order of names.

    Args:
        name: the zip's name.
        file: the zip, able to seek.
        budget: the run's account.
        unpack: opens what is in a member.
    """
    size = file.seek(0, io.SEEK_END)
    if _is_split(file):
        yield split_part(name)
        return
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        yield from _without_directory(name, file, budget, unpack)
        return
    except Exception as error:  # a damaged directory can fail anywhere in its decoding
        yield failed(name, why(error))
        return
    with archive:
        # Not is_dir(): before Python 3.12 it fails at a member without a name.
        infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        kind = _kind(archive)
        if kind:
            file.seek(0)
            document = Stream(name, file.read)
            document.kind = kind
            yield document
            return
        apart, overlapping = _apart(infos, archive.start_dir)
        if overlapping:
            reason = (
                f"{overlapping:,} members share their bytes with others (a zip bomb?); not read"
            )
            yield failed(name, reason, overlapping)
        for info in sorted(apart, key=lambda info: info.filename):
            if not budget.member():
                yield failed(name, f"{budget.reached}; the rest of the file isn't read")
                return
            yield from _member(f"{name}!{info.filename}", archive, info, size, budget, unpack)
            if budget.reached:
                return


def _is_split(file: BinaryIO) -> bool:
    file.seek(0)
    if file.read(4) == _SPLIT_MAGIC:
        return True
    file.seek(max(file.seek(0, io.SEEK_END) - _END_BYTES, 0))
    tail = file.read(_END_BYTES)
    end = tail.rfind(_END_MAGIC)
    disk: int = struct.unpack_from("<H", tail, end + 4)[0] if 0 <= end <= len(tail) - 22 else 0
    return disk not in (0, 0xFFFF)


def _kind(archive: zipfile.ZipFile) -> str | None:
    """What a zip is that holds no telemetry but is one thing."""
    if all(part in archive.NameToInfo for part in _OFFICE):
        return "Office document"
    return "Java archive" if _JAVA in archive.NameToInfo else None


def _apart(infos: list[zipfile.ZipInfo], directory: int) -> tuple[list[zipfile.ZipInfo], int]:
    """The members whose bytes are theirs alone, and how many others there are."""
    first = {info.header_offset: info for info in reversed(infos)}
    ordered = [first[offset] for offset in sorted(first)]
    starts = [info.header_offset for info in ordered] + [directory]
    apart = [
        info
        for info, (start, following) in zip(ordered, pairwise(starts), strict=True)
        if start + _LOCAL.size + info.compress_size <= following
    ]
    return apart, len(infos) - len(apart)


def _member(
    name: str,
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    size: int,
    budget: Budget,
    unpack: Unpack,
) -> Iterator[Stream]:
    if info.flag_bits & _ENCRYPTED:
        yield failed(name, "encrypted; unpack it with its password first")
        return
    # zipfile drops the data in hand when the checksum differs: it is checked by Stream instead.
    unchecked = copy.copy(info)
    del unchecked.CRC
    try:
        member = cast("zipfile.ZipExtFile", archive.open(unchecked))
    except Exception as error:  # as above
        yield failed(name, why(error))
        return
    with member:
        stream = Stream(
            name,
            lambda wanted: member.read1(min(wanted, PIECE_BYTES)),
            lambda: min(info.compress_size, size),
            info.CRC,
            budget,
        )
        yield from unpack(stream)


# -- without a directory -------------------------------------------------------------------------


class _Local(NamedTuple):
    """A member by its own header: its name, where its content begins, and how it is packed."""

    name: str
    start: int
    flags: int
    method: int
    size: int


def _without_directory(
    name: str, file: BinaryIO, budget: Budget, unpack: Unpack
) -> Iterator[Stream]:
    """A zip that was cut short, or whose directory is damaged."""
    position = 0
    yield failed(
        name, "a zip without its end: members are read as far as they go; get a whole copy"
    )
    while local := _next_local(file, position):
        position = local.start
        if not local.name.endswith("/"):
            if not budget.member():
                yield failed(name, f"{budget.reached}; the rest of the file isn't read")
                return
            yield from _local_member(f"{name}!{local.name}", file, local, budget, unpack)
            if budget.reached:
                return
        if not local.flags & _SIZES_FOLLOW:
            position += local.size


def _next_local(file: BinaryIO, position: int) -> _Local | None:
    """The next member's header at or behind a position."""
    overlap = _LOCAL.size
    while True:
        file.seek(position)
        data = file.read(PIECE_BYTES)
        place = data.find(_LOCAL_MAGIC)
        if place < 0 or place + overlap > len(data):
            if len(data) < PIECE_BYTES:
                return None
            position += place if place > 0 else len(data) - overlap
            continue
        position += place
        fields = _LOCAL.unpack_from(data, place)
        flags, method, size, name_length, extra = (*fields[2:4], *fields[7:8], *fields[9:])
        file.seek(position + overlap)
        name = file.read(name_length)
        if method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and len(name) == name_length > 0:
            text = name.decode("utf-8", "backslashreplace")
            return _Local(text, position + overlap + name_length + extra, flags, method, size)
        position += 1


def _local_member(
    name: str, file: BinaryIO, local: _Local, budget: Budget, unpack: Unpack
) -> Iterator[Stream]:
    if local.flags & _ENCRYPTED:
        yield failed(name, "encrypted; unpack it with its password first")
        return
    if local.method == zipfile.ZIP_STORED and local.flags & _SIZES_FOLLOW:
        yield failed(name, "its size is lost with the zip's directory")
        return
    position = local.start
    left = None if local.flags & _SIZES_FOLLOW else local.size
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def packed() -> bytes:
        nonlocal position, left
        file.seek(position)
        data = file.read(PIECE_BYTES if left is None else min(PIECE_BYTES, left))
        if not data and left != 0:
            raise EOFError
        position += len(data)
        left = None if left is None else left - len(data)
        return data

    def read(size: int) -> bytes:
        if local.method == zipfile.ZIP_STORED:
            return packed()[:size] if size >= PIECE_BYTES else _small(size)
        while not inflate.eof:
            more = inflate.unconsumed_tail or packed()
            data = inflate.decompress(more, min(size, PIECE_BYTES))
            if data:
                return data
            if not more:  # the header told a size that the content goes beyond
                raise EOFError
        return b""

    def _small(size: int) -> bytes:
        nonlocal position, left
        data = packed()
        position -= len(data) - len(data[:size])
        left = None if left is None else left + len(data) - len(data[:size])
        return data[:size]

    yield from unpack(Stream(name, read, lambda: position - local.start, budget=budget))
