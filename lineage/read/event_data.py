"""An event's data as exports write it -> its fields by name.

One place for all spellings: an object, a list of named values, a list of bare values in the
manifest's order, JSON or XML as text, values joined by bars, a rendered message.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from lineage.read.field_order import Key, named, orders
from lineage.read.message import fields_of_message
from lineage.read.windows_event import event_data_from_xml

_NAMES: Final = ("@Name", "Name", "name", "-Name", "#attributes.Name", "$.Name", "_attributes.Name")
"""Where converters of XML put a Data element's name."""
_VALUES: Final = ("#text", "Value", "value", "_", "$text", "text", "_text", "Text", "content")
"""Where they put its text."""
_INNER: Final = ("EventData", "UserData", "DataItem", "EventXML")
_MOST_LAYERS: Final = 6
Fields = dict[str, Any]


def fields_of(value: object, key: Key, layers: int = _MOST_LAYERS) -> Fields | None:
    """The fields of an event; None where the value isn't its data.

    Args:
        value: what the export has for the event's data.
        key: whose event (`field_order.writer_of`), and its id.
        layers: wrappings that are still opened; what an export nests is bounded.
    """
    if not layers:
        return None
    if isinstance(value, dict):
        return _from_object(value, key, layers)
    if isinstance(value, list):
        return _from_list(value, key, layers)
    if isinstance(value, str) and value:
        return _from_text(value, key, layers)
    return None


def _from_object(value: Fields, key: Key, layers: int) -> Fields | None:
    for wrapping in _INNER:
        inner = value.get(wrapping)
        if isinstance(inner, dict | list | str) and inner:
            return fields_of(inner, key, layers - 1)
    data = value.get("Data", value.get("data"))
    if isinstance(data, dict):
        if (name := _name_of(data)) is not None:
            return {**_named_members(value), name: text_in(data)}
        if "#text" not in data:
            return _named_members(value) | _named_members(data) or None
        data = data["#text"]
    if isinstance(data, list):
        fields = _from_list(data, key, layers - 1)
        return _named_members(value) | (fields if fields is not None else {"Data": data})
    members = _named_members(value) if len(value) < _FEW else value
    if len(members) == 1 and isinstance(message := next(iter(members.values())), dict):
        return message if _name_of(message) is None else None  # UserData holds one element
    return members or None


_FEW: Final = 4
"""An object with more members has its fields in them; fewer may be a wrapping of them."""


def _named_members(value: Fields) -> Fields:
    return {
        name: member
        for name, member in value.items()
        if name not in ("Data", "data", "Binary", "#attributes", "@xmlns", "$", "#text", "xmlns")
        and not name.endswith("_attributes")
    }


def _from_list(values: list[Any], key: Key, layers: int) -> Fields | None:
    if len(values) == 1 and isinstance(values[0], dict) and _name_of(values[0]) is None:
        inner = fields_of(values[0], key, layers - 1)
        if inner is not None and set(inner) != {"Value"}:
            return inner
    if values and all(isinstance(item, dict) for item in values):
        pairs = [(_name_of(item), item) for item in values]
        if all(name is not None for name, _ in pairs):
            return _joined([(str(name), text_in(item)) for name, item in pairs])
        if all(len(item) == 1 and not set(item) & set(_VALUES) for item in values):
            return _joined([pair for item in values for pair in item.items()])
    return named(key, [text_in(item) if isinstance(item, dict) else item for item in values])


def _joined(pairs: list[tuple[str, object]]) -> Fields:
    fields: Fields = {}
    for name, text in pairs:
        fields.setdefault(name, text)
    return fields


def _name_of(item: Fields) -> str | None:
    name: Any
    for path in _NAMES:
        outer, _, inner = path.partition(".")
        name = item.get(outer)
        if inner:
            name = name.get(inner) if isinstance(name, dict) else None
        if isinstance(name, list) and len(name) == 1:
            name = name[0]
        if isinstance(name, str):
            return name
    return None


def text_in(item: Fields) -> object:
    """The text of an element that a converter of XML has made an object."""
    return next((item[name] for name in _VALUES if name in item), "")


def _from_text(text: str, key: Key, layers: int) -> Fields | None:
    start = text[:1] if text[:1] in "{[<" else text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        try:
            return fields_of(orjson.loads(text), key, layers - 1)
        except orjson.JSONDecodeError:
            pass
    elif start == "<":
        whole = f"<EventData>{text}</EventData>" if text.lstrip().startswith("<Param>") else text
        fields = event_data_from_xml(whole)
        if fields is not None:
            return _from_nameless(fields, key) if _NAMELESS.issuperset(fields) else fields
    if text.count("|") >= _FEWEST_BARS:
        fields = _from_bars(text, key)
        if fields is not None:
            return fields
    return fields_of_message(text, key)


_FEWEST_BARS: Final = 2


_NAMELESS: Final = frozenset({"Data", "Binary", "Param"})


def _from_nameless(fields: Fields, key: Key) -> Fields | None:
    values = fields.get("Data", fields.get("Param"))
    return named(key, values if isinstance(values, list) else [values]) or fields or None


def _from_bars(text: str, key: Key) -> Fields | None:
    """Log Parser's `Strings`: values joined by bars, so a bar in the command line adds one."""
    values = text.split("|")
    fields = named(key, values)
    versions = orders(key)
    if fields is not None or not versions or "CommandLine" not in versions[0]:
        return fields
    for names in versions:
        more = len(values) - len(names)
        if more > 0 and "CommandLine" in names:
            place = names.index("CommandLine")
            line = "|".join(values[place : place + more + 1])
            fields = named(key, [*values[:place], line, *values[place + more + 1 :]])
            if fields is not None:
                return fields
    return None
