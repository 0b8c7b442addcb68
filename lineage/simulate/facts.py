"""What happened in a simulated world, with nothing yet of event ids or log formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lineage.simulate.remote import RemoteFact
from lineage.times import TICKS

SECOND = TICKS
"""Simulated time is counted in 100-nanosecond ticks since 1970-01-01 UTC."""


class Label(NamedTuple):
    """Marks a fact or a process as part of an intrusion.

    Attributes:
        chain: the intrusion's id in the ground truth.
        role: what it does there, in a word or two ("script host", "key log").
    """

    chain: str
    role: str


class Binary(NamedTuple):
    """An executable's identity: its version resource and its content's hashes (hexadecimal)."""

    original_name: str
    description: str
    product: str
    company: str
    version: str
    sha256: str
    md5: str
    imphash: str


class Account(NamedTuple):
    """A user or service account."""

    domain: str
    name: str
    sid: str

    @property
    def display(self) -> str:
        """The account with its domain in front."""
        return f"{self.domain}\\{self.name}"


class Logon(NamedTuple):
    """A logon session: `number` is the terminal session, `token` the logon id."""

    account: Account
    token: int
    number: int


@dataclass(frozen=True, slots=True)
class Host:
    """A computer as its telemetry names it.

    Attributes:
        name: NetBIOS name.
        domain: DNS domain.
        netbios_domain: the accounts' domain.
        sensor: CrowdStrike agent id, 32 hexadecimal digits.
        machine_guid: first group of the host's Sysmon process GUIDs.
        skew: how far its clock is ahead of true time, ticks.
    """

    name: str
    domain: str
    netbios_domain: str
    sensor: str
    machine_guid: str
    skew: int = 0

    @property
    def fqdn(self) -> str:
        """Fully qualified name, as Sysmon's Computer."""
        return f"{self.name}.{self.domain}"


@dataclass(slots=True, eq=False)
class Process:
    """A process; identity is the object.

    Attributes:
        host: where it runs.
        pid: process id, reused after its end.
        guid: Sysmon ProcessGuid, in braces.
        target_id: CrowdStrike TargetProcessId.
        image: path of its program.
        command_line: its command line.
        binary: its program's identity.
        logon: the session it runs in.
        integrity: Sysmon's integrity level name.
        directory: current directory.
        start: ticks.
        parent: who started it; None for the System process.
        label: part of an intrusion from its start, or None.
        ended: whether it has exited.
    """

    host: Host
    pid: int
    guid: str
    target_id: int
    image: str
    command_line: str
    binary: Binary
    logon: Logon
    integrity: str
    directory: str
    start: int
    parent: Process | None
    label: Label | None = None
    ended: bool = field(default=False)


class ProcessStart(NamedTuple):
    """A process started."""

    time: int
    process: Process
    label: Label | None


class ProcessEnd(NamedTuple):
    """A process exited."""

    time: int
    process: Process
    label: Label | None


class Boot(NamedTuple):
    """Windows is up; `process` is the kernel's."""

    time: int
    process: Process
    label: Label | None


class ImageLoad(NamedTuple):
    """A process loaded a module."""

    time: int
    process: Process
    label: Label | None
    path: str
    binary: Binary


class FileCreate(NamedTuple):
    """A process created or overwrote a file."""

    time: int
    process: Process
    label: Label | None
    path: str


class KeyChange(NamedTuple):
    """A registry key was created or deleted, or a value deleted (`change` as Sysmon names it)."""

    time: int
    process: Process
    label: Label | None
    change: str
    path: str


class ValueSet(NamedTuple):
    """A registry value was set; `details` as Sysmon prints the data."""

    time: int
    process: Process
    label: Label | None
    path: str
    details: str


class NameQuery(NamedTuple):
    """A process resolved a name."""

    time: int
    process: Process
    label: Label | None
    name: str
    answer: str


class ObjectAccess(NamedTuple):
    """A process opened an audited file."""

    time: int
    process: Process
    label: Label | None
    path: str


