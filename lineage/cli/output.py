"""Where results go: the terminal through rich, files whole or not at all."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from lineage.report.model import Model

PIPED_COLUMNS = 120
"""Width where there is no terminal to ask: wide enough for paths, narrow enough for a ticket."""


def console() -> Console:
    """The console on standard output: coloured on a terminal, plain and of fixed width if piped."""
    from rich.console import Console

    class PatientConsole(Console):
        """Goes on where nobody reads any more, so that the exit status is the run's own."""

        def on_broken_pipe(self) -> None:
            discard_output()

    asked = _asked_width()
    environment = {name: value for name, value in os.environ.items() if name not in _SIZES}
    if sys.stdout.isatty():
        return PatientConsole(highlight=False, soft_wrap=False, width=asked, _environ=environment)
    return PatientConsole(
        highlight=False,
        width=asked or PIPED_COLUMNS,
        no_color=True,
        force_terminal=False,
        _environ=environment,
    )


def print_lines(entries: Iterable[Model]) -> None:
    """Prints parts of a report as JSON, one a line."""
    import click

    from lineage.report.escape import json_line

    for entry in entries:
        click.echo(json_line(entry.model_dump_json(by_alias=True)))


_SIZES = frozenset(("COLUMNS", "LINES"))
"""Variables that rich would take as they are."""
LEAST_COLUMNS, MOST_COLUMNS = 20, 1000
"""In a narrower terminal nothing can be laid out; a wider one is none."""


def _asked_width() -> int | None:
    """The width that COLUMNS asks for, within reason; None where it asks for none."""
    asked = os.environ.get("COLUMNS", "").strip()
    if not (asked.isascii() and asked.isdigit()):
        return None
    columns = int(asked[:9])
    return min(max(columns, LEAST_COLUMNS), MOST_COLUMNS) if columns else None


def have_streams() -> None:
    """Opens the standard streams that the caller closed, so that writing goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def flush() -> bool:
    """Sends off what is still buffered; False, and said on standard error, where that fails."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
    except OSError as error:
        discard_output()
        with suppress(OSError):
            sys.stderr.write(f"lineage: standard output: {error.strerror}\n")
        return False
    return True


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
    write_lines(path, (content,))


def write_lines(path: Path | None, lines: Iterable[bytes]) -> None:
    """Writes a file line by line, or standard output, so that no more than a line is in memory.

    A file is written beside its place and moved there, as `write_file` does.

    Args:
        path: the file; None for standard output.
        lines: each with its end.

    Raises:
        UsageError: it can't be written; the message names the file and why.
    """
    if path is None:
        sys.stdout.buffer.writelines(lines)
        return
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.writelines(lines)
            return
        _replace(path.resolve(), lines)
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}; name a file in a folder you can write to"
        ) from error
    except RuntimeError as error:  # pathlib's, of links
        raise UsageError(f"{path}: links that lead in a circle; name another file") from error


def _replace(target: Path, lines: Iterable[bytes]) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.writelines(lines)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
