"""Initial access by container: a mailed archive or a disk image, and what ran from it."""

from lineage.correlate.api import (
    Cluster,
    ScorePart,
    StageCorrelator,
    TaggedGraph,
    canonical_path,
    detected,
)

OPENED_IMAGE = frozenset(
    {"Windows ISO LNK File Creation", "Windows Phishing Recent ISO Exec Registry"}
)


def ran_from_mounted_image(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """A disk image was opened, and a process of the chain runs from the drive that it brought."""
    for hit in cluster.hits:
        if hit.detection.title not in OPENED_IMAGE:
            continue
        for node_id in hit.implicated:
            if node_id in cluster.processes:
                image = tagged.graph.process(node_id).image or "a program"
                return ScorePart("ran from image", 60, f"{image} ran after an image was opened")
    return None


def ran_from_mailed_archive(cluster: Cluster, tagged: TaggedGraph) -> ScorePart | None:
    """Something ran from inside an archive that the mail program had written."""
    mailed = [
        hit
        for hit in cluster.hits
        if hit.detection.title == "Detect Outlook exe writing a zip file"
    ]
    ran = [
        hit
        for hit in cluster.hits
        if hit.detection.title == "Suspicious Process Executed From Container File"
    ]
    if not mailed or not ran or ran[-1].ordinal < mailed[0].ordinal:
        return None
    command = canonical_path(ran[-1].fields.get("CommandLine", "what it held"))
    return ScorePart("ran from mailed archive", 60, f"a mailed archive came before {command}")


CONTAINER_ENTRY = StageCorrelator(
    "container_entry",
    "initial-access",
    (
        detected(40, *OPENED_IMAGE),
        detected(40, "Detect Outlook exe writing a zip file"),
        detected(40, "Suspicious Process Executed From Container File"),
        ran_from_mounted_image,
        ran_from_mailed_archive,
    ),
)
