"""Chains -> campaigns: the same attack on several hosts, or again on one.

Chains belong together when they share what only an attack has: the content of a program that it
brought, the name and data of its Run value, the family's own registry key, a name that nobody but
the attack asked for. Paths that many use, and public services, don't count.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from lineage.correlate.family import family_key
from lineage.correlate.groups import Groups
from lineage.graph.nodes import RegistryNode
from lineage.normalise.paths import canonical_path, canonical_registry, is_provided, name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lineage.correlate.finding import Finding
    from lineage.graph.provenance import ProvenanceGraph

ID_DIGITS = 8
CONTENT_HASHES = ("SHA256", "SHA1", "MD5")


class Trait(NamedTuple):
    """Something that only an attack has.

    Attributes:
        kind: what it is: "program", "autostart", "family key" or "name".
        value: by which it is compared.
    """

    kind: str
    value: str


class Campaign(NamedTuple):
    """Chains that are one attack.

    Attributes:
        name: stable: it depends on the shared traits alone.
        traits: what they share, sorted.
    """

    name: str
    traits: tuple[Trait, ...]


def campaigns(traits: Sequence[Collection[Trait]]) -> dict[int, Campaign]:
    """Index of a chain -> its campaign, for chains that share a trait with another.

    Args:
        traits: of all chains of a run (`own_traits`).
    """
    holders: dict[Trait, list[int]] = defaultdict(list)
    for index, own in enumerate(traits):
        for trait in own:
            holders[trait].append(index)
    groups = Groups()
    shared = {trait: held for trait, held in holders.items() if len(held) > 1}
    for held in shared.values():
        for index in held:
            groups.join(str(held[0]), str(index))
    members: dict[str, list[Trait]] = defaultdict(list)
    for trait, held in shared.items():
        members[groups.find(str(held[0]))].append(trait)
    named = {group: _campaign(shared_traits) for group, shared_traits in members.items()}
    return {index: named[groups.find(str(index))] for held in shared.values() for index in held}


def _campaign(shared: list[Trait]) -> Campaign:
    ordered = tuple(sorted(shared))
    digest = sha256("\n".join(f"{kind}={value}" for kind, value in ordered).encode())
    return Campaign(f"campaign-{digest.hexdigest()[:ID_DIGITS]}", ordered)


class HonestAskers(dict[str, frozenset[str]]):
    """A name's node id -> who asked for it and may be honest: found once for all chains."""

    def __init__(self, graph: ProvenanceGraph) -> None:
        super().__init__()
        self._graph = graph

    def __missing__(self, name: str) -> frozenset[str]:
        graph = self._graph
        askers = {query.source for query in graph.in_edges(name)}
        honest = frozenset(one for one in askers if is_installed(graph.process(one).image))
        self[name] = honest
        return honest


def own_traits(
    finding: Finding, graph: ProvenanceGraph, honest_askers: HonestAskers
) -> frozenset[Trait]:
    """What of a chain only an attack has, and others may share.

    Suspicious ones take no part: what they share is mostly what everybody installs.

    Args:
        finding: the chain's.
        graph: its graph.
        honest_askers: of the graph, shared by its chains.
    """
    if finding.verdict == "suspicious":
        return frozenset()
    return frozenset(_traits(finding, graph, honest_askers))


def _traits(
    finding: Finding, graph: ProvenanceGraph, honest_askers: HonestAskers
) -> Iterator[Trait]:
    own = finding.cluster.processes
    for process_id in own:
        yield from _program(process_id, graph)
        for edge in graph.out_edges(process_id):
            if edge.kind in {"set", "created"}:
                yield from _entry(edge.target, graph)
            elif edge.kind == "queried" and honest_askers[edge.target] <= own.keys():
                yield Trait("name", edge.target.partition(":")[2])
    for hit in finding.cluster.hits:
        key = family_key(hit, graph)
        if key is not None:
            yield Trait("family key", key)


def _program(process_id: str, graph: ProvenanceGraph) -> Iterator[Trait]:
    """The content of a program that isn't installed for everybody."""
    process = graph.process(process_id)
    if process.image is None or is_provided(canonical_path(process.image)):
        return
    for name in CONTENT_HASHES:
        if name in process.hashes:
            yield Trait("program", process.hashes[name])
            return


def _entry(registry_id: str, graph: ProvenanceGraph) -> Iterator[Trait]:
    """The value's name, and the name of the program that it starts: users' folders differ."""
    node = graph.node(registry_id)
    if not isinstance(node, RegistryNode) or not node.data:
        return
    if node.autostart:
        program = name_of(canonical_path(node.data.strip('"')))
        yield Trait("autostart", f"{name_of(canonical_registry(node.path))}={program}")


def is_installed(image: str | None) -> bool:
    """Whether a program is installed for everybody; one that nobody knows may be."""
    return image is None or is_provided(canonical_path(image))
