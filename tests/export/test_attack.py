from __future__ import annotations

import pytest

from lineage.detect.catalog import load_builtin
from lineage.export.attack import TECHNIQUE_NAMES, technique_name, techniques


def test_every_technique_of_the_detections_has_a_name() -> None:
    known = {technique for rule in load_builtin() for technique in rule.detection.attack}
    assert known <= TECHNIQUE_NAMES.keys()


def test_a_users_technique_is_called_by_its_id() -> None:
    assert technique_name("T1486") == "T1486"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["T1566", "T1566.001", "T1566"], ["T1566.001", "T1566"]),
        (["TA0002", "S0332", "G0016", "t1059", "T1059.1", "CVE-2021-1"], []),
        ([], []),
    ],
)
def test_techniques_among_tags(tags: list[str], expected: list[str]) -> None:
    assert techniques(tags) == expected
