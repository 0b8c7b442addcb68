"""Files that the user names: opened without waiting for a pipe that nobody writes into."""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_OPEN_PIPES: Final = ("/dev/", "/proc/")
"""Where a pipe has its writer already (`<(command)` in a shell)."""


def is_idle_pipe(path: Path) -> bool:
    """Whether a path is a named pipe, on which opening would wait for somebody to write.

    Raises:
        OSError: it can't be reached.
    """
    return stat.S_ISFIFO(path.stat().st_mode) and not str(path).startswith(_OPEN_PIPES)


def opened(path: Path | Traversable) -> IO[bytes]:
    """A file, or one of a package, opened for reading.

    Raises:
        OSError: it can't be opened, or is a named pipe.
    """
    if isinstance(path, Path) and is_idle_pipe(path):
        raise OSError(errno.EINVAL, "a named pipe; write it to a file first")
    return path.open("rb")
