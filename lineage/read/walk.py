"""Paths -> named streams: files, folders, and what is in .gz and .zip, in a stable order.

Archives are known by their content. A stream never raises: an error in the middle ends it, stands
in its `problem`, and everything before the error has been read. Decompression is bounded, so that a
zip bomb costs only itself.
"""

from __future__ import annotations

import copy
import gzip
import io
import tempfile
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from lineage.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

MAX_RATIO = 200
"""Decompressed bytes per compressed byte that are believed; event logs have 10 to 50, a stream of
one repeated byte 1,032."""

FREE_BYTES = 64 * 1024**2
"""Decompressed bytes of a stream before `MAX_RATIO` counts."""

MAX_STREAM_BYTES = 256 * 1024**3
"""Decompressed bytes of one stream."""

MAX_SPOOL_BYTES = 8 * 1024**3
"""Size of an archive inside an archive: it is copied to a temporary file, for a zip must seek."""

SPOOL_MEMORY_BYTES = 16 * 1024**2
"""Size up to which that copy stays in memory."""

MAX_DEPTH = 4
"""Layers of compression around a stream."""

PIECE_BYTES = 64 * 1024
"""Decompressed at a time: the most that damage in compressed data costs of the data before it."""

_GZIP_MAGIC = b"\x1f\x8b\x08"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
"""Bit of a zip member's flags (APPNOTE.TXT 4.4.4)."""

_JUNK_PREFIX = "._"
_JUNK_NAMES = frozenset(("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"))
"""What file managers leave beside files; never telemetry."""


class Stream:
    """One stream of bytes, read front to back; it ends at an error instead of raising.

    Attributes:
        name: the path, or ``archive.zip!member``.
        problem: why the stream ended early, or None.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[int], bytes],
        compressed: Callable[[], int] | None = None,
        checksum: int | None = None,
    ) -> None:
        """Wraps a source of bytes.

        Args:
            name: the stream's name.
            read: returns at most the given number of bytes, none only at the end.
            compressed: bytes that what was read took when compressed; None where it isn't.
            checksum: CRC-32 that the whole stream must have, if known.
        """
        self.name = name
        self.problem: Problem | None = None
        self._source = read
        self._compressed = compressed
        self._checksum = checksum
        self._running_checksum = 0
        self._head = b""
        self._taken = 0
        self._ended = False
        self.produced = 0

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end of the stream; they stay to be read."""
        pieces = [self._head[self._taken :]]
        missing = size - len(pieces[0])
        while missing > 0 and (more := self._next(missing)):
            pieces.append(more)
            missing -= len(more)
        self._head = b"".join(pieces)
        self._taken = 0
        return self._head[:size]

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the stream's end or where it can't be read further."""
        if self._taken >= len(self._head):
            self._head = b""
            self._taken = 0
            return self._next(size)
        data = self._head[self._taken : self._taken + size]
        self._taken += len(data)
        return data

    def fail(self, reason: str, lost: int = 1) -> None:
        """Ends the stream for a reason."""
        self._ended = True
        self.problem = self.problem or Problem(None, reason, lost)

    def _next(self, size: int) -> bytes:
        if self._ended:
            return b""
        try:
            data = self._source(size)
        except Exception as error:  # decoders raise whatever they like on damaged input
            self.fail(_why(error))
            return b""
        self.produced += len(data)
        if not data:
            self._ended = True
            self._verify()
        elif self._compressed is not None and self._is_bomb(self._compressed()):
            self.fail("expands beyond reason (a zip bomb?); the rest is not read")
            return b""
        elif self._checksum is not None:
            self._running_checksum = zlib.crc32(data, self._running_checksum)
        return data

    def _verify(self) -> None:
        if self._checksum is not None and self._checksum != self._running_checksum:
            self.fail("checksum differs: the archive is damaged; its content was read as it is", 0)

    def _is_bomb(self, compressed: int) -> bool:
        if self.produced > MAX_STREAM_BYTES:
            return True
        return self.produced > FREE_BYTES and self.produced > MAX_RATIO * compressed


def walk(paths: Sequence[Path], advance: Callable[[int], object] | None = None) -> Iterator[Stream]:
    """Opens every file of some paths, one after the other.

    Folders are walked depth first, names in order, each folder once however links lead to it. A
    zip's members come in order of name.

    Args:
        paths: files and folders.
        advance: told how many bytes of the files were read, as it goes on.

    Yields:
        A stream for each file or member, good until the next is asked for. What can't be opened is
        a stream without content that has a problem.
    """
    for path in paths:
        for file, trouble in _files(path):
            if trouble:
                yield _failed(str(file), trouble)
            else:
                yield from _open(file, advance)


def _files(top: Path) -> Iterator[tuple[Path, str | None]]:
    """All files at or under a path, and what is in the way of those that can't be reached."""
    if not top.is_dir():
        yield top, None
        return
    pending = [top]
    seen: set[tuple[int, int]] = set()
    while pending:
        path = pending.pop()
        try:
            if path.is_dir():
                status = path.stat()
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
                entries = [entry for entry in path.iterdir() if not _is_junk(entry.name)]
                pending += sorted(entries, key=lambda entry: entry.name, reverse=True)
            elif path.is_file():
                yield path, None
            else:
                yield path, "not a regular file, or a link that leads nowhere"
        except OSError as error:
            yield path, _why(error)


