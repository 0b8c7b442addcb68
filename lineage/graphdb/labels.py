"""What Neo4j holds beside the provenance graph: detections and chains, tied to its nodes.

The provenance graph's own labels and types are `lineage.graph.schema`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from lineage.graph.schema import EDGE_SCHEMAS, NODE_SCHEMAS, EdgeKind, NodeKind

DETECTION = "Detection"
CHAIN = "Chain"
ENTITY = "Entity"
"""A label of every node of a case: by it a node is found where only its case and id are known."""
IN_CHAIN = "InChain"
"""A label of the nodes by which a chain is drawn first: processes, and what carried causality."""
TAGGED = "Tagged"
"""A second label, beside the kind's own, of every node that a detection tags."""

TAGGED_BY = "TAGGED_BY"
PART_OF = "PART_OF"
EVIDENCED_BY = "EVIDENCED_BY"
BYSTANDER_OF = "BYSTANDER_OF"


@dataclass(frozen=True, slots=True)
class Described:
    """A label or type that the analysis adds.

    Attributes:
        name: as Neo4j knows it.
        meaning: one sentence.
        properties: property name -> meaning, beside `case`.
    """

    name: str
    meaning: str
    properties: dict[str, str]


_SEEN = {
    "first": "time of the first fact",
    "last": "time of the last",
    "count": "how many facts",
    "evidence": "records that show it, as source#record; the first and last five of many",
    "records": "what makes each of them this record, whatever its input is called",
}

ANALYSIS_LABELS = (
    Described(
        DETECTION,
        "A detection that fired in the case.",
        {
            "id": "rule id",
            "title": "name",
            "type": "TTP, Anomaly or Hunting",
            "risk": "0 to 100",
            "attack": "ATT&CK technique ids",
        },
    ),
    Described(
        CHAIN,
        "An attack chain.",
        {
            "id": "chain id, as in the report",
            "score": "0 to 100",
            "verdict": "confirmed, probable or suspicious",
            "family": "malware family, where known",
            "correlator": "which correlator read the chain so",
            "campaign": "name of the campaign, where other chains share the attack's own traits",
            "traits": "those traits, as kind=value",
            "hosts": "hosts",
            "tactics": "ATT&CK tactics in order of time",
            "score_parts": "the score's parts: points, name, why",
            "first_seen": "time of its first step",
            "last_seen": "time of its last",
        },
    ),
)
ANALYSIS_TYPES = (
    Described(
        TAGGED_BY,
        "From a node to a detection that fired on it.",
        _SEEN
        | {
            "layer": "core, bridge, extension, tradecraft or alert; the strongest of several",
            "by": "the bridge's or extension's name",
            "fields": "what made it match, as Field=value",
        },
    ),
    Described(
        PART_OF,
        "From a node to a chain that it belongs to.",
        {
            "role": "the process's role; artifact; evidence for a tagged node that is neither",
            "order": "the how many-th the chain draws it, in order of time; absent where not first",
            "tactics": "tactics that the process serves",
        },
    ),
    Described(
        BYSTANDER_OF,
        "From a process that a chain only went through, and that is not its own.",
        {"order": "as that of PART_OF"},
    ),
    Described(EVIDENCED_BY, "From a chain to a detection that it stands on.", _SEEN),
)

LABEL: dict[NodeKind, str] = {schema.kind: schema.label for schema in NODE_SCHEMAS}
LABELS: tuple[str, ...] = (*LABEL.values(), *(label.name for label in ANALYSIS_LABELS))
"""Every label that a node of a case has as its kind."""
TYPE: dict[EdgeKind, str] = {schema.kind: schema.type for schema in EDGE_SCHEMAS}
TYPES: tuple[str, ...] = (
    *TYPE.values(),
    *(relationship.name for relationship in ANALYSIS_TYPES),
)
