"""What a kind of node or edge is described by: properties, words and looks (`schema`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Flow = Literal["forward", "backward", "none"]
Noun = tuple[str, str]
"""What one is called, and several."""
NodeKind = TypeVar("NodeKind", bound=str)
EdgeKind = TypeVar("EdgeKind", bound=str)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a node.

    Attributes:
        name: of the node's attribute, and in Neo4j.
        meaning: a few words.
        is_time: whether it is a time, in ticks; in Neo4j a date and time.
        is_name: whether it says what the node is called; of several the first that is known.
        components: how many last components of such a path are its short name; 0 for all, as of
            what is no path.
        indexed: whether Neo4j has its file name, lower-cased, as `name`, in an index to search by.
    """

    name: str
    meaning: str
    is_time: bool = False
    is_name: bool = False
    components: int = 0
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """How the page draws an artifact.

    Attributes:
        shape: one that Cytoscape.js has and `graph.css` cuts.
        light: colour on light ground.
        dark: colour on dark ground.
    """

    shape: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Disc:
    """How Neo4j Browser draws a node.

    Attributes:
        color: of its inside.
        border: of its rim.
        diameter: in pixels.
        ink: of its caption.
    """

    color: str
    border: str
    diameter: int = 104
    ink: str = "#1B1B1B"


@dataclass(frozen=True, slots=True)
class Words:
    """How an edge is said.

    Attributes:
        verb: what stands between source and target in short: "curl.exe *asked for* a.example".
        passive: what stands between target and source: "a.example *asked for by* curl.exe".
        object: what one and several targets are called after the verb, where that isn't the noun of
            their kind.
        says_object: whether a whole sentence says what the target is: "asked for *the domain* ...".
    """

    verb: str
    passive: str
    object: Noun | None = None
    says_object: bool = False

    def phrase(self, noun: Noun) -> str:
        """What stands between source and target in a whole sentence: "asked for the domain".

        Args:
            noun: of the target's kind.
        """
        return f"{self.verb} the {(self.object or noun)[0]}" if self.says_object else self.verb


@dataclass(frozen=True, slots=True)
class Arrow:
    """How Neo4j Browser draws a relationship.

    Attributes:
        color: of its line.
        width: of its line, in pixels.
    """

    color: str
    width: int = 2


@dataclass(frozen=True, slots=True)
class NodeDescription(Generic[NodeKind]):
    """A kind of node.

    Attributes:
        kind: its name in reports.
        label: its label in Neo4j.
        noun: what one is called, and several.
        meaning: one sentence.
        properties: the node's own attributes.
        disc: how Neo4j Browser draws it.
        box: its shape in Graphviz ("Node Shapes").
        mark: how the page draws it; None for what it draws otherwise or not at all.
        is_local: whether it is of one host, which then stands in its id. What isn't, as a domain,
            is everybody's: influence doesn't pass through it.
        is_place: whether everything on it is one step away, so that looking around stops there.
        unknown: what one is called whose name isn't known; empty where every one has a name, with
            which its id ends.
    """

    kind: NodeKind
    label: str
    noun: Noun
    meaning: str
    properties: tuple[Property, ...]
    disc: Disc
    box: str = "box"
    mark: Mark | None = None
    is_local: bool = True
    is_place: bool = False
    unknown: str = ""

    @property
    def naming(self) -> tuple[Property, ...]:
        """The properties that say what a node is called, the best first; never empty."""
        return tuple(entry for entry in self.properties if entry.is_name)


@dataclass(frozen=True, slots=True)
class EdgeDescription(Generic[NodeKind, EdgeKind]):
    """A kind of edge.

    Attributes:
        kind: its name in reports.
        type: its relationship type in Neo4j.
        source: node kinds that it leaves.
        target: node kinds that it enters.
        flow: whether causality runs along the arrow ("forward"), against it ("backward": the target
            influences the source, as a file that is run influences the process), or not at all.
        meaning: one sentence.
        words: how it is said.
        use: what the target is to a process that takes it up at its start, or None.
        is_told: whether it is worth telling where no detection is about it.
        leaves: whether its target is an artifact of an attack whose process is the source.
        makes: whether it makes the content of its target.
        arranges: whether Windows or a service started its target on behalf of its source.
        arrow: how Neo4j Browser draws it; None for the ordinary way.
    """

    kind: EdgeKind
    type: str
    source: tuple[NodeKind, ...]
    target: tuple[NodeKind, ...]
    flow: Flow
    meaning: str
    words: Words
    use: str | None = None
    is_told: bool = False
    leaves: bool = False
    makes: bool = False
    arranges: bool = False
    arrow: Arrow | None = None
