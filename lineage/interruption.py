"""Ctrl-C at any moment of a command: one line, and never in the midst of an import.

An import of a native module that is broken off can leave its types half made, and what uses them
kills the process (seen: SIGSEGV in 1 of 120 moments of the command's start). So an interruption
waits until no import is under way.
"""

from __future__ import annotations

import signal
from _thread import interrupt_main
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_IMPORT_SYSTEM = "<frozen importlib._bootstrap>"
_WAIT_SECONDS = 0.02
_PATIENCE = 100
"""Waits for one import, two seconds: a plug-in may never end its own."""


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
            raise KeyboardInterrupt
        self._waited += 1
        again = Timer(_WAIT_SECONDS, interrupt_main)
        again.daemon = True
        again.start()


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT_SYSTEM:
            return True
        frame = frame.f_back
    return False
