"""STIX 2.1 objects of a report: ids, observables, and the identities that say who and where.

Ids are made from content (UUIDv5), so that the same report gives the same objects, and the same
file, host or technique in two reports is one object to whoever imports both.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import stix2

from lineage.export.attack import (
    FAMILY_SOFTWARE,
    software_url,
    technique_name,
    technique_url,
)
from lineage.export.instant import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from lineage.report.model import Artifact, Chain, ChainProcess, DetectionHit

NAMESPACE = UUID("6f0c1d4e-2f0b-5f0e-9a55-0c1c5b7f0a11")
"""Namespace of the ids that STIX leaves to the producer. Never change it: ids would change."""

TIMELESS = "2024-10-01T00:00:00.000Z"
"""`created` of objects that several reports share; equal ids need equal creation times."""

_HIVES = (
    ("\\REGISTRY\\MACHINE", "HKEY_LOCAL_MACHINE"),
    ("\\REGISTRY\\USER", "HKEY_USERS"),
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
)
"""STIX wants a key's hive in full (STIX 2.1, 6.17)."""


def stix_id(kind: str, *parts: str) -> str:
    """The id of an object of this type that these texts tell from all others."""
    return f"{kind}--{uuid5(NAMESPACE, json.dumps([kind, *parts]))}"


def producer() -> stix2.Identity:
    """Who made the bundle: this program."""
    return stix2.Identity(
        id=stix_id("identity", "lineage"),
        created=TIMELESS,
        modified=TIMELESS,
        name="lineage",
        description="Reconstructs attack chains from exported Windows telemetry.",
        identity_class="system",
    )


def host_identity(host: str) -> stix2.Identity:
    """A computer, as the place of sightings."""
    return stix2.Identity(
        id=stix_id("identity", "host", host.lower()),
        created=TIMELESS,
        modified=TIMELESS,
        name=host,
        identity_class="system",
        created_by_ref=producer().id,
    )


def attack_pattern(technique: str) -> stix2.AttackPattern:
    """An ATT&CK technique."""
    return stix2.AttackPattern(
        id=stix_id("attack-pattern", technique),
        created=TIMELESS,
        modified=TIMELESS,
        name=technique_name(technique),
        created_by_ref=producer().id,
        external_references=[
            {
                "source_name": "mitre-attack",
                "external_id": technique,
                "url": technique_url(technique),
            }
        ],
    )


def malware(family: str) -> stix2.Malware:
    """A malware family, with its ATT&CK software id where there is one."""
    software = FAMILY_SOFTWARE.get(family)
    references = (
        [{"source_name": "mitre-attack", "external_id": software, "url": software_url(software)}]
        if software
        else None
    )
    return stix2.Malware(
        id=stix_id("malware", family),
        created=TIMELESS,
        modified=TIMELESS,
        name=family,
        is_family=True,
        malware_types=["remote-access-trojan"] if family == "Remcos" else None,
        created_by_ref=producer().id,
        external_references=references,
    )


class Observables:
    """The cyber-observable objects of one or more chains, each once.

    Attributes:
        objects: STIX id -> object, in order of making.
        of_node: node id of the report -> STIX id.
    """

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self.of_node: dict[str, str] = {}

    def add_chain(self, chain: Chain, hashes: Mapping[str, Mapping[str, str]]) -> None:
        """Adds a chain's processes and artifacts.

        Args:
            chain: which.
            hashes: node id -> STIX hashes of its file.
        """
        members = {process.node for process in chain.processes if _is_known(process)}
        for process in chain.processes:
            self._process(process, hashes.get(process.node, {}), members)
        values = {edge.to for edge in chain.edges if edge.kind == "set"}
        for artifact in chain.artifacts:
            self._artifact(artifact, hashes.get(artifact.node, {}), value=artifact.node in values)
        for hit in chain.evidence:
            self._bystander(hit)

    def _keep(self, node: str | None, made: Any) -> str:
        self.objects.setdefault(made.id, made)
        if node is not None:
            self.of_node[node] = made.id
        return str(made.id)

    def _process(self, process: ChainProcess, hashes: Mapping[str, str], members: Set[str]) -> None:
        if process.node in self.of_node or not _is_known(process):
            return
        parent = process.parent if process.parent in members - {process.node} else None
        made = stix2.Process(
            id=stix_id("process", process.node),
            pid=process.pid,
            command_line=process.command_line,
            created_time=instant(process.start) if process.start else None,
            image_ref=self._file(None, process.image, hashes) if process.image else None,
            parent_ref=stix_id("process", parent) if parent else None,
        )
        self._keep(process.node, made)

    def _bystander(self, hit: DetectionHit) -> None:
        """A tagged process that is no part of the chain: all that is known of it is its pid."""
        if hit.node in self.of_node or hit.pid is None or not hit.node.startswith("process:"):
            return
        self._keep(hit.node, stix2.Process(id=stix_id("process", hit.node), pid=hit.pid))

    def _artifact(self, artifact: Artifact, hashes: Mapping[str, str], *, value: bool) -> None:
        if artifact.node in self.of_node or not artifact.value:
            return
        match artifact.kind:
            case "file" | "module":
                self._file(artifact.node, artifact.value, hashes)
            case "registry":
                self._keep(artifact.node, _registry_key(artifact.value, value=value))
            case "dns":
                self._keep(artifact.node, stix2.DomainName(value=artifact.value))
            case "script":
                text = base64.b64encode(artifact.value.encode()).decode()
                made = stix2.Artifact(mime_type="text/plain", payload_bin=text)
                self._keep(artifact.node, made)

    def _file(self, node: str | None, path: str, hashes: Mapping[str, str]) -> str:
        folder, _, name = path.replace("/", "\\").rpartition("\\")
        parent = self._keep(None, stix2.Directory(path=folder)) if folder and name else None
        made = stix2.File(
            name=name or path, hashes=dict(hashes) or None, parent_directory_ref=parent
        )
        return self._keep(node, made)


def _is_known(process: ChainProcess) -> bool:
    """Whether there is anything to say of a process; STIX has no empty ones."""
    return process.pid is not None or bool(process.command_line or process.image or process.start)


def _registry_key(path: str, *, value: bool) -> stix2.WindowsRegistryKey:
    key, _, name = path.rpartition("\\") if value else (path, "", "")
    if not key:
        return stix2.WindowsRegistryKey(key=_hive_in_full(path))
    return stix2.WindowsRegistryKey(
        key=_hive_in_full(key), values=[{"name": name}] if name else None
    )


def _hive_in_full(key: str) -> str:
    for short, full in _HIVES:
        if key.upper() == short or key.upper().startswith(short + "\\"):
            return full + key[len(short) :]
    return key
