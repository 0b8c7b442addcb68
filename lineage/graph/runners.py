"""Which processes run the files that they are given, rather than read, pack or hash them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.graph.command_line import archive_around, is_archive, named_files
from lineage.graph.hubs import program_of
from lineage.normalise.paths import canonical_path, name_of

if TYPE_CHECKING:
    from lineage.graph.nodes import ProcessNode


def runs_argument(process: ProcessNode, path: str) -> bool:
    """Whether a process runs a file, by canonical path, that its command line names."""
    return program_of(process).runs_file(path)


def runs_from_archive(process: ProcessNode, archive: str) -> bool:
    """Whether a process runs something out of an archive, given by its canonical path."""
    if not is_archive(archive):
        return False
    name = name_of(archive)
    if archive_around(canonical_path(process.image or "")) == name:
        return True
    files = named_files(process.command_line or "", None)
    return any(archive_around(path) == name for path in files if runs_argument(process, path))
