"""The rendered message of an event -> its fields: by their names, else by their order.

Messages are text for people: a value that has line breaks in it can pass for another field. What
an export holds besides its message is therefore asked first (`lineage.read.event_data`).
"""

from __future__ import annotations

import re
from typing import Final

from lineage.read.field_order import POWERSHELL, SYSMON, Key, named, orders

_LABELLED: Final = re.compile(r"[ \t]+([^\t\r\n]{1,80}?)[ \u00a0]?[:\uff1a](?:[ \t]+(.*)|)")
"""A field of a Security message: indented, a label, a colon, the value."""

_SCRIPT_BLOCK: Final = re.compile(
    r"[^\n]{0,200}?\((\d{1,6})\D{1,20}(\d{1,6})\)\s*[:\uff1a]?[ \t]*\r?\n"
    r"(.*?)\r?\n\r?\n[^\n]{0,80}?[:\uff1a][ \t]*"
    r"(\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?)[ \t]*"
    r"(?:\r?\n[^\n]{0,80}?[:\uff1a][ \t]?([^\n]*))?\s*\Z",
    re.DOTALL,
)
"""PowerShell 4104: "part n of m", the text, the block's id, the file it is from."""

_SCRIPT_FIELDS: Final = (
    "MessageNumber",
    "MessageTotal",
    "ScriptBlockText",
    "ScriptBlockId",
    "Path",
)
_LEAST_NAMED: Final = 3
"""So many of an event's fields by their own names make a message of names."""


def fields_of_message(text: str, key: Key) -> dict[str, object] | None:
    """The fields in a message; None where it can't be told what they are.

    Args:
        text: the message, in whatever language.
        key: whose event, and its id.
    """
    fields = _by_names(text, key)
    if fields is not None:
        return fields
    if key == (POWERSHELL, 4104):
        script = _SCRIPT_BLOCK.match(text)
        return dict(zip(_SCRIPT_FIELDS, script.groups(""), strict=True)) if script else None
    if key[0] == SYSMON:
        return None
    return named(key, labelled_values(text), message=True)


def _by_names(text: str, key: Key) -> dict[str, object] | None:
    """Fields under their own names, each on a line of its own and in their order, as Sysmon's are.

    A value goes on to the next name that is there, so it keeps its line breaks.
    """
    versions = orders(key)
    if not versions:
        return None
    text = "\n" + text.replace("\r\n", "\n")
    starts: list[tuple[str, int, int]] = []
    position = 0
    for name in versions[0]:
        start = text.find(f"\n{name}:", position)
        if start >= 0:
            position = start + len(name) + 2
            starts.append((name, start, position))
    if len(starts) < min(_LEAST_NAMED, len(versions[0])):
        return None
    ends = [start for _, start, _ in starts[1:]] + [len(text)]
    return {
        name: text[value:end].strip() if name != "ScriptBlockText" else text[value + 1 : end]
        for (name, _, value), end in zip(starts, ends, strict=True)
    }


def labelled_values(text: str) -> list[object]:
    """The values of a Security message in their order, whatever their labels' language.

    Lines that go on with a value are joined to it, up to the next blank line.
    """
    values: list[object] = []
    goes_on = False
    for line in text.splitlines():
        field = _LABELLED.fullmatch(line)
        if field is not None:
            values.append((field[2] or "").strip())
            goes_on = True
        elif not line.strip():
            goes_on = False
        elif goes_on and values:
            values[-1] = f"{values[-1]}\n{line.strip()}".strip()
    return values
