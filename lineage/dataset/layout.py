"""Where things lie in a dataset, and how hosts' names become folders' names.

::

    DIR/lineage.json                              what it is, inputs, hosts; written last
    DIR/events/machine=ws01.example/part-0.parquet

A host's name is the telemetry's, and whoever wrote that may have had a path in mind.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MANIFEST: Final = "lineage.json"
EVENTS: Final = "events"
PARTITION: Final = "machine"
"""Name of the partition: the host in lower case."""
VERSION: Final = 1

_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_LONGEST: Final = 120
"""Characters of a folder's name; file systems take 255 bytes, Windows 260 for the whole path."""
_DIGITS: Final = 16


def is_dataset(path: Path) -> bool:
    """Whether a path is the folder of a dataset."""
    try:
        return (path / MANIFEST).is_file() and (path / EVENTS).is_dir()
    except OSError:
        return False


def refuse(paths: Iterable[Path]) -> None:
    """Refuses datasets where records are wanted as they were logged.

    Raises:
        UsageError: a path is a dataset.
    """
    for path in paths:
        if is_dataset(path):
            raise UsageError(
                f"{path}: is a dataset, which has events and no records as logged; name the exports"
            )


def folder_name(host: str) -> str:
    r"""The name of a host's folder: percent-encoded, cut where it is long, never special.

    >>> folder_name("ws01.example")
    'machine=ws01.example'
    >>> folder_name("..\\../etc")
    'machine=..%5C..%2Fetc'
    """
    encoded = "".join(letter if letter in _PLAIN else _percent(letter) for letter in host)
    if len(encoded) > _LONGEST:
        digest = sha256(host.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        encoded = f"{encoded[: _LONGEST - _DIGITS - 1]}~{digest}"
    if encoded.endswith("."):  # Windows drops it
        encoded = f"{encoded[:-1]}%2E"
    return f"{PARTITION}={encoded}"


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
