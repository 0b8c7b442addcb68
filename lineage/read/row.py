"""The values of a row, however exports write them: header values as text and numbers."""

from __future__ import annotations

from typing import Any, Final

from lineage.read.windows_event import event_id_of, number_of

Row = dict[str, Any]
"""An object or a table's row: member -> value."""
Names = tuple[str, ...]
"""Names or paths, the best place first."""


def get(row: Row, name: str) -> Any:
    """A member by its name or path; a list of one value is that value."""
    value = row.get(name)
    if value is None and "." in name:
        node: Any = row
        for part in name.split("."):
            node = node.get(part) if type(node) is dict else None
        value = node
    if type(value) is list and len(value) == 1 and type(value[0]) is not dict:
        return value[0]
    return value


def first(row: Row, names: Names) -> Any:
    """The first of the named members that has a value."""
    for name in names:
        value = get(row, name)
        if value is not None and value != "":
            return value
    return None


def first_text(row: Row, names: Names) -> str:
    """The first of the named members that has text, or ""."""
    for name in names:
        value = get(row, name)
        if type(value) is str:
            if value:
                return value
        elif type(value) is int:
            return str(value)
        elif type(value) is dict:
            text = value.get("Value", value.get("value", value.get("#text")))
            if type(text) is str and text:
                return text
        elif type(value) is list and value and type(value[0]) is str:
            return value[0]
    return ""


def event_id_in(value: Any) -> int | str:
    """An event id however it is written; 0 for none."""
    if type(value) is dict:
        for name in ("#text", "Value", "value", "id", "Id", "_"):
            if name in value:
                return event_id_in(value[name])
        return 0
    if type(value) is list:
        return event_id_in(value[0]) if value else 0
    return event_id_of(plain_number(value))


def plain_number(value: Any) -> Any:
    """A number as text without what tables put in it: ``4,688``, ``4688.0``."""
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is not str:
        return value
    text = value.strip().replace(",", "").replace("\u00a0", "").replace("\u202f", "")
    return text.removesuffix(".0")


def number_in(value: Any) -> int | None:
    """A header's number, or None."""
    return number_of(plain_number(value)) if value is not None else None


def time_in(value: Any) -> str:
    """A header's time as text, in the source's own spelling."""
    if type(value) is str:
        return value.strip("'\" ") if value[:1] in "'\" " or value[-1:] in "'\" " else value
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return f"{value:.6f}"
    if type(value) is dict:
        for name in ("SystemTime", "@SystemTime", "value", "Value", "DateTime", "#text"):
            if value.get(name):
                return time_in(value[name])
    return ""


def user_in(value: Any) -> str | None:
    """The SID in a header: text, or PowerShell's object of one."""
    if type(value) is dict:
        value = value.get("Value", value.get("identifier", value.get("value")))
    return value if type(value) is str and value else None


_SPLUNK_PREFIXES: Final = ("XmlWinEventLog:", "WinEventLog:", "XmlWinEventLog", "WinEventLog")


def channel_in(text: str) -> str:
    """A channel's name without what Splunk puts before it in `source`."""
    if "WinEventLog" in text[:14]:
        for prefix in _SPLUNK_PREFIXES:
            if text.startswith(prefix):
                return text[len(prefix) :]
    return text
