"""On a terminal: colour, its width, and a progress bar that leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def on_a_terminal(columns: int, *arguments: object) -> tuple[int, str]:
    """Exit status of a command on a terminal, and all that it wrote there."""
    import pty
    import termios

    master, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (50, columns))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    running = subprocess.Popen(
        [sys.executable, "-m", "lineage", *map(str, arguments)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment | {"TERM": "xterm-256color"},
    )
    os.close(terminal)
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux says so that the other side is gone
            break
        if not piece:
            break
        written += piece
    os.close(master)
    return running.wait(), written.decode()


@pytest.mark.parametrize("columns", [80, 160])
def test_colour_and_the_terminals_width(telemetry: Path, columns: int) -> None:
    status, written = on_a_terminal(columns, "correlate", telemetry)
    assert status == 0
    assert re.search(r"\x1b\[[\d;]*m", written)
    plain = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", written)
    assert max(len(line) for part in plain.split("\n") for line in part.split("\r")) <= columns
    assert "Remcos" in plain


def test_nothing_is_coloured_where_that_is_not_wanted(
    telemetry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    status, written = on_a_terminal(100, "detections")
    assert status == 0
    assert not re.search(r"\x1b\[[\d;]*3[0-7][\d;]*m", written)
