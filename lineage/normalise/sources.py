"""The event sources, one row each: which records are read, as what, and what each can tell.

Dispatch, order, Sigma's log sources, the engine's bridges, coverage and the documentation read
these rows. A new source is a row here and, where no event type fits it, a type in
`lineage.normalise.event` with its placement in the graph (`lineage.graph.build`).

Sigma's names are those of the Sigma taxonomy for Windows (SigmaHQ, "Sigma Log Sources").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import Final, cast

from lineage.normalise import falcon, security, sysmon
from lineage.normalise.event import (
    DnsQueried,
    Event,
    FileCreated,
    ImageLoaded,
    ObjectAccessed,
    ProcessCreated,
    RegistryChanged,
    RegistryValueSet,
    ScriptBlockLogged,
)
from lineage.normalise.outcome import Outcome
from lineage.normalise.values import Values
from lineage.read.record import RawRecord

Normalise = Callable[[RawRecord, int, str, Values], Event | Outcome]
"""Record, index of its input, name of its source, tables of values -> its event."""


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """Who writes records.

    Attributes:
        name: as records name it, in lower case.
        service: Sigma's `service` for its events, or None where Sigma has none.
        channels: the log channels it writes to, in lower case, by which it is known in exports that
            leave the provider out.
        aliases: other names under which its events come, in lower case.
        own_time: whether events carry their own time (UTC) beside or in place of the header's,
            which log shippers may have written in local time (`lineage.normalise.clock`).
        tells_zone: whether events carry both, so that their difference tells the zone.
    """

    name: str
    service: str | None
    channels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    own_time: bool = False
    tells_zone: bool = False


SYSMON: Final = Provider(
    "microsoft-windows-sysmon",
    "sysmon",
    ("microsoft-windows-sysmon/operational",),
    own_time=True,
    tells_zone=True,
)
SECURITY: Final = Provider("microsoft-windows-security-auditing", "security", ("security",))
POWERSHELL: Final = Provider(
    "microsoft-windows-powershell",
    "powershell",
    ("microsoft-windows-powershell/operational", "powershellcore/operational"),
    aliases=("powershellcore", "powershell"),
)
CROWDSTRIKE: Final = Provider("crowdstrike", None, own_time=True)

Fields = tuple[str, ...]
_PARENT: Final = frozenset({"ParentImage", "ParentCommandLine"})
_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One kind of record that is read.

    Attributes:
        name: in coverage, rules' `lineage.sources` and test cases; `origin` of its events.
        provider: who writes it.
        event_id: its event id, or Falcon's `event_simpleName`.
        event: the type of its events.
        normalise: record -> event; None where records are parts, which `dispatch` joins.
        categories: Sigma's categories for it -> what `EventType` begins with in that category,
            "" where the category says nothing of it.
        bridged: attributes that its events may lack, and the graph fills from the parent's node.
        never: attributes of the event type that this source doesn't record.
        names: its own field names, as rules for its `service` write them -> attributes; empty where
            the attributes have those names.
        actor: attributes that tell the acting process's ProcessGuid, pid and image; for a process
            start, the new one's.
    """

    name: str
    provider: Provider
    event_id: int | str
    event: type[Event]
    normalise: Normalise | None
    categories: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES)
    bridged: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES)
    actor: tuple[str | None, str | None, str | None] = ("ProcessGuid", "ProcessId", "Image")


SOURCES: Final[tuple[Source, ...]] = (
    Source(
        "sysmon-1",
        SYSMON,
        1,
        ProcessCreated,
        sysmon.process_created,
        {"process_creation": ""},
        never=frozenset({"ParentBaseFileName"}),
    ),
    Source("sysmon-7", SYSMON, 7, ImageLoaded, sysmon.image_loaded, {"image_load": ""}),
    Source("sysmon-11", SYSMON, 11, FileCreated, sysmon.file_created, {"file_event": ""}),
    Source(
        "sysmon-12",
        SYSMON,
        12,
        RegistryChanged,
        sysmon.registry_changed,
        {"registry_event": "", "registry_add": "Create", "registry_delete": "Delete"},
    ),
    Source(
        "sysmon-13",
        SYSMON,
        13,
        RegistryValueSet,
        sysmon.registry_value_set,
        {"registry_event": "", "registry_set": ""},
    ),
    Source("sysmon-22", SYSMON, 22, DnsQueried, sysmon.dns_queried, {"dns_query": ""}),
    Source(
        "security-4688",
        SECURITY,
        4688,
        ProcessCreated,
        security.process_created,
        {"process_creation": ""},
        bridged=_PARENT,
        never=frozenset({"ParentBaseFileName", "OriginalFileName"}),
        names={
            "NewProcessName": "Image",
            "NewProcessId": "ProcessId",
            "ProcessId": "ParentProcessId",
            "ParentProcessName": "ParentImage",
            "CommandLine": "CommandLine",
            "SubjectLogonId": "LogonId",
            "MandatoryLabel": "IntegrityLevel",
        },
    ),
    Source(
        "security-4663",
        SECURITY,
        4663,
        ObjectAccessed,
        security.object_accessed,
        actor=(None, "ProcessId", "ProcessName"),
        names={
            "ProcessName": "ProcessName",
            "ProcessId": "ProcessId",
            "ObjectName": "ObjectName",
            "ObjectType": "ObjectType",
            "ObjectServer": "ObjectServer",
            "AccessMask": "AccessMask",
            "AccessList": "AccessList",
        },
    ),
    Source(
        "powershell-4104",
        POWERSHELL,
        4104,
        ScriptBlockLogged,
        None,
        {"ps_script": ""},
        actor=(None, "ProcessId", None),
    ),
    Source(
        "crowdstrike-processrollup2",
        CROWDSTRIKE,
        "ProcessRollup2",
        ProcessCreated,
        falcon.process_created,
        {"process_creation": ""},
        bridged=_PARENT,
    ),
)
"""Every event source."""

SOURCE: Final[Mapping[str, Source]] = MappingProxyType({source.name: source for source in SOURCES})
"""Event source by name, in the order of the rows."""

PROVIDERS: Final = tuple(dict.fromkeys(source.provider for source in SOURCES))

Actor = tuple[str | None, int | None, str | None]
"""ProcessGuid, pid and image of an acting process, each None where the event lacks it."""


def _actor_reader(source: Source) -> Callable[[Event], Actor]:
    """Reads by position: it is done for every event of a run."""
    fields = source.event._fields
    places = [fields.index(name) if name else None for name in source.actor]
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        return itemgetter(*known)
    return lambda event: cast(
        "Actor", tuple(None if place is None else event[place] for place in places)
    )


_ACTOR_OF: Final = {source.name: _actor_reader(source) for source in SOURCES}


def actor_of(event: Event) -> Actor:
    """Which process an event says acted; for a process start, the new one."""
    return _ACTOR_OF[event.origin](event)


@cache
def of_category(category: str) -> Mapping[str, str]:
    """The sources of a Sigma category -> what their `EventType` must begin with.

    >>> dict(of_category("registry_add"))
    {'sysmon-12': 'Create'}
    """
    return {
        source.name: source.categories[category]
        for source in SOURCES
        if category in source.categories
    }


@cache
def of_service(service: str) -> frozenset[str]:
    """The sources of a Sigma service; which of them a rule means it says with `EventID`."""
    return frozenset(source.name for source in SOURCES if source.provider.service == service)
