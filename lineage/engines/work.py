"""What there is to read: units of telemetry, and the hosts of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lineage.dataset import store
from lineage.dataset.layout import EVENTS, is_dataset
from lineage.dataset.manifest import load
from lineage.engines.remote import RemoteFile, address, on_this_machine
from lineage.read.inputs import checked
from lineage.read.units import Unit, units
from lineage.read.walk import STANDARD_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


class StoredHosts(NamedTuple):
    """Hosts of a dataset, which are read together.

    Attributes:
        folder: of the dataset.
        folders: of its hosts.
        bytes: how many they have on disk.
        continues: how many of its inputs are the last ones of the work before it.
    """

    folder: str
    folders: tuple[str, ...]
    bytes: int
    continues: int = 0

    @property
    def is_first(self) -> bool:
        """Whether the inputs' ledgers come with it."""
        return not self.continues


Work = Unit | StoredHosts | RemoteFile


def works(
    paths: Sequence[Path],
    format_name: str | None,
    list_remote: Callable[[str], Sequence[RemoteFile]] | None = None,
) -> list[Work]:
    """What there is to read in some paths, in order.

    Args:
        paths: files, folders and datasets; ``-`` is standard input.
        format_name: the format of all telemetry in them, or None to recognise each.
        list_remote: lists what is at an address; None where addresses mean nothing.

    Raises:
        InputError: a path doesn't exist, or a dataset can't be used.
        UsageError: there is no such format, or pyarrow isn't installed.
    """
    if list_remote is not None:
        paths = [on_this_machine(path) for path in paths]
    here = [path for path in paths if not (list_remote and address(path)) and not is_dataset(path)]
    known = checked(here, format_name)
    found: list[Work] = []
    for path in paths:
        url = address(path) if list_remote is not None else None
        if url is not None and list_remote is not None:
            found += list_remote(url)
        elif is_dataset(path):
            store.require()
            found += _stored(path)
        else:
            found += units([path], known)
    return found


def is_standard_input(work: Work) -> bool:
    """Whether work can only be done by the process that was started."""
    return isinstance(work, Unit) and str(work.place.path) == STANDARD_INPUT


def _stored(folder: Path) -> Iterator[StoredHosts]:
    manifest = load(folder)
    if not manifest.hosts:
        yield StoredHosts(str(folder), (), 0)
    for number, host in enumerate(manifest.hosts):
        files = (folder / EVENTS / host.folder).glob("*.parquet")
        size = sum(file.stat().st_size for file in files)
        yield StoredHosts(str(folder), (host.folder,), size, len(manifest.inputs) if number else 0)
