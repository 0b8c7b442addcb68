"""Other naming schemes' names of a field -> Sigma's.

Rules are mostly written with Sigma's names. Some, and those that a pipeline has been put on, use
the Elastic Common Schema (ECS), as Winlogbeat's modules fill it (Elastic, "ECS Field Reference";
Winlogbeat's Sysmon, Security and PowerShell modules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_ECS: Final[dict[str, tuple[str, ...]]] = {
    "destination.domain": ("DestinationHostname",),
    "destination.ip": ("DestinationIp",),
    "destination.port": ("DestinationPort",),
    "dll.path": ("ImageLoaded",),
    "dns.question.name": ("QueryName",),
    "event.code": ("EventID",),
    "file.code_signature.signed": ("Signed",),
    "file.code_signature.status": ("SignatureStatus",),
    "file.code_signature.subject_name": ("Signature",),
    "file.path": ("TargetFilename", "ImageLoaded"),
    "file.pe.original_file_name": ("OriginalFileName",),
    "host.name": ("Computer",),
    "network.transport": ("Protocol",),
    "powershell.file.script_block_text": ("ScriptBlockText",),
    "process.command_line": ("CommandLine",),
    "process.entity_id": ("ProcessGuid",),
    "process.executable": ("Image",),
    "process.hash": ("Hashes",),
    "process.parent.command_line": ("ParentCommandLine",),
    "process.parent.entity_id": ("ParentProcessGuid",),
    "process.parent.executable": ("ParentImage",),
    "process.parent.pid": ("ParentProcessId",),
    "process.pe.company": ("Company",),
    "process.pe.description": ("Description",),
    "process.pe.file_version": ("FileVersion",),
    "process.pe.original_file_name": ("OriginalFileName",),
    "process.pe.product": ("Product",),
    "process.pid": ("ProcessId",),
    "process.working_directory": ("CurrentDirectory",),
    "registry.data.strings": ("Details",),
    "registry.path": ("TargetObject",),
    "registry.value": ("TargetObject",),
    "source.ip": ("SourceIp",),
    "source.port": ("SourcePort",),
    "user.name": ("User",),
    "winlog.computer_name": ("Computer",),
    "winlog.event_id": ("EventID",),
    "winlog.provider_name": ("Provider_Name",),
}
"""ECS name -> Sigma's names that it may stand for, by event; the first that an event has counts."""

_EVENT_DATA: Final = ("winlog.event_data.", "winlogbeat.event_data.", "event_data.", "EventData.")
"""What exporters put before an event's own field names."""


def sigma_name(name: str, known: Collection[str], *, is_open: bool = False) -> str:
    """The name under which events have a field.

    Args:
        name: as the rule has it.
        known: the names of the fields that the events have.
        is_open: whether they may have others.

    Returns:
        One of the known names: the same, ECS's meaning, without an exporter's prefix, or with
        other letter case. The name itself where it is none of these.
    """
    if name in known:
        return name
    for other in _ECS.get(name.lower(), ()):
        if other in known:
            return other
    for prefix in _EVENT_DATA:
        bare = name.removeprefix(prefix)
        if bare != name and (is_open or bare in known):
            return bare
    folded = name.casefold()
    return next((other for other in known if other.casefold() == folded), name)
