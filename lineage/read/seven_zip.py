"""The members of a 7z archive, by the `py7zr` package, which is an extra."""

from __future__ import annotations

import tempfile
from operator import itemgetter
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from lineage.read.stream import Stream, failed, why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.read.budget import Budget
    from lineage.read.zip_archive import Unpack

MAGIC = b"7z\xbc\xaf\x27\x1c"
ENCRYPTED = "encrypted; unpack it with its password first"
MISSING = "a 7z archive: install 'lineage-ir[7z]' to read it, or unpack it first"
MEMBER_MEMORY_BYTES = 1024**2
"""Size up to which an unpacked member stays in memory."""


class _BoundReachedError(Exception):
    """Something expands beyond the run's bounds."""


def members(name: str, file: BinaryIO, budget: Budget, unpack: Unpack) -> Iterator[Stream]:
    """Opens each file in a 7z archive, in order of names.

    Members are packed as one, so they are unpacked at once to temporary files; the run's account
    is asked at every piece.

    Args:
        name: the archive's name.
        file: the archive, able to seek.
        budget: the run's account.
        unpack: opens what is in a member.
    """
    try:
        import py7zr
    except ImportError:
        yield failed(name, MISSING)
        return
    unpacked: list[tuple[str, BinaryIO]] = []
    names: list[str] = []
    problem = None
    file.seek(0)
    try:
        with budget.clock(), py7zr.SevenZipFile(file) as archive:
            names = [info.filename for info in archive.list() if not info.is_directory]
            if archive.needs_password():
                problem = ENCRYPTED
            else:
                archive.extractall(factory=_to_temporary_files(unpacked, budget))
    except _BoundReachedError:
        problem = f"{budget.reached}; the rest of the file isn't read"
    except py7zr.PasswordRequired:
        problem = ENCRYPTED
    except Exception as error:  # damaged headers fail anywhere in their decoding
        problem = f"damaged archive: {why(error)}"
    try:
        for member, content in sorted(unpacked, key=itemgetter(0)):
            content.seek(0)
            yield from unpack(Stream(f"{name}!{member}", content.read))
    finally:
        for _, content in unpacked:
            content.close()
    if problem:
        yield failed(name, problem, max(len(names) - len(unpacked), 1))


def _to_temporary_files(unpacked: list[tuple[str, BinaryIO]], budget: Budget) -> Any:
    """What py7zr asks for a writer of each member."""
    import py7zr

    class Writer(py7zr.Py7zIO):
        def __init__(self, content: BinaryIO) -> None:
            self._content = content
            self._size = 0

        def write(self, s: bytes | bytearray) -> int:
            if not budget.unpack(len(s)):
                raise _BoundReachedError
            self._size += len(s)
            return self._content.write(s)

        def read(self, size: int | None = None) -> bytes:
            return self._content.read(-1 if size is None else size)

        def seek(self, offset: int, whence: int = 0) -> int:
            return self._content.seek(offset, whence)

        def flush(self) -> None:
            self._content.flush()

        def size(self) -> int:
            return self._size

    class Factory(py7zr.WriterFactory):
        def create(self, filename: str) -> Writer:
            if not budget.member():
                raise _BoundReachedError
            spool = tempfile.SpooledTemporaryFile(MEMBER_MEMORY_BYTES)  # noqa: SIM115 - kept open
            content = cast("BinaryIO", spool)
            unpacked.append((filename, content))
            return Writer(content)

    return Factory()
