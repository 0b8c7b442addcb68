"""What an event says, in a line: who did what to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lineage.graph.build import Builder
from lineage.graph.schema import EDGE
from lineage.normalise import event as events
from lineage.normalise.event import HEADER
from lineage.normalise.sources import SOURCE
from lineage.timeline.wanted import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.normalise.event import Event

MOST: Final = 1_000
"""Characters of a message. The whole stands in the event's own fields."""
_OWN: Final = frozenset({"parts", "parts_total", "acting_pid", "acting_image", "data"})
"""Attributes that are lineage's own words for what other fields tell."""


class Act(NamedTuple):
    """How an event of a type is told.

    Attributes:
        verb: what was done.
        what: the field that says to what; "" where the event names nothing else.
        more: fields that tell more of it.
        time: what the time is the time of, as timeline tools call it.
    """

    verb: str
    what: str = ""
    more: tuple[str, ...] = ()
    time: str = "Event Time"


_ACCEPTED: Final = Act(
    "accepted a connection from", "SourceIp", ("SourceHostname", "DestinationPort", "Protocol")
)
"""How a connection is told that the other side began."""


def _verb(edge: str) -> str:
    return EDGE[edge].words.verb


ACTS: Final[dict[type[Event], Act]] = {
    events.ProcessCreated: Act("started:", "CommandLine", time="Process Start"),
    events.ProcessEnded: Act("ended", more=("Status",), time="Process End"),
    events.RemoteThreadCreated: Act(
        _verb("injected"), "TargetImage", ("TargetProcessId", "StartModule", "StartFunction")
    ),
    events.ProcessAccessed: Act(
        _verb("opened"), "TargetImage", ("TargetProcessId", "GrantedAccess")
    ),
    events.ProcessTampered: Act("was tampered with in memory", more=("Type",)),
    events.ImageLoaded: Act(_verb("loaded"), "ImageLoaded", ("Signed", "Signature")),
    events.FileCreated: Act(_verb("wrote"), "TargetFilename", time="File Created"),
    events.ExecutableCreated: Act(
        _verb("wrote"), "TargetFilename", time="File Created"
    ),
    events.FileTimeChanged: Act(
        _verb("changed_time"), "TargetFilename", ("CreationUtcTime", "PreviousCreationUtcTime")
    ),
    events.FileStreamCreated: Act(
        _verb("created_stream"), "TargetFilename", ("Contents", "Hash"), time="File Created"
    ),
    events.FileDeleted: Act(_verb("deleted"), "TargetFilename", time="File Deleted"),
    events.FileBlocked: Act(_verb("attempted"), "TargetFilename"),
    events.ObjectAccessed: Act(_verb("accessed"), "ObjectName", ("ObjectType", "AccessList")),
    events.RawAccessRead: Act(_verb("read_raw"), "Device"),
    events.RegistryChanged: Act("changed the registry at", "TargetObject", ("EventType",)),
    events.RegistryValueSet: Act(_verb("set"), "TargetObject", ("Details",)),
    events.RegistryRenamed: Act(_verb("renamed"), "TargetObject", ("NewName",)),
    events.DnsQueried: Act(_verb("queried"), "QueryName", ("QueryStatus", "QueryResults")),
    events.ConnectionMade: Act(
        _verb("connected"), "DestinationIp", ("DestinationPort", "DestinationHostname", "Protocol")
    ),
    events.PipeOpened: Act("used the pipe", "PipeName", ("EventType",)),
    events.ScriptBlockLogged: Act("ran the script block", "ScriptBlockText", ("Path",)),
    events.ClipboardChanged: Act("changed the clipboard", more=("ClientInfo",)),
    events.DriverLoaded: Act("The kernel loaded", "ImageLoaded", ("Signed", "Signature")),
    events.WmiSubscriptionChanged: Act(
        "A WMI subscription was changed:",
        "Name",
        ("Operation", "Query", "Destination", "Consumer", "Filter"),
    ),
    events.LogChanged: Act("Sysmon said of itself:", "State", ("Description", "Configuration")),
    events.HostStarted: Act("Windows started", time="Boot"),
}  # fmt: skip
"""Types of event that have words of their own; any other is told by all its fields."""
_NOBODYS: Final = frozenset(
    {events.DriverLoaded, events.WmiSubscriptionChanged, events.LogChanged, events.HostStarted}
)
"""Events whose verb has its own subject."""


def kind_of(event: Event) -> str:
    """What an event is about: a kind of node, or `LOG`."""
    kind = Builder.PLACEMENTS[type(event)].kind
    return LOG if kind == "host" else kind


def log_of(event: Event) -> str:
    """The log that an event is from: its channel's or provider's name."""
    channel = getattr(event, "Channel", None)
    provider = SOURCE[event.origin].provider
    return channel or provider.service or provider.name


def time_of(event: Event) -> str:
    """What the event's time is the time of."""
    act = ACTS.get(type(event))
    return act.time if act else "Event Time"


def message(event: Event, program: str | None) -> str:
    """What an event says, of at most about `MOST` characters.

    Args:
        event: which.
        program: path of the acting process's program, where known.
    """
    act = ACTS.get(type(event))
    if isinstance(event, events.ConnectionMade) and event.Initiated == "false":
        act = _ACCEPTED
    name = (program or "").rpartition("\\")[2]
    if act is None:
        told = f"{log_of(event)} {event.event_id}"
        told = f"{name}: {told}" if name else told
        return _bounded(f"{told}{_pairs(fields(event))}")
    what = str(getattr(event, act.what) or "") if act.what else ""
    if isinstance(event, events.ProcessCreated):
        what = what or event.Image or ""
    subject = "" if type(event) in _NOBODYS else name or "A process"
    words = " ".join(part for part in (subject, act.verb, what) if part)
    more = ((field, str(value)) for field in act.more if (value := getattr(event, field)))
    return _bounded(words + _pairs(more))


def fields(event: Event) -> Iterator[tuple[str, str]]:
    """The event's own fields that have a value, under their own names."""
    if isinstance(event, events.ChannelEvent):
        yield from event.data.items()
        return
    for place, name in enumerate(event._fields[len(HEADER) :], len(HEADER)):
        value = event[place]
        if value is not None and name not in _OWN:
            yield name, str(value)


def _pairs(told: Iterator[tuple[str, str]]) -> str:
    shown = "; ".join(f"{name}={value}" for name, value in told)
    return f" ({shown})" if shown else ""


def _bounded(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]} [... {len(text):,} characters in all]"
