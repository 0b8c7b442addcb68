"""CrowdStrike Falcon Data Replicator: what processes did.

`ContextProcessId` is the identity of the process that acted, `ContextTimeStamp` when (seconds since
1970). Numbers of registry operations: CrowdStrike, "Events Data Dictionary".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lineage.normalise.event import (
    ChannelEvent,
    ConnectionMade,
    DnsQueried,
    Event,
    FileCreated,
    ImageLoaded,
    RegistryChanged,
    RegistryValueSet,
    RemoteThreadCreated,
    ScriptBlockLogged,
)
from lineage.normalise.events.channel import ChannelData
from lineage.normalise.falcon import CROWDSTRIKE, first_time, hashes, identity
from lineage.normalise.header import header, require
from lineage.normalise.source import NOBODY, REACHING, Source

if TYPE_CHECKING:
    from lineage.normalise.source import Normalise
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

FILE_WRITTEN: Final = "FileWritten"
"""How the names of the events end that tell of a written file: PeFileWritten, ZipFileWritten ..."""
_PROTOCOLS: Final = {"1": "icmp", "6": "tcp", "17": "udp"}
_INBOUND: Final = "1"
_DELETED_VALUE: Final = "2"


def made(kind: type[Event], head: tuple[Any, ...], **fields: object) -> Event:
    """An event of a type; the fields that aren't named are absent."""
    rest = (fields.get(name) for name in kind._fields[len(head) :])
    return kind._make((*head, *rest))


def _head(raw: RawRecord, source: int, origin: str) -> tuple[Any, ...]:
    moment = first_time((raw.data.get("ContextTimeStamp"), 1), (raw.time, 1000))
    return header(raw, source, origin, moment)


def _actor(raw: RawRecord, values: Values, *fields: str) -> str:
    """The identity of the process that a field names, the first that is there."""
    for field in fields or ("ContextProcessId",):
        if (guid := identity(raw, values, field)) is not None:
            return guid
    raise ValueError(f"{' and '.join(fields or ('ContextProcessId',))} missing: whose doing it was")


