"""The report contract: the one product of a run; every rendering is made from it.

`lineage schema` prints the JSON Schema generated from these models. Fields may be added; none may
be renamed or change meaning without a new major `schema_version`. Times are ISO 8601 in UTC with
`Z`. Text is the telemetry's own, unescaped: escape it where it is shown (`lineage.report.escape`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from lineage.correlate.finding import Verdict
from lineage.detect.detection import Layer
from lineage.graph.schema import ObjectKind

if TYPE_CHECKING:
    import pandas as pd

    from lineage.report.frames import Table

SCHEMA_VERSION = "1.0"

Count = Annotated[int, Field(ge=0)]


class Model(BaseModel):
    """Frozen, and closed to fields that the contract does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def copy_of(cls, value: object) -> Self:
        """The model of a value of the run that has attributes of the same names."""
        return cls.model_validate(value, from_attributes=True)


class Generator(Model):
    """Which program made the report."""

    name: str
    version: str


class InputProblem(Model):
    """A record that could not be read; `record` is null where the trouble is the file's."""

    record: int | None
    reason: str


class IgnoredEvent(Model):
    """A kind of event that isn't read, and how many records of it there were."""

    provider: str
    event_id: int | str
    records: Count


class Input(Model):
    """One file that was read. records == events + ignored + duplicates + rejected.

    `kind` says what a file is that is no telemetry ("registry hive"); it is null for telemetry.
    """

    source: str
    format: str
    kind: str | None = None
    records: Count
    events: Count
    ignored: Count
    duplicates: Count
    rejected: Count
    problems: list[InputProblem]
    ignored_events: list[IgnoredEvent] = []


class GraphCounts(Model):
    """How many nodes and edges of each kind the provenance graph has."""

    nodes: dict[str, int]
    edges: dict[str, int]


class Coverage(Model):
    """Whether a detection could have fired on this input at all."""

    detection: str
    evaluable: bool
    sources_present: list[str]
    missing: list[str]
    pack: str | None = Field(
        default=None, description="The package's rule pack that it is of; null for a user's rule."
    )


class RecordReference(Model):
    """A record in a source."""

    event_id: int | str
    source: str
    record: int


class TimedRecord(RecordReference):
    """A record in a source, and when what it tells happened, on its host's clock."""

    time: str


class DetectionHit(Model):
    """A detection that fired: one per detection and fact."""

    detection: str
    rule_id: str
    type: str
    risk: int
    attack: list[str]
    host: str
    time: str
    pid: int | None
    event_id: int | str
    source: str
    record: int
    node: str
    layer: Layer
    by: str | None
    also: list[RecordReference]
    fields: dict[str, str] = Field(
        default_factory=dict, description="The fields that made it match, with their values."
    )
    actor: str | None = Field(
        default=None,
        description="Node of the acting process (for a process start, the new one), where known.",
    )
    image: str | None = Field(default=None, description="The acting process's program.")
    user: str | None = Field(default=None, description="The account that it runs as.")
    integrity: str | None = Field(default=None, description="Its integrity level.")


class ScorePart(Model):
    """One part of a chain's score."""

    part: str
    points: float
    why: str


class Stage(Model):
    """A tactic that a chain covers."""

    tactic: str
    first_seen: str
    detections: list[str]
    processes: list[str]


class ChainProcess(Model):
    """A process that the attack ran or took over."""

    node: str
    host: str
    pid: int | None
    image: str | None
    command_line: str | None
    start: str | None
    parent: str | None
    role: str
    hashes: dict[str, str] = Field(
        default_factory=dict, description="Of its program: algorithm -> digest, upper case."
    )
    end: str | None = Field(default=None, description="When it ended, where that was recorded.")
    parent_is_guess: bool = Field(
        default=False,
        description="Whether the parent is only the likely one: who was known to hold a pid last.",
    )
    user: str | None = Field(default=None, description="The account that it runs as.")
    integrity: str | None = Field(
        default=None, description="Its integrity level: Low, Medium, High, System ..."
    )
    logon_id: str | None = Field(default=None, description="Of its logon session, hexadecimal.")
    original_file_name: str | None = Field(
        default=None, description="What its program's version information says that it is called."
    )


class Artifact(Model):
    """A thing that the attack left or used."""

    node: str
    kind: ObjectKind
    value: str
    hashes: dict[str, str] = Field(default_factory=dict, description="Of its content, if logged.")
    host: str | None = Field(default=None, description="Where it is, unless it is everybody's.")
    data: str | None = Field(
        default=None,
        description="What a registry value was last set to; what a service, task or WMI consumer "
        "runs.",
    )


