"""Paths -> named streams: files, folders, standard input, and what is in archives.

The order is stable. Archives are known by their content. A stream never raises: an error in the
middle ends it, stands in its `problem`, and everything before the error has been read. What is
unpacked is bounded over all layers and inputs (`lineage.read.budget`).
"""

from __future__ import annotations

import io
import sys
import tempfile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from lineage.errors import InputError
from lineage.read import seven_zip, tar_archive, zip_archive
from lineage.read.budget import MAX_DEPTH, Budget
from lineage.read.compressed import decompressed
from lineage.read.stream import PIECE_BYTES, Stream, failed, why
from lineage.user_files import is_idle_pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

MAX_SPOOL_BYTES = 8 * 1024**3
"""Size of an archive inside an archive: it is copied to a temporary file where it must seek."""

SPOOL_MEMORY_BYTES = 16 * 1024**2
"""Size up to which that copy stays in memory."""

STANDARD_INPUT = "-"
"""The path that means standard input."""

_JUNK_PREFIX = "._"
_JUNK_NAMES = frozenset(("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"))
"""What file managers leave beside files; never telemetry."""


def walk(paths: Sequence[Path], advance: Callable[[int], object] | None = None) -> Iterator[Stream]:
    """Opens every file of some paths, one after the other.

    Folders are walked depth first, names in order, each folder once however links lead to it.
    Members of zip and 7z archives come in order of name, a tar's as they stand in it.

    Args:
        paths: files and folders; ``-`` is standard input.
        advance: told how many bytes of the files were read, as it goes on.

    Yields:
        A stream for each file or member, good until the next is asked for. What can't be opened is
        a stream without content that has a problem.

    Raises:
        InputError: standard input is a terminal.
    """
    budget = Budget()
    for place in listed(paths):
        yield from opened(place, budget, advance)


class Listed(NamedTuple):
    """A file that is to be read.

    Attributes:
        path: where it is; ``-`` is standard input.
        trouble: what is in the way of reading it, or None.
    """

    path: Path
    trouble: str | None = None


def listed(paths: Sequence[Path]) -> Iterator[Listed]:
    """All files of some paths, in the order in which they are read. See `walk`."""
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield Listed(path)
        else:
            yield from _files(path)


def opened(
    place: Listed, budget: Budget, advance: Callable[[int], object] | None = None
) -> Iterator[Stream]:
    """Opens a listed file. See `walk`.

    Args:
        place: which.
        budget: the run's account.
        advance: told how many bytes of it were read, as it goes on.
    """

    def count(size: int) -> None:
        budget.packed(size)
        if advance is not None:
            advance(size)

    if place.trouble:
        yield failed(told(place.path), place.trouble)
        return
    budget.begin()
    if str(place.path) == STANDARD_INPUT:
        yield from _standard_input(budget, count)
    else:
        yield from _open(place.path, budget, count)


def opened_content(name: str, file: BinaryIO, budget: Budget) -> Iterator[Stream]:
    """Opens a file that is in memory. See `walk`."""
    budget.begin()

    def read(size: int) -> bytes:
        data = file.read(size)
        budget.packed(len(data))
        return data

    yield from _unpack(Stream(name, read), 0, budget, file)


def _standard_input(budget: Budget, count: Callable[[int], object]) -> Iterator[Stream]:
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("-: standard input is a terminal; pipe an export into it")
    source = cast("io.BufferedReader", sys.stdin.buffer)

    def read(size: int) -> bytes:
        data = source.read1(size)
        count(len(data))
        return data

    yield from _unpack(Stream("standard input", read), 0, budget)


def _files(top: Path) -> Iterator[Listed]:
    """All files at or under a path, and what is in the way of those that can't be reached."""
    try:
        if is_idle_pipe(top):
            yield Listed(top, "a named pipe; pipe it into `lineage ... -`, or write it to a file")
            return
        if not top.is_dir():
            yield Listed(top)
            return
    except OSError as error:
        yield Listed(top, why(error))
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
                yield Listed(path)
            else:
                yield Listed(path, "not a regular file, or a link that leads nowhere")
        except OSError as error:
            yield Listed(path, why(error))


