"""Credential access: browsers' stores read by strangers, password viewers."""

from lineage.correlate.api import Cluster, ScorePart, StageCorrelator, TaggedGraph, detected

STORES = (
    "Non Chrome Process Accessing Chrome Default Dir",
    "Non Firefox Process Access Firefox Profile Dir",
)


def several_browsers(cluster: Cluster, _: TaggedGraph) -> ScorePart | None:
    """One process read the stores of several browsers, which no browser does."""
    readers: dict[str, set[str]] = {}
    for hit in cluster.hits:
        if hit.detection.title in STORES and hit.actor is not None:
            readers.setdefault(hit.actor, set()).add(hit.detection.title)
    if any(len(stores) > 1 for stores in readers.values()):
        return ScorePart("several browsers", 25, "one process read several browsers' stores")
    return None


CREDENTIAL_ACCESS = StageCorrelator(
    "credential_access",
    "credential-access",
    (
        detected(50, *STORES),
        detected(50, "Possible Browser Pass View Parameter"),
        several_browsers,
    ),
)
