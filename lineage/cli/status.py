"""Exit statuses. They are part of the interface (`lineage correlate --help` tells them)."""

from __future__ import annotations

from typing import Final

OK: Final = 0
"""It ran; chains or none."""
FOUND: Final = 1
"""`--fail-on VERDICT` was given and a chain reaches it."""
USAGE: Final = 2
"""The command line is wrong, nothing in the input can be read, or the system stands in the way: an
output that can't be written, memory that ran out."""
REJECTED: Final = 3
"""`--strict` was given and a record was rejected."""
FAULT: Final = 70
"""A fault of lineage itself (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED: Final = 130
"""Ctrl-C (128 + SIGINT)."""
