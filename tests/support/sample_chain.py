"""Makes chains for tests, one fact after another.

Edges leave the node that acted, as the graph's schema has it; the score is the sum of its parts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from lineage.report.model import (
    Artifact,
    ArtifactKind,
    Chain,
    ChainEdge,
    ChainProcess,
    DetectionHit,
    Layer,
    RecordReference,
    ScorePart,
    Stage,
    Verdict,
)

_SOURCES = {
    "starts": ("sysmon-1", "security-4688", "crowdstrike-processrollup2"),
    "registry": ("sysmon-12", "sysmon-13"),
    "7": ("sysmon-7",),
    "11": ("sysmon-11",),
    "22": ("sysmon-22",),
    "4663": ("security-4663",),
    "4104": ("powershell-4104",),
}
_TABLE = """\
Add or Set Windows Defender Exclusion|TTP|64|T1562.001 T1562|defense-evasion|starts
Detect Outlook exe writing a zip file|TTP|25|T1566 T1566.001|initial-access|11
Disabling Remote User Account Control|TTP|42|T1548.002 T1548|privilege-escalation|registry
Executables Or Script Creation In Suspicious Path|Anomaly|20|T1036|defense-evasion|11
Jscript Execution Using Cscript App|TTP|49|T1059 T1059.007|execution|starts
Loading Of Dynwrapx Module|TTP|80|T1055 T1055.001|execution|7
Malicious InProcServer32 Modification|TTP|80|T1218.010 T1112|defense-evasion|registry
Non Chrome Process Accessing Chrome Default Dir|Anomaly|35|T1555 T1555.003|credential-access|4663
Non Firefox Process Access Firefox Profile Dir|Anomaly|35|T1555 T1555.003|credential-access|4663
Office Document Executing Macro Code|TTP|35|T1566 T1566.001|initial-access|7
Office Product Spawn CMD Process|TTP|56|T1566 T1566.001|initial-access|starts
Office Product Spawning Windows Script Host|TTP|63|T1566 T1566.001|initial-access|starts
Possible Browser Pass View Parameter|Hunting|16|T1555.003 T1555|credential-access|starts
Powershell Windows Defender Exclusion Commands|TTP|64|T1562.001 T1562|defense-evasion|4104
Process Deleting Its Process File Path|TTP|60|T1070|defense-evasion|starts
Process Writing DynamicWrapperX|Hunting|80|T1059 T1559.001|execution|11
Registry Keys Used For Persistence|TTP|76|T1547.001 T1547|persistence|registry
Regsvr32 Silent and Install Param Dll Loading|Anomaly|36|T1218 T1218.010|defense-evasion|starts
Regsvr32 with Known Silent Switch Cmdline|Anomaly|56|T1218 T1218.010|defense-evasion|starts
Remcos client registry install entry|TTP|90|T1112|persistence|registry
Remcos RAT File Creation in Remcos Folder|TTP|100|T1113|collection|11
Suspicious Image Creation In Appdata Folder|TTP|49|T1113|collection|11
Suspicious Process DNS Query Known Abuse Web Services|TTP|64|T1059.005 T1059|command-and-control|22
Suspicious Process Executed From Container File|TTP|16|T1204.002 T1036.008|execution|starts
Suspicious Process File Path|TTP|35|T1543|defense-evasion|starts
Suspicious WAV file in Appdata Folder|TTP|49|T1113|collection|11
System Info Gathering Using Dxdiag Application|Hunting|25|T1592|discovery|starts
Vbscript Execution Using Wscript App|TTP|49|T1059.005 T1059|execution|starts
Windows Defender Exclusion Registry Entry|TTP|64|T1562.001 T1562|defense-evasion|registry
Windows ISO LNK File Creation|Hunting|40|T1566.001 T1566 T1204.001 T1204|initial-access|11
Windows Phishing Recent ISO Exec Registry|Hunting|40|T1566.001 T1566|initial-access|registry
Winhlp32 Spawning a Process|TTP|80|T1055|defense-evasion|starts
Wscript Or Cscript Suspicious Child Process|TTP|49|T1055 T1543 T1134.004 T1134|execution|starts
"""


class Known(NamedTuple):
    """A detection: type, risk, techniques, tactic and event sources."""

    type: str
    risk: int
    attack: list[str]
    tactic: str
    sources: tuple[str, ...]


def _known(line: str) -> tuple[str, Known]:
    title, kind, risk, attack, tactic, source = line.split("|")
    return title, Known(kind, int(risk), attack.split(), tactic, _SOURCES[source])


DETECTIONS: dict[str, Known] = dict(map(_known, _TABLE.splitlines()))
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
_UNKNOWN = Known("TTP", 50, ["T1059"], "execution", ("sysmon-1",))


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

    def does(self, actor: str, kind: str, what: ArtifactKind, value: str) -> str:
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
        known = DETECTIONS.get(detection, _UNKNOWN)
        actor = self._actor.get(node, node)
        pids = {process.node: process.pid for process in self._processes}
        self._evidence.append(
            DetectionHit(
                detection=detection,
                rule_id=str(uuid5(NAMESPACE_URL, detection)),
                type=known.type,
                risk=known.risk,
                attack=known.attack,
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
            found.setdefault(DETECTIONS.get(hit.detection, _UNKNOWN).tactic, []).append(hit)
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
