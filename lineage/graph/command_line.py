"""The files that a command line names: script, document and library arguments."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from lineage.normalise.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_FILES = 16
"""Files taken from one command line; a longer list is a batch job's, not a story's."""
LONGEST = 8_192
"""Characters of a command line that are looked at: cmd.exe's limit (Microsoft Learn, 830473)."""

ARGUMENT_ENDINGS = frozenset(
    "bat cmd com cpl dll dot dotm doc docm docx exe hta img iso js jse lnk msi mst one ocx pdf "
    "pif ppt pptm pptx ps1 psm1 py rtf scr sct vbe vbs wsf wsh xla xlam xll xls xlsb xlsm xlsx "
    "xlt xltm xsl zip".split()
)
"""Endings of files that decide what a program does when they are given to it."""

_ARCHIVE_ENDINGS = (".zip", ".rar", ".7z", ".iso", ".img", ".cab", ".tar", ".gz")
_INSIDE_ARCHIVE = re.compile(r"\\(?:temp\d+_)?([^\\]+\.(?:zip|rar|7z|iso|img|cab|tar|gz))\\")
_QUOTED_OR_BARE = re.compile(r'"([^"]{1,1024})"|([^\s",;|&<>]{1,1024})')
_SINGLE_QUOTED = re.compile(r"'([a-z]:\\[^'\"<>|*?\t\r\n]{1,512})'", re.IGNORECASE)
"""PowerShell's quotes, which cmd.exe passes on inside its own."""
_DRIVE_PATH = re.compile(r'[a-z]:\\[^"<>|*?\t\r\n]{1,512}', re.IGNORECASE)
_DELETES = re.compile(r"(?:^|[\s&|(\"])(?:del|erase)\s", re.IGNORECASE)


@lru_cache(maxsize=1024)
def named_files(command_line: str, directory: str | None) -> Mapping[str, str]:
    r'''The files that a command line names, at most `MOST_FILES`: canonical path -> as written.

    Absolute paths are taken as they stand; a bare name with one of `ARGUMENT_ENDINGS` is looked for
    in the working directory. The first word, the program itself, is left out.

    Args:
        command_line: as logged.
        directory: the process's working directory, where known.

    >>> list(named_files(r'wscript.exe //B "C:\Users\d\a b.vbs" x.js', "C:\\Temp"))
    ['c:\\users\\d\\a b.vbs', 'c:\\temp\\x.js']
    >>> list(named_files(r"""cmd /c "powershell & 'C:\Temp\a b.ps1'; b" """, None))
    ['c:\\temp\\a b.ps1']
    '''
    text = command_line[:LONGEST]
    inner = _SINGLE_QUOTED.findall(text)
    words = _QUOTED_OR_BARE.findall(_SINGLE_QUOTED.sub(" ' ", text) if inner else text)
    paths = (_path(quoted or bare, directory) for quoted, bare in words[1:])
    named: dict[str, str] = {}
    for path in chain(inner, paths):
        if path is not None:
            named.setdefault(canonical_path(path), path)
        if len(named) == MOST_FILES:
            break
    return MappingProxyType(named)


def _path(word: str, directory: str | None) -> str | None:
    if match := _DRIVE_PATH.search(word):
        return match.group().rstrip(" .'`)")
    if word.startswith(("\\\\", "%")):
        return word
    ending = word.rpartition(".")[2].lower()
    if ending not in ARGUMENT_ENDINGS or directory is None or ":" in word or "/" in word:
        return None
    return directory.rstrip("\\") + "\\" + word.removeprefix(".\\")


def split_deletion(command_line: str) -> tuple[str, str]:
    r"""A command interpreter's line up to its first deletion, and from it on ("" if none).

    >>> split_deletion('cmd /c copy a.exe b.exe & del "c.exe"')
    ('cmd /c copy a.exe b.exe &', ' del "c.exe"')
    """
    match = _DELETES.search(command_line[:LONGEST])
    if match is None:
        return command_line, ""
    return command_line[: match.start()], command_line[match.start() :]


def archive_around(path: str) -> str | None:
    r"""The file name of the archive that a canonical path leads into, or None.

    Explorer runs a zip's file out of `Temp1_NAME.zip`, wherever the archive lies (the number counts
    repetitions).

    >>> archive_around(r"c:\users\d\appdata\local\temp\temp1_order.zip\order.js")
    'order.zip'
    """
    match = _INSIDE_ARCHIVE.search(path)
    return match[1] if match else None


def is_archive(path: str) -> bool:
    """Whether a path has the ending of an archive that `archive_around` knows."""
    return path.endswith(_ARCHIVE_ENDINGS)
