r"""One spelling for Windows and registry paths, to compare by; the text shown stays as it was.

Only rewrites that are certain are made. `\\Device\\HarddiskVolumeN` is mapped to a drive letter by
the caller where the host's own telemetry shows which letter it is (`lineage.graph.identity`).
"""

from __future__ import annotations

import re
from functools import lru_cache

_CACHE = 65_536
_AROUND = '" \t\r\n'
"""What may stand around a path and is no part of it."""
_ENVIRONMENT = {
    "%systemroot%": r"c:\windows",
    "%windir%": r"c:\windows",
    "%systemdrive%": "c:",
    "%programfiles%": r"c:\program files",
    "%programfiles(x86)%": r"c:\program files (x86)",
    "%programdata%": r"c:\programdata",
    "%allusersprofile%": r"c:\programdata",
    "%public%": r"c:\users\public",
    "%comspec%": r"c:\windows\system32\cmd.exe",
}
"""Variables that name the same folder or program for every user of a default installation
(Microsoft Learn, "Recognized environment variables"). %APPDATA% and its like depend on the user, so
aren't here."""

_PROFILE_FOLDERS = {
    "%userprofile%": "",
    "%homepath%": "",
    "%appdata%": r"\appdata\roaming",
    "%localappdata%": r"\appdata\local",
    "%temp%": r"\appdata\local\temp",
    "%tmp%": r"\appdata\local\temp",
}
"""Variables that name a folder of the user's profile (same page)."""
_PROFILE = re.compile(r"^c:\\users\\[^\\]+(?=\\)")

_HIVES = (
    ("\\registry\\machine", "hklm"),
    ("\\registry\\user", "hku"),
    ("hkey_local_machine", "hklm"),
    ("hkey_users", "hku"),
    ("hkey_current_user", "hkcu"),
    ("hkey_classes_root", "hkcr"),
    ("hkey_current_config", "hkcc"),
)
_NAMESPACES = ("\\\\?\\globalroot\\", "\\\\?\\", "\\\\.\\", "\\??\\")
"""Prefixes that name the namespace, not the file (Microsoft Learn, "Naming Files, Paths, and
Namespaces"); the longest first."""
_PROVIDED = ("c:\\windows\\", "c:\\program files\\", "c:\\program files (x86)\\")
_DEVICE = re.compile(r"\\device\\(harddiskvolume\d+|mup)(?=\\|$)")
_ENVIRONMENT_PATTERN = re.compile("|".join(re.escape(name) for name in _ENVIRONMENT))


def expanded(text: str) -> str:
    r"""A text in lower case, with what variables mean for everybody in their place.

    >>> expanded("%COMSPEC% /C start")
    'c:\\windows\\system32\\cmd.exe /c start'
    """
    lower = text.lower()
    if "%" not in lower:
        return lower
    return _ENVIRONMENT_PATTERN.sub(lambda name: _ENVIRONMENT[name.group()], lower)


@lru_cache(maxsize=_CACHE)
def canonical_path(path: str) -> str:
    r"""The form by which file paths are compared.

    Lower case, backslashes, no `\\?\` or `\??\` prefix, `%SystemRoot%` and its like expanded, no
    surrounding quotes, no doubled separators. Device paths keep their device; shares are written
    `\\server\share`.

    >>> canonical_path(r"\\?\C:\Windows\System32\CMD.EXE")
    'c:\\windows\\system32\\cmd.exe'
    >>> canonical_path(r"\SystemRoot\System32\smss.exe")
    'c:\\windows\\system32\\smss.exe'
    """
    text = path.lower().replace("/", "\\").strip(_AROUND)
    for prefix in _NAMESPACES:
        if text.startswith(prefix):
            text = text[len(prefix) :]
            if text.startswith("unc\\"):
                return _share(text[len("unc\\") :])
            if text.startswith("device\\"):
                text = "\\" + text
            break
    if text.startswith("\\systemroot\\"):
        text = "c:\\windows" + text[len("\\systemroot") :]
    if "%" in text:
        text = _ENVIRONMENT_PATTERN.sub(lambda match: _ENVIRONMENT[match.group()], text)
    if text.startswith("\\device\\mup\\"):
        return _share(text[len("\\device\\mup\\") :])
    if text.startswith("\\\\"):
        return _share(text)
    return _single_separators(text)


