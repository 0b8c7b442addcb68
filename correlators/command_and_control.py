"""Command and control: public services that malware fetches its instructions from."""

from lineage.correlate.api import Cluster, ScorePart, StageCorrelator, TaggedGraph, detected

SERVICE = "Suspicious Process DNS Query Known Abuse Web Services"


def own_names(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """The process that asked for a public service also asked for names that nobody else did."""
    for hit in cluster.hits:
        if hit.detection.title != SERVICE or hit.actor is None:
            continue
        for edge in tagged.graph.out_edges(hit.actor):
            if edge.kind != "queried" or edge.target == hit.node:
                continue
            askers = {query.source for query in tagged.graph.in_edges(edge.target)}
            if askers <= cluster.processes.keys():
                name = edge.target.partition(":")[2]
                return ScorePart("own names", 30, f"only the attack asked for {name}")
    return None


COMMAND_AND_CONTROL = StageCorrelator(
    "command_and_control", "command-and-control", (detected(80, SERVICE), own_names)
)
