"""What doesn't fit into memory, in temporary files of one run."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, NamedTuple

from lineage.errors import EngineError


class Spot(NamedTuple):
    """Where some bytes lie.

    Attributes:
        file: path of the file.
        offset: of the first byte.
        size: how many there are.
    """

    file: str
    offset: int
    size: int

    def fetch(self) -> bytes:
        """The bytes."""
        with Path(self.file).open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


class Spool:
    """A temporary file that is only added to.

    Args:
        path: where it is to be; None for a file of its own, removed at the end. It is made at the
            first write: where nothing has to wait on disk, no room for it is needed.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._is_own = path is None
        self._file: BinaryIO | None = None
        self._end = 0

    def write(self, data: bytes) -> Spot:
        """Keeps bytes.

        Raises:
            EngineError: there is no room for them.
        """
        try:
            path, file = self._opened()
            file.write(data)
        except OSError as error:
            place = "temporary folder" if self._path is None else self._path.parent
            raise EngineError(
                f"{place}: no room for what doesn't fit into memory"
                f" ({error.strerror}); point TMPDIR to a larger disk"
            ) from error
        spot = Spot(str(path), self._end, len(data))
        self._end += len(data)
        return spot

    def _opened(self) -> tuple[Path, BinaryIO]:
        if self._path is None:
            handle, name = mkstemp(prefix="lineage-")
            self._path = Path(name)
            self._file = os.fdopen(handle, "wb", buffering=0)
        elif self._file is None:
            self._file = self._path.open("wb", buffering=0)
        assert self._file is not None  # noqa: S101 - opened with its path
        return self._path, self._file

    def close(self) -> None:
        """Closes the file; what is in one with a given path can still be fetched."""
        if self._file is None:
            return
        self._file.close()
        if self._is_own and self._path is not None:
            self._path.unlink(missing_ok=True)
