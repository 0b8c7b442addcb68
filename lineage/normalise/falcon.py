"""CrowdStrike Falcon Data Replicator: starts and ends of processes.

`TargetProcessId` and `ParentProcessId` are CrowdStrike's own process identities, unique per agent
(`aid`); the operating system's pid is `RawProcessId`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage import times
from lineage.normalise.event import Event, ProcessCreated, ProcessEnded
from lineage.normalise.header import header, require
from lineage.normalise.source import PARENT, Provider, Source
from lineage.normalise.values import text

if TYPE_CHECKING:
    from lineage.normalise.values import Values
    from lineage.read.record import RawRecord

_HASHES = (("SHA1", "SHA1HashData"), ("MD5", "MD5HashData"), ("SHA256", "SHA256HashData"))
_INTEGRITY = {"4096": "Low", "8192": "Medium", "12288": "High", "16384": "System"}


def process_created(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """ProcessRollup2, and the synthetic one, of what ran before the sensor.

    Raises ValueError where a field it needs is missing or malformed.
    """
    get = raw.data.get
    known = values.texts.__getitem__
    guid = identity(raw, values, "TargetProcessId")
    pid = values.numbers["RawProcessId"][get("RawProcessId")]
    if guid is None and pid is None:
        raise ValueError("neither TargetProcessId nor RawProcessId says which process it was")
    level = known(get("IntegrityLevel"))
    return ProcessCreated(
        *header(raw, source, origin, first_time((get("ProcessStartTime"), 1), (raw.time, 1000))),
        ProcessGuid=guid,
        ProcessId=pid,
        Image=require(known(get("ImageFileName")), "ImageFileName"),
        CommandLine=known(get("CommandLine")),
        User=known(get("UserName")) or known(get("UserSid")),
        OriginalFileName=known(get("OriginalFilename")) or known(get("OriginalFileName")),
        ParentProcessGuid=identity(raw, values, "ParentProcessId"),
        ParentProcessId=None,
        ParentImage=None,
        ParentCommandLine=None,
        ParentBaseFileName=known(get("ParentBaseFileName")),
        CurrentDirectory=None,
        IntegrityLevel=_INTEGRITY.get(level, level) if level else None,
        Hashes=hashes(raw, values),
        LogonId=known(get("AuthenticationId")),
        ParentUser=None,
        Company=None,
        Product=None,
        Description=None,
        FileVersion=None,
    )


def process_ended(raw: RawRecord, source: int, origin: str, values: Values) -> Event:
    """EndOfProcess. Raises ValueError where a field it needs is missing or malformed."""
    get = raw.data.get
    guid = identity(raw, values, "TargetProcessId")
    pid = values.numbers["RawProcessId"][get("RawProcessId")]
    if guid is None and pid is None:
        raise ValueError("neither TargetProcessId nor RawProcessId says which process it was")
    return ProcessEnded(
        *header(raw, source, origin, first_time((get("ProcessEndTime"), 1), (raw.time, 1000))),
        ProcessGuid=guid,
        ProcessId=pid,
        Image=values.texts[get("ImageFileName")],
        User=values.texts[get("UserName")],
        Status=values.texts[get("ExitCode")],
    )


def identity(raw: RawRecord, values: Values, field: str) -> str | None:
    """The identity of the process that a field names, or None."""
    identity = values.texts[raw.data.get(field)]
    if identity is None or identity == "0":
        return None
    return values.texts[f"{raw.data.get('aid') or raw.computer}:{identity}"]


def first_time(*moments: tuple[object, int]) -> int:
    """The first time that is there, in ticks, of (as written, units a second)."""
    for written, per_second in moments:
        if (moment := text(written)) is not None and moment != "0":
            return _moment(moment, per_second)
    raise ValueError("the record has no time")


def _moment(written: str, per_second: int) -> int:
    if "-" in written or "/" in written:
        return times.parse(written)[0]
    return times.parse_epoch(written, per_second=per_second)


def hashes(raw: RawRecord, values: Values) -> str | None:
    """The hashes of the file that a record is about, as Sysmon writes them."""
    digests = [
        f"{algorithm}={digest.upper()}"
        for algorithm, field in _HASHES
        if (digest := values.texts[raw.data.get(field)]) is not None and digest.strip("0")
    ]
    return values.texts[",".join(digests)] if digests else None


CROWDSTRIKE: Final = Provider("crowdstrike", None, own_time=True)

SOURCES: Final = (
    Source(
        "crowdstrike-processrollup2",
        CROWDSTRIKE,
        "ProcessRollup2",
        ProcessCreated,
        process_created,
        {"process_creation": ""},
        bridged=PARENT,
        also=("SyntheticProcessRollup2",),
    ),
    Source("crowdstrike-endofprocess", CROWDSTRIKE, "EndOfProcess", ProcessEnded, process_ended),
)
