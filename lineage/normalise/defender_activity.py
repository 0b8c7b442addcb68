"""Microsoft Defender for Endpoint: what processes did, beside the tables of `defender`.

DeviceNetworkEvents, DeviceLogonEvents, more actions of the file and registry tables, and those of
DeviceEvents.

Field meanings: Microsoft Learn, "Understand the advanced hunting schema". What a table has no
column for stands in `AdditionalFields`, as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from lineage.normalise.defender import DEFENDER, account, actor, path
from lineage.normalise.event import (
    ChannelEvent,
    ConnectionMade,
    DnsQueried,
    Event,
    FileDeleted,
    PipeOpened,
    RegistryChanged,
    RemoteThreadCreated,
    ScriptBlockLogged,
)
from lineage.normalise.events.channel import ChannelData
from lineage.normalise.falcon_activity import made
from lineage.normalise.header import header, logged_time, require
from lineage.normalise.source import NOBODY, PROCESS, REACHING, Source

if TYPE_CHECKING:
    from lineage.normalise.source import Normalise
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_MOST_ADDITIONAL: Final = 1 << 20
"""Longest `AdditionalFields` that is read, in characters."""


def _acting(raw: RawRecord, values: Values) -> dict[str, object]:
    pid, image = actor(raw, values)
    user = account(raw, values, "InitiatingProcessAccount")
    return {"ProcessId": pid, "Image": image, "User": user}


def _additional(raw: RawRecord, values: Values, *names: str) -> str | None:
    """What AdditionalFields says under one of these names."""
    written = raw.data.get("AdditionalFields")
    if isinstance(written, str) and len(written) <= _MOST_ADDITIONAL:
        try:
            written = orjson.loads(written)
        except orjson.JSONDecodeError:
            return None
    if not isinstance(written, dict):
        return None
    found = (written[name] for name in names if isinstance(written.get(name), str | int | float))
    return values.texts[next(found, None)]


def connection_made(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """ConnectionSuccess, InboundConnectionAccepted: the local side and the remote one."""
    text, get = values.texts, raw.data.get
    here = (text[get("LocalIP")], text[get("LocalPort")])
    there = (require(text[get("RemoteIP")], "RemoteIP"), text[get("RemotePort")])
    inbound = str(raw.event_id).startswith("Inbound")
    (source_ip, source_port), (target_ip, target_port) = (there, here) if inbound else (here, there)
    protocol = text[get("Protocol")]
    return made(
        ConnectionMade,
        header(raw, source, origin, logged_time(raw)),
        Protocol=protocol.lower().removesuffix("v4").removesuffix("v6") if protocol else None,
        Initiated="false" if inbound else "true",
        SourceIp=source_ip,
        SourcePort=source_port,
        DestinationIp=target_ip,
        DestinationPort=target_port,
        DestinationHostname=None if inbound else text[get("RemoteUrl")],
        **_acting(raw, values),
    )


def dns_queried(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """DnsQueryResponse."""
    name = _additional(raw, values, "DnsQueryString") or values.texts[raw.data.get("RemoteUrl")]
    return made(
        DnsQueried,
        header(raw, source, origin, logged_time(raw)),
        QueryName=require(name, "AdditionalFields' DnsQueryString"),
        QueryResults=_additional(raw, values, "DnsQueryResult"),
        **_acting(raw, values),
    )


def file_deleted(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """FileDeleted."""
    return made(
        FileDeleted,
        header(raw, source, origin, logged_time(raw)),
        TargetFilename=require(path(raw, values, ""), "FolderPath"),
        **_acting(raw, values),
    )


_CHANGES: Final = {
    "RegistryKeyCreated": "CreateKey",
    "RegistryKeyDeleted": "DeleteKey",
    "RegistryValueDeleted": "DeleteValue",
}


def registry_changed(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """Keys created and deleted, values deleted; what is gone is told as the previous one."""
    text, get = values.texts, raw.data.get
    key = text[get("RegistryKey")] or text[get("PreviousRegistryKey")]
    name = text[get("RegistryValueName")] or text[get("PreviousRegistryValueName")]
    written = require(key, "RegistryKey")
    is_value = str(raw.event_id) == "RegistryValueDeleted" and name
    return made(
        RegistryChanged,
        header(raw, source, origin, logged_time(raw)),
        EventType=_CHANGES[str(raw.event_id)],
        TargetObject=text[f"{written}\\{name}"] if is_value else written,
        **_acting(raw, values),
    )


def remote_thread_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """CreateRemoteThreadApiCall: the target is the process of `ProcessId`."""
    pid, image = actor(raw, values)
    return made(
        RemoteThreadCreated,
        header(raw, source, origin, logged_time(raw)),
        SourceProcessId=pid,
        SourceImage=image,
        TargetProcessId=values.numbers["ProcessId"][raw.data.get("ProcessId")],
        TargetImage=require(path(raw, values, ""), "FileName"),
        SourceUser=account(raw, values, "InitiatingProcessAccount"),
    )


def pipe_opened(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """NamedPipeEvent."""
    operation = (_additional(raw, values, "FileOperation") or "").lower()
    return made(
        PipeOpened,
        header(raw, source, origin, logged_time(raw)),
        EventType="CreatePipe" if "creat" in operation else "ConnectPipe",
        PipeName=require(_additional(raw, values, "PipeName"), "AdditionalFields' PipeName"),
        **_acting(raw, values),
    )


def script_logged(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """PowerShellCommand, AmsiScriptDetection."""
    script = require(
        _additional(raw, values, "Command", "ScriptContent", "Description"),
        "AdditionalFields' Command",
    )
    pid, _ = actor(raw, values)
    return made(
        ScriptBlockLogged,
        header(raw, source, origin, logged_time(raw)),
        ProcessId=pid,
        ScriptBlockText=script,
        parts=(script,),
        parts_total=1,
    )


_TYPES: Final = {
    "interactive": "2",
    "network": "3",
    "batch": "4",
    "service": "5",
    "unlock": "7",
    "remoteinteractive": "10",
    "cachedinteractive": "11",
}
"""Defender's word for a kind of logon -> Windows' number (4624)."""
_LOGON: Final = (
    "TargetLogonId",
    "TargetUserName",
    "TargetDomainName",
    "LogonType",
    "IpAddress",
    "WorkstationName",
)


def user_logged_on(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """LogonSuccess, with the names that Windows gives its fields (4624)."""
    text, get = values.texts, raw.data.get
    kind = text[get("LogonType")] or ""
    fields = (
        text[get("LogonId")],
        text[get("AccountName")],
        text[get("AccountDomain")],
        _TYPES.get(kind.lower().replace(" ", ""), kind or None),
        text[get("RemoteIP")],
        text[get("RemoteDeviceName")],
    )
    return ChannelEvent(
        *header(raw, source, origin, logged_time(raw)),
        text[raw.provider],
        None,
        None,
        None,
        ChannelData(values.shapes[_LOGON], fields),
    )


def _row(
    name: str,
    event: type[Event],
    normalise: Normalise,
    *categories: str,
    actor: tuple[str | None, str | None, str | None] = PROCESS,
) -> Source:
    return Source(
        f"defender-{name.lower()}",
        DEFENDER,
        name,
        event,
        normalise,
        dict.fromkeys(categories, ""),
        actor=actor,
    )


SOURCES: Final = (
    *(
        _row(name, ConnectionMade, connection_made, "network_connection")
        for name in ("ConnectionSuccess", "ConnectionFound", "InboundConnectionAccepted")
    ),
    _row("DnsQueryResponse", DnsQueried, dns_queried, "dns_query"),
    _row("FileDeleted", FileDeleted, file_deleted, "file_delete"),
    *(
        _row(name, RegistryChanged, registry_changed, "registry_event", category)
        for name, category in (
            ("RegistryKeyCreated", "registry_add"),
            ("RegistryKeyDeleted", "registry_delete"),
            ("RegistryValueDeleted", "registry_delete"),
        )
    ),
    _row(
        "CreateRemoteThreadApiCall",
        RemoteThreadCreated,
        remote_thread_created,
        "create_remote_thread",
        actor=REACHING,
    ),
    _row("NamedPipeEvent", PipeOpened, pipe_opened, "pipe_created"),
    _row(
        "PowerShellCommand",
        ScriptBlockLogged,
        script_logged,
        "ps_script",
        actor=(None, "ProcessId", None),
    ),
    _row("LogonSuccess", ChannelEvent, user_logged_on, actor=NOBODY),
)
