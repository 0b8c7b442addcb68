"""Initial access by document: document -> macro -> script host or shell -> what it runs."""

from lineage.correlate.api import Cluster, ScorePart, StageCorrelator, TaggedGraph, detected
from lineage.graph import INTERPRETERS, program_of


def started_interpreter(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """An Office program of the chain started a script host or shell of the chain."""
    for edge, _ in cluster.steps:
        if edge.kind != "spawned" or edge.target not in cluster.processes:
            continue
        parent = program_of(tagged.graph.process(edge.source))
        child = program_of(tagged.graph.process(edge.target))
        if parent.kind == "office" and child.kind in INTERPRETERS:
            why = f"{parent.name} started {child.name}"
            return ScorePart("office started interpreter", 60, why)
    return None


def dropped_what_ran(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """An Office program wrote a file that another process of the chain then ran or interpreted."""
    written = {
        edge.target: edge.source
        for edge, _ in cluster.steps
        if edge.kind == "wrote" and _is_office(edge.source, tagged)
    }
    for edge, _ in cluster.steps:
        ran = edge.kind in {"executed", "interpreted"} and edge.target in written
        if ran and edge.source != written[edge.target]:
            office = program_of(tagged.graph.process(written[edge.target])).name
            return ScorePart("office dropped what ran", 40, f"{office} wrote what ran next")
    return None


def _is_office(process_id: str, tagged: TaggedGraph) -> bool:
    return program_of(tagged.graph.process(process_id)).kind == "office"


OFFICE_SCRIPT = StageCorrelator(
    "office_script",
    "initial-access",
    (
        detected(40, "Office Document Executing Macro Code"),
        detected(
            40, "Office Product Spawn CMD Process", "Office Product Spawning Windows Script Host"
        ),
        started_interpreter,
        dropped_what_ran,
    ),
)
