"""Removes exactly one case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graphdb.labels import LABELS
from lineage.graphdb.statement import statement

if TYPE_CHECKING:
    from lineage.graphdb.connect import Database

ROWS = 5000
"""Deleted in one transaction, so that a case of any size needs no more of the server's memory."""


def drop(database: Database, case: str) -> tuple[int, int]:
    """Removes a case's nodes and relationships; other cases stay as they are.

    Returns:
        How many nodes and relationships were there. (0, 0) where no case has that name.

    Raises:
        DatabaseError: the server refused; what was removed till then stays removed.
    """
    with database.session() as session:
        dropped = {"drop_relationships": 0, "drop_nodes": 0}
        for name in dropped:
            for label in LABELS:
                # Not a managed transaction: IN TRANSACTIONS makes its own
                record = session.run(statement(name, label=label), case=case, rows=ROWS)
                dropped[name] += record.single(strict=True)["dropped"]
    return dropped["drop_nodes"], dropped["drop_relationships"]
