"""Events as text: Splunk's classic blocks, `wevtutil qe /f:text`, PowerShell's Format-List."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from lineage.problems import Problem
from lineage.read.text import MAX_RECORD_BYTES, overlong, utf8_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lineage.read.record import RawRecord
    from lineage.read.row import Row

_SPLUNK_START: Final = re.compile(
    rb"^(?:[^\r\n=]{6,60}\r?\n)?LogName=[^\r\n]*\r?\n(?=(?:[A-Z]\w{2,20}=[^\r\n]*\r?\n){2})", re.M
)
_WEVTUTIL_START: Final = re.compile(rb"^Event\s?\[\d+\]:?[ \t]*\r?\n(?=[ \t]+[^\r\n]{2,80}:)", re.M)
_LIST_LABEL: Final = re.compile(
    rb"^(TimeCreated|Message|Id|ProviderName|LogName|RecordId|MachineName)[ ]{1,40}: ", re.M
)
_LIST_FIRST: Final = re.compile(rb"(?:\A|\n[ \t]*\r?\n)" + _LIST_LABEL.pattern[1:])
_LIST_ID: Final = re.compile(rb"^Id[ ]{1,40}: \d{1,6}[ \t]*\r?$", re.M)
_LONGEST_START: Final = 4096
"""Bytes that the beginning of a block can't exceed: kept from one piece to the next."""
_WEVTUTIL_NAMES: Final = ("Channel", "SourceName", "TimeCreated", "EventID")
"""What the first labels of wevtutil's text mean, in whatever language they are."""
_WEVTUTIL_COMPUTER: Final = 10
_SPLUNK_MEMBER: Final = re.compile(r"([A-Z]\w{2,30})=(.*)")
_SPLUNK_TIME: Final = re.compile(r"^(\d\d)/(\d\d)/(\d{4})\b")
"""Splunk's forwarder writes the month first wherever it runs."""
_LIST_MEMBER: Final = re.compile(r"([A-Z]\w{1,30})[ ]{0,40}: ?(.*)")


class EventTextReader:
    """Cuts a text into events at the lines that only an event begins with."""

    name = "event-text"

    def __init__(self, limit: int = MAX_RECORD_BYTES) -> None:
        self._limit = limit

    def recognises(self, head: bytes) -> bool:
        """Whether the beginning of an event stands somewhere in the text."""
        return _style_of(b"".join(utf8_chunks(io.BytesIO(head)))) is not None

    def read(self, stream: BinaryIO) -> Iterator[RawRecord | Problem]:
        """Yields the stream's events in order; numbers are ordinals."""
        from lineage.read.dialect import untold
        from lineage.read.objects import Decoder

        decode = Decoder().decode
        for number, (row, problem) in enumerate(_rows(stream, self._limit), 1):
            if row is not None:
                yield decode(number, row) or untold(number, row)
            if problem is not None:
                yield problem._replace(record=number)


class _Style(NamedTuple):
    start: re.Pattern[bytes]
    parse: Callable[[str], Row | None]
    labels: Callable[[bytes], Iterable[bytes]]
    """Beginnings of lines that an event has once, in its header."""


def _style_of(text: bytes) -> _Style | None:
    style = next((style for style in _STYLES if style.start.search(text)), None)
    if style is not None or not _LIST_ID.search(text):
        return style
    # Every block begins with the same label, whichever was chosen; one may be damaged.
    labels = Counter(_LIST_FIRST.findall(text)) or Counter(_LIST_LABEL.findall(text))
    label = labels.most_common(1)[0][0]
    start = re.compile(rb"^%b[ ]{1,40}: " % label, re.M)
    return _Style(start, _format_list, _list_labels)


def _rows(stream: BinaryIO, limit: int) -> Iterator[tuple[Row | None, Problem | None]]:
    before = Problem(None, "text before the first event")
    style: _Style | None = None
    buffer = b""
    begun = 0
    skipping = False
    for chunk in utf8_chunks(stream):
        buffer += chunk
        style = style or _style_of(buffer)
        while style is not None and (cut := style.start.search(buffer, begun)) is not None:
            if begun and cut.start() > len(buffer) - _LONGEST_START:
                break  # more of what begins here may come with the next piece
            block, buffer = buffer[: cut.start()], buffer[cut.start() :]
            if begun and not skipping:
                yield _row(style, block)
            elif block.strip() and not skipping:
                yield None, before
            begun, skipping = cut.end() - cut.start(), False
        if len(buffer) > limit:
            if not skipping:
                yield None, overlong(0, limit)
            buffer, skipping = buffer[-_LONGEST_START:], True
            begun = min(begun, 1)
    while style is not None and (cut := style.start.search(buffer, begun)) is not None:
        block, buffer = buffer[: cut.start()], buffer[cut.start() :]
        if begun and not skipping:
            yield _row(style, block)
        begun, skipping = cut.end() - cut.start(), False
    if buffer.strip() and not skipping:
        yield _row(style, buffer) if style and begun else (None, before)


