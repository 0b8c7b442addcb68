"""The correlators that ship with lineage, through the same entry point that third parties use."""

from correlators.collection import COLLECTION
from correlators.command_and_control import COMMAND_AND_CONTROL
from correlators.container_entry import CONTAINER_ENTRY
from correlators.credential_access import CREDENTIAL_ACCESS
from correlators.defense_evasion import DEFENSE_EVASION
from correlators.intrusion import INTRUSION
from correlators.macro_rat import MACRO_RAT
from correlators.office_script import OFFICE_SCRIPT
from correlators.persistence import PERSISTENCE
from correlators.remcos_chain import REMCOS_CHAIN
from correlators.stray_root import STRAY_ROOT

CORRELATORS = (
    OFFICE_SCRIPT,
    CONTAINER_ENTRY,
    STRAY_ROOT,
    DEFENSE_EVASION,
    PERSISTENCE,
    CREDENTIAL_ACCESS,
    COLLECTION,
    COMMAND_AND_CONTROL,
    REMCOS_CHAIN,
    MACRO_RAT,
    INTRUSION,
)
"""In the order of the story."""
