"""One stream of bytes, from wherever it comes: it ends at an error instead of raising."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING

from lineage.problems import Problem
from lineage.read.budget import MAX_RATIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.read.budget import Budget

FREE_BYTES = 64 * 1024**2
"""Unpacked bytes of a stream before `MAX_RATIO` counts."""

PIECE_BYTES = 64 * 1024
"""Unpacked at a time: the most that damage in packed data costs of the data before it."""


class Stream:
    """A stream that is read front to back.

    Attributes:
        name: the path, or ``archive.zip!member``.
        problem: why the stream ended early, or None.
        produced: bytes that came out of it.
        kind: what it is where that is known by more than its bytes (`lineage.read.kinds`).
    """

    def __init__(
        self,
        name: str,
        read: Callable[[int], bytes],
        compressed: Callable[[], int] | None = None,
        checksum: int | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Wraps a source of bytes.

        Args:
            name: the stream's name.
            read: returns at most the given number of bytes, none only at the end.
            compressed: bytes that what was read took when packed; None where it wasn't.
            checksum: CRC-32 that the whole stream must have, if known.
            budget: the run's account, where these bytes are unpacked.
        """
        self.name = name
        self.problem: Problem | None = None
        self.kind: str | None = None
        self.produced = 0
        self._source = read
        self._compressed = compressed
        self._checksum = checksum
        self._budget = budget
        self._running_checksum = 0
        self._head = b""
        self._taken = 0
        self._ended = False

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
            data = self._unpacked(size)
        except Exception as error:  # decoders raise whatever they like on damaged input
            self.fail(why(error))
            return b""
        self.produced += len(data)
        if not data:
            self._ended = True
            self._verify()
        elif not self._is_within_bounds(len(data)):
            return b""
        elif self._checksum is not None:
            self._running_checksum = zlib.crc32(data, self._running_checksum)
        return data

    def _unpacked(self, size: int) -> bytes:
        if self._budget is None:
            return self._source(size)
        with self._budget.clock():
            return self._source(size)

    def _is_within_bounds(self, size: int) -> bool:
        if self._budget is not None and not self._budget.unpack(size):
            self.fail(f"{self._budget.reached}; the rest of the file isn't read")
        elif self._compressed is not None:
            packed = self._compressed()
            if self.produced > FREE_BYTES and self.produced > MAX_RATIO * packed:
                self.fail("expands beyond reason (a zip bomb?); the rest is not read")
        return not self._ended

    def _verify(self) -> None:
        if self._checksum is not None and self._checksum != self._running_checksum:
            self.fail("checksum differs: the archive is damaged; its content was read as it is", 0)


def failed(name: str, reason: str, lost: int = 1) -> Stream:
    """A stream without content, and why."""
    stream = Stream(name, lambda _: b"")
    stream.fail(reason, lost)
    return stream


def why(error: Exception) -> str:
    """One line on why bytes can't be read, and what to do where something can be done."""
    message = " ".join(str(error).split())
    if isinstance(error, EOFError):
        return "cut short: the compressed data has no end; get a whole copy"
    if isinstance(error, zlib.error | lzma.LZMAError | gzip.BadGzipFile | zipfile.BadZipFile):
        return f"damaged archive: {message}; what came before the damage was read"
    if type(error).__name__ == "ZstdError" or (type(error) is OSError and not error.errno):
        return f"damaged archive: {message}; what came before the damage was read"
    if isinstance(error, NotImplementedError):
        return f"compressed in a way that can't be read ({message}); unpack it first"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or message}"
    return f"cannot be read: {message or type(error).__name__}"
