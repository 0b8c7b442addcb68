"""The fields of the Sysmon events that few configurations record; see `fields` for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.write.fields import Fields, actor, hashes, user, utc
from lineage.simulate.write.record import Guid

if TYPE_CHECKING:
    from lineage.simulate.facts import (
        ClipboardChange,
        DriverLoad,
        ExecutableWrite,
        FileDelete,
        FileTimeChange,
        Hollowing,
        KeyRename,
        PipeUse,
        ProcessEnd,
        RemoteThread,
        SensorNote,
        ShredAttempt,
        StreamCreate,
        Subscription,
        VolumeRead,
    )

_NO_HASHES = "SHA256=0000000000000000000000000000000000000000000000000000000000000000"
"""What Sysmon writes where it had nothing to hash."""


def process_end(fact: ProcessEnd) -> Fields:
    """Sysmon 5."""
    return (*actor(fact), user(fact.process))


def remote_thread(fact: RemoteThread) -> Fields:
    """Sysmon 8."""
    process, target = fact.process, fact.target
    return (
        ("UtcTime", utc(process, fact.time)),
        ("SourceProcessGuid", Guid(process.guid)),
        ("SourceProcessId", process.pid),
        ("SourceImage", process.image),
        ("TargetProcessGuid", Guid(target.guid)),
        ("TargetProcessId", target.pid),
        ("TargetImage", target.image),
        ("NewThreadId", target.pid + 8),
        ("StartAddress", f"0x{0x1F0000 + fact.time % 0x10000:016X}"),
        ("StartModule", "-"),
        ("StartFunction", "-"),
        ("SourceUser", process.logon.account.display),
        ("TargetUser", target.logon.account.display),
    )


def hollowing(fact: Hollowing) -> Fields:
    """Sysmon 25."""
    return (*actor(fact), ("Type", "Image is replaced"), user(fact.process))


def file_delete(fact: FileDelete) -> Fields:
    """Sysmon 23 and 26."""
    time, guid, pid, image = actor(fact)
    kept: Fields = (("Archived", "true"),) if fact.archived else ()
    return (
        time, guid, pid, user(fact.process), image,
        ("TargetFilename", fact.path), ("Hashes", _NO_HASHES), ("IsExecutable", "false"), *kept,
    )  # fmt: skip


def file_time_change(fact: FileTimeChange) -> Fields:
    """Sysmon 2."""
    return (
        *actor(fact),
        ("TargetFilename", fact.path),
        ("CreationUtcTime", utc(fact.process, fact.claimed)),
        ("PreviousCreationUtcTime", utc(fact.process, fact.time)),
        user(fact.process),
    )


def stream_create(fact: StreamCreate) -> Fields:
    """Sysmon 15."""
    return (
        *actor(fact),
        ("TargetFilename", f"{fact.path}:{fact.stream}"),
        ("CreationUtcTime", utc(fact.process, fact.time)),
        ("Hash", _NO_HASHES),
        ("Contents", fact.contents),
        user(fact.process),
    )


def executable_write(fact: ExecutableWrite) -> Fields:
    """Sysmon 27 and 29."""
    time, guid, pid, image = actor(fact)
    target = (("TargetFilename", fact.path), ("Hashes", hashes(fact.binary)))
    return (time, guid, pid, user(fact.process), image, *target)


def shred_attempt(fact: ShredAttempt) -> Fields:
    """Sysmon 28."""
    time, guid, pid, image = actor(fact)
    return (
        time, guid, pid, user(fact.process), image,
        ("TargetFilename", fact.path), ("Hashes", _NO_HASHES), ("IsExecutable", "true"),
    )  # fmt: skip


def volume_read(fact: VolumeRead) -> Fields:
    """Sysmon 9."""
    return (*actor(fact), ("Device", fact.device), user(fact.process))


def key_rename(fact: KeyRename) -> Fields:
    """Sysmon 14."""
    return (
        ("EventType", "RenameValue"),
        *actor(fact),
        ("TargetObject", fact.path),
        ("NewName", fact.new_path),
        user(fact.process),
    )


def pipe_use(fact: PipeUse) -> Fields:
    """Sysmon 17 and 18."""
    time, guid, pid, image = actor(fact)
    kind = "CreatePipe" if fact.created else "ConnectPipe"
    return (
        ("EventType", kind),
        time,
        guid,
        pid,
        ("PipeName", fact.name),
        image,
        user(fact.process),
    )


def clipboard_change(fact: ClipboardChange) -> Fields:
    """Sysmon 24."""
    logon = fact.process.logon
    return (
        *actor(fact),
        ("Session", logon.number),
        ("ClientInfo", f"user: {logon.account.display}"),
        ("Hashes", _NO_HASHES),
        ("Archived", "true"),
        user(fact.process),
    )


def driver_load(fact: DriverLoad) -> Fields:
    """Sysmon 6."""
    return (
        ("UtcTime", utc(fact.process, fact.time)),
        ("ImageLoaded", fact.path),
        ("Hashes", hashes(fact.binary)),
        ("Signed", "true"),
        ("Signature", fact.binary.company),
        ("SignatureStatus", "Valid"),
    )


def subscription(fact: Subscription) -> dict[int, Fields]:
    """Sysmon 19, 20 and 21; values as WMI's own notation has them."""
    scope = "\\\\\\\\.\\\\ROOT\\\\subscription:"
    head: Fields = (
        ("UtcTime", utc(fact.process, fact.time)),
        ("Operation", "Created"),
        user(fact.process),
    )
    name = ("Name", f' "{fact.name}"')
    command = fact.command.replace("\\", "\\\\").replace('"', '\\"')
    return {
        19: (
            ("EventType", "WmiFilterEvent"),
            *head,
            ("EventNamespace", ' "root\\\\cimv2"'),
            name,
            ("Query", f' "{fact.query}"'),
        ),
        20: (
            ("EventType", "WmiConsumerEvent"),
            *head,
            name,
            ("Type", "Command Line"),
            ("Destination", f' "{command}"'),
        ),
        21: (
            ("EventType", "WmiBindingEvent"),
            *head,
            ("Consumer", f' "{scope}CommandLineEventConsumer.Name=\\"{fact.name}\\""'),
            ("Filter", f' "{scope}__EventFilter.Name=\\"{fact.name}\\""'),
        ),
    }


def sensor_note(fact: SensorNote) -> tuple[int, Fields]:
    """Sysmon 4, 16 or 255."""
    time = ("UtcTime", utc(fact.process, fact.time))
    match fact.note:
        case "configured":
            path = "C:\\Windows\\config.xml"
            return 16, (time, ("Configuration", path), ("ConfigurationFileHash", _NO_HASHES))
        case "failed":
            return 255, (time, ("ID", "DriverCommunication"), ("Description", "events lost"))
    state = fact.note.capitalize()
    return 4, (time, ("State", state), ("Version", "15.14"), ("SchemaVersion", "4.90"))
