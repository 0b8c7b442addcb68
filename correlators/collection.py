"""Collection: screenshots, sound, the key log."""

from lineage.correlate.api import StageCorrelator, detected

COLLECTION = StageCorrelator(
    "collection",
    "collection",
    (
        detected(100, "Remcos RAT File Creation in Remcos Folder"),
        detected(70, "Suspicious Image Creation In Appdata Folder"),
        detected(70, "Suspicious WAV file in Appdata Folder"),
    ),
)