def _share(text: str) -> str:
    return "\\\\" + _single_separators(text).lstrip("\\")


def _single_separators(text: str) -> str:
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    return text


def device_of(canonical: str) -> str | None:
    r"""The device of a canonical path, such as `\device\harddiskvolume3`, or None."""
    match = _DEVICE.match(canonical) if canonical.startswith("\\device\\") else None
    return match.group() if match else None


@lru_cache(maxsize=_CACHE)
def canonical_registry(path: str) -> str:
    r"""The form by which registry paths are compared: lower case, short hive names.

    >>> canonical_registry(r"\REGISTRY\MACHINE\SOFTWARE\X")
    'hklm\\software\\x'
    >>> canonical_registry(r"HKEY_USERS\S-1-5-21-1-2-3-1001\Software\X")
    'hku\\s-1-5-21-1-2-3-1001\\software\\x'
    """
    text = path.strip().lower().removeprefix("computer\\")
    for long, short in _HIVES:
        if text.startswith(long) and text[len(long) : len(long) + 1] in {"", "\\"}:
            text = short + text[len(long) :]
            break
    return text.rstrip("\\")


def name_of(path: str) -> str:
    r"""The last component of a path, after the last backslash.

    >>> name_of(r"C:\Windows\explorer.exe")
    'explorer.exe'
    """
    return path[path.rfind("\\") + 1 :]


def is_provided(canonical: str) -> bool:
    r"""Whether a canonical path lies where programs are installed for everybody.

    >>> is_provided(r"\device\harddiskvolume3\windows\system32\cmd.exe")
    True
    >>> is_provided(r"c:\users\d\appdata\roaming\a.exe")
    False
    """
    if canonical.startswith(_PROVIDED):
        return True
    device = device_of(canonical)
    return device is not None and ("c:" + canonical[len(device) :]).startswith(_PROVIDED)


def in_profile(path: str) -> str:
    r"""A canonical path within a user's profile as any user would write it, others as they are.

    >>> in_profile(r"c:\users\d\appdata\roaming\a.exe") == in_profile(r"%appdata%\a.exe")
    True
    """
    if not path.startswith(("c:\\users\\", "%")):
        return path
    variable, _, rest = path.partition("\\")
    folder = _PROFILE_FOLDERS.get(variable)
    if folder is not None:
        return f"%userprofile%{folder}\\{rest}"
    return _PROFILE.sub("%userprofile%", path)


def abbreviates(short: str, long: str) -> bool:
    r"""Whether a canonical path with shortened (8.3) names may be another's.

    A shortened name is up to six characters of the long one, spaces and dots left out, a tilde and
    a number, and up to three characters of the ending (Microsoft Open Specifications, MS-FSCC
    2.1.5.2.1).

    >>> abbreviates(r"c:\users\admini~1\a.exe", r"c:\users\administrator\a.exe")
    True
    >>> abbreviates(r"c:\users\admini~1\a.exe", r"c:\users\anna\a.exe")
    False
    """
    parts, others = short.split("\\"), long.split("\\")
    return len(parts) == len(others) and all(map(_abbreviates_name, parts, others))


def _abbreviates_name(short: str, long: str) -> bool:
    if short == long:
        return True
    stem, _, ending = short.partition(".")
    start, tilde, number = stem.rpartition("~")
    name, _, long_ending = long.rpartition(".") if "." in long else (long, "", "")
    letters = name.replace(" ", "").replace(".", "")
    return (
        bool(tilde)
        and number.isdigit()
        and bool(start)
        and letters.startswith(start)
        and long_ending[:3] == ending
    )
