"""One compressed stream: gzip, bzip2, xz and Zstandard, each known by its first bytes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Protocol, cast

from lineage.read.stream import PIECE_BYTES, Stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from lineage.read.budget import Budget

MEMORY_LIMIT = 512 * 1024**2
"""Of a decoder of xz, whose header asks for as much as it likes."""

WINDOW_LOG = 29
"""The same for Zstandard: a window of 512 MiB."""

_GZIP = b"\x1f\x8b\x08"
_BZIP2 = b"BZh"
_BZIP2_BLOCK = b"1AY&SY"
_XZ = b"\xfd7zXZ\0"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"


class _Decoder(Protocol):
    """What the decoders of bzip2, xz and Zstandard have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def decompressed(stream: Stream, budget: Budget) -> Stream | None:
    """What a stream is unpacked, under its name; None where it isn't compressed."""
    magic = stream.peek(10)
    if magic.startswith(_GZIP):
        return _stream(stream, _gunzip(stream), budget)
    make = _decoder(magic)
    return None if make is None else _stream(stream, _decode(stream, make), budget)


def _decoder(magic: bytes) -> Callable[[], _Decoder] | None:
    if magic.startswith(_BZIP2) and magic[4:10] == _BZIP2_BLOCK:
        return _bzip2
    if magic.startswith(_XZ):
        return _xz
    if magic.startswith(_ZSTD) or (magic[1:4] == _ZSTD_SKIPPABLE and magic[:1] >= b"\x50"):
        return _zstandard
    return None


def _bzip2() -> _Decoder:
    from bz2 import BZ2Decompressor

    return BZ2Decompressor()


def _xz() -> _Decoder:
    from lzma import FORMAT_XZ, LZMADecompressor

    return LZMADecompressor(FORMAT_XZ, memlimit=MEMORY_LIMIT)


def _zstandard() -> _Decoder:
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    options = {int(zstd.DecompressionParameter.window_log_max): WINDOW_LOG}
    return cast("_Decoder", zstd.ZstdDecompressor(options=options))


def _stream(packed: Stream, read: Callable[[int], bytes], budget: Budget) -> Stream:
    def read_or_fail(size: int) -> bytes:
        try:
            return read(min(size, PIECE_BYTES))
        except EOFError:
            if packed.problem is not None:
                raise OSError(packed.problem.reason) from None
            raise

    return Stream(packed.name, read_or_fail, lambda: packed.produced, budget=budget)


def _gunzip(stream: Stream) -> Callable[[int], bytes]:
    return gzip.GzipFile(fileobj=cast("BinaryIO", stream)).read1


def _decode(stream: Stream, make: Callable[[], _Decoder]) -> Callable[[int], bytes]:
    """Reads streams that follow each other, as parallel compressors and ``cat`` write them."""
    decoder = make()

    def read(size: int) -> bytes:
        nonlocal decoder
        while True:
            if decoder.eof:
                packed = decoder.unused_data or stream.read(PIECE_BYTES)
                if not packed.strip(b"\0"):  # xz pads with zeros
                    return b""
                decoder = make()
                data = decoder.decompress(packed.lstrip(b"\0"), size)
            elif decoder.needs_input:
                packed = stream.read(PIECE_BYTES)
                if not packed:
                    raise EOFError
                data = decoder.decompress(packed, size)
            else:
                data = decoder.decompress(b"", size)
            if data:
                return data

    return read
