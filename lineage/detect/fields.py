"""What a field of a rule means on an event: Sigma's names, and the fields we derive.

Rules name Sigma's fields, which are mostly the events' own attributes. Where a rule needs a part of
a value or a decoded value, it names a *derived field*; `DERIVED` describes each. Text is unescaped
(`lineage.detect.decode.unescape`) before it is compared; for display it stays as it was.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from lineage.detect import decode
from lineage.detect.acting import PREFIX, acting_fields, acting_value
from lineage.normalise.event import HEADER, RegistryChanged, RegistryValueSet
from lineage.normalise.sources import SOURCE, SOURCES
from lineage.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from lineage.normalise.event import Event
    from lineage.normalise.source import Source

Value = str | int | None
"""A field's value on an event; None where the event lacks the field."""

Dialect = Literal["sigma", "security"]
"""Whose field names a rule uses: Sigma's taxonomy, or Security events' (`service: security`)."""

LACKING: Final = frozenset({"", "-"})
"""Texts that events keep as a lacking field; a rule's plain value of these means the same."""


class Field(NamedTuple):
    """A field that rules can name, on one kind of event.

    Attributes:
        name: the name in rules.
        attributes: attributes of the event that it is read from.
        read: the attributes' values, in that order -> the field's value.
        decoded: whether the value tells more than the attributes' own text, so that an
            explanation should show it too.
    """

    name: str
    attributes: tuple[str, ...]
    read: Callable[..., Value]
    decoded: bool = False


