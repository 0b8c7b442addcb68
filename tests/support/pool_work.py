"""What processes do in the tests of `lineage.engines.pool`: they import it by name."""

from __future__ import annotations

import os

from lineage.errors import UsageError


class Counted:
    """What a process holds."""

    def __init__(self, number: int) -> None:
        self.number = number


class UnsendableError(Exception):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one}, {other}")


def add(held: Counted, number: int) -> int:
    return held.number + number


def fail(_: Counted, why: str) -> None:
    raise UsageError(why)


def unsendable(_: Counted) -> None:
    raise UnsendableError("a", "b")


def leave(_: Counted) -> None:
    os._exit(9)
