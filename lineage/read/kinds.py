"""What a file is that no reader reads: most of a triage folder is no telemetry.

By first bytes, where these say nothing by the name. The labels are in the singular and take an "s".
"""

from __future__ import annotations

import csv
import io
import re
from typing import NamedTuple
from urllib.parse import unquote

from lineage.read.json_objects import sample
from lineage.read.text import utf8_chunks


class Kind(NamedTuple):
    """What a file is.

    Attributes:
        label: one of them, in words.
        reason: why it isn't read, in one line, and what to do where something can be done.
    """

    label: str
    reason: str


EMPTY = Kind("empty file", "empty file")

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"regf", "registry hive"),
    (0, b"MAM\x04", "prefetch file"),
    (4, b"SCCA", "prefetch file"),
    (0, b"L\0\0\0\x01\x14\x02\0", "shortcut"),
    (0, b"FILE0", "$MFT file"),
    (0, b"FILE*", "$MFT file"),
    (0, b"RSTRP\0", "$LogFile"),
    (3, b"NTFS    ", "boot sector"),
    (0, b"SQLite format 3\0", "SQLite database"),
    (4, b"\xef\xcd\xab\x89", "ESE database"),
    (4, b"LfLe", "old event log"),
    (0, b"MZ", "program"),
    (0, b"\x7fELF", "program"),
    (0, b"%PDF", "PDF document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE document"),
    (0, b"{\\rtf", "RTF document"),
    (0, b"\x89PNG", "picture"),
    (0, b"\xff\xd8\xff", "picture"),
    (0, b"GIF8", "picture"),
    (0, b"BM", "picture"),
    (0, b"RIFF", "recording"),
    (0, b"Rar!\x1a\x07", "RAR archive"),
    (0, b"MSCF", "cabinet"),
    (0, b"\x04\x22\x4d\x18", "LZ4 file"),
    (0, b"\x1f\x9d", "compress file"),
    (0, b"vhdxfile", "disk image"),
    (0, b"conectix", "disk image"),
    (0, b"KDMV", "disk image"),
    (0, b"EVF\x09\x0d\x0a\xff\0", "disk image"),
    (0, b"EVF2\x0d\x0a\x81", "disk image"),
    (0x8001, b"CD001", "disk image"),
    (0, b"PAGEDU", "memory dump"),
    (0, b"MDMP", "memory dump"),
    (0, b"\xd4\xc3\xb2\xa1", "network capture"),
    (0, b"\xa1\xb2\xc3\xd4", "network capture"),
    (0, b"\x0a\x0d\x0d\x0a", "network capture"),
    (0, b"\x30\x82", "certificate"),
)
"""Offset, bytes there, label."""

_NAMES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), label)
    for pattern, label in (
        (r"(?:^|[\\/!:])\$(?:UsnJrnl.*|J|Max)$", "change journal"),
        (r"(?:^|[\\/!:])\$MFT(?:Mirr)?$", "$MFT file"),
        (r"(?:^|[\\/!:])\$(?:LogFile|Boot|SDS|Secure.*|T|I30.*)$", "NTFS metadata file"),
        (r"\.etl$", "event trace"),
        (r"\.customDestinations-ms$", "jump list"),
        (r"\.(?:LOG[12]?|blf|regtrans-ms)$", "registry transaction log"),
        (r"\.job$", "task file"),
        (r"\.evtx$", "headerless event log"),
    )
)
"""What a name tells where the bytes say nothing."""

_ADVICE = {
    "old event log": "convert it (wevtutil epl OLD.evt NEW.evtx /lf:true) and read that",
    "RAR archive": "unpack it first",
    "cabinet": "unpack it first",
    "LZ4 file": "unpack it first",
    "compress file": "unpack it first",
    "disk image": "mount it and read its folder of event logs",
    "headerless event log": "it has no chunk either; get a whole copy",
}
_AGENTS = tuple(
    (re.compile(pattern, re.MULTILINE), written)
    for pattern, written in (
        (r"^.{0,200}?\bLEEF:[12]\.0\|", "LEEF"),
        (r"^.{0,200}?\bCEF:[01]\|", "CEF"),
        (r"^.{0,200}?\bAgentDevice=WindowsLog\t", "WinCollect"),
        (r"^.{0,200}?\bMSWinEventLog[\t#]", "Snare"),
        (r"\A[^\n]{0,400}\bRuleTitle\b[^\n]{0,400}\b(?:Details|AllFieldInfo)\b", "Hayabusa"),
    )
)
"""How the agents of log collectors write events as lines: the beginning of one, and its name."""
_WHOLE = "export the event log itself, or its events as XML or JSON"
_SPOKEN_WITH_A_VOWEL = frozenset(("RTF document", "LZ4 file", "NTFS metadata file"))
_NOT_TELEMETRY = "not telemetry"

