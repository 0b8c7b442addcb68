"""All that a correlator needs; with `lineage.graph`, all it may import.

A correlator looks at one cluster after another, each a set of tagged nodes that time-respecting
causal paths connect, and yields what it makes of it. Stage correlators look for one tactic; chain
correlators align a template with what those found.
"""

from lineage.correlate.align import TemplateChain
from lineage.correlate.finding import (
    Cluster,
    Correlator,
    Finding,
    ScorePart,
    StageFinding,
    TaggedGraph,
    Verdict,
)
from lineage.correlate.graded import GradedChain, template_chain
from lineage.correlate.stage import Clue, StageCorrelator, detected
from lineage.correlate.template import Template, load
from lineage.detect.hit import Hit
from lineage.graph.causality import CausalStep
from lineage.normalise.paths import canonical_path

__all__ = [
    "CausalStep",
    "Clue",
    "Cluster",
    "Correlator",
    "Finding",
    "GradedChain",
    "Hit",
    "ScorePart",
    "StageCorrelator",
    "StageFinding",
    "TaggedGraph",
    "Template",
    "TemplateChain",
    "Verdict",
    "canonical_path",
    "detected",
    "load",
    "template_chain",
]