class ScriptBlock(NamedTuple):
    """PowerShell compiled a script block; `parts` are what the engine logs it in."""

    time: int
    process: Process
    label: Label | None
    block: str
    parts: tuple[str, ...]
    path: str


class ProcessAccess(NamedTuple):
    """A process opened another one, with these rights (a mask)."""

    time: int
    process: Process
    label: Label | None
    target: Process
    rights: int = 0x1000


class RemoteThread(NamedTuple):
    """A process started a thread in another one."""

    time: int
    process: Process
    label: Label | None
    target: Process


class Hollowing(NamedTuple):
    """A process's image in memory was replaced."""

    time: int
    process: Process
    label: Label | None


class FileDelete(NamedTuple):
    """A process deleted a file; `archived` where Sysmon keeps a copy."""

    time: int
    process: Process
    label: Label | None
    path: str
    archived: bool = False


class FileTimeChange(NamedTuple):
    """A process changed when a file says it was created, to `claimed` (ticks)."""

    time: int
    process: Process
    label: Label | None
    path: str
    claimed: int


class StreamCreate(NamedTuple):
    """A process created a stream of a file, with this text."""

    time: int
    process: Process
    label: Label | None
    path: str
    stream: str
    contents: str


class ExecutableWrite(NamedTuple):
    """A process wrote a program; `blocked` where Sysmon kept it from that."""

    time: int
    process: Process
    label: Label | None
    path: str
    binary: Binary
    blocked: bool = False


class ShredAttempt(NamedTuple):
    """Sysmon kept a process from shredding a file."""

    time: int
    process: Process
    label: Label | None
    path: str


class VolumeRead(NamedTuple):
    """A process read a volume past the file system."""

    time: int
    process: Process
    label: Label | None
    device: str


class KeyRename(NamedTuple):
    """A process renamed a registry value."""

    time: int
    process: Process
    label: Label | None
    path: str
    new_path: str


class PipeUse(NamedTuple):
    """A process created a named pipe, or connected to one."""

    time: int
    process: Process
    label: Label | None
    name: str
    created: bool


class ClipboardChange(NamedTuple):
    """A process changed the clipboard."""

    time: int
    process: Process
    label: Label | None


class DriverLoad(NamedTuple):
    """The kernel loaded a driver; `process` is the kernel's."""

    time: int
    process: Process
    label: Label | None
    path: str
    binary: Binary


class Subscription(NamedTuple):
    """A process made a WMI filter, a consumer that runs a command, and bound them."""

    time: int
    process: Process
    label: Label | None
    name: str
    query: str
    command: str


class SensorNote(NamedTuple):
    """Sysmon says something of itself: "started", "stopped", "configured" or "failed"."""

    time: int
    process: Process
    label: Label | None
    note: str


class Connection(NamedTuple):
    """A process connected to an address of the internet."""

    time: int
    process: Process
    label: Label | None
    address: str
    port: int


class HandleUse(NamedTuple):
    """A process asked for a handle to an audited registry key, copied and closed it."""

    time: int
    process: Process
    label: Label | None
    path: str


class LogRecord(NamedTuple):
    """A log has an event about a process (`lineage.simulate.write.channels`)."""

    time: int
    process: Process
    label: Label | None
    channel: str
    event_id: int


Fact = (
    ProcessStart
    | ProcessEnd
    | Boot
    | ImageLoad
    | FileCreate
    | KeyChange
    | ValueSet
    | NameQuery
    | ObjectAccess
    | ScriptBlock
    | ProcessAccess
    | RemoteThread
    | Hollowing
    | FileDelete
    | FileTimeChange
    | StreamCreate
    | ExecutableWrite
    | ShredAttempt
    | VolumeRead
    | KeyRename
    | PipeUse
    | ClipboardChange
    | DriverLoad
    | Subscription
    | SensorNote
    | Connection
    | HandleUse
    | LogRecord
    | RemoteFact
)
"""Any simulated fact."""
