"""The message of an event as Windows renders it in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.write.record import printable, text

if TYPE_CHECKING:
    from lineage.simulate.write.record import WindowsRecord

_SUBJECT = (
    ("Security ID", "SubjectUserSid"),
    ("Account Name", "SubjectUserName"),
    ("Account Domain", "SubjectDomainName"),
    ("Logon ID", "SubjectLogonId"),
)
_SECURITY: dict[int, tuple[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]]] = {
    4688: (
        "A new process has been created.",
        (
            ("Creator Subject", _SUBJECT),
            (
                "Target Subject",
                (
                    ("Security ID", "TargetUserSid"),
                    ("Account Name", "TargetUserName"),
                    ("Account Domain", "TargetDomainName"),
                    ("Logon ID", "TargetLogonId"),
                ),
            ),
            (
                "Process Information",
                (
                    ("New Process ID", "NewProcessId"),
                    ("New Process Name", "NewProcessName"),
                    ("Token Elevation Type", "TokenElevationType"),
                    ("Mandatory Label", "MandatoryLabel"),
                    ("Creator Process ID", "ProcessId"),
                    ("Creator Process Name", "ParentProcessName"),
                    ("Process Command Line", "CommandLine"),
                ),
            ),
        ),
    ),
    4663: (
        "An attempt was made to access an object.",
        (
            ("Subject", _SUBJECT),
            (
                "Object",
                (
                    ("Object Server", "ObjectServer"),
                    ("Object Type", "ObjectType"),
                    ("Object Name", "ObjectName"),
                    ("Handle ID", "HandleId"),
                    ("Resource Attributes", "ResourceAttributes"),
                ),
            ),
            (
                "Process Information",
                (("Process ID", "ProcessId"), ("Process Name", "ProcessName")),
            ),
            (
                "Access Request Information",
                (("Accesses", "AccessList"), ("Access Mask", "AccessMask")),
            ),
        ),
    ),
    4689: (
        "A process has exited.",
        (
            ("Subject", _SUBJECT),
            (
                "Process Information",
                (
                    ("Process ID", "ProcessId"),
                    ("Process Name", "ProcessName"),
                    ("Exit Status", "Status"),
                ),
            ),
        ),
    ),
}
"""Security event -> its first line, and its sections with their labels."""


def message(record: WindowsRecord) -> str:
    """The event as text; names and values, one a line, for events that have no text of their own.

    Sources: Microsoft Learn's pages of the Security events; Sysmon writes names and values.
    """
    fields = {name: printable(text(value)) for name, value in record.data}
    if record.event_id in _SECURITY:
        first, sections = _SECURITY[record.event_id]
        parts = [first]
        for title, labels in sections:
            lines = [f"\t{label}:\t\t{fields.get(name, '')}" for label, name in labels]
            parts.append("\r\n".join([f"{title}:", *lines]))
        return "\r\n\r\n".join(parts)
    if record.event_id == 4104:
        return (
            f"Creating Scriptblock text ({fields['MessageNumber']} of {fields['MessageTotal']}):"
            f"\r\n{fields['ScriptBlockText']}\r\n\r\nScriptBlock ID: {fields['ScriptBlockId']}"
            f"\r\nPath: {fields['Path']}"
        )
    return "\r\n".join([f"Event {record.event_id}:", *(f"{n}: {v}" for n, v in fields.items())])