def dns_queried(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """DnsRequest. Raises ValueError where a field it needs is missing or malformed."""
    text = values.texts
    return made(
        DnsQueried,
        _head(raw, source, origin),
        ProcessGuid=_actor(raw, values),
        QueryName=require(text[raw.data.get("DomainName")], "DomainName"),
        QueryResults=text[raw.data.get("IP4Records")] or text[raw.data.get("IP6Records")],
    )


def connection_made(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """NetworkConnectIP4, NetworkReceiveAcceptIP4 and the same of IP6."""
    text, get = values.texts, raw.data.get
    remote = text[get("RemoteAddressIP4")] or text[get("RemoteAddressIP6")]
    local = text[get("LocalAddressIP4")] or text[get("LocalAddressIP6")]
    here = (local, text[get("LocalPort")])
    there = (require(remote, "RemoteAddressIP4 or RemoteAddressIP6"), text[get("RemotePort")])
    inbound = "Receive" in str(raw.event_id) or text[get("ConnectionDirection")] == _INBOUND
    (source_ip, source_port), (target_ip, target_port) = (there, here) if inbound else (here, there)
    return made(
        ConnectionMade,
        _head(raw, source, origin),
        ProcessGuid=_actor(raw, values),
        Protocol=_PROTOCOLS.get(text[get("Protocol")] or ""),
        Initiated="false" if inbound else "true",
        SourceIp=source_ip,
        SourcePort=source_port,
        DestinationIp=target_ip,
        DestinationPort=target_port,
    )


def file_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """NewExecutableWritten, PeFileWritten and all others whose name ends so."""
    return made(
        FileCreated,
        _head(raw, source, origin),
        ProcessGuid=_actor(raw, values),
        TargetFilename=require(values.texts[raw.data.get("TargetFileName")], "TargetFileName"),
        User=values.texts[raw.data.get("UserName")],
    )


def registry_value_set(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """AsepValueUpdate and its like: a value was set, or deleted."""
    text, get = values.texts, raw.data.get
    key = require(text[get("RegObjectName")], "RegObjectName").rstrip("\\")
    name = text[get("RegValueName")]
    about = {
        "ProcessGuid": _actor(raw, values),
        "TargetObject": text[f"{key}\\{name}"] if name else key,
        "User": text[get("UserName")],
    }
    head = _head(raw, source, origin)
    if text[get("RegOperationType")] == _DELETED_VALUE:
        return made(RegistryChanged, head, EventType="DeleteValue", **about)
    data = (text[get(f"Reg{kind}Value")] for kind in ("String", "Numeric", "Binary"))
    details = next((value for value in data if value is not None), None)
    return made(RegistryValueSet, head, EventType="SetValue", Details=details, **about)


def image_loaded(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """ImageHash, ClassifiedModuleLoad: the module is `ImageFileName`."""
    return made(
        ImageLoaded,
        _head(raw, source, origin),
        ProcessGuid=_actor(raw, values, "TargetProcessId", "ContextProcessId"),
        ImageLoaded=require(values.texts[raw.data.get("ImageFileName")], "ImageFileName"),
        Hashes=hashes(raw, values),
    )


def script_logged(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """ScriptControlScanInfo: what AMSI was given to look at."""
    script = require(values.texts[raw.data.get("ScriptContent")], "ScriptContent")
    return made(
        ScriptBlockLogged,
        _head(raw, source, origin),
        ProcessGuid=_actor(raw, values),
        ScriptBlockText=script,
        Path=values.texts[raw.data.get("ScriptContentName")],
        parts=(script,),
        parts_total=1,
    )


def remote_thread_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """InjectedThread: the context process started a thread in the target."""
    target = identity(raw, values, "TargetProcessId")
    return made(
        RemoteThreadCreated,
        _head(raw, source, origin),
        SourceProcessGuid=_actor(raw, values, "ContextProcessId", "SourceProcessId"),
        SourceImage=values.texts[raw.data.get("InjectorImageFileName")],
        TargetProcessGuid=require(target, "TargetProcessId"),
        TargetImage=values.texts[raw.data.get("InjecteeImageFileName")],
    )


_LOGON: Final = {
    "TargetLogonId": "AuthenticationId",
    "TargetUserName": "UserName",
    "TargetDomainName": "LogonDomain",
    "LogonType": "LogonType",
    "IpAddress": "RemoteAddressIP4",
    "WorkstationName": "ClientComputerName",
}
"""Windows' name of a field of a logon (Security 4624) -> Falcon's."""


def user_logged_on(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """UserLogon, with the names that Windows gives its fields."""
    text = values.texts
    moment = first_time(
        (raw.data.get("LogonTime"), 1), (raw.data.get("ContextTimeStamp"), 1), (raw.time, 1000)
    )
    fields = tuple(text[raw.data.get(name)] for name in _LOGON.values())
    return ChannelEvent(
        *header(raw, source, origin, moment),
        text[raw.provider],
        None,
        None,
        None,
        ChannelData(values.shapes[tuple(_LOGON)], fields),
    )


def host_named(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """aidmaster: which host a sensor (`aid`) is on. Raises ValueError where it doesn't say.

    `Time` is when the sensor reported, in seconds since 1970.
    """
    text = values.texts
    require(text[raw.data.get("ComputerName")], "ComputerName")
    aid = require(text[raw.data.get("aid")], "aid")
    return ChannelEvent(
        *header(raw, source, origin, first_time((raw.time, 1))),
        text[raw.provider],
        None,
        None,
        None,
        ChannelData(values.shapes["aid",], (aid,)),
    )


def _row(
    name: str,
    event: type[Event],
    normalise: Normalise,
    *categories: str,
    actor: tuple[str | None, str | None, str | None] | None = None,
    also: tuple[str, ...] = (),
) -> Source:
    acting = actor or ("ProcessGuid", "ProcessId", "Image" if "Image" in event._fields else None)
    return Source(
        f"crowdstrike-{name.lower().lstrip('*')}",
        CROWDSTRIKE,
        name,
        event,
        normalise,
        dict.fromkeys(categories, ""),
        actor=acting,
        also=also,
    )


SOURCES: Final = (
    _row("DnsRequest", DnsQueried, dns_queried, "dns_query"),
    _row(
        "NetworkConnectIP4",
        ConnectionMade,
        connection_made,
        "network_connection",
        also=("NetworkConnectIP6", "NetworkReceiveAcceptIP4", "NetworkReceiveAcceptIP6"),
    ),
    _row(
        f"*{FILE_WRITTEN}",
        FileCreated,
        file_created,
        "file_event",
        also=("NewExecutableWritten", "NewScriptWritten"),
    ),
    _row(
        "AsepValueUpdate",
        RegistryValueSet,
        registry_value_set,
        "registry_event",
        "registry_set",
        also=("RegSystemConfigValueUpdate", "RegGenericValueUpdate"),
    ),
    _row("ClassifiedModuleLoad", ImageLoaded, image_loaded, "image_load", also=("ImageHash",)),
    _row("ScriptControlScanInfo", ScriptBlockLogged, script_logged, "ps_script"),
    _row(
        "InjectedThread",
        RemoteThreadCreated,
        remote_thread_created,
        "create_remote_thread",
        actor=REACHING,
    ),
    _row("UserLogon", ChannelEvent, user_logged_on, actor=NOBODY),
    _row("aidmaster", ChannelEvent, host_named, actor=NOBODY),
)
