"""Makes chains for tests, one fact after another.

Edges leave the node that acted, as the graph's schema has it; the score is the sum of its parts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from lineage.detect.catalog import load_builtin
from lineage.report.model import (
    Artifact,
    Chain,
    ChainEdge,
    ChainProcess,
    DetectionHit,
    Layer,
    ObjectKind,
    RecordReference,
    ScorePart,
    Stage,
    Verdict,
)

DETECTIONS = {rule.detection.title: rule.detection for rule in load_builtin()}
"""The 33 by title."""
_ROLES = {
    "winword.exe": "document host",
    "wscript.exe": "script host",
    "cscript.exe": "script host",
    "powershell.exe": "PowerShell",
    "cmd.exe": "command interpreter",
    "regsvr32.exe": "library loader",
    "reg.exe": "registry editor",
    "dxdiag.exe": "system inventory",
}
_USERS = replace(
    next(iter(DETECTIONS.values())),
    risk=50,
    attack=("T1059",),
    tactics=("execution",),
    sources=("sysmon-1",),
)
"""What every title that isn't one of them means."""


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with Z and 7 fractional digits."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


class ChainBuilder:
    """Makes a chain, one fact after another; the clock goes on by itself."""

    def __init__(self, host: str, start: datetime, source: str) -> None:
        self.host = host
        self.now = start
        self.source = source
        self._first = start
        self._record = 4710
        self._processes: list[ChainProcess] = []
        self._artifacts: dict[str, Artifact] = {}
        self._edges: list[ChainEdge] = []
        self._evidence: list[DetectionHit] = []
        self._actor: dict[str, str] = {}

    def wait(self, **span: float) -> None:
        """Lets time pass (`timedelta` arguments)."""
        self.now += timedelta(**span)

    def process(
        self,
        pid: int,
        image: str,
        command_line: str | None,
        parent: str,
        *,
        role: str | None = None,
        placeholder: bool = False,
    ) -> str:
        """A process starts; gives its node id."""
        self._tick()
        node = f"process:{self.host.lower()}:{pid}@{iso(self.now)}"
        known = {process.node for process in self._processes}
        self._processes.append(
            ChainProcess(
                node=node,
                host=self.host,
                pid=pid,
                image=image,
                command_line=command_line,
                start=None if placeholder else iso(self.now),
                parent=parent if parent in known else None,
                role=role or _ROLES.get(image.rpartition("\\")[2].lower(), "tool"),
            )
        )
        self._edge(parent, node, "spawned")
        return node

    def does(self, actor: str, kind: str, what: ObjectKind, value: str) -> str:
        """A process does something to a thing; gives the thing's node id."""
        self._tick()
        node = f"{what}:{self.host.lower()}:{value.lower()}"[:400]
        self._artifacts.setdefault(node, Artifact(node=node, kind=what, value=value))
        self._edge(actor, node, kind)
        self._actor.setdefault(node, actor)
        return node

    def starts(self, entry: str, process: str) -> None:
        """An autostart entry starts a process."""
        self._edge(entry, process, "started")

    def hit(
        self,
        detection: str,
        node: str,
        fields: dict[str, str],
        *,
        event_id: int | str = 1,
        layer: Layer = "core",
        by: str | None = None,
        also: tuple[RecordReference, ...] = (),
    ) -> None:
        """A detection fired on the latest record."""
        known = DETECTIONS.get(detection, _USERS)
        actor = self._actor.get(node, node)
        pids = {process.node: process.pid for process in self._processes}
        self._evidence.append(
            DetectionHit(
                detection=detection,
                rule_id=known.rule_id,
                type=known.type,
                risk=known.risk,
                attack=list(known.attack),
                host=self.host,
                time=iso(self.now),
                pid=pids.get(actor),
                event_id=event_id,
                source=self.source,
                record=self._record,
                node=node,
                layer=layer,
                by=by,
                also=list(also),
                fields=fields,
                actor=actor if actor in pids else None,
            )
        )

    def chain(
        self, verdict: Verdict, family: str | None, parts: list[tuple[str, float, str]]
    ) -> Chain:
        """The finished chain."""
        return Chain(
            id="chain-" + uuid5(NAMESPACE_URL, f"{self.host}{self._first}").hex[:12],
            score=round(sum(points for _, points, _ in parts), 1),
            verdict=verdict,
            family=family,
            hosts=[self.host],
            first_seen=iso(self._first),
            last_seen=iso(self.now),
            score_parts=[
                ScorePart(part=part, points=points, why=why) for part, points, why in parts
            ],
            stages=self._stages(),
            processes=self._processes,
            artifacts=list(self._artifacts.values()),
            edges=self._edges,
            evidence=self._evidence,
        )

    def _stages(self) -> list[Stage]:
        found: dict[str, list[DetectionHit]] = {}
        for hit in self._evidence:
            found.setdefault(DETECTIONS.get(hit.detection, _USERS).stage, []).append(hit)
        nodes = {process.node for process in self._processes}
        return [
            Stage(
                tactic=tactic,
                first_seen=hits[0].time,
                detections=list(dict.fromkeys(hit.detection for hit in hits)),
                processes=[
                    node
                    for node in dict.fromkeys(self._actor.get(hit.node, hit.node) for hit in hits)
                    if node in nodes
                ],
            )
            for tactic, hits in found.items()
        ]

    def _tick(self) -> None:
        self._record += 3
        self.now += timedelta(seconds=1.37)

    def _edge(self, source: str, target: str, kind: str) -> None:
        edge = {
            "from": source,
            "to": target,
            "kind": kind,
            "time": iso(self.now),
            "source": self.source,
            "record": self._record,
        }
        self._edges.append(ChainEdge.model_validate(edge))
