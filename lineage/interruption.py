"""Ctrl-C at any moment of a command: one line, and never in the midst of an import.

An import of a native module that is broken off can leave its types half made, and what uses them
kills the process (seen: SIGSEGV in 1 of 120 moments of the command's start). So an interruption
waits until no import is under way. And what it interrupts may swallow it, or wait for a server that
goes on working (seen: a query of Neo4j); then the process ends some seconds later all the same.
"""

from __future__ import annotations

import os
import signal
import sys
from _thread import interrupt_main
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_IMPORT_SYSTEM = "<frozen importlib._bootstrap>"
_WAIT_SECONDS = 0.02
_PATIENCE = 100
"""Waits for one import, two seconds: a plug-in may never end its own."""
_LEAVE_SECONDS = 5.0
"""For what is open to be closed after an interruption."""

INTERRUPTED = 130
"""`lineage.cli.status.INTERRUPTED`, which may not be loaded yet."""


def listen() -> None:
    """Takes Ctrl-C from now on; to be called in the main thread."""
    signal.signal(signal.SIGINT, _Interruption())


def ended() -> None:
    """No more is left to interrupt: what Python does to end goes on undisturbed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Interruption:
    """Raises KeyboardInterrupt as soon as no import is under way.

    Args of a call: the signal's number and the frame that it came into.
    """

    def __init__(self) -> None:
        self._waited = 0

    def __call__(self, _number: int, frame: FrameType | None) -> None:
        if self._waited == _PATIENCE or not _is_importing(frame):
            self._waited = 0
            _after(_LEAVE_SECONDS, _leave)
            raise KeyboardInterrupt
        self._waited += 1
        _after(_WAIT_SECONDS, interrupt_main)


def tell() -> None:
    """Says on standard error that the command was interrupted."""
    print("lineage: interrupted", file=sys.stderr, flush=True)  # noqa: T201 - rich may not be there


def _leave() -> None:
    tell()
    os._exit(INTERRUPTED)


def _after(seconds: float, act: Callable[[], None]) -> None:
    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT_SYSTEM:
            return True
        frame = frame.f_back
    return False
