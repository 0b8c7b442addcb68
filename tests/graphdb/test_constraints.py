from __future__ import annotations

import pytest
from neo4j.exceptions import ConstraintError

from lineage.graphdb import constraints
from lineage.graphdb.labels import ENTITY


def test_a_node_has_a_unique_key_and_that_may_be_made_twice(database, ask):
    constraints.ensure(database)
    constraints.ensure(database)
    rows = ask(
        "SHOW CONSTRAINTS YIELD name, labelsOrTypes, properties WHERE name STARTS WITH 'lineage_' "
        "RETURN labelsOrTypes AS labels, properties"
    )
    assert rows == [{"labels": [ENTITY], "properties": ["case", "id"]}]


def test_indexes_can_be_used_at_once(database, ask):
    constraints.ensure(database)
    rows = ask("SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'lineage_' RETURN state")
    assert {row["state"] for row in rows} == {"ONLINE"}


def test_the_same_id_twice_in_a_case_is_refused(database, case):
    constraints.ensure(database)
    with (
        database.driver.session() as session,
        pytest.raises(ConstraintError),
    ):
        session.run(
            f"CREATE (:{ENTITY} {{case: $case, id: 1}}), (:{ENTITY} {{case: $case, id: 1}})",
            case=case,
        ).consume()
