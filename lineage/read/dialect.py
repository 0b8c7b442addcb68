"""A dialect: under which names an export keeps the parts of an event. Object or row -> raw record.

What a dialect is stands as data in `lineage.read.dialects`; here is how such a table is used, the
same for JSON, CSV, PowerShell's objects and text blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import orjson

from lineage.problems import Problem
from lineage.read.event_data import fields_of
from lineage.read.field_order import Key, writer_of
from lineage.read.record import RawRecord
from lineage.read.windows_event import (
    event_id_of,
    number_of,
    parse_event_xml,
    record_id_of,
)

Row = dict[str, Any]
Names = tuple[str, ...]
Rename = Mapping[str, str | tuple[str, ...]]
_NO_NAMES: Final[Rename] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One spelling of events. Names may be paths, with dots between members.

    Attributes:
        name: for people.
        format: the format that a file of it has in reports and for `--format`.
        marks: members by which a row is known to be of it: all of one of these sets.
        provider, event_id, channel, computer, record_id, time, process_id, user: where the header's
            values are, the best place first.
        process_number: the same for names that are the header's only where they hold a number, and
            the event's where they hold text.
        data: where the event's own fields are, the best place first, in any of the spellings of
            `lineage.read.event_data`.
        message: the same for places that are asked only where the row has no fields of its own.
        whole: members that may hold the whole event as XML, JSON or text.
        flat: whether the row's own members are fields, too.
        rename: its names for fields -> the event's; where it has several values under one name,
            the names of them in order.
        strip: endings that it adds to names of fields.
        prepare: turns an object into a row first, or says that it isn't of this dialect after all.
        writer: who writes all of its events, whose ids are names then.
        finish: puts fields right that no table can, with the key of the event.
    """

    name: str
    format: str
    marks: tuple[frozenset[str], ...]
    provider: Names = ()
    event_id: Names = ()
    channel: Names = ()
    computer: Names = ()
    record_id: Names = ()
    time: Names = ()
    process_id: Names = ()
    process_number: Names = ()
    user: Names = ()
    data: Names = ()
    message: Names = ()
    whole: Names = ()
    flat: bool = False
    rename: Rename = field(default_factory=lambda: _NO_NAMES)
    strip: Names = ()
    writer: str = ""
    prepare: Callable[[Row], Row | None] | None = None
    finish: Callable[[Row, Key, Row], Row] | None = None

    def fits(self, row: Row) -> bool:
        """Whether a row has the members that mark this dialect."""
        names = row.keys()
        return any(mark <= names for mark in self.marks)


def record_of(dialect: Dialect, number: int, row: Row) -> RawRecord | Problem:
    """The record of a row, or why it can't be told what the row is.

    Args:
        dialect: that fits the row.
        number: the row's number in its source.
        row: an object or table row, without its envelopes.
    """
    event_id: int | str = 0
    if dialect.writer:
        event_id = first_text(row, dialect.event_id)
    else:
        for name in dialect.event_id:
            value = get(row, name)
            if value is not None:
                event_id = value if type(value) is int else event_id_in(value)
                if event_id:
                    break
    provider = dialect.writer or first_text(row, dialect.provider)
    channel = channel_in(first_text(row, dialect.channel))
    key = (_writer_of(provider, channel), event_id if type(event_id) is int else 0)
    data = _data_of(dialect, row, key)
    if not key[0] and type(event_id) is int and data:
        provider = provider or provider_by_fields(event_id, data)
    if not event_id or not (provider or channel):
        return untold(number, row, event_id)
    process_id = first(row, dialect.process_id)
    if process_id is None:
        process_id = next((n for n in map(row.get, dialect.process_number) if type(n) is int), None)
    record_id = first(row, dialect.record_id)
    return RawRecord(
        number,
        record_id_of(record_id if type(record_id) is int else plain_number(record_id)),
        provider,
        event_id,
        channel,
        first_text(row, dialect.computer),
        time_in(first(row, dialect.time)),
        process_id if type(process_id) is int and process_id >= 0 else number_in(process_id),
        user_in(first(row, dialect.user)),
        data,
    )


