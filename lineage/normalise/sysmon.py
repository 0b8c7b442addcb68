"""Microsoft-Windows-Sysmon, all of its events.

Field meanings: Microsoft Learn, "Sysmon", section Events. Sysmon's own `UtcTime` says when the
thing happened; the header's time only when it was logged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from lineage import times
from lineage.normalise.event import (
    HEADER,
    ClipboardChanged,
    ConnectionMade,
    DnsQueried,
    DriverLoaded,
    Event,
    ExecutableCreated,
    FileBlocked,
    FileCreated,
    FileDeleted,
    FileStreamCreated,
    FileTimeChanged,
    ImageLoaded,
    LogChanged,
    PipeOpened,
    ProcessAccessed,
    ProcessCreated,
    ProcessEnded,
    ProcessTampered,
    RawAccessRead,
    RegistryChanged,
    RegistryRenamed,
    RegistryValueSet,
    RemoteThreadCreated,
    WmiSubscriptionChanged,
)
from lineage.normalise.header import header, logged_time, require
from lineage.normalise.source import NOBODY, PROCESS, REACHING, Provider, Source
from lineage.normalise.values import Values
from lineage.read.record import RawRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    if type(utc) is str:
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


Normalise = Callable[[RawRecord, int, str, Values], Event]


def _acting(kind: type[Event], about: str | None = None) -> Normalise:
    """A normaliser for an event in which a process (`ProcessGuid`, `ProcessId`) did something.

    Args:
        kind: the event's type; its fields after the actor's are copied by name.
        about: the field that the event is about, without which it says nothing; None where it is
            about the process itself.
    """
    fields = kind._fields[_ACTOR_FIELDS:]
    position = fields.index(about) - len(fields) if about else None
    make = kind._make

    def normalise(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
        data = raw.data
        get = data.get
        guid = values.guids[get("ProcessGuid")]
        pid = values.numbers["ProcessId"][get("ProcessId")]
        if guid is None and pid is None:
            _process(data, values)
        texts = map(values.texts.__getitem__, map(get, fields))
        event = make((*header(raw, source, origin, happened(raw)), guid, pid, *texts))
        if position is not None and event[position] is None:
            raise ValueError(f"{about} is missing")
        return event

    return normalise


def _reaching(kind: type[Event]) -> Normalise:
    """A normaliser for an event in which a process reached into another one."""
    fields = kind._fields[kind._fields.index("TargetImage") + 1 :]
    make, source_party, target_party = kind._make, _party("Source"), _party("Target")

    def normalise(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
        get = raw.data.get
        return make(
            (
                *header(raw, source, origin, happened(raw)),
                *source_party(get, values),
                *target_party(get, values),
                *map(values.texts.__getitem__, map(get, fields)),
            )
        )

    return normalise


def _party(
    role: str,
) -> Callable[[Callable[[str], object], Values], tuple[str | None, int | None, str | None]]:
    """A reader of one of the two processes; event 10 writes `GUID`, event 8 `Guid`."""
    guids, number, program = (
        (f"{role}ProcessGUID", f"{role}ProcessGuid"),
        f"{role}ProcessId",
        f"{role}Image",
    )

    def read(
        get: Callable[[str], object], values: Values
    ) -> tuple[str | None, int | None, str | None]:
        guid = values.guids[get(guids[1]) or get(guids[0])]
        pid = values.numbers[number][get(number)]
        image = values.texts[get(program)]
        if guid is None and pid is None and image is None:
            side = role.lower()
            raise ValueError(f"neither guid, pid nor image says which the {side} process was")
        return guid, pid, image

    return read


def _telling(kind: type[Event], *about: str) -> Normalise:
    """A normaliser for an event that names no process.

    Args:
        kind: the event's type; its fields after the header are copied by name.
        about: fields of which one must be there.
    """
    fields = kind._fields[len(HEADER) :]

    def normalise(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
        texts = map(values.texts.__getitem__, map(raw.data.get, fields))
        event = kind._make((*header(raw, source, origin, happened(raw)), *texts))
        if about and all(getattr(event, name) is None for name in about):
            raise ValueError(f"{' and '.join(about)} {'is' if len(about) == 1 else 'are'} missing")
        return event

    return normalise


file_time_changed = _acting(FileTimeChanged, "TargetFilename")
connection_made = _acting(ConnectionMade, "DestinationIp")
process_ended = _acting(ProcessEnded)
driver_loaded = _telling(DriverLoaded, "ImageLoaded")
image_loaded = _acting(ImageLoaded, "ImageLoaded")
remote_thread_created = _reaching(RemoteThreadCreated)
raw_access_read = _acting(RawAccessRead, "Device")
process_accessed = _reaching(ProcessAccessed)
file_created = _acting(FileCreated, "TargetFilename")
registry_changed = _acting(RegistryChanged, "TargetObject")
registry_value_set = _acting(RegistryValueSet, "TargetObject")
registry_renamed = _acting(RegistryRenamed, "TargetObject")
file_stream_created = _acting(FileStreamCreated, "TargetFilename")
pipe_opened = _acting(PipeOpened, "PipeName")
wmi_subscription_changed = _telling(WmiSubscriptionChanged, "Name", "Consumer", "Filter")
dns_queried = _acting(DnsQueried, "QueryName")
file_deleted = _acting(FileDeleted, "TargetFilename")
clipboard_changed = _acting(ClipboardChanged)
process_tampered = _acting(ProcessTampered)
file_blocked = _acting(FileBlocked, "TargetFilename")
executable_created = _acting(ExecutableCreated, "TargetFilename")
log_changed = _telling(LogChanged)

SYSMON: Final = Provider(
    "microsoft-windows-sysmon",
    "sysmon",
    ("microsoft-windows-sysmon/operational",),
    own_time=True,
    tells_zone=True,
)


def _source(
    event_id: int,
    event: type[Event],
    normalise: Normalise,
    *categories: str,
    actor: tuple[str | None, str | None, str | None] = PROCESS,
    never: frozenset[str] = frozenset(),
    **beginnings: str,
) -> Source:
    """A row; `beginnings` are categories that say how `EventType` begins."""
    return Source(
        f"sysmon-{event_id}",
        SYSMON,
        event_id,
        event,
        normalise,
        dict.fromkeys(categories, "") | beginnings,
        actor=actor,
        never=never,
    )


_NO_BARE_NAME: Final = frozenset({"ParentBaseFileName"})

SOURCES: Final = (
    _source(1, ProcessCreated, process_created, "process_creation", never=_NO_BARE_NAME),
    _source(2, FileTimeChanged, file_time_changed, "file_change"),
    _source(3, ConnectionMade, connection_made, "network_connection"),
    _source(4, LogChanged, log_changed, "sysmon_status", actor=NOBODY),
    _source(5, ProcessEnded, process_ended, "process_termination"),
    _source(6, DriverLoaded, driver_loaded, "driver_load", actor=NOBODY),
    _source(7, ImageLoaded, image_loaded, "image_load"),
    _source(8, RemoteThreadCreated, remote_thread_created, "create_remote_thread", actor=REACHING),
    _source(9, RawAccessRead, raw_access_read, "raw_access_thread"),
    _source(10, ProcessAccessed, process_accessed, "process_access", actor=REACHING),
    _source(11, FileCreated, file_created, "file_event"),
    _source(
        12,
        RegistryChanged,
        registry_changed,
        "registry_event",
        registry_add="Create",
        registry_delete="Delete",
    ),
    _source(13, RegistryValueSet, registry_value_set, "registry_event", "registry_set"),
    _source(14, RegistryRenamed, registry_renamed, "registry_event", "registry_rename"),
    _source(15, FileStreamCreated, file_stream_created, "create_stream_hash"),
    _source(16, LogChanged, log_changed, "sysmon_status", actor=NOBODY),
    _source(17, PipeOpened, pipe_opened, "pipe_created"),
    _source(18, PipeOpened, pipe_opened, "pipe_created"),
    _source(19, WmiSubscriptionChanged, wmi_subscription_changed, "wmi_event", actor=NOBODY),
    _source(20, WmiSubscriptionChanged, wmi_subscription_changed, "wmi_event", actor=NOBODY),
    _source(21, WmiSubscriptionChanged, wmi_subscription_changed, "wmi_event", actor=NOBODY),
    _source(22, DnsQueried, dns_queried, "dns_query"),
    _source(23, FileDeleted, file_deleted, "file_delete"),
    _source(24, ClipboardChanged, clipboard_changed, "clipboard_capture"),
    _source(25, ProcessTampered, process_tampered, "process_tampering"),
    _source(26, FileDeleted, file_deleted, "file_delete", "file_delete_detected"),
    _source(27, FileBlocked, file_blocked, "file_block_executable"),
    _source(28, FileBlocked, file_blocked, "file_block_shredding"),
    _source(29, ExecutableCreated, executable_created, "file_executable_detected"),
    _source(255, LogChanged, log_changed, "sysmon_error", actor=NOBODY),
)
