"""Which programs run the files that they are given, rather than read, pack or hash them."""

from __future__ import annotations

from lineage.graph.command_line import archive_around, is_archive, named_files
from lineage.normalise.paths import name_of

ANYTHING = frozenset("wscript.exe cscript.exe mshta.exe rundll32.exe regsvr32.exe".split())
"""They run whatever they are given, whatever its ending says (`wscript //e:vbscript a.txt`)."""

_POWERSHELL = frozenset("ps1 psm1 psd1 txt".split())
_WORD = frozenset("doc docm dot dotm rtf".split())
_EXCEL = frozenset("xls xlsm xlsb xla xlam xlt xltm xll".split())
_SLIDES = frozenset("ppt pptm pot potm pps ppsm ppa ppam".split())

BY_ENDING = {
    "cmd.exe": frozenset("bat cmd".split()),
    "powershell.exe": _POWERSHELL,
    "pwsh.exe": _POWERSHELL,
    "winword.exe": _WORD,
    "excel.exe": _EXCEL,
    "powerpnt.exe": _SLIDES,
    "onenote.exe": frozenset({"one"}),
    "msaccess.exe": frozenset("accdb accde mdb mde".split()),
    "msiexec.exe": frozenset("msi msp mst".split()),
    "control.exe": frozenset({"cpl"}),
    "hh.exe": frozenset({"chm"}),
    "installutil.exe": frozenset("exe dll".split()),
    "msbuild.exe": frozenset("xml csproj vbproj proj targets".split()),
    "wmic.exe": frozenset({"xsl"}),
    "python.exe": frozenset("py pyc pyw".split()),
    "pythonw.exe": frozenset("py pyc pyw".split()),
    "java.exe": frozenset({"jar"}),
    "javaw.exe": frozenset({"jar"}),
    "node.exe": frozenset({"js"}),
    "autoit3.exe": frozenset("au3 a3x".split()),
}
"""Program -> endings of files that it runs. Documents count where they can hold macros."""


def runs_argument(program: str, path: str) -> bool:
    r"""Whether a program runs a file that its command line names.

    Args:
        program: file name of the program, lower case.
        path: canonical path of the file.

    >>> runs_argument("wscript.exe", r"c:\users\d\a.txt"), runs_argument("7z.exe", r"c:\a.exe")
    (True, False)
    """
    return program in ANYTHING or path.rpartition(".")[2] in BY_ENDING.get(program, ())


def runs_from_archive(image: str, command_line: str, archive: str) -> bool:
    """Whether a process runs something out of an archive.

    Args:
        image: canonical path of its program.
        command_line: as logged, "" where unknown.
        archive: canonical path of the archive.
    """
    if not is_archive(archive):
        return False
    name = name_of(archive)
    if archive_around(image) == name:
        return True
    program = name_of(image)
    files = (path for path in named_files(command_line, None) if runs_argument(program, path))
    return any(archive_around(path) == name for path in files)
