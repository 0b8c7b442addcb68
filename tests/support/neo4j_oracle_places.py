"""What the queries about hosts, accounts, sessions and ancestry must answer. See `neo4j_oracle`."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from neo4j_oracle import Oracle, Rows, name

from lineage.graph.nodes import FileNode, ProcessNode, RegistryNode, SessionNode
from lineage.graph.schema import FLOW

BORROWED = (
    "at bitsadmin certreq certutil cmstp control cscript csc cmdkey curl desktopimgdownldr "
    "diskshadow dnscmd esentutl eventvwr expand extrac32 findstr finger fodhelper forfiles ftp hh "
    "ieexec installutil mavinject microsoft.workflow.compiler mmc msbuild msdt mshta msiexec msxsl "
    "netsh odbcconf pcalua presentationhost psr rasautou reg regasm regini regsvcs regsvr32 "
    "replace rundll32 runscripthelper schtasks sc scrcons wevtutil wmic wscript wsreset "
    "wuauclt xwizard"
).split()


class Everything(Oracle):
    """All queries' answers."""

    def _edges_of(self, *kinds: str) -> Any:
        return [edge for edge in self.edges if edge.kind in kinds]

    def _parents(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for edge in self._edges_of("spawned"):
            found[edge.target].append(edge.source)
        return found

    def _host(self) -> str:
        return str(self.best.hosts[0]).lower()

    def _tagged(self) -> set[str]:
        return {hit.node for hit in self.report.detections}

    def kill_chain(self) -> Rows:
        nodes = {node for edge in self.best.edges for node in (edge.from_, edge.to)}
        causes, effects, opened = set(), set(), set()
        for edge in self.best.edges:
            backward = FLOW[edge.kind] == "backward"  # type: ignore[index]
            causes.add(edge.to if backward else edge.from_)
            effects.add(edge.from_ if backward else edge.to)
            if edge.kind == "interpreted":
                opened.add(edge.to)
        if len(nodes) > 16:
            carriers = (causes & effects) | opened
            nodes = {node for node in nodes if node.startswith("process:") or node in carriers}
        return [each for each in self._chain_triples() if each[0] in nodes and each[2] in nodes]

    def ancestry(self) -> Rows:
        parents = self._parents()

        def up(node: str | None) -> list[str | None]:
            return list(parents[node]) if node is not None and parents.get(node) else [None]

        return [
            (process.node, parent, grandparent, great)
            for process in self.best.processes
            for parent in up(process.node)
            for grandparent in up(parent)
            for great in up(grandparent)
        ]

    def living_off_the_land(self) -> Rows:
        parents = self._parents()
        found = [
            (process, next(iter(parents[process.id]), None))
            for process in self._all(ProcessNode)
            if (name(process) or "").removesuffix(".exe") in BORROWED
        ]
        pairs = Counter(
            (name(child), parent and name(self._node(parent))) for child, parent in found
        )
        return [
            (child.id, parent, pairs[name(child), parent and name(self._node(parent))])
            for child, parent in found
        ]

    def start_here(self) -> Rows:
        hosts = sum(node.kind == "host" for node in self.graph.nodes())
        sessions = sum(node.kind == "session" for node in self.graph.nodes())
        best = self.best
        named = (
            f"{best.family or best.verdict} {best.score:.0f} ({best.verdict}) on {best.hosts[0]}"
        )
        fired = len({hit.rule_id for hit in self.report.detections})
        processes = len(list(self._all(ProcessNode)))
        first, last = (_short(each) for each in (best.first_seen, best.last_seen))
        return [
            (1, f"hosts: {hosts}, processes: {processes}"),
            (2, f"chains: {len(self.report.chains)}, the best {named}"),
            (3, f"from {first} to {last}"),
            (4, "the same, minute by minute"),
            (5, f"detections that fired in all: {fired}"),
            (6, "from the dropped program back"),
            (7, "values, tasks and services that start it again"),
            (8, f"hosts: {hosts}, logon sessions: {sessions}"),
        ]

    def _autostarts(self) -> list[tuple[Any, set[str]]]:
        made = defaultdict(set)
        for edge in self._edges_of("set", "created", "wrote"):
            made[edge.target].add(edge.source)
        entries = []
        for node_id, makers in made.items():
            node = self._node(node_id)
            kept = isinstance(node, FileNode | RegistryNode) and node.autostart
            if kept or node.kind in {"service", "task"}:
                entries.append((node, makers))
        return entries

    def host(self) -> Rows:
        here = self._host()
        rows: Rows = [
            ("chain", chain.id, 1)
            for chain in self.report.chains
            if here in {each.lower() for each in chain.hosts}
        ]
        hits = Counter(
            hit.rule_id
            for hit in self.report.detections
            if getattr(self._node(hit.node), "host", None) == here
        )
        rows += [("detection", rule, count) for rule, count in hits.items()]
        accounts = defaultdict(set)
        sessions: dict[str, set[str]] = {
            node.id: set() for node in self._all(SessionNode) if node.host == here
        }
        for edge in self._edges_of("runs_as"):
            if self.graph.process(edge.source).host == here:
                accounts[edge.target].add(edge.source)
        for edge in self._edges_of("runs_in"):
            if edge.target in sessions:
                sessions[edge.target].add(edge.source)
        rows += [("account", account, len(of)) for account, of in accounts.items()]
        rows += [("logon session", session, len(of)) for session, of in sessions.items()]
        rows += [
            ("autostart", entry.id, len(makers))
            for entry, makers in self._autostarts()
            if entry.host == here
        ]
        return rows

    def account(self) -> Rows:
        first = min(
            (self.graph.process(each.node) for each in self.best.processes),
            key=lambda process: (process.start is None, process.start, process.id),
        )
        (account,) = {e.target for e in self._edges_of("runs_as") if e.source == first.id}
        own = {e.source for e in self._edges_of("runs_as") if e.target == account}
        hosts, sessions = defaultdict(set), defaultdict(set)
        for edge in self._edges_of("runs_on", "runs_in"):
            if edge.source in own:
                (hosts if edge.kind == "runs_on" else sessions)[edge.target].add(edge.source)
        rows: Rows = [("host", host, len(of)) for host, of in hosts.items()]
        rows += [("logon session", session, len(of)) for session, of in sessions.items()]
        for chain in self.report.chains:
            members = {each.node for each in chain.processes} | {hit.node for hit in chain.evidence}
            if members & own:
                rows.append(("chain", chain.id, len(members & own)))
        hits = Counter(hit.rule_id for hit in self.report.detections if hit.node in own)
        rows += [("detection", rule, count) for rule, count in hits.items()]
        made = [e for e in self._edges_of("created", "deleted") if e.source == account]
        return rows + [("made or deleted", e.target, len(e.events)) for e in made]

    def host_difference(self) -> Rows:
        seen: list[tuple[str, str, str]] = [
            ("program", process.image.lower(), process.host)
            for process in self._all(ProcessNode)
            if process.image
        ]
        for edge in self._edges_of("queried", "connected", "accepted"):
            node, at = self._node(edge.target), self.graph.process(edge.source).host
            if node.kind == "dns":
                seen.append(("name", node.name.lower(), at))
            elif node.kind == "endpoint":
                seen.append(("address", node.address, at))
        for entry, makers in self._autostarts():
            if isinstance(entry, FileNode | RegistryNode):
                edges = [e for e in self._edges_of("set", "created", "wrote") if e.source in makers]
                times = sum(edge.target == entry.id for edge in edges)
                seen += [("autostart", entry.path.lower(), entry.host)] * times
        for node in self.graph.nodes():
            if node.kind in {"service", "task"}:
                makers = [e for e in self._edges_of("created") if e.target == node.id]
                seen += [(node.kind, node.name.lower(), node.host)] * max(1, len(makers))
        times = Counter(seen)
        return [
            (about, value, count)
            for (about, value, at), count in times.items()
            if at == self._host()
            and {host for a, v, host in times if (a, v) == (about, value)} == {at}
        ]

    def logons(self) -> Rows:
        inside = defaultdict(set)
        for edge in self._edges_of("runs_in"):
            inside[edge.target].add(edge.source)
        tagged = self._tagged()
        origins = defaultdict(set)
        for edge in self._edges_of("logged_on"):
            origins[edge.target].add(edge.source)
        return [
            (
                node.host,
                node.logon_id,
                frozenset(origins[node.id]),
                len(inside[node.id]),
                len(inside[node.id] & tagged),
            )
            for node in self._all(SessionNode)
        ]

    def network(self) -> Rows:
        return [
            self._triple(edge)
            for edge in self._edges_of("connected", "accepted")
            if self._node(edge.target).kind == "endpoint"
        ]


def _short(time: str) -> str:
    """As Cypher writes a time: without the zeros at its end."""
    whole, point, fraction = time.rstrip("Z").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if point and fraction else f"{whole}Z"
