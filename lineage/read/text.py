"""Bytes of a text export -> UTF-8, in pieces and in lines of bounded size."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, BinaryIO

from lineage.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK_BYTES = 256 * 1024
"""Read at a time: so many that Python's cost per piece vanishes, few enough for the cache."""

MAX_RECORD_BYTES = 4 * 1024 * 1024
"""Longest line, JSON element or XML event that is read. A record has at most 64 KiB in EVTX, so it
has under 1 MiB in JSON, however escaped. Text that is all brackets takes 20 times its size when
decoded; this bounds that, too."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_CODE_PAGE = re.compile(
    r"(?:windows|cp|ibm|dos|x-cp)[-_]?"
    r"(437|720|737|775|85[02578]|86[0-69]|874|932|936|949|950|125[0-8])",
    re.IGNORECASE,
)
"""OEM and ANSI code pages of Windows, as an XML declaration may name them."""

_ENCODING = re.compile(
    r"iso-8859-(?:[1-9]|1[0-6])|shift[-_]jis|gb2312|gbk|gb18030|big5|euc-kr|euc-jp|koi8-[ru]",
    re.IGNORECASE,
)
_BLOCK_BYTES = 1024
_SHIFTED_LEAST = 6
_LITTLE_ENDIAN = re.compile(rb"(?s:..)(?:[\t\n\r -~]\0){32}")
"""UTF-16 as Windows writes it, its byte order mark damaged or left out."""
_SHIFTED = {
    "utf-16-le": (re.compile(rb"(?:\0[\x09-\x7e]){%d}" % _SHIFTED_LEAST), 0),
    "utf-16-be": (re.compile(rb"(?:[\x09-\x7e]\0){%d}" % _SHIFTED_LEAST), 1),
}
"""So many ASCII characters in the other byte order, where a character begins, show that a byte was
lost; and which byte of a character isn't 0 in ASCII."""


def read_exactly(stream: BinaryIO, size: int) -> bytes:
    """Reads `size` bytes, fewer only at the end of the stream."""
    data = stream.read(size)
    while data and len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    return data


def utf8_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yields the stream's text as UTF-8, without its byte order mark.

    UTF-16 is known by its byte order mark, by a first ``{``, ``[`` or ``<`` beside a NUL, or by a
    NUL behind each of the first characters but one; a legacy code page by the XML declaration,
    unless the text is UTF-8 all the same. Anything else passes as it is: what isn't UTF-8 then
    shows as a problem of the record that it is in.
    """
    first = read_exactly(stream, CHUNK_BYTES)
    encoding, mark = encoding_of(first)
    first = first[mark:]
    if encoding == "utf-8":
        while first:
            yield first
            first = stream.read(CHUNK_BYTES)
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    shifted = _SHIFTED.get(encoding)
    odd = b""
    while first:
        if shifted is not None:
            text = _realigned(odd + first, *shifted)
            first, odd = (text[:-1], text[-1:]) if len(text) % 2 else (text, b"")
        yield decoder.decode(first).encode()
        first = stream.read(CHUNK_BYTES)
    yield decoder.decode(odd, final=True).encode()


def _realigned(text: bytes, shifted: re.Pattern[bytes], low: int) -> bytes:
    """UTF-16 text without the odd byte wherever one was lost, so that it costs one character.

    Args:
        text: begins with a whole character.
        shifted: what shows that a character begins a byte too early.
        low: which byte of a character isn't 0 in ASCII.
    """
    pieces = []
    position = 0
    while position < len(text):
        block = text[position : position + _BLOCK_BYTES]
        size = len(block)
        if block[low::2].count(0) >= _SHIFTED_LEAST:
            places = (place for place in range(0, size, 2) if shifted.match(block, place))
            size = next(places, size)
        pieces.append(block[:size])
        position += size + (size < len(block))
    return b"".join(pieces)


def encoding_of(head: bytes) -> tuple[str, int]:
    """The text encoding that a stream's first bytes tell, and the length of its byte order mark."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", len(codecs.BOM_UTF8)
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", len(codecs.BOM_UTF16_LE)
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", len(codecs.BOM_UTF16_BE)
    if head[:2] in (b"{\0", b"[\0", b"<\0") and head[3:4] == b"\0":
        return "utf-16-le", 0
    if head[:2] in (b"\0{", b"\0[", b"\0<") and head[2:3] == b"\0":
        return "utf-16-be", 0
    if _LITTLE_ENDIAN.match(head):
        return "utf-16-le", 0
    declared = _DECLARED.match(head)
    return (_legacy(declared[1].decode("ascii", "replace"), head) if declared else "utf-8"), 0


def _legacy(name: str, head: bytes) -> str:
    """The code page that a declaration names; UTF-8 for others, and where the text shows it."""
    page = _CODE_PAGE.fullmatch(name)
    if not page and not _ENCODING.fullmatch(name):
        return "utf-8"
    if not head.isascii():
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8"
    return f"cp{page[1]}" if page else name


def lines(
    chunks: Iterable[bytes], limit: int = MAX_RECORD_BYTES, number: int = 1
) -> Iterator[tuple[int, bytes] | Problem]:
    r"""Yields ``(number, line)`` for each line that isn't empty, without its ``\n``.

    Args:
        chunks: UTF-8 text in pieces of any size.
        limit: longest line that is kept, in bytes. A longer one is skipped to its end and yields a
            Problem; memory holds no more than `limit` and one piece.
        number: of the first line.
    """
    tail = b""
    skipping = False
    for chunk in chunks:
        start = 0
        if not tail and not skipping and not chunk.strip(b"\n"):
            number += chunk.count(b"\n")  # a bomb of empty lines costs a count, not a step each
            continue
        # find() is several times faster than split() on lines of some KiB.
        while (end := chunk.find(b"\n", start)) >= 0:
            line = tail + chunk[start:end] if tail else chunk[start:end]
            if skipping or len(line) > limit:
                yield overlong(number, limit)
            elif line and line != b"\r":
                yield number, line
            number += 1
            start = end + 1
            tail = b""
            skipping = False
        if not skipping:
            tail += chunk[start:]
            skipping = len(tail) > limit
        if skipping:
            tail = b""
    if skipping:
        yield overlong(number, limit)
    elif tail and tail != b"\r":
        yield number, tail


READ_ALL_THE_SAME = "; read as U+FFFD"
"""What is said where text that isn't UTF-8 is read, its bad bytes replaced."""


def not_utf8(text: bytes) -> str | None:
    """What is wrong with a text that isn't UTF-8; None where it is."""
    try:
        text.decode()
    except UnicodeDecodeError as undecodable:
        byte = text[undecodable.start]
        return f"not UTF-8: byte 0x{byte:02x} at offset {undecodable.start}"
    return None


def overlong(number: int, limit: int) -> Problem:
    """The problem of a record longer than `limit` bytes."""
    return Problem(number, f"longer than {limit:,} bytes; skipped")
