"""The registry key by which malware of a family knows itself again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.nodes import RegistryNode
from lineage.normalise.paths import canonical_registry

if TYPE_CHECKING:
    from lineage.detect.tag import Hit
    from lineage.graph.provenance import ProvenanceGraph


def family_key(hit: Hit, graph: ProvenanceGraph) -> str | None:
    r"""The key below `Software` of a hit that is specific to a family, or None.

    An infection writes it once and reads it at every start: two processes that touch the same key
    on one host are one infection, and two hosts with the same key have been hit by one build.
    """
    node = graph.node(hit.node)
    if hit.detection.family is None or not isinstance(node, RegistryNode):
        return None
    below = canonical_registry(node.path).partition("\\software\\")[2]
    return below.partition("\\")[0] or None