def _data_of(dialect: Dialect, row: Row, key: Key) -> Row:
    fields: Row | None = None
    for name in dialect.data:
        value = get(row, name)
        if value:
            fields = fields_of(value, key)
            if fields is not None:
                break
    if fields is None and dialect.message and not (dialect.flat and _has_own_fields(row)):
        for name in dialect.message:
            value = get(row, name)
            if type(value) is str and value:
                fields = fields_of(value, key)
                if fields is not None:
                    break
    if dialect.flat:
        fields = {**row, **fields} if fields else row
    elif fields is None:
        fields = {}
    if dialect.rename:
        fields = _renamed(dialect.rename, fields)
    if dialect.strip:
        fields = _stripped(dialect.strip, fields)
    return dialect.finish(fields, key, row) if dialect.finish is not None else fields


_OWN_FIELDS: Final = ("UtcTime", "SubjectUserSid", "ScriptBlockText", "SubjectLogonId")


def _has_own_fields(row: Row) -> bool:
    return any(name in row for name in _OWN_FIELDS)


def _renamed(rename: Rename, fields: Row) -> Row:
    """The fields with the event's names beside the dialect's."""
    renamed: Row = {}
    for theirs in rename.keys() & fields.keys():
        ours, value = rename[theirs], fields[theirs]
        if isinstance(ours, str):
            if ours not in fields:
                renamed[ours] = value
            continue
        values = value if isinstance(value, list) else str(value).split("\n")
        renamed.update(
            (name, item) for name, item in zip(ours, values, strict=False) if name not in fields
        )
    return {**fields, **renamed} if renamed else fields


def _stripped(endings: Names, fields: Row) -> Row:
    return {
        next((name.removesuffix(end) for end in endings if name.endswith(end)), name): value
        for name, value in fields.items()
    }


_writer_of = lru_cache(maxsize=4096)(writer_of)

_BY_FIELDS: Final = (
    ("Microsoft-Windows-Sysmon", range(1, 30), ("UtcTime", "ProcessGuid")),
    ("Microsoft-Windows-Security-Auditing", range(4608, 6500), ("SubjectUserSid",)),
    ("Microsoft-Windows-Security-Auditing", range(4608, 6500), ("SubjectLogonId",)),
    ("Microsoft-Windows-Security-Auditing", range(4608, 6500), ("NewProcessName",)),
    ("Microsoft-Windows-Security-Auditing", range(4608, 6500), ("ObjectName", "ProcessName")),
    ("Microsoft-Windows-PowerShell", range(4103, 4107), ("ScriptBlockText",)),
    ("Microsoft-Windows-Sysmon", range(1, 30), ("Image", "ProcessGuid")),
    ("Microsoft-Windows-Sysmon", range(1, 30), ("Image", "UtcTime")),
)
"""Who alone writes events with such ids and such fields: tables of chosen columns leave it out."""


def provider_by_fields(event_id: int, data: Row) -> str:
    """The provider of an event that names none and no channel either; "" where unknown."""
    for provider, ids, names in _BY_FIELDS:
        if event_id in ids and all(name in data for name in names):
            return provider
    return ""


def untold(number: int, row: Row, event_id: object = 0) -> Problem:
    """The problem of a row that doesn't say what it is."""
    lacking = "nobody who wrote it (provider or channel)" if event_id else "no event id"
    members = ", ".join(sorted(str(name)[:40] for name in row)[:6])
    return Problem(number, f"{lacking}; it has {members or 'no members'}")


def whole_event(
    dialect: Dialect, row: Row, number: int, decode: Callable[[int, Row], RawRecord | Problem]
) -> RawRecord | Row | Problem | None:
    """What a member that holds the whole event gives.

    Args:
        dialect: of the row.
        row: the row.
        number: its number.
        decode: makes a record of an object that is in a member as JSON.

    Returns:
        Its record, a richer row, why it can't be read, or None where there is no such member.
    """
    problem: Problem | None = None
    for name in dialect.whole:
        text = get(row, name)
        if type(text) is not str or not text:
            continue
        start = text[:200].lstrip("\ufeff \t\r\n")[:1]
        record: RawRecord | Problem | None = None
        if start == "<" and "<Event" in text:
            record = parse_event_xml(number, text.encode("utf-8", "replace").rstrip())
        elif start == "{":
            record = _from_json(number, text, decode)
        else:
            from lineage.read.event_text import fields_of_block

            block = fields_of_block(text)
            if block is not None:
                return {**row, **block}
        if isinstance(record, RawRecord):
            return record
        problem = problem or record
    return problem


def _from_json(
    number: int, text: str, decode: Callable[[int, Row], RawRecord | Problem]
) -> RawRecord | Problem:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Problem(number, f"the event inside is not JSON: {error.msg}")
    if not isinstance(value, dict):
        return Problem(number, "the event inside is JSON, but not an object")
    return decode(number, value)


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
