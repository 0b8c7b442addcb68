"""A large case: the small intrusion within weeks of a company's ordinary telemetry."""

from __future__ import annotations

import random

import neo4j_case

from lineage.graph.nodes import (
    DnsNode,
    FileNode,
    HostNode,
    ModuleNode,
    ProcessNode,
    RegistryNode,
    ScriptNode,
)
from lineage.times import TICKS

_PROGRAMS = (
    "svchost.exe chrome.exe msedge.exe outlook.exe winword.exe excel.exe teams.exe cmd.exe "
    "powershell.exe conhost.exe reg.exe msiexec.exe backgroundtaskhost.exe git.exe python.exe"
).split()
_PER_1000 = {"process": 400, "file": 330, "registry": 130, "dns": 60, "module": 70, "script": 10}


def company(nodes: int, edges: int, *, seed: int = 1) -> neo4j_case.Story:
    """A graph of about so many nodes and edges, with the small intrusion in it.

    Processes hang in trees of sessions, 5,000 nodes a host; each acts on objects of its own host.
    Names are everybody's. Every tenth edge is seen twice.
    """
    story = neo4j_case.intrusion()
    made = _Company(story, max(1, nodes // 5000), random.Random(seed))
    made.objects(nodes)
    made.facts(edges)
    return story


class _Company:
    def __init__(self, story: neo4j_case.Story, hosts: int, rng: random.Random) -> None:
        self._graph = story.graph
        self._rng = rng
        self._hosts = [f"pc{number:02}" for number in range(hosts)]
        self._of: dict[str, dict[str, list[str]]] = {
            host: {kind: [] for kind in _PER_1000} for host in self._hosts
        }
        self._time = neo4j_case.START + 3 * 24 * 3600 * TICKS

    def _event(self) -> int:
        events = self._graph.events
        self._time += self._rng.randrange(20 * TICKS)
        return events.add(self._time, 0, len(events) + 1, 1)

    def objects(self, count: int) -> None:
        """Hosts, processes in trees, and what they can act on."""
        for host in self._hosts:
            self._graph.add(HostNode(f"host:{host}", host))
        for number in range(count):
            host = self._rng.choice(self._hosts)
            (kind,) = self._rng.choices(list(_PER_1000), list(_PER_1000.values()))
            getattr(self, f"_{kind}")(host, number)

    def _keep(self, host: str, kind: str, node_id: str) -> None:
        self._of[host][kind].append(node_id)

    def _process(self, host: str, number: int) -> None:
        program = self._rng.choice(_PROGRAMS)
        image = f"C:\\Windows\\System32\\{program}"
        parents = self._of[host]["process"]
        node = ProcessNode(
            f"process:{host}:{number:08x}-5aa1-3a44-0b18-000000004002",
            host,
            pid=self._rng.randrange(1, 16_000) * 4,
            image=image,
            command_line=f'"{image}" --session {number} --field-trial={number % 97}',
            user="CORP\\dana",
            placeholder=False,
        )
        self._graph.add(node)
        if parents:
            node.parent = self._rng.choice(parents[-60:])
            ordinal = self._event()
            node.start = self._graph.events.time(ordinal)
            self._graph.connect(node.parent, node.id, "spawned", ordinal)
        self._graph.connect(node.id, f"host:{host}", "runs_on", self._event())
        self._keep(host, "process", node.id)

    def _file(self, host: str, number: int) -> None:
        path = f"C:\\Users\\dana\\AppData\\Local\\Packages\\{number % 512}\\cache\\{number}.tmp"
        hashes = {"SHA256": f"{number:064X}"} if number % 10 == 0 else {}
        node = FileNode(f"file:{host}:{path.lower()}", host, path, hashes)
        self._graph.add(node)
        self._keep(host, "file", node.id)

    def _registry(self, host: str, number: int) -> None:
        path = f"HKLM\\SOFTWARE\\Vendor\\Product{number % 800}\\Settings\\Value{number}"
        node = RegistryNode(f"registry:{host}:{path.lower()}", host, path, "DWORD (0x00000001)")
        self._graph.add(node)
        self._keep(host, "registry", node.id)

    def _dns(self, host: str, number: int) -> None:
        name = f"cdn{number % 5000}.service{number % 61}.example"
        if f"dns:{name}" not in self._graph:
            self._graph.add(DnsNode(f"dns:{name}", name))
        self._keep(host, "dns", f"dns:{name}")

    def _module(self, host: str, number: int) -> None:
        path = f"C:\\Windows\\System32\\module{number}.dll"
        node = ModuleNode(f"module:{host}:{path.lower()}", host, path)
        self._graph.add(node)
        self._keep(host, "module", node.id)

    def _script(self, host: str, number: int) -> None:
        node = ScriptNode(f"script:{host}:{number}", host, f"Get-Item {number}\n" * 40)
        self._graph.add(node)
        self._keep(host, "script", node.id)

    def facts(self, count: int) -> None:
        """What processes did to objects, until there are so many edges."""
        acts = [
            ("loaded", "module", 5),
            ("wrote", "file", 4),
            ("set", "registry", 3),
            ("queried", "dns", 2),
            ("accessed", "file", 1),
            ("executed", "file", 1),
            ("ran", "script", 1),
        ]
        weights = [weight for *_, weight in acts]
        for _ in range(count - self._graph.graph.number_of_edges()):
            of = self._of[self._rng.choice(self._hosts)]
            ((kind, target, _),) = self._rng.choices(acts, weights)
            process, node = self._rng.choice(of["process"]), self._rng.choice(of[target])
            self._graph.connect(process, node, kind, self._event())  # type: ignore[arg-type]
            if len(self._graph.events) % 10 == 0:
                self._graph.connect(process, node, kind, self._event())  # type: ignore[arg-type]