class DerivedField(NamedTuple):
    """A field that is ours, not the telemetry's.

    Attributes:
        field: name, attributes and reading.
        meaning: one sentence.
        event: the only type of event that has it; None where all have it that have the attributes.
    """

    field: Field
    meaning: str
    event: type[Event] | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The event sources whose events have the field."""
        return tuple(source.name for source in SOURCES if self.is_of(source.event))

    def is_of(self, event: type[Event]) -> bool:
        """Whether events of a type have the field."""
        return self.event in {None, event} and set(self.field.attributes) <= set(event._fields)


def _itself(value: Value) -> Value:
    return value


def last_component(path: Value) -> str | None:
    r"""What follows the last backslash.

    >>> last_component("C:\\Windows\\explorer.exe")
    'explorer.exe'
    """
    return None if path is None else str(path).rpartition("\\")[2]


def _parent_name(base_name: Value, image: Value) -> str | None:
    return last_component(image if base_name is None else base_name)


def _up_to_last_backslash(path: Value) -> str | None:
    return None if path is None else str(path).rpartition("\\")[0]


_CONTROL_SET = re.compile(r"\\ControlSet\d{3}(?=\\|$)", re.IGNORECASE)


def _parent_key(path: Value) -> str | None:
    key = _up_to_last_backslash(path)
    return None if key is None else _CONTROL_SET.sub(r"\\CurrentControlSet", key)


_NUMBER_DATA = re.compile(r"[DQ]WORD \(([^()]*)\)", re.IGNORECASE)


def _registry_data(details: Value) -> str | None:
    if details is None:
        return None
    number = _NUMBER_DATA.fullmatch(str(details))
    return number[1] if number else str(details)


_DELETION = re.compile(" del", re.IGNORECASE)


def _after_deletion(command_line: Value) -> str | None:
    if command_line is None:
        return None
    text = str(command_line)
    deletion = _DELETION.search(text)
    return text[deletion.end() :] if deletion else None


def _decoded(command_line: Value) -> str | None:
    return None if command_line is None else decode.encoded_command(str(command_line))


def _iso_time(ticks: Value) -> str | None:
    if not isinstance(ticks, int):
        return None
    try:
        return iso(ticks)
    except OverflowError:
        return None


def _hash(algorithm: str, hashes: Value) -> str | None:
    for part in str(hashes or "").split(","):
        name, _, digest = part.partition("=")
        if name.strip().upper() == algorithm:
            return digest.strip() or None
    return None


DERIVED: Final = (
    DerivedField(
        Field("ImageName", ("Image",), last_component),
        "file name of the acting process's image",
    ),
    DerivedField(
        Field("ParentName", ("ParentBaseFileName", "ParentImage"), _parent_name),
        "file name of the parent's image",
    ),
    DerivedField(
        Field("DecodedCommandLine", ("CommandLine",), _decoded, decoded=True),
        "script that the command line hands to PowerShell in base64 (-EncodedCommand)",
    ),
    DerivedField(
        Field("DeletionArguments", ("CommandLine",), _after_deletion),
        "what follows the first ` del` of the command line",
    ),
    DerivedField(
        Field("FileName", ("TargetFilename",), last_component),
        "file name of the file that was created",
    ),
    DerivedField(
        Field("RegistryKey", ("TargetObject",), _up_to_last_backslash),
        "registry path without the value's name",
        RegistryValueSet,
    ),
    DerivedField(
        Field("RegistryKey", ("TargetObject",), _itself),
        "registry path",
        RegistryChanged,
    ),
    DerivedField(
        Field("RegistryParentKey", ("TargetObject",), _parent_key),
        "registry path up to its last backslash; ControlSet001 and its like read CurrentControlSet",
    ),
    DerivedField(
        Field("RegistryLeaf", ("TargetObject",), last_component),
        "last component of the registry path",
    ),
    DerivedField(
        Field("RegistryData", ("Details",), _registry_data),
        "value data; of `DWORD (0x...)` and `QWORD (0x...)` what stands in the brackets",
    ),
    *(
        DerivedField(
            Field(name, ("Hashes",), partial(_hash, name.upper())),
            f"the {name.upper()} among the hashes",
        )
        for name in ("md5", "sha1", "sha256", "Imphash")
    ),
)
"""Every derived field, for the rules and for their documentation."""

_HEADER: Final = (
    Field("EventID", ("event_id",), _itself),
    Field("Computer", ("host",), _itself),
    Field("UtcTime", ("time",), _iso_time),
)


def _account(user: Value) -> str | None:
    return last_component(user)


def _domain(user: Value) -> str | None:
    return (_up_to_last_backslash(user) or None) if user is not None else None


class OpenFields(dict[str, Field]):
    """The fields of an event that has fields of any name: each is the event's own.

    A name with dots is another naming scheme's (`lineage.detect.field_names`) and no field.

    Attributes:
        event_id: the id of all such events, or None where they have many.
    """

    def __init__(self, known: Mapping[str, Field], event_id: int | str | None) -> None:
        super().__init__(known)
        self.event_id = event_id

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and "." not in name

    def __missing__(self, name: str) -> Field:
        if name not in self:
            raise KeyError(name)
        return Field(name, (name,), _itself)

    def get(self, name: str, default: Any = None) -> Any:
        """The field of that name; known ones and all others alike."""
        try:
            return self[name]
        except KeyError:
            return default


@cache
def fields_of(origin: str, dialect: Dialect) -> Mapping[str, Field]:
    """The fields that a rule can name on an event.

    Args:
        origin: name of the event's source.
        dialect: whose names the rule uses.

    Returns:
        Field name -> field.
    """
    source = SOURCE[origin]
    names = {field.name: field for field in _HEADER}
    if source.is_open:
        return OpenFields(names, source.event_id)
    if dialect == "security" and source.names:
        for name, attribute in source.names.items():
            names[name] = Field(name, (attribute,), _itself)
        names["SubjectUserName"] = Field("SubjectUserName", ("User",), _account)
        names["SubjectDomainName"] = Field("SubjectDomainName", ("User",), _domain)
        return names | _acting(source, names)
    for attribute in text_attributes(origin):
        names[attribute] = Field(attribute, (attribute,), _itself)
    for derived in DERIVED:
        if derived.is_of(source.event):
            names[derived.field.name] = derived.field
    return names | _acting(source, names)


def _acting(source: Source, own: Collection[str]) -> dict[str, Field]:
    return {
        name: Field(name, (attribute,), _itself)
        for name, attribute in acting_fields(source).items()
        if name not in own
    }


@cache
def text_attributes(origin: str) -> tuple[str, ...]:
    """Attributes that hold an event's own telemetry: what a keyword is searched in."""
    if SOURCE[origin].is_open:
        return ("text",)
    attributes: tuple[str, ...] = SOURCE[origin].event._fields[len(HEADER) :]
    return tuple(name for name in attributes if not name.startswith("parts"))


def attribute_value(event: Event, attribute: str) -> Value:
    """An attribute of an event, unescaped."""
    filled = attribute.startswith(PREFIX)
    value: Value = acting_value(event, attribute) if filled else getattr(event, attribute)
    return decode.unescape(value) if isinstance(value, str) else value


def field_value(event: Event, field: Field) -> Value:
    """A field's value on an event, unescaped."""
    return field.read(*(attribute_value(event, name) for name in field.attributes))


_NUMBER = re.compile(r"\s*([+-]?(?:\d{1,40}(?:\.\d{1,40})?|0x[0-9a-f]{1,32}))\s*", re.IGNORECASE)


def number_of(value: Value) -> int | float | None:
    """Reads a value as a number: decimal, or hexadecimal with `0x`; None where it is neither."""
    if value is None or isinstance(value, int):
        return value
    number = _NUMBER.fullmatch(value)
    if number is None:
        return None
    digits = number[1]
    if "x" in digits.lower():
        return int(digits, 16)
    return float(digits) if "." in digits else int(digits)


def address_of(value: Value) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Reads a value as an IP address (a mapped IPv4 address as IPv4); None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def moment_of(value: Value) -> datetime | None:
    """Reads a value as a date and time in UTC; None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
