"""Constraints and indexes, from the schema: a node is known by (case, id)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.schema import NODE_SCHEMAS
from lineage.graphdb.labels import LABELS
from lineage.graphdb.rows import NAMED_KINDS
from lineage.graphdb.statement import statement

if TYPE_CHECKING:
    from lineage.graphdb.connect import Database

INDEX_SECONDS = 300
"""How long to wait for an index over what is there already."""


def statements() -> list[str]:
    """The statements that make every constraint and index; each may be run again."""
    made = []
    for label in LABELS:
        lower = label.lower()
        made.append(statement("unique", constraint_name=f"lineage_{lower}_id", label=label))
        made.append(
            statement("index", index_name=f"lineage_{lower}_case", label=label, properties="n.case")
        )
    made += [
        statement(
            "index",
            index_name=f"lineage_{schema.label.lower()}_name",
            label=schema.label,
            properties="n.case, n.name",
        )
        for schema in NODE_SCHEMAS
        if schema.kind in NAMED_KINDS
    ]
    return made


def ensure(database: Database) -> None:
    """Makes the constraints and indexes that aren't there, and waits until they can be used.

    Raises:
        DatabaseError: the server refused, for instance because the user may not create them.
    """
    with database.session() as session:
        for each in statements():
            session.run(each).consume()
        session.run(statement("await_indexes"), seconds=INDEX_SECONDS).consume()
