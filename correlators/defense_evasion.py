"""Defense evasion: Defender exclusions, DynamicWrapperX by regsvr32, injection, self-deletion."""

from lineage.correlate.api import (
    Cluster,
    ScorePart,
    StageCorrelator,
    TaggedGraph,
    canonical_path,
    detected,
)

EXCLUSIONS = (
    "Add or Set Windows Defender Exclusion",
    "Powershell Windows Defender Exclusion Commands",
    "Windows Defender Exclusion Registry Entry",
)


def excluded_own_program(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """What was excluded from scanning is where a process of the chain runs from."""
    words = " ".join(
        value
        for hit in cluster.hits
        if hit.detection.title in EXCLUSIONS
        for value in hit.fields.values()
    )
    text = canonical_path(words)
    for process_id in cluster.processes:
        image = canonical_path(tagged.graph.process(process_id).image or "")
        folder = image.rpartition("\\")[0]
        if folder and not folder.startswith("c:\\windows") and folder in text:
            return ScorePart(
                "excluded own program", 50, f"{folder} was excluded; {image} ran there"
            )
    return None


def deleted_own_file(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """A process of the chain deleted the program of another."""
    ran = {
        edge.target
        for process_id in cluster.processes
        for edge in tagged.graph.out_edges(process_id)
        if edge.kind == "executed"
    }
    for process_id in cluster.processes:
        for edge in tagged.graph.out_edges(process_id):
            if edge.kind == "deleted" and edge.target in ran:
                return ScorePart(
                    "deleted own file", 60, f"{edge.target.rpartition(':')[2]} deleted"
                )
    return None


DEFENSE_EVASION = StageCorrelator(
    "defense_evasion",
    "defense-evasion",
    (
        detected(50, *EXCLUSIONS),
        detected(50, "Malicious InProcServer32 Modification"),
        detected(
            25,
            "Regsvr32 Silent and Install Param Dll Loading",
            "Regsvr32 with Known Silent Switch Cmdline",
        ),
        detected(50, "Process Deleting Its Process File Path"),
        detected(60, "Winhlp32 Spawning a Process"),
        detected(25, "Suspicious Process File Path"),
        detected(20, "Executables Or Script Creation In Suspicious Path"),
        excluded_own_program,
        deleted_own_file,
    ),
)