_COLUMNS = 6
"""Names of columns or members that are shown."""

_SHOWN = 2000
"""Characters by which text is told from other bytes."""

_STRANGE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffd]")
_DELIMITERS = ",;\t|"
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]{0,60})")
_HTML = re.compile(r"\s{0,40}<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def kind_of(head: bytes, name: str, known: str | None = None) -> Kind:
    """What a stream is that no reader recognises.

    Args:
        head: its first bytes (`lineage.read.sniff.HEAD_BYTES`).
        name: the stream's name.
        known: its label where more than its first bytes has told.
    """
    text = _text(head)
    label = known or _by_magic(head, 2 if text is None else 4)
    if label is not None:
        return _named(label)
    if text is not None:
        return _of_text(text, head, name)
    return _named(_by_name(name) or "binary file")


def _named(label: str) -> Kind:
    article = "an" if label[0] in "aeioAEIO" or label in _SPOKEN_WITH_A_VOWEL else "a"
    return Kind(label, f"{article} {label}; {_ADVICE.get(label, _NOT_TELEMETRY)}")


def _by_magic(head: bytes, least: int) -> str | None:
    """The label of the first magic of at least so many bytes."""
    for offset, magic, label in _MAGICS:
        if len(magic) >= least and head.startswith(magic, offset):
            return label
    return None


def _by_name(name: str) -> str | None:
    """By the name, as collectors write it: some quote what a file system forbids."""
    plain = unquote(name)
    return next((label for pattern, label in _NAMES if pattern.search(plain)), None)


def _text(head: bytes) -> str | None:
    """The head as text; None where it is none."""
    text = b"".join(utf8_chunks(io.BytesIO(head))).decode("utf-8", "replace")
    start = text[:_SHOWN]
    return None if 20 * len(_STRANGE.findall(start)) > len(start) else text


def _of_text(text: str, head: bytes, name: str) -> Kind:
    start = text.lstrip("\ufeff \t\r\n")[:1]
    for pattern, written in _AGENTS:
        if pattern.search(text):
            return Kind(f"{written} text", f"{written} text, which shortens events; {_WHOLE}")
    if start and start in "{[":
        members = next(sample(head), {})
        if members:
            names = _list(list(members))
            return Kind("JSON file", f"JSON without an event id: its members are {names}")
    if _HTML.match(text):
        return _named("web page")
    if start == "<" and (root := _ROOT.search(text)):
        return Kind("XML file", f"XML without events: its root is <{root[1]}>")
    columns = _columns(text)
    if columns:
        names = _list(columns)
        return Kind("CSV file", f"CSV without an event id column: its columns are {names}")
    if start and start in "{[":
        return Kind("JSON file", f"JSON without objects that are events; {_WHOLE}")
    return Kind("text file", "text without events; not telemetry")


def _columns(text: str) -> list[str]:
    """The names in the first line of a table; none where the lines below don't fit it."""
    lines = [line for line in text.lstrip("\ufeff").splitlines()[:20] if line.strip()]
    if len(lines) < 2:
        return []
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        rows = list(csv.reader(lines[:3], delimiter=delimiter))
    except csv.Error:
        return []
    width = len(rows[0])
    is_table = 1 < width == len(rows[1]) and all(name.strip() for name in rows[0][:2])
    return [name.strip() for name in rows[0]] if is_table else []


def _list(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_COLUMNS])
    left = len(names) - _COLUMNS
    return f"{shown} and {left} more" if left > 0 else shown
