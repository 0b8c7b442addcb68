"""Disjoint sets: which things belong together."""

from __future__ import annotations


class Groups:
    """Disjoint sets (Tarjan, "Efficiency of a good but not linear set union algorithm", 1975).

    A group's name is its smallest member, so it doesn't depend on the order of joins.
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, member: str) -> str:
        """The name of the group of a member; a new member is a group of its own."""
        root = member
        while (above := self._above.setdefault(root, root)) != root:
            root = above
        while member != root:
            self._above[member], member = root, self._above[member]
        return root

    def join(self, one: str, other: str) -> None:
        """Makes the groups of two members one."""
        first, second = sorted((self.find(one), self.find(other)))
        self._above[second] = first
