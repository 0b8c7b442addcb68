"""What the saved queries must answer, found in a run's graph and report without Neo4j.

Written for a case of some hundred processes: each answer is the plainest loop that can be read.
Nodes are their ids, relationships the triple of ids and type.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from lineage.graph.nodes import FileNode, ModuleNode, ProcessNode, RegistryNode, ScriptNode
from lineage.graph.schema import EDGE_SCHEMAS, FLOW
from lineage.times import TICKS, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lineage.graph.nodes import Node
    from lineage.graph.provenance import Edge, ProvenanceGraph
    from lineage.pipeline import Run
    from lineage.report.model import Chain

Rows = list[tuple[Any, ...]]
TYPE = {schema.kind: schema.type for schema in EDGE_SCHEMAS}

OFFICE = (
    "winword.exe excel.exe powerpnt.exe outlook.exe olk.exe thunderbird.exe onenote.exe "
    "onenotem.exe onenoteim.exe onenoteviewer.exe graph.exe msaccess.exe mspub.exe visio.exe "
    "winproj.exe eqnedt32.exe wordpad.exe acrord32.exe acrobat.exe"
).split()
SCRIPT_HOSTS = (
    "wscript.exe cscript.exe mshta.exe powershell.exe pwsh.exe cmd.exe regsvr32.exe rundll32.exe "
    "wmic.exe msbuild.exe installutil.exe hh.exe control.exe python.exe pythonw.exe java.exe "
    "javaw.exe node.exe autoit3.exe"
).split()
BROWSERS = {
    "chrome.exe": "\\google\\chrome",
    "msedge.exe": "\\microsoft\\edge",
    "firefox.exe": "\\mozilla\\firefox\\",
    "brave.exe": "\\bravesoftware\\",
    "opera.exe": "\\opera software\\",
    "vivaldi.exe": "\\vivaldi\\",
}
STORES = [
    *("login data", "web data", "cookies", "local state", "history", "logins.json", "key3.db"),
    *("key4.db", "signons.sqlite", "cookies.sqlite", "places.sqlite"),
]
USER_WRITABLE = ("\\users\\", "\\programdata\\", "\\temp\\", "\\tmp\\", "\\perflogs\\")


def name(node: Node) -> str | None:
    """File name in lower case."""
    path = node.image if isinstance(node, ProcessNode) else getattr(node, "path", None)
    return path.rpartition("\\")[2].lower() if path else None


class Oracle:
    """One method per query, of its name with underscores."""

    def __init__(self, run: Run) -> None:
        self.graph: ProvenanceGraph = run.analysis.graph
        self.report = run.report
        self.edges = list(self.graph.edges())
        self.best = min(self.report.chains, key=lambda c: (-c.score, c.first_seen, c.id))
        self.members = {
            chain.id: {member.node for member in (*chain.processes, *chain.artifacts)}
            | {hit.node for hit in chain.evidence}
            for chain in self.report.chains
        }

    def answer(self, query: str) -> Rows:
        """The rows in any order."""
        rows: Rows = getattr(self, query.replace("-", "_"))()
        return rows

    # -- bricks

    def _node(self, node_id: str) -> Node:
        return self.graph.node(node_id)

    def _triple(self, edge: Edge) -> tuple[str, str, str]:
        return edge.source, TYPE[edge.kind], edge.target

    def _first(self, edge: Edge) -> int:
        return self.graph.events.time(edge.events[0])

    def _last(self, edge: Edge) -> int:
        return self.graph.events.time(edge.events[-1])

    def _all(self, kind: type[Node]) -> Iterable[Any]:
        return (node for node in self.graph.nodes() if isinstance(node, kind))

    def _causes(self) -> list[tuple[str, str, Edge]]:
        """(cause, effect, edge) of what acts along its arrow, and of uses of what was made."""
        made: dict[str, int] = {}
        for edge in sorted(self.edges, key=self._first):
            if edge.kind in {"wrote", "copied", "mapped"}:
                made.setdefault(edge.target, self._first(edge))
        found = []
        for edge in self.edges:
            if FLOW[edge.kind] == "forward":
                found.append((edge.source, edge.target, edge))
            elif FLOW[edge.kind] == "backward" and edge.target in made:
                later = [
                    each
                    for each in edge.events
                    if self.graph.events.time(each) >= made[edge.target]
                ]
                if later:
                    found.append((edge.target, edge.source, edge._replace(events=later)))
        return found

    @staticmethod
    def _distances(
        starts: Iterable[str], steps: Iterable[tuple[str, str]], most: int
    ) -> dict[str, int]:
        following = defaultdict(set)
        for source, target in steps:
            following[source].add(target)
        found = dict.fromkeys(starts, 0)
        frontier = set(found)
        for distance in range(1, most + 1):
            frontier = {each for node in frontier for each in following[node]} - found.keys()
            found |= dict.fromkeys(frontier, distance)
        return found

    def _ticks(self, chain: Chain) -> int:
        kinds = {(e.source, e.target, e.kind): self._first(e) for e in self.edges}
        return min(kinds[edge.from_, edge.to, edge.kind] for edge in chain.edges)  # type: ignore[index]

    def _chain_triples(self) -> set[tuple[str, str, str]]:
        return {(e.from_, TYPE[e.kind], e.to) for e in self.best.edges}  # type: ignore[index]

    # -- answers

    def chains(self) -> Rows:
        return [(c.id, c.verdict, len(c.processes)) for c in self.report.chains]

    def kill_chain(self) -> Rows:
        return list(self._chain_triples())

    def chain_timeline(self) -> Rows:
        rules = {hit.rule_id for hit in self.best.evidence}
        tags = {
            (hit.node, "TAGGED_BY", hit.rule_id)
            for hit in self.report.detections
            if hit.node in self.members[self.best.id] and hit.rule_id in rules
        }
        return list(self._chain_triples() | tags)

    def under_process(self) -> Rows:
        own = [self.graph.process(each.node) for each in self.best.processes]
        first = min(own, key=lambda node: (node.start is None, node.start))
        starts = {"spawned", "requested"}
        spawned = [(e.source, e.target) for e in self.edges if e.kind in starts]
        below = self._distances([first.id], spawned, len(self.edges))
        return [self._triple(e) for e in self.edges if e.source in below and FLOW[e.kind] != "none"]

    def file_origin(self) -> Rows:
        dropped = {
            edge.target
            for edge in self.edges
            if edge.kind == "executed"
            and edge.target in self.members[self.best.id]
            and isinstance(self._node(edge.target), FileNode)
        }
        found: set[tuple[str, str, str]] = set()
        for file in dropped:
            writes = [e for e in self.edges if e.target == file and e.kind in {"wrote", "copied"}]
            uses = [
                e for e in self.edges if e.target == file and e.kind in {"executed", "interpreted"}
            ]
            arrived = max(map(self._last, writes), default=None) or min(map(self._first, uses))
            steps = [
                (effect, cause)
                for cause, effect, edge in self._causes()
                if edge.kind != "accessed" and self._first(edge) <= arrived
            ]
            causes = self._distances([file], steps, 8).keys()
            for edge in self.edges:
                if self._first(edge) > arrived:
                    continue
                forward = FLOW[edge.kind] == "forward" and {edge.source, edge.target} <= causes
                run = edge.kind in {"executed", "interpreted"} and edge.source in causes
                loaded = edge.kind == "loaded" and {edge.source, edge.target} <= causes
                if forward or run or loaded:
                    found.add(self._triple(edge))
        return list(found)

    def blast_radius(self) -> Rows:
        began = self._ticks(self.best)
        steps = [
            (cause, effect) for cause, effect, edge in self._causes() if self._last(edge) >= began
        ]
        far = self._distances([each.node for each in self.best.processes], steps, 4)
        return [(node, far[node]) for node in far.keys() - self.members[self.best.id]]

    def causal_path(self) -> Rows:
        tagged: list[tuple[str, str]] = sorted(
            (hit.time, hit.node)
            for hit in self.report.detections
            if hit.node in self.members[self.best.id] and hit.node.startswith("process:")
        )
        first, last = {}, {}
        for time, node in tagged:
            first.setdefault((node), time)
        firsts: dict[tuple[str, str], str] = {}
        for hit in sorted(self.report.detections, key=lambda hit: hit.time):
            firsts.setdefault((hit.node, hit.rule_id), hit.time)
        last = {node: max(time for (at, _), time in firsts.items() if at == node) for node in first}
        a = min(first, key=lambda node: (first[node], node))
        b = min(last, key=lambda node: (-_number(last[node]), node))
        steps = [(cause, effect) for cause, effect, _ in self._causes()]
        return [(a, b, self._distances([a], steps, 12)[b])]

    def reboot_survival(self) -> Rows:
        starters = {e.source for e in self.edges if e.kind == "started"}
        made: list[Edge] = []
        for edge in self.edges:
            node = self._node(edge.target)
            if isinstance(node, RegistryNode) and edge.kind in {"set", "created"}:
                kept = node.id in starters or _autostart_value(node.path.lower())
            elif isinstance(node, FileNode) and edge.kind == "wrote":
                kept = node.id in starters or _autostart_file(node.path.lower())
            else:
                continue
            if kept:
                made.append(edge)
        return [(*self._triple(edge), self._started_after(edge)) for edge in made]

    def _started_after(self, made: Edge) -> frozenset[str]:
        return frozenset(
            e.target
            for e in self.edges
            if e.kind == "started"
            and e.source == made.target
            and self._first(e) >= self._first(made)
        )

    def office_children(self) -> Rows:
        return [
            self._triple(e)
            for e in self.edges
            if e.kind == "spawned" and name(self._node(e.source)) in OFFICE
        ]

    def script_hosts(self) -> Rows:
        run = {e.target for e in self.edges if e.kind in {"executed", "interpreted"}}
        loaded = {e.target for e in self.edges if e.kind == "loaded"}
        run |= {e.source for e in self.edges if e.kind == "mapped" and e.target in loaded}
        return [
            (*self._triple(e), e.target in run)
            for e in self.edges
            if e.kind == "wrote" and name(self._node(e.source)) in SCRIPT_HOSTS
        ]

    def defender_exclusions(self) -> Rows:
        return [self._triple(e) for e in self.edges if self._excludes(e)]

    def _excludes(self, edge: Edge) -> bool:
        node = self._node(edge.target)
        if isinstance(node, RegistryNode):
            path = node.path.lower()
            return "\\windows defender\\" in path and (
                "\\exclusions\\" in path or path.rpartition("\\")[2].startswith("disable")
            )
        if isinstance(node, ScriptNode) and edge.kind == "ran":
            return (
                "add-mppreference" in node.text.lower() or "set-mppreference" in node.text.lower()
            )
        if isinstance(node, ProcessNode) and edge.kind == "spawned":
            line = (node.command_line or "").lower()
            return (
                "add-mppreference" in line
                or "set-mppreference" in line
                or "windows defender\\exclusions" in line
            )
        return False

    def same_hash(self) -> Rows:
        strongest = {
            nodes: digest
            for digest, nodes in sorted(self._by_hash(self.graph.nodes()).items())
            if len({name(self._node(each)) for each in nodes}) > 1
        }
        return [(digest, nodes) for nodes, digest in strongest.items()]

    @staticmethod
    def _by_hash(nodes: Iterable[Node]) -> dict[str, frozenset[str]]:
        found = defaultdict(set)
        for node in nodes:
            if isinstance(node, FileNode | ModuleNode):
                for algorithm, digest in node.hashes.items():
                    if algorithm == "IMPHASH":
                        continue
                    found[f"{algorithm}={digest}"].add(node.id)
        return {digest: frozenset(ids) for digest, ids in found.items()}

    def dns_user_writable(self) -> Rows:
        return [
            self._triple(e)
            for e in self.edges
            if e.kind == "queried"
            and any(
                part in (self.graph.process(e.source).image or "").lower() for part in USER_WRITABLE
            )
        ]

    def browser_stores(self) -> Rows:
        return [
            (*self._triple(e), self._own(e))
            for e in self.edges
            if e.kind in {"accessed", "wrote", "interpreted"}
            and name(self._node(e.target)) in STORES
        ]

    def _own(self, opened: Edge) -> bool:
        place = BROWSERS.get(name(self._node(opened.source)) or "")
        return place is not None and place in self._node(opened.target).path.lower()  # type: ignore[union-attr]

    def campaign(self) -> Rows:
        hosts: dict[str, set[str]] = defaultdict(set)
        chains: dict[str, set[str]] = defaultdict(set)
        artifacts: dict[str, set[str]] = defaultdict(set)
        for chain in self.report.chains:
            for node_id in self.members[chain.id]:
                for shared in self._shared(self._node(node_id)):
                    hosts[shared] |= set(chain.hosts)
                    chains[shared].add(chain.id)
                    artifacts[shared].add(node_id)
        best: dict[tuple[frozenset[str], frozenset[str]], str] = {}
        for shared in sorted(hosts):
            if len(hosts[shared]) > 1 and len(chains[shared]) > 1:
                best[frozenset(chains[shared]), frozenset(artifacts[shared])] = shared
        return [(shared, frozenset(hosts[shared])) for shared in best.values()]

    @staticmethod
    def _shared(node: Node) -> list[str]:
        path = (getattr(node, "path", None) or "").lower()
        if path[1:].startswith((":\\windows\\", ":\\program files\\", ":\\program files (x86)\\")):
            return []
        if isinstance(node, FileNode | ModuleNode):
            return [f"{name}={value}" for name, value in node.hashes.items() if name != "IMPHASH"]
        if isinstance(node, RegistryNode):
            return ["value " + node.path.rpartition("\\")[2]]
        return ["name " + node.name] if node.kind == "dns" else []

    def tagged_outside_chains(self) -> Rows:
        inside = set().union(*self.members.values())
        return list(
            {
                (h.node, "TAGGED_BY", h.rule_id)
                for h in self.report.detections
                if h.node not in inside
            }
        )

    def rare_parent_child(self) -> Rows:
        pairs = Counter(
            (name(self._node(e.source)) or "", name(self._node(e.target)) or "")
            for e in self.edges
            if e.kind == "spawned"
        )
        return [(*pair, times) for pair, times in pairs.items()]

    def pid_reuse(self) -> Rows:
        held = defaultdict(set)
        for process in self._all(ProcessNode):
            if process.pid is not None:
                held[process.host, process.pid].add(process.id)
        in_chain = set().union(*self.members.values())
        return [
            (*of, bool(ids & in_chain), frozenset(ids)) for of, ids in held.items() if len(ids) > 1
        ]

    def orphans(self) -> Rows:
        spawned = {e.target for e in self.edges if e.kind == "spawned"}
        children = Counter(e.source for e in self.edges if e.kind == "spawned")
        return [
            (process.id, process.placeholder, children[process.id])
            for process in self._all(ProcessNode)
            if process.placeholder or process.id not in spawned
        ]

    def between(self) -> Rows:
        began = parse(self.best.first_seen)[0]
        return [
            self._triple(e)
            for e in self.edges
            if e.kind not in {"runs_on", "runs_as", "runs_in"}
            and began <= self._first(e) < began + 600 * TICKS
        ]

    def text_search(self) -> Rows:
        found = []
        for node in self.graph.nodes():
            names = ("command_line", "text", "data", "command", "content")
            texts = [getattr(node, each, None) or "" for each in names]
            if any("powershell" in re.findall("[a-z]+", text.lower()) for text in texts):
                found.append((node.id,))
        return found

    def attack_coverage(self) -> Rows:
        hits: dict[str, list[Any]] = defaultdict(list)
        for hit in self.report.detections:
            for technique in hit.attack:
                hits[technique].append(hit)
        chains = {
            technique: sum(
                any(technique in hit.attack for hit in chain.evidence)
                for chain in self.report.chains
            )
            for technique in hits
        }
        return [
            (technique, len(of), len({hit.node for hit in of}), chains[technique])
            for technique, of in hits.items()
        ]


def _number(time: str) -> int:
    return int("".join(char for char in time.ljust(30, "0") if char.isdigit()).ljust(30, "0"))


def _autostart_value(path: str) -> bool:
    key, _, value = path.rpartition("\\")
    return (
        key.endswith(("\\currentversion\\run", "\\currentversion\\runonce"))
        or (key.endswith("\\winlogon") and value in {"shell", "userinit", "notify"})
        or ("\\services\\" in key and value == "imagepath")
        or "\\image file execution options\\" in key
    )


def _autostart_file(path: str) -> bool:
    return (
        "\\start menu\\programs\\startup\\" in path
        or "\\windows\\system32\\tasks\\" in path
        or "\\windows\\tasks\\" in path
    )


def triples(*columns: str) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """Reads a row's source, relationship and target out of three columns."""
    source, step, target = columns

    def read(row: dict[str, Any]) -> tuple[Any, ...]:
        what = row[step] if isinstance(row[step], str) else row[step].type
        return row[source]["id"], what, row[target]["id"]

    return read
