"""The members of a tar, in one pass without seeking; a damaged header costs its own member."""

from __future__ import annotations

import re
import tarfile
from typing import TYPE_CHECKING

from lineage.read.stream import PIECE_BYTES, Stream, failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.budget import Budget

BLOCK = 512
MAX_NAME_BYTES = 1024**2
"""Longest header extension that is read; a path has some hundred bytes."""

_MAGIC = b"ustar"
_MAGIC_OFFSET = 257
_GNU_NAME = b"L"
_PAX = (b"x", b"X")
_PAX_PATH = re.compile(rb"(?:\A|\n)\d{1,9} path=([^\n]*)\n")
_REGULAR = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)


def is_tar(head: bytes) -> bool:
    """Whether a stream's first block is a member's header, be it damaged."""
    magic = head[_MAGIC_OFFSET : _MAGIC_OFFSET + len(_MAGIC)]
    return len(head) >= BLOCK and (magic == _MAGIC or _header(head[:BLOCK]) is not None)


def members(stream: Stream, budget: Budget) -> Iterator[Stream]:
    """Yields each file in a tar; good until the next is asked for."""
    yield from _Tar(stream, budget).members()


def _header(block: bytes) -> tarfile.TarInfo | None:
    if block[_MAGIC_OFFSET : _MAGIC_OFFSET + 5] != _MAGIC and not block[:1].isalnum():
        return None  # headers of before 1988 have no magic; their names are then letters
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    return info if info.size >= 0 else None


class _Tar:
    def __init__(self, stream: Stream, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._buffer = b""
        self._tail = b""
        self._passed = b""
        """What was before the bytes taken last, back to a header: where bytes were lost, the next
        header began there."""
        self._size = 0
        self._path = ""

    def members(self) -> Iterator[Stream]:
        name = self._stream.name
        while True:
            block = self._take(BLOCK)
            if len(block) < BLOCK:
                break
            if not block.strip(b"\0"):
                continue
            info = _header(block)
            if info is None:
                info = self._next_header(block)
                yield failed(name, "damaged tar: a header is lost, and a member maybe with it")
                if info is None:
                    break
            self._tail = b""
            member = self._member(info)
            if member is not None:
                if not self._budget.member():
                    yield failed(name, f"{self._budget.reached}; the rest of the file isn't read")
                    return
                yield member
                if self._budget.reached:
                    return
                self._skip(self._size)
        if self._stream.problem is not None:
            yield failed(name, self._stream.problem.reason, self._stream.problem.lost)

    def _member(self, info: tarfile.TarInfo) -> Stream | None:
        """The member of a header, at its content; None where that is passed over."""
        padded = -(-info.size // BLOCK) * BLOCK
        if info.type in (_GNU_NAME, *_PAX) and info.size <= MAX_NAME_BYTES:
            text = self._take(padded)[: info.size]
            self._path = _path_of(text, gnu=info.type == _GNU_NAME) or self._path
            return None
        path, self._path = self._path or info.name, ""
        path = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        path = f"{self._stream.name}!{path}"
        self._size = padded
        if info.type == tarfile.GNUTYPE_SPARSE:
            return failed(path, "a sparse file; unpack the tar first")
        if info.type not in _REGULAR:
            self._skip(padded)
            return None
        left = info.size

        def read(size: int) -> bytes:
            nonlocal left
            data = self._take(min(size, left, PIECE_BYTES)) if left else b""
            if left and not data:
                raise EOFError
            left -= len(data)
            self._size -= len(data)
            return data

        return Stream(path, read)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            more = self._stream.read(PIECE_BYTES)
            if not more:
                break
            self._buffer += more
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        self._passed = self._tail
        self._tail = (self._tail + data[-BLOCK:])[-BLOCK:]
        return data

    def _skip(self, size: int) -> None:
        while size > 0 and (data := self._take(min(size, PIECE_BYTES))):
            size -= len(data)

    def _next_header(self, block: bytes) -> tarfile.TarInfo | None:
        """Goes behind the next header, wherever it is; bytes may have been lost or added."""
        window = self._passed + block
        while True:
            place = window.find(_MAGIC, _MAGIC_OFFSET)
            while place >= 0:
                start = place - _MAGIC_OFFSET
                if start + BLOCK > len(window):
                    break
                info = _header(window[start : start + BLOCK])
                if info is not None:
                    self._buffer = window[start + BLOCK :] + self._buffer
                    return info
                place = window.find(_MAGIC, place + 1)
            more = self._take(PIECE_BYTES)
            if not more:
                return None
            window = window[-2 * BLOCK :] + more


def _path_of(text: bytes, *, gnu: bool) -> str:
    """The path in a header extension: GNU's is nothing else, pax has records ``size key=value``."""
    if gnu:
        return text.rstrip(b"\0").decode("utf-8", "surrogateescape")
    path = _PAX_PATH.search(text)
    return path[1].decode("utf-8", "surrogateescape") if path else ""
