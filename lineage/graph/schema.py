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

NodeKind = Literal["host", "user", "process", "file", "registry", "dns", "module", "script"]
EdgeKind = Literal[
    "spawned",
    "executed",
    "interpreted",
    "wrote",
    "loaded",
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
    "runs_on",
    "runs_as",
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
    EdgeSchema("mapped", "MAPPED_AS", ("file",), ("module",), "forward", "the file of the module"),
    EdgeSchema("set", "SET", ("process",), ("registry",), "forward", "set the value"),
    EdgeSchema("created", "CREATED", ("process",), ("registry",), "forward", "created the key"),
    EdgeSchema("deleted", "DELETED", ("process",), ("registry", "file"), "forward", "deleted it"),
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
        ("registry", "file", "process"),
        ("process",),
        "forward",
        "had Windows start it: an autostart value, a shortcut in a Startup folder, or the process "
        "that made a task or service",
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
    EdgeSchema("runs_on", "RUNS_ON", ("process",), ("host",), "none", "runs on the host"),
    EdgeSchema("runs_as", "RUNS_AS", ("process",), ("user",), "none", "runs as the account"),
)

NODE_KINDS: tuple[NodeKind, ...] = tuple(schema.kind for schema in NODE_SCHEMAS)
EDGE_KINDS: tuple[EdgeKind, ...] = tuple(schema.kind for schema in EDGE_SCHEMAS)
FLOW: dict[EdgeKind, Flow] = {schema.kind: schema.flow for schema in EDGE_SCHEMAS}
