"""Microsoft-Windows-Sysmon, events 1, 7, 11, 12, 13 and 22.

Field meanings: Microsoft Learn, "Sysmon", section Events. Sysmon's own `UtcTime` says when the
thing happened; the header's time only when it was logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage import times
from lineage.normalise.event import (
    HEADER,
    DnsQueried,
    Event,
    FileCreated,
    ImageLoaded,
    ProcessCreated,
    RegistryChanged,
    RegistryValueSet,
)
from lineage.normalise.header import header, logged_time, require

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_ACTOR_FIELDS: Final = len(HEADER) + 2
"""The header, then ProcessGuid and ProcessId."""

_CHILD: Final = ("Image", "CommandLine", "User", "OriginalFileName")
_PARENT: Final = ProcessCreated._fields[ProcessCreated._fields.index("ParentImage") :]


def happened(raw: RawRecord) -> int:
    """When a Sysmon event happened, in ticks: its UtcTime, else the time it was logged.

    Raises:
        ValueError: neither can be read.
    """
    utc = raw.data.get("UtcTime")
    if isinstance(utc, str):
        try:
            return times.parse(utc)[0]
        except ValueError:
            if not raw.time:
                raise
    return logged_time(raw)


def process_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """Sysmon 1. Raises ValueError where the process can't be identified."""
    get = raw.data.get
    guid, pid = _process(raw.data, values)
    texts = values.texts.__getitem__
    child = tuple(map(texts, map(get, _CHILD)))
    require(child[0], "Image")
    return ProcessCreated._make(
        (
            *header(raw, source, origin, happened(raw)),
            guid,
            pid,
            *child,
            values.guids[get("ParentProcessGuid")],
            values.numbers["ParentProcessId"][get("ParentProcessId")],
            *map(texts, map(get, _PARENT)),
        )
    )


def _process(data: Mapping[str, object], values: Values) -> tuple[str | None, int | None]:
    guid = values.guids[data.get("ProcessGuid")]
    pid = values.numbers["ProcessId"][data.get("ProcessId")]
    if guid is None and pid is None and values.texts[data.get("Image")] is None:
        raise ValueError("neither ProcessGuid, ProcessId nor Image says which process it was")
    return guid, pid


def _acting(kind: type[Event], about: str) -> Callable[[RawRecord, int, str, Values], Event]:
    """A normaliser for an event in which a process (`ProcessGuid`, `ProcessId`) did something.

    Args:
        kind: the event's type; its fields after the actor's are copied by name.
        about: the field that the event is about, without which it says nothing.
    """
    fields = kind._fields[_ACTOR_FIELDS:]
    position = fields.index(about) - len(fields)

    def normalise(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
        data = raw.data
        texts = map(values.texts.__getitem__, map(data.get, fields))
        event = kind._make(
            (*header(raw, source, origin, happened(raw)), *_process(data, values), *texts)
        )
        if event[position] is None:
            raise ValueError(f"{about} is missing")
        return event

    return normalise


image_loaded = _acting(ImageLoaded, "ImageLoaded")
file_created = _acting(FileCreated, "TargetFilename")
registry_changed = _acting(RegistryChanged, "TargetObject")
registry_value_set = _acting(RegistryValueSet, "TargetObject")
dns_queried = _acting(DnsQueried, "QueryName")
