"""Persistence: autostart entries, and what they start later."""

from lineage.correlate.api import (
    Cluster,
    ScorePart,
    StageCorrelator,
    TaggedGraph,
    canonical_path,
    detected,
)

STARTUP = "\\start menu\\programs\\startup\\"


def came_back(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """An autostart entry, task or service that the attack made started a process of the chain.

    What a logon from another host starts is no coming back.
    """
    for edge, _ in cluster.steps:
        if edge.kind == "started" and edge.target in cluster.processes:
            if tagged.graph.node(edge.source).kind == "session":
                continue
            image = tagged.graph.process(edge.target).image or "a program"
            return ScorePart("came back", 60, f"{image} was started by {edge.source}")
        if edge.kind == "executed" and STARTUP in canonical_path(edge.target):
            return ScorePart("came back", 60, f"{edge.target} ran from the Startup folder")
    return None


def wrote_to_startup(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """A process of the chain put a file into a Startup folder."""
    for process_id in cluster.processes:
        for edge in tagged.graph.out_edges(process_id):
            if edge.kind == "wrote" and STARTUP in edge.target:
                return ScorePart("startup folder", 60, f"wrote {edge.target}")
    return None


PERSISTENCE = StageCorrelator(
    "persistence",
    "persistence",
    (
        detected(60, "Registry Keys Used For Persistence"),
        detected(40, "Remcos client registry install entry"),
        came_back,
        wrote_to_startup,
    ),
)
