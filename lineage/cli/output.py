"""Where results go: the terminal through rich, files whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

PIPED_COLUMNS = 120
"""Width where there is no terminal to ask: wide enough for paths, narrow enough for a ticket."""


def console() -> Console:
    """The console on standard output: coloured on a terminal, plain and of fixed width if piped."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False, soft_wrap=False)
    width = int(os.environ.get("COLUMNS", "0") or 0) or PIPED_COLUMNS
    return Console(highlight=False, width=width, no_color=True, force_terminal=False)


def write_file(path: Path, content: bytes) -> None:
    """Writes a file beside its place and moves it there, so that no half a file is ever seen.

    Raises:
        UsageError: it can't be written; the message names the file and why.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(
            f"{path}: {error.strerror or error}; name a file in a folder you can write to"
        ) from error
