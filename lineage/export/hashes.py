"""Hashes of the files that a chain's nodes are, as far as the report has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage.report.chain_graph import artifacts, own_processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.report.model import Chain

STIX_NAMES = {"MD5": "MD5", "SHA1": "SHA-1", "SHA256": "SHA-256"}
"""Sysmon's names of digests -> those of STIX's hash-algorithm-ov. IMPHASH isn't among them."""

_DIGEST = {"MD5": 32, "SHA-1": 40, "SHA-256": 64}
_HEX = re.compile(r"[0-9a-fA-F]+")


def file_hashes(chain: Chain) -> dict[str, dict[str, str]]:
    """Node id -> hash algorithm (STIX's name) -> digest in lower case.

    They are in the chain's processes and artifacts, and in the evidence where a rule matched on
    the field ``Hashes``.
    """
    by_node: dict[str, dict[str, str]] = {}
    digests: dict[str, Mapping[str, str]] = {
        node: process.hashes for node, process in own_processes(chain).items()
    }
    digests |= {node: artifact.hashes for node, artifact in artifacts(chain).items()}
    for node, by_algorithm in digests.items():
        written = ",".join(f"{name}={digest}" for name, digest in by_algorithm.items())
        if hashes := parse_hashes(written):
            by_node[node] = hashes
    for hit in chain.evidence:
        if hashes := parse_hashes(hit.fields.get("Hashes", "")):
            by_node.setdefault(hit.node, {}).update(hashes)
    return by_node


def parse_hashes(text: str) -> dict[str, str]:
    """STIX's hashes of a Sysmon ``Hashes`` field; unknown and malformed ones are left out.

    >>> parse_hashes("MD5=D41D8CD98F00B204E9800998ECF8427E,IMPHASH=0,SHA1=short")
    {'MD5': 'd41d8cd98f00b204e9800998ecf8427e'}
    """
    digests = {}
    for part in text.split(","):
        algorithm, _, digest = part.strip().partition("=")
        name = STIX_NAMES.get(algorithm.upper(), "")
        if len(digest) == _DIGEST.get(name) and _HEX.fullmatch(digest):
            digests[name] = digest.lower()
    return digests
