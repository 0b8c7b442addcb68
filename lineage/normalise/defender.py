"""Microsoft Defender for Endpoint, the Device*Events tables of advanced hunting.

Field meanings: Microsoft Learn, "Understand the advanced hunting schema". Defender has no identity
of a process but its pid and when it started; what a process did names the process as initiating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage import times
from lineage.normalise.event import (
    Event,
    FileCreated,
    ImageLoaded,
    ProcessCreated,
    RegistryValueSet,
)
from lineage.normalise.header import header, logged_time, require
from lineage.normalise.source import PARENT, Provider, Source

if TYPE_CHECKING:
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_HASHES: Final = ("MD5", "SHA1", "SHA256")
_VERSION: Final = "ProcessVersionInfo"


def process_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """DeviceProcessEvents. Raises ValueError where a field it needs is missing or malformed."""
    get = raw.data.get
    text = values.texts.__getitem__
    pid = values.numbers["ProcessId"][get("ProcessId")]
    if pid is None:
        raise ValueError("ProcessId is missing")
    started = get("ProcessCreationTime")
    moment = times.parse(started)[0] if isinstance(started, str) and started else logged_time(raw)
    return ProcessCreated(
        *header(raw, source, origin, moment),
        ProcessGuid=None,
        ProcessId=pid,
        Image=require(path(raw, values, ""), "FolderPath"),
        CommandLine=text(get("ProcessCommandLine")),
        User=account(raw, values, "Account"),
        OriginalFileName=text(get(f"{_VERSION}OriginalFileName")),
        ParentProcessGuid=None,
        ParentProcessId=values.numbers["InitiatingProcessId"][get("InitiatingProcessId")],
        ParentImage=path(raw, values, "InitiatingProcess"),
        ParentCommandLine=text(get("InitiatingProcessCommandLine")),
        ParentBaseFileName=None,
        CurrentDirectory=None,
        IntegrityLevel=text(get("ProcessIntegrityLevel")),
        Hashes=_hashes(raw, values),
        LogonId=text(get("LogonId")),
        ParentUser=account(raw, values, "InitiatingProcessAccount"),
        Company=text(get(f"{_VERSION}CompanyName")),
        Product=text(get(f"{_VERSION}ProductName")),
        Description=text(get(f"{_VERSION}FileDescription")),
        FileVersion=text(get(f"{_VERSION}ProductVersion")),
    )


def file_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """DeviceFileEvents. Raises ValueError where a field it needs is missing or malformed."""
    pid, image = actor(raw, values)
    return FileCreated(
        *header(raw, source, origin, logged_time(raw)),
        ProcessGuid=None,
        ProcessId=pid,
        Image=image,
        TargetFilename=require(path(raw, values, ""), "FolderPath"),
        User=account(raw, values, "InitiatingProcessAccount"),
        CreationUtcTime=None,
    )


def image_loaded(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """DeviceImageLoadEvents. Raises ValueError where a field it needs is missing or malformed."""
    pid, image = actor(raw, values)
    absent = dict.fromkeys(ImageLoaded._fields)
    known = {
        "ProcessId": pid,
        "Image": image,
        "ImageLoaded": require(path(raw, values, ""), "FolderPath"),
        "User": account(raw, values, "InitiatingProcessAccount"),
        "Hashes": _hashes(raw, values),
    }
    names = ImageLoaded._fields[len(header(raw, source, origin, 0)) :]
    rest = ({**absent, **known}[name] for name in names)
    return ImageLoaded._make((*header(raw, source, origin, logged_time(raw)), *rest))


def registry_value_set(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """DeviceRegistryEvents. Raises ValueError where a field it needs is missing or malformed."""
    pid, image = actor(raw, values)
    text = values.texts.__getitem__
    key = require(text(raw.data.get("RegistryKey")), "RegistryKey")
    name = text(raw.data.get("RegistryValueName"))
    return RegistryValueSet(
        *header(raw, source, origin, logged_time(raw)),
        ProcessGuid=None,
        ProcessId=pid,
        Image=image,
        EventType="SetValue",
        TargetObject=values.texts[f"{key}\\{name}"] if name else key,
        Details=text(raw.data.get("RegistryValueData")),
        User=account(raw, values, "InitiatingProcessAccount"),
    )


def actor(raw: RawRecord, values: Values) -> tuple[int | None, str | None]:
    """Pid and image of the initiating process. Raises ValueError where neither is there."""
    pid = values.numbers["InitiatingProcessId"][raw.data.get("InitiatingProcessId")]
    image = path(raw, values, "InitiatingProcess")
    if pid is None and image is None:
        raise ValueError("neither InitiatingProcessId nor its path says which process it was")
    return pid, image


def path(raw: RawRecord, values: Values, role: str) -> str | None:
    """The whole path: `FolderPath` has the file's name in it in most tables, but not in all."""
    name = values.texts[raw.data.get(f"{role}FileName")]
    folder = values.texts[raw.data.get(f"{role}FolderPath")]
    if folder is None or name is None or folder.lower().endswith(name.lower()):
        return folder or name
    return values.texts[folder.rstrip("\\") + "\\" + name]


def account(raw: RawRecord, values: Values, role: str) -> str | None:
    r"""`DOMAIN\\name` of an account's columns, or None."""
    name = values.texts[raw.data.get(f"{role}Name")]
    domain = values.texts[raw.data.get(f"{role}Domain")]
    return values.texts[f"{domain}\\{name}"] if domain and name else name


def _hashes(raw: RawRecord, values: Values) -> str | None:
    hashes = [
        f"{algorithm}={digest.upper()}"
        for algorithm in _HASHES
        if (digest := values.texts[raw.data.get(algorithm)]) is not None
    ]
    return values.texts[",".join(hashes)] if hashes else None


DEFENDER: Final = Provider(
    "microsoft defender for endpoint", None, own_time=True, shown_times=("ProcessCreationTime",)
)
"""Its times are UTC, but for tables saved in a portal that was set to local time: Microsoft Learn,
"Set the time zone for Microsoft Defender XDR features"."""

SOURCES: Final = (
    Source(
        "defender-process",
        DEFENDER,
        "ProcessCreated",
        ProcessCreated,
        process_created,
        {"process_creation": ""},
        bridged=PARENT,
        never=frozenset({"ParentBaseFileName"}),
    ),
    Source(
        "defender-file",
        DEFENDER,
        "FileCreated",
        FileCreated,
        file_created,
        {"file_event": ""},
        also=("FileModified", "FileRenamed"),
    ),
    Source(
        "defender-registry",
        DEFENDER,
        "RegistryValueSet",
        RegistryValueSet,
        registry_value_set,
        {"registry_event": "", "registry_set": ""},
    ),
    Source(
        "defender-image", DEFENDER, "ImageLoaded", ImageLoaded, image_loaded, {"image_load": ""}
    ),
)