def _row(style: _Style, block: bytes) -> tuple[Row | None, Problem | None]:
    row = style.parse(decoded(block))
    swallowed = _swallowed(style, block)
    if row is None:
        return None, Problem(None, "an event's text without its id", 1 + swallowed)
    if swallowed:
        return row, Problem(
            None, "the next event's first line is lost: it is in this one", swallowed
        )
    return row, None


def _swallowed(style: _Style, block: bytes) -> int:
    """How many more events a block holds: two labels of a header stand in it once more for each."""
    text = b"\n" + block
    times = sorted((text.count(b"\n" + label) for label in style.labels(block)), reverse=True)
    return max(times[1] - 1, 0) if len(times) > 1 else 0


def _splunk_labels(block: bytes) -> Iterable[bytes]:
    del block
    return (b"ComputerName=", b"SourceName=", b"RecordNumber=")  # none is in the first line


def _wevtutil_labels(block: bytes) -> Iterable[bytes]:
    header = block.split(b"\n", len(_WEVTUTIL_NAMES) + 1)[1:-1]
    return {line.partition(b":")[0] + b":" for line in header if b":" in line}


def _list_labels(block: bytes) -> Iterable[bytes]:
    del block
    return (b"TimeCreated ", b"ProviderName ", b"Id ", b"LogName ", b"RecordId ", b"MachineName ")


def decoded(text: bytes) -> str:
    """Text of a table or log: UTF-8, else Windows' western code page, which lacks few bytes."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def fields_of_block(text: str) -> Row | None:
    """The members of an event as Splunk indexes it without `renderXml`, else None."""
    if "EventCode=" not in text:
        return None
    lines = text.splitlines()
    row: Row = {}
    for place, line in enumerate(lines):
        member = _SPLUNK_MEMBER.fullmatch(line)
        if member is None:
            if place == 0:
                row["_local_time"] = _SPLUNK_TIME.sub(r"\3/\1/\2", line.strip())
            continue
        if member[1] == "Message":
            row["Message"] = "\n".join([member[2], *lines[place + 1 :]])
            break
        row.setdefault(member[1], member[2])
    return row if "EventCode" in row else None


def _wevtutil(text: str) -> Row | None:
    lines = text.splitlines()[1:]
    values: list[str] = []
    for place, line in enumerate(lines):
        label, colon, value = line.strip().partition(":")
        if not colon or not line[:1].isspace() or not label:
            break
        values.append(value.strip())
        if len(values) == _WEVTUTIL_COMPUTER + 2:  # the description's own label
            rest = "\n".join([value.strip(), *lines[place + 1 :]]).strip()
            row: Row = dict(zip(_WEVTUTIL_NAMES, values, strict=False))
            return {**row, "Computer": values[_WEVTUTIL_COMPUTER], "Message": rest}
    return dict(zip(_WEVTUTIL_NAMES, values, strict=False)) if len(values) > 3 else None


def _format_list(text: str) -> Row | None:
    members: dict[str, list[str]] = {}
    name, width = "", 0
    for line in text.splitlines():
        member = None if line[:1].isspace() else _LIST_MEMBER.fullmatch(line)
        if member is not None and member[1] not in members:
            name, width = member[1], member.start(2)
            members[name] = [member[2]]
        elif name:  # what goes on stands below the value; its own indentation is the message's
            members[name].append(line[width:] if line[:width].isspace() else line.strip())
    members.pop("Properties", None)  # Format-List cuts them short
    row: Row = {name: "\n".join(lines).rstrip() for name, lines in members.items()}
    return row if "Id" in row else None


_STYLES: Final = (
    _Style(_SPLUNK_START, fields_of_block, _splunk_labels),
    _Style(_WEVTUTIL_START, _wevtutil, _wevtutil_labels),
)
