"""A dialect: under which names an export keeps the parts of an event. Object or row -> raw record.

What a dialect is stands as data in `lineage.read.dialects`; here is how such a table is used, the
same for JSON, CSV, PowerShell's objects and text blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

import orjson

from lineage.problems import Problem
from lineage.read.event_data import fields_of
from lineage.read.field_order import Key, writer_of
from lineage.read.record import RawRecord, made
from lineage.read.row import (
    Names,
    Row,
    channel_in,
    event_id_in,
    first,
    first_text,
    get,
    number_in,
    plain_number,
    time_in,
    user_in,
)
from lineage.read.windows_event import RECORD_ID_LIMIT, parse_event_xml, record_id_of

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
        direct: gets event id, provider, channel, computer, record id and time at once, of rows of
            which that is all there is to find (`narrowed`).
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
    direct: Callable[[Row], tuple[Any, ...]] | None = None
    prepare: Callable[[Row], Row | None] | None = None
    finish: Callable[[Row, Key, Row], Row] | None = None

    def fits(self, row: Row) -> bool:
        """Whether a row has the members that mark this dialect."""
        names = row.keys()
        return any(mark <= names for mark in self.marks)


def narrowed(dialect: Dialect, row: Row) -> Dialect:
    """The dialect with only those places that a row with these members can have.

    Most rows of a file have the same members, and a dialect knows many names.
    """

    def there(names: Names) -> Names:
        return tuple(name for name in names if name in row or name.partition(".")[0] in row)

    own = dialect.flat and any(name in row for name in _OWN_FIELDS)
    fitting = replace(
        dialect,
        provider=there(dialect.provider),
        event_id=there(dialect.event_id),
        channel=there(dialect.channel),
        computer=there(dialect.computer),
        record_id=there(dialect.record_id),
        time=there(dialect.time),
        process_id=there(dialect.process_id),
        process_number=there(dialect.process_number),
        user=there(dialect.user),
        data=there(dialect.data),
        message=() if own else there(dialect.message),
        whole=there(dialect.whole),
        rename={name: ours for name, ours in dialect.rename.items() if name in row}
        if dialect.flat
        else dialect.rename,
    )
    return replace(fitting, direct=_direct(fitting, row))


def _direct(dialect: Dialect, row: Row) -> Callable[[Row], tuple[Any, ...]] | None:
    more = dialect.data or dialect.message or dialect.rename or dialect.strip or dialect.finish
    places = (
        dialect.event_id,
        dialect.provider,
        dialect.channel,
        dialect.computer,
        dialect.record_id,
        dialect.time,
    )
    if more or not dialect.flat or not all(places) or dialect.writer:
        return None
    names = [place[0] for place in places]
    return itemgetter(*names) if all(name in row for name in names) else None


def record_of(dialect: Dialect, number: int, row: Row) -> RawRecord | Problem:
    """The record of a row, or why it can't be told what the row is.

    Args:
        dialect: that fits the row.
        number: the row's number in its source.
        row: an object or table row, without its envelopes.
    """
    if dialect.direct is not None:
        record = _direct_record(dialect, number, row, dialect.direct(row))
        if record is not None:
            return record
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
    if not provider and not channel and type(event_id) is int and event_id:
        provider, data = _told_by_fields(dialect, row, event_id, data)
    if not event_id or not (provider or channel):
        return untold(number, row, event_id)
    record_id = first(row, dialect.record_id)
    return RawRecord(
        number,
        record_id_of(record_id if type(record_id) is int else plain_number(record_id)),
        provider,
        event_id,
        channel,
        first_text(row, dialect.computer),
        time_in(first(row, dialect.time)),
        _process_of(dialect, row),
        user_in(first(row, dialect.user)),
        data,
    )


def _direct_record(
    dialect: Dialect, number: int, row: Row, values: tuple[Any, ...]
) -> RawRecord | None:
    """The record of a row whose header is of the usual types, else None."""
    event_id, provider, channel, computer, record_id, time = values
    if (
        type(event_id) is not int
        or type(record_id) is not int
        or not (event_id and provider and computer and time)
        or not type(provider) is type(channel) is type(computer) is type(time) is str
    ):
        return None
    process_id = row.get(dialect.process_id[0]) if dialect.process_id else None
    user = row.get(dialect.user[0]) if dialect.user else None
    if not (type(process_id) is int and process_id >= 0):
        process_id = _process_of(dialect, row)
    if not (type(user) is str and user):
        user = user_in(first(row, dialect.user))
    record_id = record_id if 0 <= record_id < RECORD_ID_LIMIT else None
    channel, time = channel_in(channel), time_in(time)
    return made(
        (number, record_id, provider, event_id, channel, computer, time, process_id, user, row)
    )


def _process_of(dialect: Dialect, row: Row) -> int | None:
    value = first(row, dialect.process_id)
    if value is None:
        value = next(
            (item for item in map(row.get, dialect.process_number) if type(item) is int), None
        )
    return value if type(value) is int and value >= 0 else number_in(value)


def _data_of(dialect: Dialect, row: Row, key: Key) -> Row:
    fields: Row | None = None
    for name in dialect.data:
        value = get(row, name)
        if value:
            fields = fields_of(value, key)
            if fields is not None:
                break
    if fields is None:
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
"""A row that has one of these has all its fields; its message says nothing more."""


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


def _told_by_fields(dialect: Dialect, row: Row, event_id: int, data: Row) -> tuple[str, Row]:
    """Who wrote an event that doesn't say, and its data as theirs; "" where it can't be told."""
    for provider in dict.fromkeys(provider for provider, _, _ in _BY_FIELDS):
        theirs = _data_of(dialect, row, (_writer_of(provider, ""), event_id))
        if provider_by_fields(event_id, theirs) == provider:
            return provider, theirs
    return "", data


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
