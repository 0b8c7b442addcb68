"""Ids of nodes: `kind:host:name`, or `kind:name` for what is of no one host.

Readable and stable: the same telemetry gives the same ids.
"""

from __future__ import annotations

from typing import NamedTuple

from lineage.graph.schema import NODE, NodeKind


class NodeId(NamedTuple):
    r"""The parts of a node's id.

    Attributes:
        kind: kind of the node.
        host: host key; empty for what is of no one host.
        name: canonical path, name, or what else tells it from others of its kind there.

    >>> str(NodeId("file", "ws01", r"c:\a.exe")), str(NodeId("dns", "", "a.example"))
    ('file:ws01:c:\\a.exe', 'dns:a.example')
    """

    kind: NodeKind
    host: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.host}:{self.name}" if self.host else f"{self.kind}:{self.name}"


def kind_of(node_id: str) -> NodeKind | None:
    """The kind of the node of an id, or None where it begins with none."""
    schema = NODE.get(node_id.partition(":")[0])
    return schema.kind if schema else None


def parsed(node_id: str) -> NodeId | None:
    r"""The parts of an id, or None where it begins with no kind.

    >>> parsed(r"file:ws01:c:\a.exe")
    NodeId(kind='file', host='ws01', name='c:\\a.exe')
    """
    kind, _, rest = node_id.partition(":")
    schema = NODE.get(kind)
    if schema is None:
        return None
    host, _, name = rest.partition(":") if schema.is_local else ("", "", rest)
    return NodeId(schema.kind, host, name)
