"""Nodes and edges -> the rows that are sent to Neo4j. Pure.

A row is what the statements in `cypher/` take: ids, plain properties, and times as ticks. Text goes
in as the telemetry has it, but for lone surrogates, which no UTF-8 can carry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple, TypedDict, TypeVar

from lineage.graph.nodes import Node, attributes, short_caption
from lineage.normalise.paths import canonical_path, name_of

T = TypeVar("T")


class NodeRow(TypedDict):
    """A node as `cypher/node.cypher` takes it.

    `labels` are its kind's and those beside it, `times` properties in ticks.
    """

    id: str
    labels: list[str]
    times: dict[str, int]
    properties: dict[str, object]


EdgeRow = list[object]
"""An edge of the provenance graph as `cypher/edge.cypher` takes it: source, target, first, last
(ticks), count, evidence, chains or None, keys of the evidence, carried (ticks) or None, true where
it is only likely or None. A list, since packing a million mappings takes the driver twice as
long."""


class TieRow(TypedDict):
    """What ties a detection or chain to a node, as `cypher/tie.cypher` takes it."""

    source: str
    target: str
    times: dict[str, int]
    properties: dict[str, object]


KEY_CHARACTERS = 1000
"""Longest id. An index entry of Neo4j holds about 8 kB (Cypher manual, "Range index limitations"),
a character is up to 4 bytes, and a path in telemetry may have any length."""
NAME_CHARACTERS = 255
"""Longest file name that Windows has (MAX_PATH's component); a longer one is cut in `name`."""
CAPTION_CHARACTERS = 60
DIGESTS = ("sha256", "sha1", "md5", "imphash")
"""Algorithms whose digests are properties of their own."""
DIGEST_CHARACTERS = 128
"""Longest digest there is (SHA-512); what is longer is none, and no index would take it."""
SAMPLE = 5
"""Records named at each end where many show the same edge."""
_INTEGERS = range(-(2**63), 2**63)


class Record(NamedTuple):
    """A record that shows a fact.

    Attributes:
        shown: `source#record`, to find it by.
        key: what makes it this record wherever its input lies and whatever that is called. Equal
            keys on one relationship are one record.
    """

    shown: str
    key: str

    @classmethod
    def at(cls, time: int, source: str, number: int, of: str = "") -> Record:
        """A record by its fact's time in ticks, its input's name and its number.

        Args:
            time: ticks; the key begins with it, and ends at `#` for `cypher/tie.cypher`.
            source: name of the input.
            number: EventRecordID, else line or ordinal.
            of: host and event id, where the relationship's own ends don't say whose it is.
        """
        return cls(text(f"{source}#{number}"), text(f"{time}#{number}{of}"))


def evidence(records: list[Record]) -> dict[str, list[str]]:
    """Properties that name the records: the first and last five of many, and their keys."""
    some = sample(records)
    return {
        "evidence": [record.shown for record in some],
        "records": [record.key for record in some],
    }


def key(node_id: str) -> str:
    """The id as Neo4j holds it: itself, or where too long for an index, its start and SHA-256."""
    node_id = text(node_id)
    if len(node_id) <= KEY_CHARACTERS:
        return node_id
    digest = hashlib.sha256(node_id.encode()).hexdigest()
    return f"{node_id[: KEY_CHARACTERS - 65]}#{digest}"


def text(value: str) -> str:
    """Text that UTF-8 can carry: lone surrogates become U+FFFD, all else stays."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def file_name(path: str) -> str:
    r"""The name to search a program or file by.

    >>> file_name(r"\\?\C:\Windows\System32\CMD.EXE")
    'cmd.exe'
    """
    return text(name_of(canonical_path(path))[:NAME_CHARACTERS])


def caption(node: Node) -> str:
    r"""What is written on a node: the last part of its path, for a registry entry the last two.

    >>> from lineage.graph.nodes import FileNode
    >>> caption(FileNode("f", "ws01", r"C:\Windows\System32\cmd.exe"))
    'cmd.exe'
    """
    return short(short_caption(node))


def short(shown: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text(shown).split())
    return line if len(line) <= CAPTION_CHARACTERS else line[: CAPTION_CHARACTERS - 1] + "…"


def node_row(node: Node, labels: list[str]) -> NodeRow:
    """A node's row.

    Args:
        node: the node.
        labels: its kind's label and those beside it.
    """
    properties: dict[str, object] = {"caption": caption(node)}
    times: dict[str, int] = {}
    for entry, value in attributes(node):
        if entry.is_time:
            times[entry.name] = value
        else:
            properties[entry.name] = stored(value)
        if entry.indexed and value:
            properties["name"] = file_name(value)
    properties |= _digests(getattr(node, "hashes", {}))
    return {"id": key(node.id), "labels": labels, "times": times, "properties": properties}


def _digests(hashes: Mapping[str, str]) -> dict[str, str]:
    """Each digest in lower case under its algorithm's name, to be found by value.

    >>> _digests({"SHA256": "AB", "SHA1": "CD", "SIZE": "1"})
    {'sha256': 'ab', 'sha1': 'cd'}
    """
    digests = {name.lower(): text(value.lower()) for name, value in hashes.items()}
    return {
        name: digests[name]
        for name in DIGESTS
        if 0 < len(digests.get(name, "")) <= DIGEST_CHARACTERS
    }


def stored(value: object) -> object:
    """A value in a type that Neo4j has: a mapping becomes a list of `key=value`."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return [text(f"{name}={part}") for name, part in sorted(value.items())]
    if isinstance(value, int) and value not in _INTEGERS:
        return str(value)
    return value


def sample(facts: list[T]) -> list[T]:
    """All facts, or the first and last five of many."""
    if len(facts) <= 2 * SAMPLE:
        return facts
    return facts[:SAMPLE] + facts[-SAMPLE:]
