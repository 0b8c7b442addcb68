"""CrowdStrike Falcon Data Replicator, ProcessRollup2.

`TargetProcessId` and `ParentProcessId` are CrowdStrike's own process identities, unique per agent
(`aid`); the operating system's pid is `RawProcessId`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage import times
from lineage.normalise.event import Event, ProcessCreated
from lineage.normalise.header import header, require

if TYPE_CHECKING:
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_HASHES = (("SHA1", "SHA1HashData"), ("MD5", "MD5HashData"), ("SHA256", "SHA256HashData"))
_INTEGRITY = {"4096": "Low", "8192": "Medium", "12288": "High", "16384": "System"}


def process_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """ProcessRollup2. Raises ValueError where a field it needs is missing or malformed."""
    get = raw.data.get
    text = values.texts.__getitem__
    guid = _identity(raw, values, "TargetProcessId")
    pid = values.numbers["RawProcessId"][get("RawProcessId")]
    if guid is None and pid is None:
        raise ValueError("neither TargetProcessId nor RawProcessId says which process it was")
    level = text(get("IntegrityLevel"))
    return ProcessCreated(
        *header(raw, source, origin, _started(raw, values)),
        ProcessGuid=guid,
        ProcessId=pid,
        Image=require(text(get("ImageFileName")), "ImageFileName"),
        CommandLine=text(get("CommandLine")),
        User=text(get("UserName")) or text(get("UserSid")),
        OriginalFileName=text(get("OriginalFilename")) or text(get("OriginalFileName")),
        ParentProcessGuid=_identity(raw, values, "ParentProcessId"),
        ParentProcessId=None,
        ParentImage=None,
        ParentCommandLine=None,
        ParentBaseFileName=text(get("ParentBaseFileName")),
        CurrentDirectory=None,
        IntegrityLevel=_INTEGRITY.get(level, level) if level else None,
        Hashes=_hashes(raw, values),
        LogonId=text(get("AuthenticationId")),
        ParentUser=None,
        Company=None,
        Product=None,
        Description=None,
        FileVersion=None,
    )


def _identity(raw: RawRecord, values: Values, field: str) -> str | None:
    identity = values.texts[raw.data.get(field)]
    if identity is None or identity == "0":
        return None
    return values.texts[f"{raw.data.get('aid') or raw.computer}:{identity}"]


def _started(raw: RawRecord, values: Values) -> int:
    """When the process started, in ticks: ProcessStartTime (s), else the event's own time (ms)."""
    for written, per_second in ((raw.data.get("ProcessStartTime"), 1), (raw.time, 1000)):
        if (moment := values.texts[written]) is not None and moment != "0":
            return _moment(moment, per_second)
    raise ValueError("the record has no time")


def _moment(written: str, per_second: int) -> int:
    if "-" in written or "/" in written:
        return times.parse(written)[0]
    return times.parse_epoch(written, per_second=per_second)


def _hashes(raw: RawRecord, values: Values) -> str | None:
    found = [
        f"{algorithm}={digest.upper()}"
        for algorithm, field in _HASHES
        if (digest := values.texts[raw.data.get(field)]) is not None and digest.strip("0")
    ]
    return values.texts[",".join(found)] if found else None
