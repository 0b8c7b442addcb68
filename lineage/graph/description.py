"""What a kind of node or edge is described by: properties, words and looks (`schema`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Flow = Literal["forward", "backward", "none"]
Noun = tuple[str, str]
"""What one is called, and several."""


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
