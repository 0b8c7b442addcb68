"""What only a malware family leaves behind, found on the graph by its content.

`families.yaml` tells what each family leaves. A detection may know a family by its default names
(`Detection.family`); this finds it under an operator's own names too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage.graph.causality import is_shown
from lineage.graph.nodes import FileNode, RegistryNode
from lineage.normalise.paths import canonical_path, canonical_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage.correlate.finding import Cluster
    from lineage.detect.hit import Hit
    from lineage.graph.provenance import ProvenanceGraph

_KEY = re.compile(r"\\software\\(?:wow6432node\\)?([^\\]+)")
_VALUE = re.compile(r"^(.+\\software\\(?:wow6432node\\)?([^\\]+))\\([^\\]+)$")


@dataclass(frozen=True, slots=True)
class Family:
    """What a family leaves.

    Attributes:
        name: as reports say it.
        named: default names of its key below Software.
        own: values that nobody else writes together.
        values: all values of its key.
        beside_key: what a file is called -> its canonical path, for files of the key's writers.
    """

    name: str
    named: re.Pattern[str]
    own: frozenset[str]
    values: frozenset[str]
    beside_key: Mapping[str, re.Pattern[str]]


class FamilyFact(NamedTuple):
    """One thing that only a family leaves.

    Attributes:
        what: it, in words, with what it was found at.
        ordinal: the event that shows it first.
    """

    what: str
    ordinal: int


@cache
def families() -> Mapping[str, Family]:
    """All known families, by name."""
    import yaml

    text = (files(__package__) / "families.yaml").read_text(encoding="utf-8")
    return {
        name: _family(name, content) for name, content in yaml.safe_load(text)["families"].items()
    }


def _family(name: str, content: Mapping[str, Any]) -> Family:
    key = content["key"]
    return Family(
        name,
        re.compile(key["named"]),
        frozenset(key["own"]),
        frozenset(key["values"]),
        {file["name"]: re.compile(file["path"]) for file in content["beside_key"]},
    )


def family_key(hit: Hit, graph: ProvenanceGraph) -> str | None:
    r"""The key below `Software` of a hit that is a family's own, by name or by content, or None.

    An infection writes it once and reads it at every start: two processes that touch the same key
    on one host are one infection, and two hosts with the same key have been hit by one build.
    """
    node = graph.node(hit.node)
    if not isinstance(node, RegistryNode):
        return None
    key = _KEY.search(canonical_registry(node.path))
    if key is None or (hit.detection.family is None and not _is_own(node, graph)):
        return None
    return key.group(1)


def _is_own(node: RegistryNode, graph: ProvenanceGraph) -> bool:
    """Whether a value stands in a key with all values that only one family writes together."""
    value = _VALUE.search(node.id)
    return value is not None and any(
        value.group(3) in family.own
        and all(_is_set(f"{value.group(1)}\\{name}", graph) for name in family.own)
        for family in families().values()
    )


def _is_set(registry_id: str, graph: ProvenanceGraph) -> bool:
    return registry_id in graph and any(edge.kind == "set" for edge in graph.in_edges(registry_id))


def facts(cluster: Cluster, graph: ProvenanceGraph, name: str) -> dict[str, FamilyFact]:
    """What a cluster's own processes left that only a family leaves, by kind.

    Kinds are independent of each other: a value is one, the key's default name is another, and so
    is a file beside the key.

    Args:
        cluster: where to look.
        graph: its graph.
        name: the family's; one that `families.yaml` lacks is known by its detections only.
    """
    known: dict[str, FamilyFact] = {}
    for hit in cluster.hits:
        if hit.detection.family == name and not is_removal(hit, graph):
            known.setdefault(hit.detection.title, FamilyFact(hit.detection.title, hit.ordinal))
    family = families().get(name)
    if family is None:
        return known
    values = list(_values(cluster, graph, family))
    for _, key, value, ordinal in values:
        known.setdefault(f"value {value}", FamilyFact(f"value {value} of its key {key}", ordinal))
    shown = {fact.ordinal for fact in known.values()}
    for writer in dict.fromkeys(value.writer for value in values):
        for kind, fact in _files(writer, graph, family):
            if fact.ordinal not in shown:
                known.setdefault(kind, fact)
    return known


def is_removal(hit: Hit, graph: ProvenanceGraph) -> bool:
    """Whether a hit is the deletion of what it names: that is somebody cleaning up."""
    if hit.actor is None:
        return False
    edges = graph.edges_between(hit.actor, hit.node)
    return any(edge.kind == "deleted" and is_shown(edge.events, hit.ordinal) for edge in edges)


class _Value(NamedTuple):
    """A value of a family's key, as a process set it first."""

    writer: str
    key: str
    name: str
    ordinal: int


def _values(cluster: Cluster, graph: ProvenanceGraph, family: Family) -> Iterator[_Value]:
    """The values of the family's keys that a cluster's processes set."""
    keys: dict[str, list[_Value]] = {}
    for process_id in cluster.processes:
        for edge in graph.out_edges(process_id):
            match = _VALUE.search(edge.target) if edge.kind == "set" else None
            if match and match.group(3) in family.values:
                value = _Value(process_id, match.group(2), match.group(3), edge.events[0])
                keys.setdefault(match.group(1), []).append(value)
    for values in keys.values():
        if family.named.fullmatch(values[0].key) or family.own <= {
            value_set.name for value_set in values
        }:
            yield from sorted(values, key=lambda value: value.ordinal)


def _files(
    process_id: str, graph: ProvenanceGraph, family: Family
) -> Iterator[tuple[str, FamilyFact]]:
    """The files that a writer of the family's key wrote beside it, by what they are called."""
    for edge in graph.out_edges(process_id):
        node = graph.node(edge.target)
        if edge.kind != "wrote" or not isinstance(node, FileNode):
            continue
        path = canonical_path(node.path)
        for name, pattern in family.beside_key.items():
            if pattern.search(path):
                yield name, FamilyFact(f"{name} {path} beside its key", edge.events[0])