def _told(path: Path) -> str:
    """A path as text: bytes of a name that aren't UTF-8 (Linux allows any) are spelled out."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_junk(name: str) -> bool:
    return name in _JUNK_NAMES or name.startswith(_JUNK_PREFIX)


class _CountedFile(io.FileIO):
    """A file that tells how far it was read."""

    def __init__(self, path: Path, advance: Callable[[int], object] | None) -> None:
        super().__init__(path)
        self._advance = advance

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        size = super().readinto(buffer)
        if self._advance is not None and size:
            self._advance(size)
        return size


def _open(path: Path, advance: Callable[[int], object] | None) -> Iterator[Stream]:
    try:
        counted = _CountedFile(path, advance)
    except OSError as error:
        yield _failed(_told(path), _why(error))
        return
    with counted, io.BufferedReader(counted, 1024**2) as file:
        yield from _unpack(Stream(_told(path), file.read1), 0, file)


def _unpack(stream: Stream, depth: int, file: BinaryIO | None = None) -> Iterator[Stream]:
    """The stream itself, or what is in it.

    Args:
        stream: at its start.
        depth: layers of compression around it.
        file: the same bytes as a file that can seek, where there is one.
    """
    magic = stream.peek(4)
    is_zip = magic in _ZIP_MAGICS
    if not is_zip and not magic.startswith(_GZIP_MAGIC):
        yield stream
    elif depth >= MAX_DEPTH:
        yield _failed(stream.name, f"more than {MAX_DEPTH} archives inside each other; not opened")
    elif not is_zip:
        yield from _unpack(_gunzipped(stream), depth + 1)
    elif file is not None and file.seekable():
        yield from _members(stream.name, file, depth)
    else:
        yield from _spooled_members(stream, depth)


def _gunzipped(stream: Stream) -> Stream:
    unpacked = gzip.GzipFile(fileobj=cast("BinaryIO", stream))

    def read(size: int) -> bytes:
        try:
            return unpacked.read1(min(size, PIECE_BYTES))
        except EOFError:
            if stream.problem is not None:
                raise OSError(stream.problem.reason) from None
            raise

    return Stream(stream.name, read, lambda: stream.produced)


def _spooled_members(stream: Stream, depth: int) -> Iterator[Stream]:
    with tempfile.SpooledTemporaryFile(SPOOL_MEMORY_BYTES) as spool:
        while data := stream.read(PIECE_BYTES):
            if spool.tell() + len(data) > MAX_SPOOL_BYTES:
                stream.fail(f"an inner archive of more than {MAX_SPOOL_BYTES:,} bytes; unpack it")
                break
            spool.write(data)
        if stream.problem is not None and stream.problem.lost:
            yield stream
            return
        yield from _members(stream.name, cast("BinaryIO", spool), depth)


def _members(name: str, file: BinaryIO, depth: int) -> Iterator[Stream]:
    size = file.seek(0, io.SEEK_END)
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        yield _failed(name, "a zip without its end: nothing in it can be found; get a whole copy")
        return
    except Exception as error:  # a damaged directory can fail anywhere in its decoding
        yield _failed(name, _why(error))
        return
    with archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir() or any(_is_junk(part) for part in info.filename.split("/")):
                continue
            yield from _member(f"{name}!{info.filename}", archive, info, size, depth)


def _member(
    name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int, depth: int
) -> Iterator[Stream]:
    if info.flag_bits & _ENCRYPTED:
        yield _failed(name, "encrypted; unpack it with its password first")
        return
    # zipfile drops the data in hand when the checksum differs: it is checked by Stream instead.
    unchecked = copy.copy(info)
    del unchecked.CRC
    try:
        member = cast("zipfile.ZipExtFile", archive.open(unchecked))
    except Exception as error:  # as above
        yield _failed(name, _why(error))
        return
    with member:
        stream = Stream(
            name,
            lambda wanted: member.read1(min(wanted, PIECE_BYTES)),
            lambda: min(info.compress_size, size),
            info.CRC,
        )
        yield from _unpack(stream, depth + 1)


def _failed(name: str, reason: str) -> Stream:
    stream = Stream(name, lambda _: b"")
    stream.fail(reason)
    return stream


def _why(error: Exception) -> str:
    """One line on why bytes can't be read, and what to do where something can be done."""
    message = " ".join(str(error).split())
    if isinstance(error, EOFError):
        return "cut short: the compressed data has no end; get a whole copy"
    if isinstance(error, zlib.error | gzip.BadGzipFile | zipfile.BadZipFile):
        return f"damaged archive: {message}; what came before the damage was read"
    if isinstance(error, NotImplementedError):
        return f"compressed in a way that can't be read ({message}); unpack it first"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or message}"
    return f"cannot be read: {message or type(error).__name__}"
