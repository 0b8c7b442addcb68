"""Constraints and indexes, from the schema: a node is known by (case, id)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.schema import NODE_SCHEMAS
from lineage.graphdb.labels import ENTITY, LABELS
from lineage.graphdb.rows import DIGESTS
from lineage.graphdb.statement import statement

if TYPE_CHECKING:
    import neo4j

    from lineage.graphdb.connect import Database

FULL_TEXT = "lineage_text"
"""The full-text index that `queries/text-search.cypher` asks."""
UNIQUE = "lineage_entity_id"
INDEX_SECONDS = 300
"""How long to wait for an index over what is there already."""


def statements() -> dict[str, str]:
    """Name -> the statement that makes the constraint or index of that name."""
    made = {UNIQUE: statement("unique", constraint_name=UNIQUE, label=ENTITY)}
    for label in LABELS:
        made |= _index(f"lineage_{label.lower()}_case", label, "n.case")
    for schema in NODE_SCHEMAS:
        if any(entry.indexed for entry in schema.properties):
            name = f"lineage_{schema.label.lower()}_name"
            made |= _index(name, schema.label, "n.case, n.name")
    for name in DIGESTS:
        made |= _index(f"lineage_{name}", ENTITY, f"n.{name}")
    made[FULL_TEXT] = statement("full_text", index_name=FULL_TEXT)
    return made


def _index(name: str, label: str, properties: str) -> dict[str, str]:
    return {name: statement("index", index_name=name, label=label, properties=properties)}


def ensure(database: Database) -> None:
    """Makes the constraints and indexes that aren't there, and waits until they can be used.

    Raises:
        DatabaseError: the server refused, for instance because the user may not create them.
    """
    with database.session() as session:
        there = session.run(statement("index_names")).single(strict=True)["names"]
        missing = [code for name, code in statements().items() if name not in there]
        if missing:
            session.execute_write(_make, missing)
        session.run(statement("await_indexes"), seconds=INDEX_SECONDS).consume()


def _make(transaction: neo4j.ManagedTransaction, missing: list[str]) -> None:
    """In one transaction: each by itself takes a fresh server a second."""
    for code in missing:
        transaction.run(code).consume()
