"""Events as converters of Event XML make objects of them, and other shapes that no table tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lineage.read.field_order import Key
    from lineage.read.row import Row

_ATTRIBUTES: Final = {
    "Provider": ("Provider", "Name"),
    "TimeCreated": ("TimeCreated", "SystemTime"),
    "ProcessID": ("Execution", "ProcessID"),
    "UserID": ("Security", "UserID"),
}
"""Header value -> the element of System and its attribute."""
_TEXTS: Final = ("EventID", "Channel", "Computer", "EventRecordID")


def event_row(item: Row) -> Row | None:
    """The header and data of ``{"Event": {"System", "EventData"}}`` as one row, else None."""
    event = _only(item.get("Event", item))
    system = _only(event.get("System")) if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(system, dict):
        return None
    row = {name: _attribute(system, *place) for name, place in _ATTRIBUTES.items()}
    for name in _TEXTS:
        row[name] = _text(system.get(name))
    for name in ("EventData", "UserData"):
        row[name] = _only(event.get(name))
    row["Message"] = event.get("Message", item.get("Message"))
    rendering = event.get("RenderingInfo")
    if not row["Message"] and isinstance(rendering, dict):
        row["Message"] = rendering.get("Message")
    return row


def _attribute(system: Row, element: str, name: str) -> Any:
    """An attribute, wherever the converter puts attributes."""
    part = _only(system.get(element))
    if part is None:
        part = _only(system.get(f"{element}_attributes"))
    if not isinstance(part, dict):
        return part
    for attributes in (part, part.get("#attributes"), part.get("$"), part.get("_attributes")):
        if isinstance(attributes, dict):
            for spelled in (name, f"@{name}", f"-{name}", f"_{name}"):
                if spelled in attributes:
                    return attributes[spelled]
    beside = system.get(f"{element}_attributes")
    return beside.get(name) if isinstance(beside, dict) else None


def _text(value: Any) -> Any:
    value = _only(value)
    if isinstance(value, dict):
        for name in ("#text", "Value", "_", "$text", "_text", "value", "text"):
            if name in value:
                return value[name]
        return None
    return value


def _only(value: Any) -> Any:
    """What a list of one holds: some converters make a list of every element."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def capitalised(fields: Row, key: Key, row: Row) -> Row:
    """The fields under their own names: Wazuh writes their first letter small."""
    return {name[:1].upper() + name[1:]: value for name, value in fields.items()}


def nested(item: Row) -> Row:
    """An object whose members' names are paths as the object that these paths describe.

    >>> nested({"winlog.channel": "Security", "winlog.event_data.Image": "x", "host": "A"})
    {'winlog': {'channel': 'Security', 'event_data': {'Image': 'x'}}, 'host': 'A'}
    """
    result: Row = {}
    for name, value in item.items():
        *path, last = name.split(".")[:_MOST_PARTS]
        node = result
        for part in path:
            inner = node.get(part)
            if not isinstance(inner, dict):
                inner = node[part] = {}
            node = inner
        if isinstance(node.get(last), dict):
            continue
        node[last] = value[0] if isinstance(value, list) and len(value) == 1 else value
    return result


_MOST_PARTS: Final = 12
"""Parts of a path that are told apart; telemetry's have five."""
