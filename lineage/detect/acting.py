"""Fields of the acting process, and of who started it, on events that don't tell them.

A file that is written, a name that is asked for: the event says which process did it, the graph
knows that process's command line, parent and grandparent.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lineage.normalise.event import ChannelEvent, ProcessCreated
from lineage.normalise.source import NOBODY, REACHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.graph.nodes import ProcessNode
    from lineage.graph.provenance import ProvenanceGraph
    from lineage.normalise.event import Event
    from lineage.normalise.source import Source


class Ancestry(NamedTuple):
    """A process and who started it, as far as the graph knows."""

    process: ProcessNode | None = None
    parent: ProcessNode | None = None
    grandparent: ProcessNode | None = None


NO_ANCESTRY: Final = Ancestry()

_OF_PROCESS: Final = {
    "CommandLine": "command_line",
    "CurrentDirectory": "current_directory",
    "IntegrityLevel": "integrity_level",
    "LogonId": "logon_id",
    "OriginalFileName": "original_file_name",
    "User": "user",
}
_OF_OTHERS: Final = {
    "ParentImage": (1, "image"),
    "ParentCommandLine": (1, "command_line"),
    "ParentUser": (1, "user"),
    "ParentIntegrityLevel": (1, "integrity_level"),
    "GrandparentImage": (2, "image"),
    "GrandparentCommandLine": (2, "command_line"),
}
PREFIX: Final = "acting."
"""Stands before the attributes of an event that the graph fills in."""
READ: Final[Mapping[str, tuple[int, str]]] = {
    **{f"{PREFIX}{name}": (0, attribute) for name, attribute in _OF_PROCESS.items()},
    **{f"{PREFIX}{name}": place for name, place in _OF_OTHERS.items()},
}
"""Attribute -> generation (0 for the acting process) and attribute of its node."""


def acting_fields(source: Source) -> dict[str, str]:
    """The fields that the graph adds to the events of a source, by name -> attribute.

    Those that the events have themselves are theirs. A process start has all of its own but the
    grandparent's. Where one process reaches into another, the names with `Source` before them mean
    the acting one too, as those of its program do.
    """
    if source.event is ChannelEvent or source.actor == NOBODY:
        return {}
    own = set(source.event._fields)
    names = [name.removeprefix(PREFIX) for name in READ]
    if source.event is ProcessCreated:
        names = [name for name in names if name.startswith("Grandparent")]
    added = {name: f"{PREFIX}{name}" for name in names if name not in own}
    if source.actor == REACHING:
        added |= {
            f"Source{name}": f"{PREFIX}{name}" for name in names if f"Source{name}" not in own
        }
    return added


class Acting:
    """An event with what the graph knows of its process; it has the event's attributes too."""

    __slots__ = ("_ancestry", "_event")

    def __init__(self, event: Event, ancestry: Ancestry) -> None:
        self._event = event
        self._ancestry = ancestry

    def __getattr__(self, name: str) -> Any:
        return getattr(self._event, name)

    def value(self, attribute: str) -> str | None:
        """What the graph knows under one of the names of `READ`."""
        generation, name = READ[attribute]
        node = self._ancestry[generation]
        return None if node is None else getattr(node, name)


def acting_value(event: object, attribute: str) -> str | None:
    """An attribute that the graph fills in; None on an event as it was recorded."""
    return event.value(attribute) if isinstance(event, Acting) else None


class Ancestors:
    """Looks up who started whom in a growing graph.

    Args:
        graph: it.
    """

    def __init__(self, graph: ProvenanceGraph) -> None:
        self._graph = graph

    def of(self, process: ProcessNode | None) -> Ancestry:
        """A process with its parent and grandparent; a parent that is a mere guess is left out."""
        if process is None:
            return NO_ANCESTRY
        parent = self._above(process)
        return Ancestry(process, parent, self._above(parent))

    def _above(self, process: ProcessNode | None) -> ProcessNode | None:
        if process is None or process.parent is None or process.parent_is_guess:
            return None
        return self._graph.process(process.parent)


@lru_cache(maxsize=256)
def named(attribute: str) -> str:
    """What an attribute is called where a reader sees it.

    >>> named("acting.CommandLine"), named("Image")
    ('CommandLine of the acting process', 'Image')
    """
    if not attribute.startswith(PREFIX):
        return attribute
    return f"{attribute.removeprefix(PREFIX)} of the acting process"
