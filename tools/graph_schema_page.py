"""The schema -> `docs/graph-schema.md`; `pages.py` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.schema import EDGE_SCHEMAS, NODE_SCHEMAS, Flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.graph.schema import EdgeSchema, NodeSchema

_INTRODUCTION: Final = """\
# Graph schema

Generated from `lineage/graph/schema.py`; change that, not this page.

The graph is a provenance graph: processes are subjects, everything else is an object, and an edge
says what its source did to its target. Equal facts are one edge, which keeps the place in time of
every event that shows it. A node's id begins with its kind.
"""
_NODES: Final = """\
## Nodes

Properties that telemetry doesn't tell are absent.
"""
_EDGES: Final = """\
## Edges

*Causality* says how influence runs: *along* the arrow (who starts a child influences it), *against*
it (a file that is run influences the process that runs it), or not at all.
"""
_CAUSALITY: Final[dict[Flow, str]] = {"forward": "along", "backward": "against", "none": "none"}


def markdown() -> str:
    """The page about the graph's nodes and edges."""
    sections = [
        _INTRODUCTION,
        _NODES,
        "\n".join(line for schema in NODE_SCHEMAS for line in _node(schema)),
        _EDGES,
        "\n".join(_edges()),
    ]
    return "\n".join(sections) + "\n"


def _node(schema: NodeSchema) -> Iterator[str]:
    yield f"### {schema.kind}\n"
    yield f"{schema.meaning} In Neo4j `:{schema.label}`.\n"
    yield "| property | meaning |"
    yield "|---|---|"
    for entry in schema.properties:
        yield f"| `{entry.name}` | {entry.meaning} |"
    yield ""


def _edges() -> Iterator[str]:
    yield "| edge | in Neo4j | causality | meaning |"
    yield "|---|---|---|---|"
    for schema in EDGE_SCHEMAS:
        causality = _CAUSALITY[schema.flow]
        yield f"| `{schema.kind}` | `{_arrow(schema)}` | {causality} | {schema.meaning} |"


def _arrow(schema: EdgeSchema) -> str:
    """The edge as a Cypher pattern; a bar in a table must be escaped."""
    labels = {node.kind: node.label for node in NODE_SCHEMAS}
    source, target = (
        r"\|".join(labels[kind] for kind in kinds) for kinds in (schema.source, schema.target)
    )
    return f"(:{source})-[:{schema.type}]->(:{target})"
