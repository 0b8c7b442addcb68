from __future__ import annotations

import pytest

from lineage.graphdb.statement import statement


@pytest.mark.parametrize("label", ["a b", "A`", "A) DETACH DELETE n //", "", "A-B", "Ä"])
def test_only_plain_names_are_filled_in(label):
    with pytest.raises(ValueError, match="not a name"):
        statement("node", label=label)


def test_every_hole_must_be_filled():
    with pytest.raises(KeyError):
        statement("index", label="File")
