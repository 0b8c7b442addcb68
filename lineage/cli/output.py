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

    class PatientConsole(Console):
        """Goes on where nobody reads any more, so that the exit status is the run's own."""

        def on_broken_pipe(self) -> None:
            discard_output()

    if sys.stdout.isatty():
        return PatientConsole(highlight=False, soft_wrap=False)
    return PatientConsole(highlight=False, width=_width(), no_color=True, force_terminal=False)


def _width() -> int:
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdecimal() and int(asked) > 0 else PIPED_COLUMNS


def discard_output() -> None:
    """Lets all further output go nowhere: who read it has gone (`lineage ... | head`)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def write_file(path: Path, content: bytes) -> None:
    """Writes a file beside its place and moves it there, so that no half a file is ever seen.

    A link is followed; what is no file (a device, a pipe) is written to as it is.

    Raises:
        UsageError: it can't be written; the message names the file and why.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        _replace(path.resolve(), content)
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}; name a file in a folder you can write to"
        ) from error


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
