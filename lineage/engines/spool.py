"""What doesn't fit into memory, in temporary files of one run."""

from __future__ import annotations

from pathlib import Path
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
        path: where it is to be; it is made at the first write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._end = 0

    def write(self, data: bytes) -> Spot:
        """Keeps bytes.

        Raises:
            EngineError: there is no room for them.
        """
        try:
            if self._file is None:
                self._file = self._path.open("wb", buffering=0)
            self._file.write(data)
        except OSError as error:
            raise EngineError(
                f"{self._path.parent}: no room for what doesn't fit into memory"
                f" ({error.strerror}); point TMPDIR to a larger disk"
            ) from error
        spot = Spot(str(self._path), self._end, len(data))
        self._end += len(data)
        return spot

    def close(self) -> None:
        """Closes the file; what is in it can still be fetched."""
        if self._file is not None:
            self._file.close()
