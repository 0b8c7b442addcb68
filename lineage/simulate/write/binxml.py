"""Windows events as binary XML, the way EVTX stores them: a template and the values for it.

A template is the event's XML with numbered holes. It is written once per chunk; each record refers
to it and brings the values. Element and attribute names are written where a chunk first uses them
and referred to by their offset afterwards.

Layout after [MS-EVEN6] 2.2.12 and the libevtx project's description of the EVTX format.
"""

from __future__ import annotations

import struct
import uuid
from functools import lru_cache
from typing import Protocol

from lineage.simulate.write.record import Guid, Hex, Value, WindowsRecord, printable

_FRAGMENT = b"\x0f\x01\x01\x00"
_END = 0x00
_OPEN, _OPEN_WITH_ATTRIBUTES = 0x01, 0x41
_CLOSE_START, _CLOSE_EMPTY, _END_ELEMENT = 0x02, 0x03, 0x04
_TEXT = 0x05
_ATTRIBUTE, _ATTRIBUTE_MORE_FOLLOW = 0x06, 0x46
_TEMPLATE_INSTANCE = b"\x0c\x01"
_HOLE, _OPTIONAL_HOLE = 0x0D, 0x0E
_NO_DEPENDENCY = 0xFFFF

_NULL, _STRING, _UINT8, _UINT16, _UINT32, _UINT64 = 0x00, 0x01, 0x04, 0x06, 0x08, 0x0A
_GUID, _FILETIME, _SID, _HEX64 = 0x0F, 0x11, 0x13, 0x15

_XMLNS = "http://schemas.microsoft.com/win/2004/08/events/event"
_FILETIME_EPOCH = 116_444_736_000_000_000
"""1970-01-01 as a FILETIME: ticks since 1601-01-01."""

_MAX_STRING_BYTES = 0xFFFE
"""A value's size is 16 bits wide."""

_SYSTEM: tuple[tuple[str, int], ...] = (
    ("EventID", _UINT16),
    ("Version", _UINT8),
    ("Level", _UINT8),
    ("Task", _UINT16),
    ("Opcode", _UINT8),
    ("Keywords", _HEX64),
)

TypedValue = tuple[int, bytes]
"""A value's type and its bytes."""

_HEADER_HOLES = 13
"""Holes in front of the data fields': what a template's System element takes from the record."""

Shape = tuple[str, str, tuple[tuple[str, int], ...]]
"""What tells templates apart: provider's name and GUID, and the data fields with their types."""


class Names(Protocol):
    """Where a chunk keeps its names."""

    def offset(self, name: str) -> int | None:
        """Offset of a name that the chunk already holds."""
        ...

    def remember(self, name: str, offset: int) -> None:
        """Takes note of a name that was just written."""
        ...


def shape(record: WindowsRecord, filled: list[TypedValue]) -> Shape:
    """The record's template key; `filled` are its values as `typed_values` gives them."""
    kinds = (kind for kind, _ in filled[_HEADER_HOLES:])
    fields = tuple((name, kind) for (name, _), kind in zip(record.data, kinds, strict=True))
    return record.provider.name, record.provider.guid, fields


def filetime(ticks: int) -> int:
    """Ticks since 1970 as FILETIME."""
    return ticks + _FILETIME_EPOCH


def template_reference(template_id: int, offset: int) -> bytes:
    """The start of a record's event that uses the template defined at an offset in its chunk."""
    return _FRAGMENT + _TEMPLATE_INSTANCE + struct.pack("<II", template_id, offset)


def template_definition(key: Shape, offset: int, names: Names) -> tuple[int, bytes]:
    """The template for a shape, to be written at an offset in the chunk; its id comes with it."""
    guid = uuid.uuid5(uuid.NAMESPACE_OID, repr(key))
    body = _Template(offset + 24, names)
    body.event(key)
    header = struct.pack("<I16sI", 0, guid.bytes_le, len(body.data))
    return struct.unpack("<I", guid.bytes_le[:4])[0], header + bytes(body.data)


def typed_values(record: WindowsRecord) -> list[TypedValue]:
    """The values for the template's holes, each as its type and its bytes.

    Raises:
        ValueError: a value is longer than EVTX can hold.
    """
    system: list[TypedValue] = [
        (_UINT16, struct.pack("<H", record.event_id)),
        (_UINT8, struct.pack("<B", record.version)),
        (_UINT8, struct.pack("<B", record.level)),
        (_UINT16, struct.pack("<H", record.task)),
        (_UINT8, b"\x00"),
        (_HEX64, struct.pack("<Q", record.keywords)),
        (_FILETIME, struct.pack("<Q", filetime(record.time))),
        (_UINT64, struct.pack("<Q", record.record_id)),
        (_UINT32, struct.pack("<I", record.process_id)),
        (_UINT32, struct.pack("<I", record.thread_id)),
        (_STRING, _utf16(record.channel)),
        (_STRING, _utf16(record.computer)),
        (_NULL, b"") if record.user is None else (_SID, _sid(record.user)),
    ]
    return system + [_typed_value(name, value) for name, value in record.data]


