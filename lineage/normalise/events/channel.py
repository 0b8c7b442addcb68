"""Any record of a Windows event log, with its fields as they are. See `lineage.normalise.event`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shape:
    """The fields that records of one kind have: shared by all of them.

    Attributes:
        names: the fields' names, as recorded.
    """

    __slots__ = ("_places", "names")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._places: dict[str, int] = {}
        for spelling in (_as_it_is, _without_blanks, _underlined):
            for place, name in enumerate(names):
                self._places.setdefault(spelling(name), place)

    def place(self, name: str) -> int | None:
        """Where a field's value stands, or None where the records have no such field."""
        return self._places.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._places


def _as_it_is(name: str) -> str:
    return name


def _without_blanks(name: str) -> str:
    """Defender's "Process Name" is `ProcessName` in rules."""
    return name.replace(" ", "")


def _underlined(name: str) -> str:
    return name.replace(" ", "_")


class ChannelData:
    """A record's fields by name: its values, and the shape that it shares with others."""

    __slots__ = ("shape", "values")

    def __init__(self, shape: Shape, values: tuple[str | None, ...]) -> None:
        self.shape = shape
        self.values = values

    def get(self, name: str) -> str | None:
        """The value of a field, or None."""
        place = self.shape.place(name)
        return None if place is None else self.values[place]

    def items(self) -> Iterator[tuple[str, str]]:
        """The fields that have a value, in the record's order."""
        for name, value in zip(self.shape.names, self.values, strict=True):
            if value is not None:
                yield name, value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ChannelData):
            return NotImplemented
        return self.values == other.values and self.shape.names == other.shape.names

    def __hash__(self) -> int:
        return hash(self.values)


NO_DATA: Final = ChannelData(Shape(()), ())


class ChannelEvent(NamedTuple):
    """A record of a Windows event log: Security, System, PowerShell, Defender ...

    Its own fields are read as attributes under their own names; what it lacks is None.
    """

    time: int
    host: str
    source: int
    record: int
    has_record_id: bool
    event_id: int | str
    origin: str
    Provider_Name: str | None
    Channel: str | None
    acting_pid: int | None
    """Pid of the process that the record says acted."""
    acting_image: str | None
    """The same process's program."""
    data: ChannelData

    def __getattr__(self, name: str) -> str | None:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.data.get(name)

    @property
    def text(self) -> str:
        """All values, one a line: what a rule's keywords are searched in."""
        return "\n".join(value for _, value in self.data.items())


Kinds = ChannelEvent
"""The event types of this module."""
__all__ = ["NO_DATA", "ChannelEvent"]
