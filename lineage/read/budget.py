"""How much a run unpacks: one account for all layers of all archives, that no bomb slips through.

Each bound is far above what collections of telemetry need, and far below what stops a machine.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RATIO = 200
"""Unpacked bytes per packed byte that are believed, over all layers; event logs have 10 to 50, a
stream of one repeated byte 1,032 in each layer."""

FREE_BYTES = 256 * 1024**2
"""Unpacked bytes of a file before `MAX_RATIO` counts."""

FREE_BYTES_PER_RUN = 4 * 1024**3
"""The same for all files of a run together."""

MAX_BYTES = 1024**4
"""Unpacked bytes of a run."""

MAX_MEMBERS = 2_000_000
"""Members of all archives of a run."""

MAX_SECONDS = 4 * 3600.0
"""Time that a run spends unpacking."""

MAX_DEPTH = 8
"""Layers of compression and archives around a stream."""


class Budget:
    """What a run may still unpack.

    Attributes:
        reached: the bound that the file in hand has reached, in words; None while it may go on.
        left_out: whether something of the file in hand wasn't read for that.
    """

    def __init__(self) -> None:
        self.reached: str | None = None
        self._run_reached: str | None = None
        self._bytes = 0
        self._members = 0
        self._seconds = 0.0
        self._clock_runs = False
        self._free_in_run = FREE_BYTES_PER_RUN
        self._packed = 0
        self._unpacked = 0

    def begin(self) -> None:
        """Begins with the next file that isn't inside another."""
        excess = self._unpacked - MAX_RATIO * self._packed
        self._free_in_run -= max(excess, 0)
        self._packed = self._unpacked = 0
        self.reached = self._run_reached

    def packed(self, size: int) -> None:
        """Takes note of bytes that the file in hand has on disk."""
        self._packed += size

    def unpack(self, size: int) -> bool:
        """Takes note of unpacked bytes, of any layer; False where they are too many."""
        self._bytes += size
        self._unpacked += size
        if self._bytes > MAX_BYTES:
            self._stop(f"more than {MAX_BYTES:,} bytes unpacked in this run")
        elif self._seconds > MAX_SECONDS:
            self._stop(f"more than {MAX_SECONDS / 3600:g} hours spent unpacking in this run")
        elif self._unpacked > min(FREE_BYTES, self._free_in_run) + MAX_RATIO * self._packed:
            self.reached = "it expands beyond reason in all its layers (a zip bomb?)"
        return self.reached is None

    def member(self) -> bool:
        """Counts a member of an archive; False where it is one too many."""
        self._members += 1
        if self._members > MAX_MEMBERS:
            self._stop(f"more than {MAX_MEMBERS:,} members in this run's archives")
        return self.reached is None

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Measures time spent unpacking; layers inside each other count once."""
        if self._clock_runs:
            yield
            return
        self._clock_runs = True
        start = time.monotonic()
        try:
            yield
        finally:
            self._seconds += time.monotonic() - start
            self._clock_runs = False

    def _stop(self, reason: str) -> None:
        self.reached = self._run_reached = reason