def told(path: Path) -> str:
    """A path as text: bytes of a name that aren't UTF-8 (Linux allows any) are spelled out."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_junk(name: str) -> bool:
    return name in _JUNK_NAMES or name.startswith(_JUNK_PREFIX)


class _CountedFile(io.FileIO):
    """A file that tells how far it was read."""

    def __init__(self, path: Path, count: Callable[[int], object]) -> None:
        super().__init__(path)
        self._count = count
        self._read_to = 0

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        size = super().readinto(buffer)
        if size and self.tell() > self._read_to:  # what is read again isn't more
            self._count(self.tell() - self._read_to)
            self._read_to = self.tell()
        return size


def _open(path: Path, budget: Budget, count: Callable[[int], object]) -> Iterator[Stream]:
    name = told(path)
    try:
        counted = _CountedFile(path, count)
    except OSError as error:
        yield failed(name, why(error))
        return
    with counted, io.BufferedReader(counted, 1024**2) as file:
        if zip_archive.is_part_of_split(path.name, file):
            yield zip_archive.split_part(name)
            return
        yield from _unpack(Stream(name, file.read1), 0, budget, file)


def _unpack(
    stream: Stream, depth: int, budget: Budget, file: BinaryIO | None = None
) -> Iterator[Stream]:
    """The stream itself, or what is in it.

    Args:
        stream: at its start.
        depth: layers of compression and archives around it.
        budget: the run's account.
        file: the same bytes as a file that can seek, where there is one.
    """
    head = stream.peek(tar_archive.BLOCK)
    seeks = _seeking_archive(head)
    is_tar = seeks is None and tar_archive.is_tar(head)
    inner = None if seeks or is_tar else decompressed(stream, budget)
    if not (seeks or is_tar or inner):
        yield stream
        return
    if depth >= MAX_DEPTH:
        reason = f"more than {MAX_DEPTH} archives inside each other; not opened"
        yield failed(stream.name, reason)
        return
    if inner is not None:
        yield from _unpack(inner, depth + 1, budget)
    elif seeks is None:
        for member in tar_archive.members(stream, budget):
            if not _is_junk_member(member.name):
                yield from _unpack(member, depth + 1, budget)
    else:
        yield from _members(stream, seeks, depth, budget, file)


def _seeking_archive(head: bytes) -> Callable[..., Iterator[Stream]] | None:
    if head.startswith(zip_archive.MAGICS):
        return zip_archive.members
    return seven_zip.members if head.startswith(seven_zip.MAGIC) else None


def _members(
    stream: Stream,
    members: Callable[..., Iterator[Stream]],
    depth: int,
    budget: Budget,
    file: BinaryIO | None,
) -> Iterator[Stream]:
    def unpack(member: Stream) -> Iterator[Stream]:
        return iter(()) if _is_junk_member(member.name) else _unpack(member, depth + 1, budget)

    if file is not None and file.seekable():
        yield from members(stream.name, file, budget, unpack)
        return
    with tempfile.SpooledTemporaryFile(SPOOL_MEMORY_BYTES) as spool:
        copy = cast("BinaryIO", spool)
        _spool(stream, copy)
        yield from members(stream.name, copy, budget, unpack)
    if stream.problem is not None:
        yield failed(stream.name, stream.problem.reason, stream.problem.lost)


def _spool(stream: Stream, copy: BinaryIO) -> None:
    """Copies an archive to where it can be sought in."""
    while data := stream.read(PIECE_BYTES):
        if copy.tell() + len(data) > MAX_SPOOL_BYTES:
            stream.fail(f"an inner archive of more than {MAX_SPOOL_BYTES:,} bytes; unpack it")
            return
        try:
            copy.write(data)
        except OSError as error:
            stream.fail(f"no room to unpack it ({error.strerror}); point TMPDIR to a larger disk")
            return


def _is_junk_member(name: str) -> bool:
    return any(_is_junk(part) for part in name.rpartition("!")[2].split("/"))
