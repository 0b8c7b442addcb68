"""Elastic's ingest pipelines move fields out of `winlog.event_data`; here they are found again.

Source: the ingest pipelines of Winlogbeat's modules and of Elastic's Windows and System
integrations (Elastic Common Schema 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lineage.read.field_order import POWERSHELL, SECURITY, SYSMON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.read.field_order import Key
    from lineage.read.row import Row

_PROCESS: Final = {
    "ProcessGuid": "process.entity_id",
    "ProcessId": "process.pid",
    "Image": "process.executable",
}
_SOURCE: Final = {
    "SourceProcessGuid": "process.entity_id",
    "SourceProcessGUID": "process.entity_id",
    "SourceProcessId": "process.pid",
    "SourceImage": "process.executable",
    "SourceThreadId": "process.thread.id",
}
_VERSIONS: Final = {
    "OriginalFileName": "original_file_name",
    "Company": "company",
    "Description": "description",
    "FileVersion": "file_version",
    "Product": "product",
}


def _versions(of: str) -> dict[str, str]:
    return {name: f"{of}.pe.{member}" for name, member in _VERSIONS.items()}


_FILE: Final = {"TargetFilename": "file.path"}
_REGISTRY: Final = {"TargetObject": "registry.path"}
_PIPE: Final = {"PipeName": "file.name"}
_SUBJECT: Final = {
    "SubjectUserName": "user.name",
    "SubjectDomainName": "user.domain",
    "SubjectUserSid": "user.id",
}

_MOVED: Final[dict[Key, Mapping[str, str]]] = {
    (SYSMON, 1): {
        **_PROCESS,
        "CommandLine": "process.command_line",
        "CurrentDirectory": "process.working_directory",
        "ParentProcessGuid": "process.parent.entity_id",
        "ParentProcessId": "process.parent.pid",
        "ParentImage": "process.parent.executable",
        "ParentCommandLine": "process.parent.command_line",
        **_versions("process"),
    },
    (SYSMON, 3): {
        **_PROCESS,
        "Protocol": "network.transport",
        "SourceIp": "source.ip",
        "SourceHostname": "source.domain",
        "SourcePort": "source.port",
        "DestinationIp": "destination.ip",
        "DestinationHostname": "destination.domain",
        "DestinationPort": "destination.port",
    },
    (SYSMON, 6): {"ImageLoaded": "file.path"},
    (SYSMON, 7): {
        **_PROCESS,
        "ImageLoaded": "file.path",
        "Signed": "file.code_signature.signed",
        "Signature": "file.code_signature.subject_name",
        "SignatureStatus": "file.code_signature.status",
        **_versions("file"),
    },
    (SYSMON, 8): _SOURCE,
    (SYSMON, 9): {**_PROCESS, "Device": "file.path"},
    (SYSMON, 10): _SOURCE,
    **{(SYSMON, event): {**_PROCESS, **_FILE} for event in (2, 11, 15, 23, 26, 27, 28, 29)},
    **{(SYSMON, event): {**_PROCESS, **_REGISTRY} for event in (12, 13, 14)},
    (SYSMON, 5): _PROCESS,
    (SYSMON, 17): {**_PROCESS, **_PIPE},
    (SYSMON, 18): {**_PROCESS, **_PIPE},
    (SYSMON, 22): {
        **_PROCESS,
        "QueryName": "dns.question.name",
        "QueryStatus": "sysmon.dns.status",
    },
    (SYSMON, 25): _PROCESS,
    (SECURITY, 4688): {
        "NewProcessId": "process.pid",
        "NewProcessName": "process.executable",
        "CommandLine": "process.command_line",
        "ProcessId": "process.parent.pid",
        "ParentProcessName": "process.parent.executable",
        **_SUBJECT,
    },
    **{
        (SECURITY, event): {
            "ProcessId": "process.pid",
            "ProcessName": "process.executable",
            "IpAddress": "source.ip",
            "IpPort": "source.port",
            "WorkstationName": "source.domain",
        }
        for event in (4624, 4625, 4634, 4647, 4648, 4656, 4657, 4663, 4670, 4672, 4673, 4689, 4697)
    },
    (POWERSHELL, 4104): {
        "ScriptBlockId": "powershell.file.script_block_id",
        "ScriptBlockText": "powershell.file.script_block_text",
        "MessageNumber": "powershell.sequence",
        "MessageTotal": "powershell.total",
        "Path": "file.path",
    },
}
"""Whose event and its id -> field -> where it may have been moved."""

_HASHES: Final = ("md5", "sha1", "sha256", "imphash")


def from_ecs(fields: Row, key: Key, row: Row) -> Row:
    """The event's fields, with those that were moved under their own names again."""
    places = _MOVED.get(key)
    if places is None:
        return fields
    moved: Row = {}
    for name, path in places.items():
        if name not in fields:
            value = _at(row, path)
            if value is not None:
                moved[name] = value
    if key[0] == SYSMON:
        _more_of_sysmon(fields, key[1], row, moved)
    return {**fields, **moved} if moved else fields


def _more_of_sysmon(fields: Row, event_id: int, row: Row, moved: Row) -> None:
    if event_id in _WITH_HASHES and "Hashes" not in fields:
        of = row.get("file" if event_id == _IMAGE_LOADED else "process")
        if hashes := _hashes(of):
            moved["Hashes"] = hashes
    if "User" not in fields and (name := _at(row, "user.name")):
        domain = _at(row, "user.domain")
        moved["User"] = f"{domain}\\{name}" if domain else name
    if event_id == _VALUE_SET and "Details" not in fields:
        data = _at(row, "registry.data.strings")
        text = ", ".join(map(str, data)) if isinstance(data, list) else data
        if text is not None:
            moved["Details"] = text


_IMAGE_LOADED, _VALUE_SET = 7, 13
_WITH_HASHES: Final = frozenset({1, 7})


def _hashes(of: Any) -> str:
    if not isinstance(of, dict):
        return ""
    hashes = {**(of.get("pe") or {}), **(of.get("hash") or {})}
    return ",".join(
        f"{name.upper()}={hashes[name]}" for name in _HASHES if isinstance(hashes.get(name), str)
    )


def _at(row: Row, path: str) -> Any:
    node: Any = row
    for part in path.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node
