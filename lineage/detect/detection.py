"""What a detection is, apart from the conditions it fires on.

A `Detection` is made from a Sigma rule's own keys and its `lineage:` block; nothing here knows
Sigma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from lineage.detect.acting import NO_ANCESTRY, Ancestry

if TYPE_CHECKING:
    from lineage.graph.schema import NodeKind
    from lineage.normalise.event import Event

DetectionType = Literal["TTP", "Anomaly", "Hunting"]
"""TTP: worth attention alone. Anomaly, Hunting: weak alone."""

Layer = Literal["core", "bridge", "extension", "tradecraft", "alert"]
"""Which reading of a detection an event met: the published condition; the same once the graph fills
a gap of the recording; or an analyst's addition to it. Hits of the tradecraft pack are a layer of
their own, beside the story's, and so are alerts that another tool raised."""

Pack = Literal["remcos", "tradecraft"]
"""The rules that ship: the 33 detections of the Remcos story; and the ways in and first runs that
campaigns use, whoever they bring."""

Level = Literal["informational", "low", "medium", "high", "critical"]
"""Sigma's severity levels."""

Stage = Literal[
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
]
"""The tactics of MITRE ATT&CK for Enterprise, by their slugs."""

TACTIC_ALIASES: dict[str, Stage] = {
    "stealth": "defense-evasion",
    "defense-impairment": "defense-evasion",
}
"""Tactics into which ATT&CK 19 (2026) divided defense evasion, which rules and chains here keep
whole."""

Implicated = Literal[
    "actor",
    "parent",
    "parent-if-matched",
    "container-file",
    "deleted-file",
    "loaded-file",
    "autostart-program",
    "later-runner",
    "file-writer",
    "mounted-program",
]
"""What a hit throws suspicion on, beside the node that it tags.

- actor: the process that the event belongs to (writer, loader, setter, asker, opener, PowerShell).
- parent: the parent of the process that started.
- parent-if-matched: the parent, where the hit rests on a field of the parent (`Parent...` is among
  the match's fields).
- container-file: the archive or disk image that the command line names.
- deleted-file: the file that the command line deletes.
- loaded-file: the library that the command line names.
- autostart-program: the program that the registry data names, once it starts.
- later-runner: whatever later runs or loads the file.
- file-writer: the process that wrote the file which the new process runs.
- mounted-program: processes that soon run from the drive that opening the disk image brought.
"""

Join = Literal["process-start", "process-start-same-hour"]
"""What else the core layer asks for: the acting process's own start in the data; with
`same-hour`, in the same clock hour (UTC) as the event."""

PACKS: tuple[Pack, ...] = get_args(Pack)
STAGES: tuple[Stage, ...] = get_args(Stage)
IMPLICATED: tuple[Implicated, ...] = get_args(Implicated)
LAYERS: tuple[Layer, ...] = get_args(Layer)
"""From the strongest to the weakest."""
LEVELS: tuple[Level, ...] = get_args(Level)
JOINS: tuple[Join, ...] = get_args(Join)
DETECTION_TYPES: tuple[DetectionType, ...] = get_args(DetectionType)

IMAGE_ONLY = "image-only"
"""Bridge: the core asks for the process's start, the data has none; the event's image is enough."""
PARENT_BY_PID = "parent-by-pid"
"""Bridge: the event doesn't say who the parent is; its fields come from the parent's node."""
FROM_GRAPH = "acting-process"
"""Bridge: the event doesn't tell a field of the acting process; it comes from the graph."""
NO_HOUR_LIMIT = "no-hour-limit"
"""Extension: the core asks for a start in the same clock hour; the process started in another."""
WHOLE_BLOCK = "whole-block"
"""Extension: met by a script block as a whole, by none of its parts."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A detection as reports and correlators see it.

    Attributes:
        title: the story's exact name, or the title of a user's Sigma rule.
        rule_id: UUID of the (core) rule, lower case; where a user's rule has none, its place
            (`file#document`).
        type: TTP, Anomaly or Hunting.
        risk: 0 to 100; impact x confidence / 100 for the built-in ones.
        impact: 0 to 100; None where only the risk is known.
        confidence: 0 to 100; None where only the risk is known.
        level: Sigma level.
        attack: ATT&CK technique ids in the rule's order ("T1562.001").
        tactics: ATT&CK tactics that a hit may stand for in a chain, the rule's first one first.
        tags: kind of the node that a hit tags.
        implicates: what else a hit throws suspicion on.
        family: malware family that the detection is specific to, else None.
        sources: event sources (`lineage.normalise.sources`) that feed it.
        join: what else the core asks for, else None.
        extensions: names of its extensions, in order of trial.
        pack: which of the package's own rules it is among; None for a user's.
        path: rule file, as given or as a package resource.
        description: what it means, in a sentence or two.
        false_positives: what else fires it.
        status: Sigma's word for how ripe the rule is; "experimental" where it states none.
        labels: the rule's own Sigma tags ("attack.execution", "cve.2021-44228").
    """

    title: str
    rule_id: str
    type: DetectionType
    risk: int
    impact: int | None
    confidence: int | None
    level: Level
    attack: tuple[str, ...]
    tactics: tuple[Stage, ...]
    tags: NodeKind
    implicates: tuple[Implicated, ...]
    family: str | None
    sources: tuple[str, ...]
    join: Join | None
    extensions: tuple[str, ...]
    pack: Pack | None
    path: str
    description: str
    false_positives: tuple[str, ...] = ()
    status: str = "experimental"
    labels: tuple[str, ...] = ()

    @property
    def stage(self) -> Stage | None:
        """The tactic under which a hit is listed; None where the rule names none."""
        return self.tactics[0] if self.tactics else None


class Context(NamedTuple):
    """What the graph knows about an event's process, for the bridges.

    Attributes:
        parent_image: image of the parent's node, or None.
        parent_command_line: command line of the parent's node, or None.
        process_start: when the acting process's own logged start was, in ticks of 100 ns since
            1970 UTC; None where its start isn't in the data.
        ancestry: the acting process and who started it, where a rule asks for their fields.
    """

    parent_image: str | None = None
    parent_command_line: str | None = None
    process_start: int | None = None
    ancestry: Ancestry = NO_ANCESTRY


NO_CONTEXT = Context()
"""Nothing is known but the event itself."""


class Match(NamedTuple):
    """An event met a detection.

    Attributes:
        detection: which.
        layer: by which of its layers; "core" or "bridge" for a user's rule, "tradecraft" for one of
            that pack, and "alert" for another tool's.
        by: the bridge's or extension's name, or the tool's; None for the core.
        fields: the event's fields that made it match, with their values as the telemetry has them.
        also: the other events that a correlation rests on.
    """

    detection: Detection
    layer: Layer
    by: str | None
    fields: dict[str, str]
    also: tuple[Event, ...] = ()


class RuleProblem(NamedTuple):
    """What is wrong with a rule.

    Attributes:
        path: the rule file as given.
        title: the rule's title, where it could be read.
        reason: what is wrong and what to do, in one line without the place.
        fatal: whether the rule is not used for it.
    """

    path: str
    title: str | None
    reason: str
    fatal: bool