class ChainEdge(Model):
    """A causal step of a chain, with the record that shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    kind: str
    time: str
    source: str
    record: int
    also: list[TimedRecord] = Field(
        default_factory=list,
        description="For a step to another host, the record of that host.",
    )
    guess: bool = Field(
        default=False, description="Whether the step is only likely, as no record ties its ends."
    )


class Trait(Model):
    """Something that only an attack has, by which chains are compared."""

    kind: str
    value: str


class Campaign(Model):
    """Chains that share what only the attack has."""

    name: str
    traits: list[Trait]


class Chain(Model):
    """An attack chain. sum(part.points for part in score_parts) == score."""

    id: str
    score: float
    verdict: Verdict
    family: str | None
    hosts: list[str]
    first_seen: str
    last_seen: str
    score_parts: list[ScorePart]
    stages: list[Stage]
    processes: list[ChainProcess]
    artifacts: list[Artifact]
    edges: list[ChainEdge]
    evidence: list[DetectionHit]
    correlator: str = Field(default="", description="Which correlator read the chain so.")
    bystanders: list[ChainProcess] = Field(
        default_factory=list,
        description="Processes that causality only went through; not the attack's.",
    )
    campaign: Campaign | None = Field(
        default=None, description="The campaign, where other chains share the attack's own traits."
    )


class Rule(Model):
    """What a rule that fired says of itself."""

    rule_id: str
    title: str
    level: str
    description: str
    false_positives: list[str]


class LoggedRecord(Model):
    """A record as it was logged."""

    source: str
    record: int
    host: str = Field(description="As the evidence calls it.")
    event_id: int | str
    provider: str
    channel: str
    computer: str
    time: str = Field(description="As the source writes it.")
    process_id: int | None = Field(default=None, description="Of the process that logged it.")
    user: str | None = Field(default=None, description="SID in its header.")
    data: dict[str, str] = Field(description="Its fields; what is nested as JSON.")
    cut: bool = Field(default=False, description="Whether a long field was cut, which it says.")


class RuleProblem(Model):
    """What is wrong with a rule of the user's; `used` says whether it runs all the same."""

    rule: str
    reason: str
    path: str = ""
    used: bool = False


class AllowedRecord(Model):
    """A record whose hit was taken away."""

    source: str
    record: int


class Allowance(Model):
    """An entry of an allow file, and the hits that it took away."""

    place: str
    rule: str
    reason: str
    expires: str
    hits: dict[str, int] = Field(description="Detection -> hits taken away.")
    records: list[AllowedRecord] = Field(description="The first 100 of them.")


class Unchained(Model):
    """Hits of a rule of level high or critical on one host, which are on no chain."""

    detection: str
    rule_id: str
    level: str
    host: str
    first_seen: str
    image: str | None = Field(description="Program of the process that the first one is about.")
    records: list[RecordReference] = Field(description="Of each hit, in order of time.")
    why: str | None = Field(default=None, description="Why they are on none, where that is known.")


class AlertFile(Model):
    """A file of other tools' alerts. alerts == placed + unplaced."""

    source: str
    tools: list[str]
    alerts: Count
    placed: Count = Field(description="Put onto the node that they are about: layer `alert`.")
    unplaced: Count
    others: Count = Field(description="Objects or rows that are no alert, or can't be read.")
    problems: list[InputProblem] = Field(description="The first of both, with the reason.")


class LeftOut(Model):
    """How much was found, and left out of the report as the user asked."""

    chains: Count
    hits: Count


class Report(Model):
    """Everything a run found, and everything it read or could not read."""

    schema_version: str = SCHEMA_VERSION
    generator: Generator
    inputs: list[Input]
    graph: GraphCounts
    coverage: list[Coverage]
    detections: list[DetectionHit]
    chains: list[Chain]
    rules: list[Rule] = Field(default_factory=list, description="The rules that fired.")
    rule_problems: list[RuleProblem] = Field(default_factory=list)
    tradecraft_coverage: list[Coverage] = Field(
        default_factory=list,
        description="The same as coverage, of the tradecraft rules beside the story's detections.",
    )
    unchained: list[Unchained] = Field(
        default_factory=list,
        description="What rules of level high and critical hit outside of all chains.",
    )
    allowances: list[Allowance] = Field(default_factory=list)
    alert_files: list[AlertFile] = Field(
        default_factory=list, description="Other tools' alerts (--alerts)."
    )
    left_out: LeftOut | None = Field(
        default=None, description="What --since, --host, --verdict ... left out of the report."
    )
    records: list[LoggedRecord] = Field(
        default_factory=list,
        description="The records that the chains' evidence names, as logged, within bounds; none "
        "with --no-records.",
    )
    records_left_out: Count = Field(
        default=0,
        description="How many more the evidence names: beyond the bounds, or of what can't be read "
        "twice, as standard input; `lineage record` shows them.",
    )
    notes: list[str] = Field(
        default_factory=list, description="What else there is to say of the run's own settings."
    )

    def to_pandas(self, table: Table = "chains") -> pd.DataFrame:
        """A table of the report as a pandas frame (`lineage.report.frames.to_pandas`)."""
        from lineage.report.frames import to_pandas

        return to_pandas(self, table)
