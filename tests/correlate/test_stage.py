from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attacks import intrusion, tagged
from hosts import Host

from lineage.correlate.finding import Cluster, ScorePart, TaggedGraph
from lineage.correlate.stage import StageCorrelator, detected

if TYPE_CHECKING:
    from lineage.correlate.finding import StageFinding
    from lineage.correlate.stage import Clue

MACRO = "Office Document Executing Macro Code"
RUN_KEY = "Registry Keys Used For Persistence"


def found(*clues: Clue) -> list[StageFinding]:
    host = Host()
    intrusion(host, "nipe")
    return list(StageCorrelator("own", "persistence", clues)(tagged(host)))


def always(points: float) -> Clue:
    def clue(_: Cluster, __: TaggedGraph) -> ScorePart:
        return ScorePart("always", points, "it says so")

    return clue


def never(_: Cluster, __: TaggedGraph) -> None:
    return None


def test_no_clue_is_no_finding() -> None:
    assert found() == found(never) == found(detected(50, "No Such Detection")) == []


@pytest.mark.parametrize(("points", "score"), [((30, 20), 50), ((60, 60), 100), ((0.5,), 0.5)])
def test_points_of_clues_add_up_to_a_hundred_at_most(
    points: tuple[float, ...], score: float
) -> None:
    (finding,) = found(never, *map(always, points))
    assert finding.score == score
    assert (finding.correlator, finding.tactic) == ("own", "persistence")


def test_detections_of_one_clue_count_once_and_are_named() -> None:
    (finding,) = found(detected(40, MACRO, RUN_KEY, "No Such Detection"))
    assert finding.parts == (ScorePart("detection", 40, f"{MACRO} and {RUN_KEY}"),)
