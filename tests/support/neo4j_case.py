"""A small intrusion with bystanders, as the run of a pipeline would leave it: graph and report.

The story: on ws01 Word opens a document, its macro starts a script host, which drops `update.exe`;
that excludes a folder from Defender, copies itself, sets a Run value and reads Chrome's passwords.
After a reboot the Run value starts the copy, which gets a process id that the script host had. ws02
has the same copy, asking the same name. Beside that: Windows at work, an administrator, a browser.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineage.graph.nodes import (
    DnsNode,
    EndpointNode,
    FileNode,
    HostNode,
    ModuleNode,
    ProcessNode,
    RegistryNode,
    ScriptNode,
    SessionNode,
    UserNode,
    caption,
)
from lineage.graph.provenance import ProvenanceGraph
from lineage.report.model import (
    Artifact,
    Chain,
    ChainEdge,
    ChainProcess,
    DetectionHit,
    Generator,
    GraphCounts,
    Input,
    Report,
    ScorePart,
    Stage,
)
from lineage.times import TICKS, iso, parse

if TYPE_CHECKING:
    from lineage.graph.schema import EdgeKind

START = parse("2026-03-02T09:00:00Z")[0]
DAY = 24 * 3600
SOURCE = "export.zip!Sysmon.evtx"
DIGEST = {"SHA256": "AB" * 32}


@dataclass
class Story:
    """Collects what happened, one fact a second unless told otherwise."""

    graph: ProvenanceGraph = field(default_factory=ProvenanceGraph)
    hits: list[DetectionHit] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    second: int = 0
    source: str = SOURCE

    def at(self, second: int) -> None:
        """Moves the clock on."""
        self.second = second

    def fact(self, source: str, kind: EdgeKind, target: str) -> int:
        """Connects two nodes by an event of its own."""
        self.second += 1
        record = len(self.graph.events) + 1
        ordinal = self.graph.events.add(START + self.second * TICKS + 1, 0, record, 1)
        self.graph.connect(source, target, kind, ordinal)
        return ordinal

    def host(self, name: str, user: str) -> None:
        """A computer and who works on it."""
        self.graph.add(HostNode(f"host:{name}", name))
        if f"user:{user}" not in self.graph:
            self.graph.add(UserNode(f"user:{user}", user))

    def process(
        self,
        node_id: str,
        image: str,
        pid: int,
        *,
        parent: str | None = None,
        host: str = "ws01",
        user: str = "user:CORP\\dana",
        command_line: str | None = None,
        placeholder: bool = False,
    ) -> str:
        """A process, spawned by its parent where it has one."""
        node = ProcessNode(
            f"process:{host}:{node_id}",
            host,
            pid=pid,
            image=image,
            command_line=command_line or image,
            user=user.removeprefix("user:"),
            placeholder=placeholder,
            parent=parent,
        )
        self.graph.add(node)
        if parent is not None:
            node.start = self.graph.events.time(self.fact(parent, "spawned", node.id))
        self.fact(node.id, "runs_on", f"host:{host}")
        self.fact(node.id, "runs_as", user)
        return node.id

    def file(self, path: str, host: str = "ws01", hashes: dict[str, str] | None = None) -> str:
        """A file."""
        node_id = f"file:{host}:{path.lower()}"
        self.graph.add(FileNode(node_id, host, path, hashes or {}))
        return node_id

    def registry(self, path: str, data: str, host: str = "ws01") -> str:
        """A registry value."""
        node_id = f"registry:{host}:{path.lower()}"
        self.graph.add(RegistryNode(node_id, host, path, data))
        return node_id

    def dns(self, name: str) -> str:
        """A name, known once for all hosts."""
        node_id = f"dns:{name}"
        if node_id not in self.graph:
            self.graph.add(DnsNode(node_id, name))
        return node_id

    def endpoint(self, address: str, port: str, name: str) -> str:
        """Where a connection goes."""
        node_id = f"endpoint:{address}:{port}"
        self.graph.add(EndpointNode(node_id, address, port, "tcp", name))
        return node_id

    def session(self, logon_id: str, host: str, user: str) -> str:
        """A logon session, from another computer."""
        node_id = f"session:{host}:{logon_id}"
        self.graph.add(SessionNode(node_id, host, logon_id, user, "10", "192.0.2.9"))
        return node_id

    def script(self, block: str, text: str, host: str = "ws01") -> str:
        """A script block."""
        node_id = f"script:{host}:{block}"
        self.graph.add(ScriptNode(node_id, host, text))
        return node_id

    def module(self, path: str, host: str = "ws01") -> str:
        """A module."""
        node_id = f"module:{host}:{path.lower()}"
        self.graph.add(ModuleNode(node_id, host, path))
        return node_id

    def hit(
        self, detection: str, node: str, ordinal: int, *, attack: str, risk: int = 40
    ) -> DetectionHit:
        """A detection fired on a node by an event."""
        event = self.graph.events[ordinal]
        made = DetectionHit(
            detection=detection,
            rule_id=detection.lower().replace(" ", "-"),
            type="TTP",
            risk=risk,
            attack=[attack],
            host=node.split(":")[1],
            time=iso(event.time),
            pid=None,
            event_id=1,
            source=self.source,
            record=event.record,
            node=node,
            layer="core",
            by=None,
            also=[],
            fields={"Image": "C:\\x.exe"},
        )
        self.hits.append(made)
        return made

    def chain(
        self,
        chain_id: str,
        score: float,
        *,
        processes: list[str],
        evidence: list[DetectionHit],
        tactics: list[str],
        family: str | None = None,
        edges: list[tuple[str, EdgeKind, str]],
    ) -> None:
        """A chain over some of the facts."""
        told = [self._chain_edge(*edge) for edge in edges]
        nodes = dict.fromkeys(node for each in told for node in (each.from_, each.to))
        objects = [self.graph.node(node) for node in nodes if not node.startswith("process:")]
        times = sorted(each.time for each in told)
        self.chains.append(
            Chain(
                id=chain_id,
                score=score,
                verdict="confirmed" if family else "probable",
                family=family,
                hosts=sorted({node.split(":")[1] for node in processes}),
                first_seen=times[0],
                last_seen=times[-1],
                score_parts=[ScorePart(part="stages", points=score, why="stages in order")],
                stages=[
                    Stage(tactic=tactic, first_seen=times[0], detections=[], processes=[process])
                    for tactic, process in zip(tactics, processes, strict=False)
                ],
                processes=[self._chain_process(each) for each in processes],
                artifacts=[
                    Artifact(node=node.id, kind=node.kind, value=caption(node)) for node in objects
                ],
                edges=told,
                evidence=evidence,
            )
        )

    def _chain_edge(self, source: str, kind: EdgeKind, target: str) -> ChainEdge:
        (edge,) = (
            each
            for each in self.graph.out_edges(source)
            if each.kind == kind and each.target == target
        )
        event = self.graph.events[edge.events[0]]
        return ChainEdge(
            from_=source,
            to=target,
            kind=kind,
            time=iso(event.time),
            source=self.source,
            record=event.record,
        )

    def _chain_process(self, node_id: str) -> ChainProcess:
        process = self.graph.process(node_id)
        return ChainProcess(
            node=node_id,
            host=process.host,
            pid=process.pid,
            image=process.image,
            command_line=process.command_line,
            start=None if process.start is None else iso(process.start),
            parent=process.parent,
            role="payload",
        )

    def report(self) -> Report:
        """The report of it all."""
        records = len(self.graph.events)
        return Report(
            generator=Generator(name="lineage", version="0"),
            inputs=[
                Input(
                    source=self.source,
                    format="evtx",
                    records=records,
                    events=records,
                    ignored=0,
                    duplicates=0,
                    rejected=0,
                    problems=[],
                )
            ],
            graph=GraphCounts(nodes=self.graph.count_nodes(), edges=self.graph.count_edges()),
            coverage=[],
            detections=self.hits,
            chains=self.chains,
        )


SYSTEM = "C:\\Windows\\System32\\"
OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
TEMP = "C:\\Users\\dana\\AppData\\Local\\Temp\\"
UPDATE = TEMP + "update.exe"
REMCOS = "C:\\ProgramData\\Remcos\\remcos.exe"
RUN = "HKU\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater"
EXCLUSION = (
    "HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\Users\\dana\\AppData"
)
LOGIN_DATA = "C:\\Users\\dana\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data"
CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"


def intrusion(source: str = SOURCE) -> Story:
    """The story at the top of this file, told by an input of that name."""
    story = Story(source=source)
    story.host("ws01", "CORP\\dana")
    story.host("ws02", "CORP\\omar")
    _windows_at_work(story)
    _first_day(story)
    _after_reboot(story)
    _second_host(story)
    return story


def _windows_at_work(story: Story) -> None:
    services = story.process("services", SYSTEM + "services.exe", 600, placeholder=True)
    for number in range(4):
        story.process(f"svchost{number}", SYSTEM + "svchost.exe", 700 + number, parent=services)
    explorer = story.process("explorer", "C:\\Windows\\explorer.exe", 4000, placeholder=True)
    chrome = story.process("chrome", CHROME, 4100, parent=explorer)
    story.fact(chrome, "queried", story.dns("news.example"))
    story.fact(chrome, "accessed", story.file(LOGIN_DATA))
    shell = story.process("admin-cmd", SYSTEM + "cmd.exe", 4200, parent=explorer)
    admin = story.process("admin-reg", SYSTEM + "reg.exe", 4300, parent=shell)
    ordinal = story.fact(
        admin, "set", story.registry("HKLM\\SOFTWARE\\Corp\\Policy", "DWORD (0x00000001)")
    )
    story.hit("Registry Tool Used", admin, ordinal, attack="T1112", risk=10)


def _first_day(story: Story) -> None:
    story.at(3600)
    word = story.process("word", OFFICE, 5100, parent="process:ws01:explorer")
    document = story.file("C:\\Users\\dana\\Downloads\\invoice.docm")
    story.fact("process:ws01:chrome", "wrote", document)
    story.fact(word, "interpreted", document)
    script_host = story.process("wscript", SYSTEM + "wscript.exe", 5200, parent=word)
    started = len(story.graph.events) - 1
    script = story.file(TEMP + "run.vbs")
    story.fact(word, "wrote", script)
    story.fact(script_host, "interpreted", script)
    story.hit("Office Spawns Script Host", script_host, started, attack="T1566.001", risk=60)
    program = story.file(UPDATE, hashes=DIGEST)
    dropped = story.fact(script_host, "wrote", program)
    story.hit("Script Host Drops Program", program, dropped, attack="T1105")
    update = story.process("update", UPDATE, 5400, parent=script_host)
    story.fact(update, "executed", program)
    shell = story.process(
        "powershell", SYSTEM + "WindowsPowerShell\\v1.0\\powershell.exe", 5500, parent=update
    )
    block = story.script("b1", "Add-MpPreference -ExclusionPath C:\\Users\\dana\\AppData")
    ran = story.fact(shell, "ran", block)
    story.hit("Defender Exclusion By Script", block, ran, attack="T1562.001")
    story.fact(update, "set", story.registry(EXCLUSION, "DWORD (0x00000000)"))
    copy = story.file(REMCOS, hashes=DIGEST)
    story.fact(update, "wrote", copy)
    story.fact(program, "copied", copy)
    value = story.registry(RUN, f'"{REMCOS}"')
    chosen = story.fact(update, "set", value)
    story.hit("Run Value Set", value, chosen, attack="T1547.001")
    read = story.fact(update, "accessed", f"file:ws01:{LOGIN_DATA.lower()}")
    story.hit("Password Store Read", update, read, attack="T1555.003")
    story.fact(update, "loaded", story.module(TEMP + "dynwrapx.dll"))


def _after_reboot(story: Story) -> None:
    story.at(DAY)
    explorer = story.process("explorer2", "C:\\Windows\\explorer.exe", 3900, placeholder=True)
    remcos = story.process("remcos", REMCOS, 5200, parent=explorer)
    program, value = f"file:ws01:{REMCOS.lower()}", f"registry:ws01:{RUN.lower()}"
    story.fact(remcos, "executed", program)
    story.fact(value, "started", remcos)
    asked = story.fact(remcos, "queried", story.dns("c2.example"))
    story.fact(remcos, "queried", story.dns("c2.example"))
    story.hit("Remcos Name Asked", remcos, asked, attack="T1071", risk=70)
    update, host = "process:ws01:update", "process:ws01:wscript"
    word, block = "process:ws01:word", "script:ws01:b1"
    update_file = f"file:ws01:{UPDATE.lower()}"
    story.chain(
        "chain-ws01",
        91.5,
        processes=[word, host, update, "process:ws01:powershell", remcos],
        evidence=[hit for hit in story.hits if hit.risk > 10],
        tactics=["initial-access", "execution", "persistence", "defense-evasion"],
        family="Remcos",
        edges=[
            (word, "interpreted", "file:ws01:c:\\users\\dana\\downloads\\invoice.docm"),
            (word, "spawned", host),
            (host, "wrote", update_file),
            (host, "spawned", update),
            (update, "executed", update_file),
            (update, "spawned", "process:ws01:powershell"),
            ("process:ws01:powershell", "ran", block),
            (update, "set", value),
            (update, "wrote", program),
            (value, "started", remcos),
            (remcos, "executed", program),
            (remcos, "queried", "dns:c2.example"),
        ],
    )


def _second_host(story: Story) -> None:
    story.at(DAY + 3600)
    explorer = story.process(
        "explorer",
        "C:\\Windows\\explorer.exe",
        3000,
        host="ws02",
        user="user:CORP\\omar",
        placeholder=True,
    )
    remcos = story.process(
        "remcos", REMCOS, 3100, parent=explorer, host="ws02", user="user:CORP\\omar"
    )
    program = story.file(REMCOS, "ws02", DIGEST)
    story.fact(remcos, "executed", program)
    asked = story.fact(remcos, "queried", story.dns("c2.example"))
    hit = story.hit("Remcos Name Asked", remcos, asked, attack="T1071", risk=70)
    story.fact(remcos, "connected", story.endpoint("203.0.113.7", "2404", "c2.example"))
    session = story.session("0x5a1", "ws02", "CORP\\omar")
    story.fact(remcos, "runs_in", session)
    story.fact("process:ws01:remcos", "logged_on", session)
    story.chain(
        "chain-ws02",
        55.0,
        processes=[remcos],
        evidence=[hit],
        tactics=["command-and-control"],
        edges=[(remcos, "executed", program), (remcos, "queried", "dns:c2.example")],
    )
