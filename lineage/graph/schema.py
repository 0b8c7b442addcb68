"""The one description of the provenance graph: node kinds, edge kinds and what they mean.

What they are called, how they are drawn and what they count for stands here too. Counts in the
report, the words and marks of the terminal, the page and the drawings, Neo4j's labels, types,
indexes and style, and `docs/graph-schema.md` are all derived from these tables.

Vocabulary follows the provenance-graph literature (King & Chen, "Backtracking Intrusions", SOSP
2003; Hossain et al., "SLEUTH", USENIX Security 2017): processes are subjects, everything else is
an object, and every edge has a direction in which information or control flowed.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from lineage.graph.description import (
    Arrow,
    Disc,
    EdgeDescription,
    Flow,
    Mark,
    NodeDescription,
    Property,
    Words,
)

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
"""What processes act on, and what of it an attack may leave or use."""
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
    "logged_on",
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


class NodeSchema(NodeDescription[NodeKind]):
    """A kind of node of this graph."""

    __slots__ = ()


class EdgeSchema(EdgeDescription[NodeKind, EdgeKind]):
    """A kind of edge of this graph."""

    __slots__ = ()


_HOST: Final = Property("host", "host")
_PATH: Final = Property("path", "path as first seen", is_name=True, components=1, indexed=True)
_HASHES: Final = Property("hashes", "hashes, where logged")

# fmt: off
NODE_SCHEMAS: Final[tuple[NodeSchema, ...]] = (
    NodeSchema(
        "host", "Host", ("host", "hosts"), "A computer.",
        (Property("host", "name as the telemetry gives it", is_name=True),),
        Disc("#A5ABB6", "#6B7280"), is_local=False, is_place=True,
    ),
    NodeSchema(
        "user", "User", ("user", "users"), "An account.",
        (Property("user", "DOMAIN\\name, or the SID", is_name=True, components=1),),
        Disc("#ECB5C9", "#DA7298"), is_local=False, is_place=True,
    ),
    NodeSchema(
        "process", "Process", ("process", "processes"),
        "A process from its start to its end; a placeholder where its start was never seen.",
        (
            Property("host", "host it runs on"),
            Property("pid", "process id"),
            Property("guid", "Sysmon ProcessGuid or Falcon TargetProcessId, where there is one"),
            Property("image", "path of its program", is_name=True, components=1, indexed=True),
            Property("program", "what its program is (office, shell, script-host), where known"),
            Property("command_line", "command line"),
            Property("start", "start time, where seen", is_time=True),
            Property("user", "account it runs as"),
            Property("placeholder", "true where its start was never seen"),
            Property("end", "end time, where seen", is_time=True),
            Property("parent_guess", "true where SPAWNED comes from the likely parent only"),
        ),
        Disc("#4C8EDA", "#2870C2", diameter=112, ink="#FFFFFF"), unknown="(unknown program)",
    ),
    NodeSchema(
        "file", "File", ("file", "files"), "A file on one host, by path.",
        (_HOST, _PATH, _HASHES,
         Property("autostart", "true in a Startup folder or a folder of tasks")),
        Disc("#C9B458", "#A08F35"), "note", Mark("rectangle", "#2b74b8", "#64a8e8"),
    ),
    NodeSchema(
        "registry", "RegistryValue", ("registry entry", "registry entries"),
        "A registry key or value on one host, by path.",
        (
            _HOST,
            Property("path", "path as first seen", is_name=True, components=2),
            Property("data", "value data last set"),
            Property(
                "autostart",
                "true where Windows starts what the value names: Run keys, services ...",
            ),
        ),
        Disc("#8DCC93", "#5DB665"), "folder", Mark("diamond", "#8256c0", "#b294ea"),
    ),
    NodeSchema(
        "dns", "Domain", ("domain", "domains"), "A name that was asked for.",
        (Property("name", "query name", is_name=True),),
        Disc("#57C7E3", "#23B3D7"), "ellipse", Mark("ellipse", "#18876a", "#4cc0a0"),
        is_local=False,
    ),
    NodeSchema(
        "module", "Module", ("module", "modules"),
        "An image that processes loaded, on one host, by path.", (_HOST, _PATH, _HASHES),
        Disc("#D9C8AE", "#C0A378"), "component",
        Mark("hexagon", "#a3641c", "#d79a55"),
    ),
    NodeSchema(
        "script", "ScriptBlock", ("script block", "script blocks"), "A PowerShell script block.",
        (
            _HOST,
            Property("path", "script file, where logged", is_name=True, components=1),
            Property("text", "the block's text", is_name=True),
        ),
        Disc("#C990C0", "#B261A5"), "tab", Mark("tag", "#b23d86", "#e07cb8"),
    ),
    NodeSchema(
        "endpoint", "Endpoint", ("address", "addresses"),
        "The other side of a connection, the same for all hosts.",
        (
            Property("endpoint", "address, port and protocol as one text", is_name=True),
            Property("address", "IP address"),
            Property("port", "port that was connected to; absent where the other side connected"),
            Property("protocol", "tcp or udp"),
            Property("name", "host name, where logged"),
        ),
        Disc("#6AB0C8", "#0F7F9C"), "hexagon", Mark("octagon", "#0f7f9c", "#5fc3dc"),
        is_local=False,
    ),
    NodeSchema(
        "pipe", "Pipe", ("named pipe", "named pipes"), "A named pipe on one host.",
        (_HOST, Property("name", "name as first seen", is_name=True, components=1)),
        Disc("#B9C48A", "#5F6F1F"), "cds", Mark("barrel", "#5f6f1f", "#b4c55a"),
    ),
    NodeSchema(
        "driver", "Driver", ("driver", "drivers"),
        "A driver that the kernel of one host loaded, by path.", (_HOST, _PATH, _HASHES),
        Disc("#C98F70", "#8A3B12"), "component", Mark("hexagon", "#8a3b12", "#d98a5c"),
    ),
    NodeSchema(
        "service", "Service", ("service", "services"), "A service of one host.",
        (
            _HOST,
            Property("name", "its name", is_name=True),
            Property("command", "what it runs, where logged"),
            Property("user", "account it runs as, where logged"),
        ),
        Disc("#A9B2C6", "#55607A"), "component", Mark("pentagon", "#55607a", "#a3aec6"),
    ),
    NodeSchema(
        "task", "ScheduledTask", ("scheduled task", "scheduled tasks"),
        "A scheduled task of one host.",
        (
            _HOST,
            Property("name", "its path", is_name=True, components=1),
            Property("command", "what it runs, where logged"),
        ),
        Disc("#8FA3BF", "#3F5A80"), "component", Mark("pentagon", "#55607a", "#a3aec6"),
    ),
    NodeSchema(
        "wmi", "WmiSubscription", ("WMI subscription", "WMI subscriptions"),
        "A filter or a consumer of WMI event subscriptions on one host.",
        (
            _HOST,
            Property("name", "its name", is_name=True),
            Property("part", "filter or consumer"),
            Property("content", "the filter's query, or what the consumer does"),
        ),
        Disc("#B9AEC9", "#6A5A86"), "component", Mark("pentagon", "#55607a", "#a3aec6"),
    ),
    NodeSchema(
        "session", "LogonSession", ("logon session", "logon sessions"),
        "A logon session of one host.",
        (
            _HOST,
            Property("logon", "account and where it came from, in one text", is_name=True),
            Property("logon_id", "logon id in hexadecimal", is_name=True),
            Property("user", "account, where logged"),
            Property("logon_type", "logon type, where logged"),
            Property("address", "address that it came from, where logged"),
        ),
        Disc("#C3C6CB", "#6B6F76"), "ellipse", Mark("ellipse", "#6b6f76", "#b3b8c0"),
        is_place=True,
    ),
)
# fmt: on
OBJECT_KINDS: Final[tuple[ObjectKind, ...]] = get_args(ObjectKind)
NODE: Final[dict[str, NodeSchema]] = {schema.kind: schema for schema in NODE_SCHEMAS}

_CHANGE: Final = Arrow("#A08F35")
"""What changes a thing."""
_START: Final = Arrow("#2870C2", width=3)
_PROCESS: Final[tuple[NodeKind, ...]] = ("process",)
_FILE: Final[tuple[NodeKind, ...]] = ("file",)

# fmt: off
EDGE_SCHEMAS: Final[tuple[EdgeSchema, ...]] = (
    EdgeSchema(
        "spawned", "SPAWNED", _PROCESS, _PROCESS, "forward",
        "started a child", Words("started", "started by"), is_told=True, arrow=_START,
    ),
    EdgeSchema(
        "executed", "EXECUTED", _PROCESS, _FILE, "backward",
        "runs this file as its program",
        Words("started from", "was the program of"), use="its program",
    ),
    EdgeSchema(
        "interpreted", "INTERPRETED", _PROCESS, _FILE, "backward",
        "was started with this file as its script, document or library argument",
        Words("started with", "was given to"), use="its input file", is_told=True,
    ),
    EdgeSchema(
        "wrote", "WROTE", _PROCESS, _FILE, "forward",
        "created or overwrote",
        Words("wrote", "written by"), is_told=True, leaves=True, makes=True, arrow=_CHANGE,
    ),
    EdgeSchema(
        "loaded", "LOADED", _PROCESS, ("module",), "backward",
        "loaded the module", Words("loaded", "loaded by"), is_told=True,
    ),
    EdgeSchema(
        "loaded_driver", "LOADED_DRIVER", ("host",), ("driver",), "backward",
        "its kernel loaded the driver", Words("loaded", "loaded by", says_object=True),
    ),
    EdgeSchema(
        "mapped", "MAPPED_AS", _FILE, ("module", "driver"), "forward",
        "the file of the module or driver",
        Words("is the file of", "is in memory of", says_object=True), makes=True,
    ),
    EdgeSchema(
        "set", "SET", _PROCESS, ("registry",), "forward",
        "set the value",
        Words("set", "set by", ("registry value", "registry values"), says_object=True),
        is_told=True, leaves=True, arrow=_CHANGE,
    ),
    EdgeSchema(
        "created", "CREATED", ("process", "user", "session"),
        ("registry", "pipe", "service", "task", "wmi", "file"), "forward",
        "created it; a logon from another host, or an account, where the log names no process. "
        "Files are a logon's, over a share",
        Words("created", "created by", says_object=True), is_told=True, leaves=True, arrow=_CHANGE,
    ),
    EdgeSchema(
        "deleted", "DELETED", ("process", "user"),
        ("registry", "file", "service", "task", "wmi"), "forward",
        "deleted it; an account where the log names no process",
        Words("deleted", "deleted by"), is_told=True, arrow=_CHANGE,
    ),
    EdgeSchema(
        "queried", "QUERIED", _PROCESS, ("dns",), "forward",
        "asked for the name",
        Words("asked for", "asked for by", says_object=True),
        is_told=True, leaves=True, arrow=Arrow("#23B3D7"),
    ),
    EdgeSchema(
        "accessed", "ACCESSED", _PROCESS, ("file", "registry"), "backward",
        "opened the audited object",
        Words("opened", "opened by", ("audited object", "audited objects")), is_told=True,
    ),
    EdgeSchema(
        "ran", "RAN", _PROCESS, ("script",), "forward",
        "ran the script block",
        Words("ran", "run by", says_object=True), is_told=True, leaves=True, arrow=Arrow("#B261A5"),
    ),
    EdgeSchema(
        "started", "STARTED",
        ("registry", "file", "process", "service", "task", "wmi", "session"),
        _PROCESS, "forward",
        "had Windows start it: an autostart value, a shortcut in a Startup folder, a service, "
        "a task, a WMI consumer, the process that made one, or a logon from another host",
        Words("had Windows start", "started by"), arranges=True, arrow=_START,
    ),
    EdgeSchema(
        "requested", "REQUESTED", _PROCESS, _PROCESS, "forward",
        "had WMI, the installer service, COM or the shell start it, its parent in the log",
        Words("requested the start of", "started on request of"), arranges=True, arrow=_START,
    ),
    EdgeSchema(
        "logged_on", "LOGGED_ON", _PROCESS, ("session",), "forward",
        "logged on from another host, as the records of both say",
        Words("logged on to", "opened by", says_object=True),
        is_told=True, leaves=True, arrow=_START,
    ),
    EdgeSchema(
        "copied", "COPIED_TO", _FILE, _FILE, "forward",
        "same content under another name",
        Words("has the same content as", "has the same content as"), makes=True, arrow=_CHANGE,
    ),
    EdgeSchema(
        "connected", "CONNECTED_TO", _PROCESS, ("endpoint", "pipe"), "forward",
        "connected to it",
        Words("connected to", "connected to by"), is_told=True, leaves=True, arrow=Arrow("#0F7F9C"),
    ),
    EdgeSchema(
        "accepted", "ACCEPTED", _PROCESS, ("endpoint",), "backward",
        "was connected to from there",
        Words("accepted a connection from", "connected to"),
        is_told=True, leaves=True, arrow=Arrow("#0F7F9C"),
    ),
    EdgeSchema(
        "injected", "INJECTED_INTO", _PROCESS, _PROCESS, "forward",
        "started a thread in the other process",
        Words("started a thread in", "had a thread started by"), is_told=True, arrow=_START,
    ),
    EdgeSchema(
        "opened_for_writing", "OPENED_FOR_WRITING", _PROCESS, _PROCESS, "forward",
        "opened the other process with the right to write its memory or to start threads in it",
        Words("opened for writing", "opened for writing by"), is_told=True,
    ),
    EdgeSchema(
        "opened", "OPENED", _PROCESS, _PROCESS, "none",
        "opened the other process with lesser rights, such as to read its memory",
        Words("opened", "opened by"),
    ),
    EdgeSchema(
        "hollowed", "HOLLOWED", _PROCESS, _PROCESS, "forward",
        "started the other process, whose image was then replaced in memory; who did that "
        "isn't logged",
        Words("started the hollowed", "hollowed, and started by"), is_told=True,
    ),
    EdgeSchema(
        "changed_time", "CHANGED_TIME_OF", _PROCESS, _FILE, "forward",
        "changed when the file says it was created",
        Words("changed the time of", "had its time changed by"), is_told=True,
    ),
    EdgeSchema(
        "created_stream", "CREATED_STREAM_OF", _PROCESS, _FILE, "forward",
        "created a stream of the file, such as the mark of where it came from",
        Words("created a stream of", "had a stream created by"), is_told=True, leaves=True,
    ),
    EdgeSchema(
        "attempted", "ATTEMPTED", _PROCESS, _FILE, "none",
        "tried to make the executable or to shred the file, which Sysmon kept it from",
        Words("was kept from changing", "kept from changes by"), is_told=True,
    ),
    EdgeSchema(
        "read_raw", "READ_RAW", _PROCESS, _FILE, "backward",
        "read the volume past the file system",
        Words("read past the file system", "read past the file system by"),
    ),
    EdgeSchema(
        "renamed", "RENAMED", _PROCESS, ("registry",), "forward",
        "gave it another name", Words("renamed", "renamed by", says_object=True), is_told=True,
    ),
    EdgeSchema(
        "bound", "BOUND_TO", ("wmi",), ("wmi",), "forward",
        "runs the consumer", Words("triggers", "triggered by"),
    ),
    EdgeSchema(
        "runs_on", "RUNS_ON", _PROCESS, ("host",), "none",
        "runs on the host", Words("ran on", "was the host of"),
    ),
    EdgeSchema(
        "runs_as", "RUNS_AS", _PROCESS, ("user",), "none",
        "runs as the account", Words("ran as", "was the account of"),
    ),
    EdgeSchema(
        "runs_in", "RUNS_IN", _PROCESS, ("session",), "none",
        "runs in the session", Words("ran in", "was the session of"),
    ),
)
# fmt: on
EDGE: Final[dict[str, EdgeSchema]] = {schema.kind: schema for schema in EDGE_SCHEMAS}

NODE_KINDS: Final[tuple[NodeKind, ...]] = tuple(schema.kind for schema in NODE_SCHEMAS)
EDGE_KINDS: Final[tuple[EdgeKind, ...]] = tuple(schema.kind for schema in EDGE_SCHEMAS)
FLOW: Final[dict[EdgeKind, Flow]] = {schema.kind: schema.flow for schema in EDGE_SCHEMAS}
DESCENT: Final[EdgeKind] = "spawned"
"""The edge that makes one process another's parent."""
PROGRAM: Final[EdgeKind] = "executed"
"""The edge from a process to the file of its program, which the process's own path names too."""
CROSSING: Final[EdgeKind] = "logged_on"
"""The edge by which influence comes from one host to another: it leaves on the clock of one and
arrives on that of the other."""
MODULE_FILE: Final[EdgeKind] = "mapped"
"""The edge from a file to the module of the same path."""
