"""The one description of the provenance graph: node kinds, edge kinds and what they mean.

Counts in the report, Neo4j labels, constraints and indexes, the exporters and
`docs/graph-schema.md` are all derived from these tables.

Vocabulary follows the provenance-graph literature (King & Chen, "Backtracking Intrusions", SOSP
2003; Hossain et al., "SLEUTH", USENIX Security 2017): processes are subjects, everything else is
an object, and every edge has a direction in which information or control flowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ObjectKind = Literal[
    "file",
    "registry",
    "dns",
    "module",
    "script",
    "endpoint",
    "pipe",
    "driver",
    "service",
    "task",
    "wmi",
    "session",
]
"""What processes act on."""
NodeKind = Literal["host", "user", "process"] | ObjectKind
EdgeKind = Literal[
    "spawned",
    "executed",
    "interpreted",
    "wrote",
    "loaded",
    "loaded_driver",
    "mapped",
    "set",
    "created",
    "deleted",
    "queried",
    "accessed",
    "ran",
    "started",
    "requested",
    "copied",
    "connected",
    "accepted",
    "injected",
    "opened_for_writing",
    "opened",
    "hollowed",
    "changed_time",
    "created_stream",
    "attempted",
    "read_raw",
    "renamed",
    "bound",
    "runs_on",
    "runs_as",
    "runs_in",
]
Flow = Literal["forward", "backward", "none"]


@dataclass(frozen=True, slots=True)
class NodeSchema:
    """A kind of node.

    Attributes:
        kind: its name in reports.
        label: its label in Neo4j.
        meaning: one sentence.
        properties: property name -> meaning; the node's own attributes.
    """

    kind: NodeKind
    label: str
    meaning: str
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class EdgeSchema:
    """A kind of edge.

    Attributes:
        kind: its name in reports.
        type: its relationship type in Neo4j.
        source: node kinds that it leaves.
        target: node kinds that it enters.
        flow: whether causality runs along the arrow ("forward"), against it ("backward": the target
            influences the source, as a file that is run influences the process), or not at all.
        meaning: one sentence.
    """

    kind: EdgeKind
    type: str
    source: tuple[NodeKind, ...]
    target: tuple[NodeKind, ...]
    flow: Flow
    meaning: str


NODE_SCHEMAS: tuple[NodeSchema, ...] = (
    NodeSchema("host", "Host", "A computer.", {"host": "name as the telemetry gives it"}),
    NodeSchema("user", "User", "An account.", {"user": "DOMAIN\\name, or the SID"}),
    NodeSchema(
        "process",
        "Process",
        "A process from its start to its end; a placeholder where its start was never seen.",
        {
            "host": "host it runs on",
            "pid": "process id",
            "guid": "Sysmon ProcessGuid or CrowdStrike TargetProcessId, where there is one",
            "image": "path of its program",
            "program": "what its program is (office, shell, script-host ...), where known",
            "command_line": "command line",
            "start": "start time, where seen",
            "user": "account it runs as",
            "placeholder": "true where its start was never seen",
        },
    ),
    NodeSchema(
        "file",
        "File",
        "A file on one host, by path.",
        {
            "host": "host",
            "path": "path as first seen",
            "hashes": "hashes, where logged",
            "autostart": "true in a Startup folder or a folder of tasks",
        },
    ),
    NodeSchema(
        "registry",
        "RegistryValue",
        "A registry key or value on one host, by path.",
        {
            "host": "host",
            "path": "path as first seen",
            "data": "value data last set",
            "autostart": "true where Windows starts what the value names: Run keys, services ...",
        },
    ),
    NodeSchema("dns", "Domain", "A name that was asked for.", {"name": "query name"}),
    NodeSchema(
        "module",
        "Module",
        "An image that processes loaded, on one host, by path.",
        {"host": "host", "path": "path as first seen", "hashes": "hashes, where logged"},
    ),
    NodeSchema(
        "script",
        "ScriptBlock",
        "A PowerShell script block.",
        {"host": "host", "text": "the block's text", "path": "script file, where logged"},
    ),
    NodeSchema(
        "endpoint",
        "Endpoint",
        "The other side of a connection, the same for all hosts.",
        {
            "address": "IP address",
            "port": "port that was connected to; absent where the other side connected",
            "protocol": "tcp or udp",
            "name": "host name, where logged",
        },
    ),
    NodeSchema(
        "pipe", "Pipe", "A named pipe on one host.", {"host": "host", "name": "name as first seen"}
    ),
    NodeSchema(
        "driver",
        "Driver",
        "A driver that the kernel of one host loaded, by path.",
        {"host": "host", "path": "path as first seen", "hashes": "hashes, where logged"},
    ),
    NodeSchema(
        "service",
        "Service",
        "A service of one host.",
        {
            "host": "host",
            "name": "its name",
            "command": "what it runs, where logged",
            "user": "account it runs as, where logged",
        },
    ),
    NodeSchema(
        "task",
        "ScheduledTask",
        "A scheduled task of one host.",
        {"host": "host", "name": "its path", "command": "what it runs, where logged"},
    ),
    NodeSchema(
        "wmi",
        "WmiSubscription",
        "A filter or a consumer of WMI event subscriptions on one host.",
        {
            "host": "host",
            "name": "its name",
            "part": "filter or consumer",
            "content": "the filter's query, or what the consumer does",
        },
    ),
    NodeSchema(
        "session",
        "LogonSession",
        "A logon session of one host.",
        {
            "host": "host",
            "logon_id": "logon id in hexadecimal",
            "user": "account, where logged",
            "logon_type": "logon type, where logged",
        },
    ),
)

EDGE_SCHEMAS: tuple[EdgeSchema, ...] = (
    EdgeSchema("spawned", "SPAWNED", ("process",), ("process",), "forward", "started a child"),
    EdgeSchema(
        "executed",
        "EXECUTED",
        ("process",),
        ("file",),
        "backward",
        "runs this file as its program",
    ),
    EdgeSchema(
        "interpreted",
        "INTERPRETED",
        ("process",),
        ("file",),
        "backward",
        "was started with this file as its script, document or library argument",
    ),
    EdgeSchema("wrote", "WROTE", ("process",), ("file",), "forward", "created or overwrote"),
    EdgeSchema("loaded", "LOADED", ("process",), ("module",), "backward", "loaded the module"),
    EdgeSchema(
        "loaded_driver",
        "LOADED_DRIVER",
        ("host",),
        ("driver",),
        "backward",
        "its kernel loaded the driver",
    ),
    EdgeSchema(
        "mapped",
        "MAPPED_AS",
        ("file",),
        ("module", "driver"),
        "forward",
        "the file of the module or driver",
    ),
    EdgeSchema("set", "SET", ("process",), ("registry",), "forward", "set the value"),
    EdgeSchema(
        "created",
        "CREATED",
        ("process", "user"),
        ("registry", "pipe", "service", "task", "wmi"),
        "forward",
        "created it; an account where the log names no process",
    ),
    EdgeSchema(
        "deleted",
        "DELETED",
        ("process", "user"),
        ("registry", "file", "service", "task", "wmi"),
        "forward",
        "deleted it; an account where the log names no process",
    ),
    EdgeSchema("queried", "QUERIED", ("process",), ("dns",), "forward", "asked for the name"),
    EdgeSchema(
        "accessed",
        "ACCESSED",
        ("process",),
        ("file", "registry"),
        "backward",
        "opened the audited object",
    ),
    EdgeSchema("ran", "RAN", ("process",), ("script",), "forward", "ran the script block"),
    EdgeSchema(
        "started",
        "STARTED",
        ("registry", "file", "process", "service", "task", "wmi"),
        ("process",),
        "forward",
        "had Windows start it: an autostart value, a shortcut in a Startup folder, a service, a "
        "task, a WMI consumer, or the process that made one",
    ),
    EdgeSchema(
        "requested",
        "REQUESTED",
        ("process",),
        ("process",),
        "forward",
        "had WMI, the installer service or COM start it, which is its parent in the log",
    ),
    EdgeSchema(
        "copied", "COPIED_TO", ("file",), ("file",), "forward", "same content under another name"
    ),
    EdgeSchema(
        "connected",
        "CONNECTED_TO",
        ("process",),
        ("endpoint", "pipe"),
        "forward",
        "connected to it",
    ),
    EdgeSchema(
        "accepted",
        "ACCEPTED",
        ("process",),
        ("endpoint",),
        "backward",
        "was connected to from there",
    ),
    EdgeSchema(
        "injected",
        "INJECTED_INTO",
        ("process",),
        ("process",),
        "forward",
        "started a thread in the other process",
    ),
    EdgeSchema(
        "opened_for_writing",
        "OPENED_FOR_WRITING",
        ("process",),
        ("process",),
        "forward",
        "opened the other process with the right to write its memory or to start threads in it",
    ),
    EdgeSchema(
        "opened",
        "OPENED",
        ("process",),
        ("process",),
        "none",
        "opened the other process with lesser rights, such as to read its memory",
    ),
    EdgeSchema(
        "hollowed",
        "HOLLOWED",
        ("process",),
        ("process",),
        "forward",
        "started the other process, whose image was then replaced in memory; who did that isn't "
        "logged",
    ),
    EdgeSchema(
        "changed_time",
        "CHANGED_TIME_OF",
        ("process",),
        ("file",),
        "forward",
        "changed when the file says it was created",
    ),
    EdgeSchema(
        "created_stream",
        "CREATED_STREAM_OF",
        ("process",),
        ("file",),
        "forward",
        "created a stream of the file, such as the mark of where it came from",
    ),
    EdgeSchema(
        "attempted",
        "ATTEMPTED",
        ("process",),
        ("file",),
        "none",
        "tried to make the executable or to shred the file, which Sysmon kept it from",
    ),
    EdgeSchema(
        "read_raw",
        "READ_RAW",
        ("process",),
        ("file",),
        "backward",
        "read the volume past the file system",
    ),
    EdgeSchema(
        "renamed", "RENAMED", ("process",), ("registry",), "forward", "gave it another name"
    ),
    EdgeSchema("bound", "BOUND_TO", ("wmi",), ("wmi",), "forward", "runs the consumer"),
    EdgeSchema("runs_on", "RUNS_ON", ("process",), ("host",), "none", "runs on the host"),
    EdgeSchema("runs_as", "RUNS_AS", ("process",), ("user",), "none", "runs as the account"),
    EdgeSchema("runs_in", "RUNS_IN", ("process",), ("session",), "none", "runs in the session"),
)

NODE_KINDS: tuple[NodeKind, ...] = tuple(schema.kind for schema in NODE_SCHEMAS)
EDGE_KINDS: tuple[EdgeKind, ...] = tuple(schema.kind for schema in EDGE_SCHEMAS)
FLOW: dict[EdgeKind, Flow] = {schema.kind: schema.flow for schema in EDGE_SCHEMAS}
