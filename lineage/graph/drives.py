"""Which drive letter a device has: the same program was seen under both spellings."""

from __future__ import annotations

from lineage.normalise.paths import canonical_path, device_of, name_of


class Drives:
    """The drive letters of devices, as far as two spellings of one program showed them."""

    def __init__(self) -> None:
        self._letters: dict[tuple[str, str], str] = {}
        """Host and device -> drive, as `c:`."""

    def same_program(self, host: str, one: str | None, other: str | None) -> bool:
        """Whether two spellings mean the same program on this host; None may be any.

        A bare file name, or a path with shortened (8.3) names, is compared by its name alone; a
        device path with a drive's by what follows.
        """
        if one is None or other is None:
            return True
        first, second = canonical_path(one), canonical_path(other)
        if first == second:
            return True
        if "\\" not in first or "\\" not in second or "~" in first or "~" in second:
            return name_of(first) == name_of(second)
        first, second = self.path(host, first), self.path(host, second)
        for path, twin in ((first, second), (second, first)):
            device = device_of(path)
            if device and twin[1:2] == ":":
                return path[len(device) :] == twin[2:]
        return first == second

    def path(self, host: str, path: str) -> str:
        """A canonical path with its device replaced by the drive letter that this host showed."""
        device = device_of(path)
        drive = self._letters.get((host, device)) if device else None
        return drive + path[len(device or "") :] if drive else path

    def learn(self, host: str, one: str | None, other: str | None) -> None:
        """Takes two spellings of one program: a device's path and a drive's."""
        if one is None or other is None:
            return
        paths = canonical_path(one), canonical_path(other)
        for path, twin in (paths, paths[::-1]):
            device = device_of(path)
            if device and twin[1:2] == ":" and path[len(device) :] == twin[2:]:
                self._letters[host, device] = twin[:2]
