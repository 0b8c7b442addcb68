r"""The one door for untrusted text: terminal, HTML, CSV.

Names, paths and command lines are the attacker's. On a terminal they could move the cursor, change
the window's title or forge a line of output; bidirectional controls and invisible characters make a
text read as another; a spreadsheet runs a cell that looks like a formula.

A character that may not be shown as it is becomes ``<U+202E>``, as pagers do it. Backslash escapes
would not do: in a Windows path ``\n`` is the start of a folder's name.
"""

from __future__ import annotations

import json
import re
from html import escape as escape_html
from typing import Final

from rich.cells import cell_len

IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Printable by category, yet invisible: fillers, variation selectors and the blank Braille pattern
(Unicode 15, DerivedCoreProperties.txt, Default_Ignorable_Code_Point; plus U+2800)."""

ELLIPSIS: Final = "…"
ASCII_ELLIPSIS: Final = "..."

_PADDING: Final = re.compile(" {8,}")
_LAYOUT: Final = "\n\t"
_FORMULA: Final = re.compile(r"[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n\0]")


def terminal(text: str, limit: int | None = None, encoding: str = "utf-8") -> str:
    r"""A text as one harmless line for a terminal.

    Controls (C0, C1), line breaks, bidirectional and zero-width characters, unusual spaces, lone
    surrogates, and what the terminal's encoding lacks, become visible; a run of blanks, which could
    push a command out of sight or forge a line by wrapping, is told by its length.

    The result is plain text: with rich, wrap it in `rich.text.Text`, never in markup.

    >>> terminal("calc\x1b[2J\u202eexe.cod")
    'calc<U+001B>[2J<U+202E>exe.cod'
    >>> terminal("powershell -enc QQBBAEEAQQA= C:\\a.ps1", limit=20)
    'powershell… C:\\a.ps1'

    Args:
        text: the telemetry's own.
        limit: most terminal cells that the result may take (at least 1); a longer text loses its
            middle, since both ends of a path or command line tell most. None: no limit.
        encoding: what the terminal prints.
    """
    text = _PADDING.sub(lambda run: f"<{len(run[0])} spaces>", text)
    if limit is None:
        return _visible(text, encoding)
    limit = max(limit, 1)
    # Escaping only ever lengthens a text, so that what is far beyond the limit needs no work.
    whole = len(text) <= 2 * limit + 2
    shown = _visible(text if whole else text[: limit + 1] + text[-limit - 1 :], encoding)
    if whole and _fits(shown, limit):
        return shown
    return _without_middle(shown, limit, ellipsis_for(encoding))


def ellipsis_for(encoding: str) -> str:
    """The sign for left-out text that an encoding can print."""
    return ELLIPSIS if _encodable(ELLIPSIS, encoding) else ASCII_ELLIPSIS


def html(text: str) -> str:
    """A text for HTML content or a quoted attribute; line breaks and tabs stay, all else shows.

    >>> html("<b>\u202e")
    '&lt;b&gt;&lt;U+202E&gt;'
    """
    lines = text.replace("\r\n", "\n")
    return escape_html("".join(c if c in _LAYOUT else _visible(c, "utf-8") for c in lines))


def json_line(text: str) -> str:
    r"""JSON whose strings are harmless on a terminal, and the same to whoever parses it.

    >>> json_line('{"name": "a\u202eb"}')
    '{"name": "a\\u202eb"}'
    """
    if text.isprintable() and not IGNORABLE.search(text):
        return text
    return "".join(
        char
        if char in "\n" or (char.isprintable() and not IGNORABLE.match(char))
        else json.dumps(char)[1:-1]
        for char in text
    )


def csv_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: such a one gets a leading apostrophe.

    Source: OWASP, "CSV Injection": a cell may not begin with ``= + - @``, tab or a line break;
    the full-width forms count, and white space before them.

    >>> csv_cell("=cmd()"), csv_cell("cmd()")
    ("'=cmd()", 'cmd()')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _visible(text: str, encoding: str) -> str:
    if text.isprintable() and not IGNORABLE.search(text) and _encodable(text, encoding):
        return text
    return "".join(
        char
        if char.isprintable() and not IGNORABLE.match(char) and _encodable(char, encoding)
        else f"<U+{ord(char):04X}>"
        for char in text
    )


def _encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _fits(text: str, limit: int) -> bool:
    """Whether a text is short both in cells and, for stacked accents, in characters."""
    return len(text) <= limit * 2 and cell_len(text) <= limit


def _without_middle(text: str, limit: int, ellipsis: str) -> str:
    room = limit - len(ellipsis)
    if room < 2:
        return _start(text, limit)
    tail = _start(text[::-1], room // 2)[::-1]
    return _start(text, room - cell_len(tail)) + ellipsis + tail


def _start(text: str, limit: int) -> str:
    """As much of a text's beginning as fits."""
    end = min(len(text), limit)
    while cell_len(text[:end]) > limit:
        end -= 1
    return text[:end]
