"""What the Windows event containers share: header values, and an event as the XML schema has it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from lineage.problems import Problem
from lineage.read.record import RawRecord
from lineage.read.text import MAX_RECORD_BYTES, overlong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import XMLParser, _Element

RECORD_ID_LIMIT = 2**64
"""EventRecordID is an unsigned 64-bit number ([MS-EVEN6] 2.2.17)."""

_ILLEGAL_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 forbids (section 2.2). Windows writes them as the program passed them, so
one in a command line must not hide the event."""

_REFERENCE = re.compile("&#([xX][0-9a-fA-F]{1,12}|[0-9]{1,12});")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#[xX]?[0-9a-fA-F]{1,12}|[\w.-]{1,64});)")
_SYSTEM_PART = re.compile(rb"<(?:[\w.-]{1,64}:)?System>")

EVENT_START = re.compile(rb"<(?:([\w.-]{1,64}):)?Event(?=[\s>])")
"""The start of an event's tag, with its namespace prefix if any."""


def text_of(value: object) -> str:
    """A header value as text: strings and numbers; "" for anything else."""
    if type(value) is str:
        return value
    return str(value) if type(value) is int else ""


def number_of(value: object) -> int | None:
    """A header value as a whole number >= 0, decimal or 0x hexadecimal; None where it isn't one."""
    if type(value) is str:
        digits = value.strip()
        if len(digits) > 20 or not digits.isascii():
            return None
        try:
            value = int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
        except ValueError:
            return None
    return value if type(value) is int and value >= 0 else None


def record_id_of(value: object) -> int | None:
    """An EventRecordID, or None where the value can't be one."""
    number = value if type(value) is int else number_of(value)
    return number if number is not None and 0 <= number < RECORD_ID_LIMIT else None


def event_id_of(value: object) -> int:
    """An event id as its container writes it (number, text, or with qualifiers); 0 for none."""
    if type(value) is int:
        return value
    if type(value) is dict:
        return event_id_of(value.get("#text"))
    return number_of(value) or 0


def first_text(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of the named values that has text, or ""."""
    for name in names:
        text = text_of(record.get(name))
        if text:
            return text
    return ""


def parse_event_xml(number: int, xml: bytes) -> RawRecord | Problem:
    """Decodes one ``<Event>`` element.

    What stands before the element is left out, so no document type or entity is ever in force; the
    parser also resolves none and never opens a network connection or another file.

    Args:
        number: the event's ordinal.
        xml: UTF-8 text that ends with the element.
    """
    start = EVENT_START.search(xml)
    if start is None:
        return Problem(number, "not an event: no <Event> element")
    if len(xml) > MAX_RECORD_BYTES:
        return overlong(number, MAX_RECORD_BYTES)
    event = _parse(xml[start.start() :], start[1])
    if isinstance(event, str):
        return Problem(number, event, max(len(_SYSTEM_PART.findall(xml)), 1))
    header: dict[str, str] | None = None
    data: dict[str, object] = {}
    for part in event:
        kind = _local_name(part)
        if kind == "System":
            if header is not None:
                return Problem(number, "two events in one; the tags between them are lost", 2)
            header = _header(part)
        elif kind == "EventData":
            data = _event_data(part)
        elif kind == "UserData":
            for message in part:
                data = _event_data(message)
    if header is None:
        return Problem(number, "an event without a System part")
    value = header.get
    return RawRecord(
        number,
        record_id_of(value("EventRecordID")),
        value("Provider", ""),
        event_id_of(value("EventID")),
        value("Channel", ""),
        value("Computer", ""),
        value("TimeCreated", ""),
        number_of(value("Execution")),
        value("Security") or None,
        data,
    )


_HEADER_ATTRIBUTES = {
    "Provider": "Name",
    "TimeCreated": "SystemTime",
    "Execution": "ProcessID",
    "Security": "UserID",
}
"""Elements of System whose value is an attribute."""


def _header(system: _Element) -> dict[str, str]:
    header: dict[str, str] = {}
    for element in system:
        name = _local_name(element)
        attribute = _HEADER_ATTRIBUTES.get(name)
        value = element.get(attribute) if attribute else element.text
        if value:
            header[name] = value.strip()
    return header


def event_data_from_xml(text: str) -> dict[str, object] | None:
    """The fields of an ``<EventData>`` element somewhere in `text`; None where there is none."""
    xml = text.encode("utf-8", "replace")
    start = xml.find(b"<EventData")
    end = xml.rfind(b"</EventData>")
    if start < 0 or end < start:
        return None
    element = _parse(xml[start : end + len(b"</EventData>")])
    return None if isinstance(element, str) else _event_data(element)


def parse_element(xml: bytes) -> _Element | str:
    """One XML element that stands alone, or what is wrong with it."""
    return _parse(xml)


def _parse(xml: bytes, prefix: bytes | None = None) -> _Element | str:
    """The element, or what is wrong with it.

    Args:
        xml: the element alone, without a prolog.
        prefix: its namespace prefix; it may be declared on a root that isn't there.
    """
    from lxml import etree

    parser = _parser()
    if prefix:
        xml = b'<r xmlns:%b="ns">%b</r>' % (prefix, xml)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        reason = f"not XML: {error.msg}"
        try:
            root = etree.fromstring(_mended(xml), parser)
        except etree.XMLSyntaxError:
            return reason
    return root[0] if prefix else root


def _mended(xml: bytes) -> bytes:
    """The text without what only its characters have against XML; what can't be kept is U+FFFD.

    Two references that are the surrogates of one character, as .NET writes it, become that one.
    """
    text = xml.decode("utf-8", "replace")
    text = _ILLEGAL_CHARACTER.sub("\ufffd", text)
    text = _BARE_AMPERSAND.sub("&amp;", text)
    text = _REFERENCE.sub(_legal_reference, text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _legal_reference(reference: re.Match[str]) -> str:
    digits = reference[1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if 0xD800 <= code < 0xE000:
        return chr(code)
    if code > 0x10FFFF or _ILLEGAL_CHARACTER.match(chr(code)):
        return "\ufffd"
    return reference[0]


@cache
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _event_data(parent: _Element) -> dict[str, object]:
    """Child elements by their Name, or by their tag; values without a name stay under "Data"."""
    data: dict[str, object] = {}
    for child in parent:
        value = "".join(str(text) for text in child.itertext()) if len(child) else child.text or ""
        name = child.get("Name") or _local_name(child)
        if name not in data:
            data[name] = value
            continue
        earlier = data[name]
        if isinstance(earlier, list):
            earlier.append(value)
        else:
            data[name] = [earlier, value]
    return data


def _local_name(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
