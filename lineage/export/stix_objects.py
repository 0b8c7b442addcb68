"""STIX 2.1 objects of a report: ids, observables, and the identities that say who and where.

Ids are made from content, so that the same report gives the same objects, and the same
file, host or technique in two reports is one object to whoever imports both.
"""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from uuid import UUID

import stix2

from lineage.export.attack import (
    FAMILY_SOFTWARE,
    software_url,
    technique_name,
    technique_url,
)
from lineage.export.instant import instant
from lineage.graph.ids import kind_of
from lineage.graph.nodes import endpoint_parts
from lineage.report.chain_graph import artifacts, chain_nodes, own_processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from lineage.report.chain_graph import ChainNode
    from lineage.report.model import Chain, ChainProcess, DetectionHit

TIMELESS = "2024-10-01T00:00:00.000Z"
"""`created` of objects that several reports share; equal ids need equal creation times."""

_DOMAIN = re.compile(r"(?!.{255})(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?")
"""RFC 1035's form, with the underscore of service names and letters of any script."""

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
    """The id of an object of this type that these texts tell from all others.

    STIX asks for version 4 UUIDs, for processes as a must (STIX 2.1, 6.13), so it is a hash in
    that version's form. Files, keys, names and the like get the library's deterministic ids.
    """
    digest = sha256(json.dumps(["lineage", kind, *parts]).encode()).digest()
    return f"{kind}--{UUID(bytes=digest[:16], version=4)}"


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
        self._images: dict[str, str] = {}

    def add_chain(self, chain: Chain, hashes: Mapping[str, Mapping[str, str]]) -> None:
        """Adds a chain's processes and artifacts.

        Args:
            chain: which.
            hashes: node id -> STIX hashes of its file.
        """
        processes = own_processes(chain).values()
        members = {process.node for process in processes if _is_known(process)}
        for process in processes:
            self._process(process, hashes.get(process.node, {}), members)
        self.add_artifacts(chain, hashes)
        nodes = chain_nodes(chain)
        for hit in chain.evidence:
            if (tagged := nodes[hit.node].process) is not None:
                self._process(tagged, hashes.get(hit.node, {}), members)
            else:
                self._named(hit)

    def add_artifacts(self, chain: Chain, hashes: Mapping[str, Mapping[str, str]]) -> None:
        """Adds a chain's artifacts alone."""
        values = {edge.to for edge in chain.edges if edge.kind == "set"}
        for artifact in artifacts(chain).values():
            self._artifact(artifact, hashes.get(artifact.node, {}), value=artifact.node in values)

    def _keep(self, node: str | None, made: Any) -> str:
        self.objects.setdefault(made.id, made)
        if node is not None:
            self.of_node[node] = made.id
        return str(made.id)

    def _process(self, process: ChainProcess, hashes: Mapping[str, str], members: Set[str]) -> None:
        if process.node in self.of_node or not _is_known(process):
            return
        parent = process.parent if process.parent in members - {process.node} else None
        if process.parent_is_guess:
            parent = None  # an object says what is so
        made = stix2.Process(
            id=stix_id("process", process.node),
            pid=process.pid,
            command_line=process.command_line,
            created_time=instant(process.start) if process.start else None,
            image_ref=self._image(process.image, hashes) if process.image else None,
            parent_ref=stix_id("process", parent) if parent else None,
            creator_user_ref=self._account(process.user) if process.user else None,
            extensions=_windows_process(process),
        )
        self._keep(process.node, made)

    def _account(self, user: str) -> str:
        """The account of a process (STIX 2.1, 6.16)."""
        return self._keep(
            None,
            stix2.UserAccount(
                user_id=user,
                account_login=user.rpartition("\\")[2],
                account_type="windows-domain" if "\\" in user else "windows-local",
            ),
        )

    def _image(self, path: str, hashes: Mapping[str, str]) -> str:
        """The program of a process; many processes share few programs."""
        if hashes:
            return self._file(None, path, hashes)
        if path not in self._images:
            self._images[path] = self._file(None, path, {})
        return self._images[path]

    def _named(self, hit: DetectionHit) -> None:
        """A tagged process that the chain doesn't describe: all that is known of it is its pid."""
        if hit.node in self.of_node or hit.pid is None or kind_of(hit.node) != "process":
            return
        self._keep(hit.node, stix2.Process(id=stix_id("process", hit.node), pid=hit.pid))

    def _artifact(self, artifact: ChainNode, hashes: Mapping[str, str], *, value: bool) -> None:
        if artifact.node in self.of_node or not artifact.name:
            return
        match artifact.kind:
            case "file" | "module" | "driver":
                self._file(artifact.node, artifact.name, hashes)
            case "registry":
                self._keep(artifact.node, _registry_key(artifact, value=value))
            case "dns":
                self._keep(artifact.node, _domain(artifact.name))
            case "endpoint":
                self._endpoint(artifact.node, artifact.name)
            case _:
                self._keep(artifact.node, _text(artifact.name))

    def _endpoint(self, node: str, written: str) -> None:
        """The address; with a port as traffic to it (STIX 2.1, 6.12)."""
        address, port, protocol = endpoint_parts(written)
        made = _address(address)
        if port is None or not protocol or isinstance(made, stix2.Artifact):
            self._keep(node, made)
            return
        dst_ref = self._keep(None, made)
        self._keep(
            node,
            stix2.NetworkTraffic(dst_ref=dst_ref, dst_port=int(port), protocols=[protocol]),
        )

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


_INTEGRITY = frozenset({"low", "medium", "high", "system"})
"""STIX's integrity levels (windows-integrity-level-enum)."""


def _windows_process(process: ChainProcess) -> dict[str, dict[str, str]] | None:
    """What only a Windows process has (STIX 2.1, 6.13.2)."""
    level = (process.integrity or "").lower()
    return {"windows-process-ext": {"integrity_level": level}} if level in _INTEGRITY else None


def _address(address: str) -> stix2.IPv4Address | stix2.IPv6Address | stix2.Artifact:
    """An address; as mere text where it is none."""
    try:
        version = ip_address(address).version
    except ValueError:
        return _text(address)
    made = stix2.IPv4Address if version == 4 else stix2.IPv6Address
    return made(value=address)


def _domain(name: str) -> stix2.DomainName | stix2.Artifact:
    """A query name; as mere text where it can't be a domain's (STIX 2.1, 6.4)."""
    return stix2.DomainName(value=name) if _DOMAIN.fullmatch(name) else _text(name)


def _text(text: str) -> stix2.Artifact:
    payload = base64.b64encode(text.encode()).decode()
    return stix2.Artifact(mime_type="text/plain", payload_bin=payload)


def _registry_key(artifact: ChainNode, *, value: bool) -> stix2.WindowsRegistryKey:
    path = artifact.name
    key, _, name = path.rpartition("\\") if value else (path, "", "")
    if not key:
        return stix2.WindowsRegistryKey(key=hive_in_full(path))
    held = {"name": name} | ({} if artifact.data is None else {"data": artifact.data})
    return stix2.WindowsRegistryKey(key=hive_in_full(key), values=[held] if name else None)


def hive_in_full(key: str) -> str:
    """A registry key with its hive's whole name."""
    for short, full in _HIVES:
        if key.upper() == short or key.upper().startswith(short + "\\"):
            return full + key[len(short) :]
    return key