def value_array(filled: list[TypedValue]) -> bytes:
    """The values with the table of their sizes and types in front."""
    table = b"".join([struct.pack("<HBB", len(content), kind, 0) for kind, content in filled])
    contents = b"".join([content for _, content in filled])
    return struct.pack("<I", len(filled)) + table + contents


class _Template:
    """Writes a template's tokens; offsets in binary XML are relative to the chunk's start."""

    def __init__(self, offset: int, names: Names) -> None:
        self.data = bytearray(_FRAGMENT)
        self._offset = offset
        self._names = names
        self._holes = 0

    def event(self, key: Shape) -> None:
        provider, guid, fields = key
        event = self._open("Event", [("xmlns", _XMLNS)])
        system = self._open("System")
        self._empty("Provider", [("Name", provider), ("Guid", guid)])
        for name, kind in _SYSTEM:
            self._leaf(name, kind)
        self._empty("TimeCreated", [("SystemTime", _FILETIME)])
        self._leaf("EventRecordID", _UINT64)
        self._empty("Execution", [("ProcessID", _UINT32), ("ThreadID", _UINT32)])
        self._leaf("Channel", _STRING)
        self._leaf("Computer", _STRING)
        self._empty("Security", [("UserID", _SID)])
        self._close(system)
        data = self._open("EventData")
        for name, kind in fields:
            self._leaf("Data", kind, [("Name", name)])
        self._close(data)
        self._close(event)
        self.data.append(_END)

    def _open(self, name: str, attributes: list[tuple[str, str | int]] | None = None) -> int:
        element = self._start(name, attributes or [])
        self.data.append(_CLOSE_START)
        return element

    def _close(self, element: int) -> None:
        self.data.append(_END_ELEMENT)
        self._patch_size(element + 3)

    def _empty(self, name: str, attributes: list[tuple[str, str | int]]) -> None:
        element = self._start(name, attributes)
        self.data.append(_CLOSE_EMPTY)
        self._patch_size(element + 3)

    def _leaf(
        self, name: str, kind: int, attributes: list[tuple[str, str | int]] | None = None
    ) -> None:
        element = self._open(name, attributes)
        self._hole(kind)
        self._close(element)

    def _start(self, name: str, attributes: list[tuple[str, str | int]]) -> int:
        element = len(self.data)
        token = _OPEN_WITH_ATTRIBUTES if attributes else _OPEN
        self.data += struct.pack("<BHI", token, _NO_DEPENDENCY, 0)
        self._name(name)
        if not attributes:
            return element
        size_at = len(self.data)
        self.data += bytes(4)
        for number, (attribute, value) in enumerate(attributes, 1):
            more = number < len(attributes)
            self.data.append(_ATTRIBUTE_MORE_FOLLOW if more else _ATTRIBUTE)
            self._name(attribute)
            self._attribute_value(value)
        self._patch_size(size_at)
        return element

    def _attribute_value(self, value: str | int) -> None:
        if isinstance(value, int):
            self._hole(value)
            return
        self.data += struct.pack("<BBH", _TEXT, _STRING, len(value)) + value.encode("utf-16-le")

    def _hole(self, kind: int) -> None:
        self.data += struct.pack("<BHB", _OPTIONAL_HOLE, self._holes, kind)
        self._holes += 1

    def _patch_size(self, at: int) -> None:
        struct.pack_into("<I", self.data, at, len(self.data) - at - 4)

    def _name(self, name: str) -> None:
        known = self._names.offset(name)
        if known is not None:
            self.data += struct.pack("<I", known)
            return
        offset = self._offset + len(self.data) + 4
        self._names.remember(name, offset)
        encoded = name.encode("utf-16-le")
        self.data += struct.pack("<IIHH", offset, 0, _name_hash(name), len(name))
        self.data += encoded + b"\x00\x00"


def _name_hash(name: str) -> int:
    """Hash kept beside a name: 65599 polynomial over its characters, low 16 bits."""
    result = 0
    for character in name:
        result = (result * 65599 + ord(character)) & 0xFFFFFFFF
    return result & 0xFFFF


def _typed_value(name: str, value: Value) -> TypedValue:
    kind = type(value)
    if kind is Guid:
        return _GUID, uuid.UUID(str(value)).bytes_le
    if kind is Hex:
        return _HEX64, struct.pack("<Q", value)
    if kind is int:
        return _UINT32, struct.pack("<I", value)
    content = _utf16(str(value))
    if len(content) > _MAX_STRING_BYTES:
        raise ValueError(
            f"{name} has {len(content)} bytes, an EVTX value at most {_MAX_STRING_BYTES}; split it"
        )
    return _STRING, content


@lru_cache(maxsize=4096)
def _utf16(value: str) -> bytes:
    return printable(value).encode("utf-16-le")


@lru_cache(maxsize=1024)
def _sid(sid: str) -> bytes:
    """A SID's binary form. Source: [MS-DTYP] 2.4.2.2."""
    revision, authority, *parts = (int(part) for part in sid.removeprefix("S-").split("-"))
    head = struct.pack("<BB", revision, len(parts)) + authority.to_bytes(6, "big")
    return head + b"".join(struct.pack("<I", part) for part in parts)
