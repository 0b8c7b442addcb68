"""Text that stands encoded inside other text, decoded for the rules. Pure, linear, never raises."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_ENTITIES: Final = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&#39;": "'",
}
_ENTITY = re.compile("&(?:amp|lt|gt|quot|apos|#39);")
_DOUBLED_PERCENT = re.compile(r"%%([A-Za-z_][^%\s]*)%%")

_DASHES: Final = "-/\u2013\u2014\u2015"
"""The characters that PowerShell's command line takes for a dash, and the slash
(PowerShell source, CommandLineParameterParser and CharTraits.IsDash)."""

_ENCODED_ARGUMENT = re.compile(
    rf"(?<![^\s\"'])[{_DASHES}]"
    r"e(?:c|n(?:c(?:o(?:d(?:e(?:d(?:c(?:o(?:m(?:m(?:a(?:n(?:d)?)?)?)?)?)?)?)?)?)?)?)?)?"
    r"[\s:]+[\"']?([A-Za-z0-9+/]{4,}={0,2})",
    re.IGNORECASE,
)
"""`-EncodedCommand` in any unambiguous short form, or its alias `-ec`, and its argument
(Microsoft, about_PowerShell_exe / about_Pwsh)."""


def unescape(text: str) -> str:
    r"""Undoes what exports do to values: XML entities, and doubled percent signs round a name.

    Message ids such as `%%1936` stay: they are no escaping.

    >>> unescape("type a &gt; %%TEMP%% %%1936")
    'type a > %TEMP% %%1936'
    """
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], text)
    return undouble_percent(text)


def undouble_percent(text: str) -> str:
    """Undoes the doubling of percent signs round a name, as rules have it too.

    >>> undouble_percent("%%systemroot%%/System32")
    '%systemroot%/System32'
    """
    return _DOUBLED_PERCENT.sub(r"%\1%", text) if "%%" in text else text


def encoded_command(command_line: str) -> str | None:
    """The script that a command line hands to PowerShell in base64 (UTF-16LE).

    Returns:
        The decoded text, several joined by line breaks; None where there is none. What is cut off
        or doesn't decode is left out, as far as it is broken.
    """
    texts = [_decode(argument[1]) for argument in _ENCODED_ARGUMENT.finditer(command_line)]
    return "\n".join(text for text in texts if text) or None


def _decode(encoded: str) -> str:
    digits = encoded.rstrip("=")
    if len(digits) % 4 == 1:  # cut off in the middle of a byte
        digits = digits[:-1]
    try:
        raw = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.decode("utf-16-le", errors="ignore")
