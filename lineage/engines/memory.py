"""How much memory there is, and how many events fit into some."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from lineage.errors import UsageError

EVENT_BYTES: Final = 1_200
"""What an event takes while it waits, or in a graph: 500 to 600 bytes with a verbose Sysmon
configuration, whose values repeat, more where they don't."""
SHARE: Final = 0.5
"""Of the free memory that a run may take unless it is told."""
LEAST: Final = 64 * 1024**2
"""Less than this would be all spilling and no work."""

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_AVAILABLE: Final = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)


def size_of(text: str) -> int:
    """Bytes of a size.

    Raises:
        UsageError: it is none, or too small.

    >>> size_of("2G"), size_of("512 MiB")
    (2147483648, 536870912)
    """
    found = _SIZE.fullmatch(text.strip())
    size = int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0
    if size < LEAST:
        raise UsageError(f"--memory {text}: write a size of 64M or more, such as 2G")
    return size


def free() -> int | None:
    """Bytes of memory that are free; half of all where that isn't told; None where neither is."""
    try:
        told = _AVAILABLE.search(Path("/proc/meminfo").read_text(encoding="ascii"))
        if told:
            return int(told[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, OSError, ValueError):
        return None


def room(memory: int | None) -> int | None:
    """How many events may wait in memory, and as many in graphs; None where nobody knows.

    Args:
        memory: bytes that the run may take; None for its share of what is free.
    """
    if memory is None:
        there = free()
        memory = None if there is None else int(there * SHARE)
    return None if memory is None else max(memory // (2 * EVENT_BYTES), 1)
