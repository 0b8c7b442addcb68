"""Execution by a program out of a folder that users may write to, at the root of a chain."""

from lineage.correlate.api import Cluster, ScorePart, StageCorrelator, TaggedGraph, canonical_path
from lineage.graph import is_installed


def root_outside_of_program_folders(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """A process that none of the chain's started runs a program that nobody installed."""
    for process_id in sorted(cluster.processes):
        process = tagged.graph.process(process_id)
        path = canonical_path(process.image or "")
        is_root = process.parent not in cluster.processes
        if is_root and "\\" in path and not is_installed(path):
            return ScorePart("root program", 35, f"{path} is at the root, where users may write")
    return None


STRAY_ROOT = StageCorrelator("stray_root", "execution", (root_outside_of_program_folders,))
