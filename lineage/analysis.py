"""What an analysis comes to: the product of all steps from reading to correlation.

The report is made of it, and whatever looks beyond the report: slices, and the push of a run's
whole graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.correlate.chain import Chain
    from lineage.detect.alerts.read import AlertFile
    from lineage.detect.allow import Allowance
    from lineage.detect.coverage import Coverage
    from lineage.detect.detection import RuleProblem
    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.problems import InputLedger


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an analysis came to.

    Attributes:
        inputs: the ledgers, in the order of their index in event references.
        graph: the provenance graph.
        hits: all hits, in order of time.
        chains: best first.
        coverage: one per detection.
        rule_problems: what is wrong with rules of the user's.
        allowances: what was taken to be benign, with what it took away.
        notes: what else there is to say of the run's own settings.
        alert_files: files of other tools' alerts, with what became of those.
    """

    inputs: Sequence[InputLedger]
    graph: ProvenanceGraph
    hits: Sequence[Hit] = ()
    chains: Sequence[Chain] = ()
    coverage: Sequence[Coverage] = ()
    rule_problems: Sequence[RuleProblem] = ()
    allowances: Sequence[Allowance] = ()
    notes: Sequence[str] = ()
    alert_files: Sequence[AlertFile] = ()
