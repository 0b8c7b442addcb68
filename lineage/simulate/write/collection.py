"""EVTX files as responders collect them: a folder per host, a file per channel, often zipped."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lineage.simulate.write.evtx import EvtxFile
from lineage.simulate.write.windows import (
    POWERSHELL_CHANNEL,
    SECURITY_CHANNEL,
    SYSMON_CHANNEL,
    SYSTEM_CHANNEL,
)

if TYPE_CHECKING:
    from lineage.simulate.write.record import WindowsRecord

_FILE_NAMES = {
    SYSMON_CHANNEL: "Sysmon.evtx",
    SECURITY_CHANNEL: "Security.evtx",
    POWERSHELL_CHANNEL: "PowerShell.evtx",
    SYSTEM_CHANNEL: "System.evtx",
}

_ZIP_DATE = (2026, 2, 2, 0, 0, 0)
"""Archives must not carry the time of their making: the same events give the same bytes."""


class EvtxCollection:
    """A folder of EVTX files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, str], EvtxFile] = {}

    def write(self, record: WindowsRecord) -> None:
        """Appends one record to its host's and channel's file."""
        key = (record.computer, record.channel)
        if key not in self._files:
            folder = self._folder / record.computer
            folder.mkdir(parents=True, exist_ok=True)
            self._files[key] = EvtxFile(folder / _FILE_NAMES[record.channel])
        self._files[key].write(record)

    def close(self) -> None:
        """Ends all files."""
        for file in self._files.values():
            file.close()


class EvtxArchive:
    """The same folder as a zip archive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = TemporaryDirectory(prefix="lineage-simulate-")
        self._collection = EvtxCollection(Path(self._temporary.name))

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        self._collection.write(record)

    def close(self) -> None:
        """Ends the files and packs them."""
        self._collection.close()
        folder = Path(self._temporary.name)
        with zipfile.ZipFile(self._path, "w") as archive:
            for file in sorted(folder.rglob("*.evtx")):
                info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 0
                archive.writestr(info, file.read_bytes(), compresslevel=9)
        self._temporary.cleanup()
