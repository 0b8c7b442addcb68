r"""Where Windows is told to start a program later, and which program a value names.

Places: ATT&CK T1547.001 (Run keys, Startup folders), T1543.003 (services), T1546.012 (Image File
Execution Options), T1547.004 (Winlogon), T1547.014 (Active Setup), T1037.001 (logon scripts),
T1053.005 (scheduled tasks).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from lineage.graph.command_line import LONGEST, named_files
from lineage.graph.programs import program
from lineage.normalise.paths import canonical_path

Launcher = Literal["logon", "task", "service", "wmi", "any"]
"""Which part of Windows starts what an entry names; "any": whoever starts the hijacked program."""

_VALUES: tuple[tuple[Launcher, re.Pattern[str]], ...] = (
    (
        "logon",
        re.compile(
            r"\\currentversion\\run(once|onceex|services|servicesonce)?\\"
            r"|\\currentversion\\policies\\explorer\\run\\"
            r"|\\currentversion\\winlogon\\(shell|userinit|notify)"
            r"|\\windows nt\\currentversion\\windows\\(load|run)$"
            r"|\\active setup\\installed components\\[^\\]+\\stubpath$"
            r"|\\environment\\userinitmprlogonscript$"
        ),
    ),
    ("service", re.compile(r"\\services\\[^\\]+\\(imagepath|parameters\\servicedll)$")),
    ("any", re.compile(r"\\image file execution options\\[^\\]+\\debugger$")),
)
_FILES = re.compile(r"\\start menu\\programs\\startup\\|\\windows\\(system32\\)?tasks\\")
_WORD = r"""("(?:\\"|[^"])*"|'[^']*'|\S+)"""
_PROGRAM = re.compile(
    r'^\s*"?((?:[a-z]:|%[a-z]+%)\\[^"<>|*?]+?\.[a-z0-9]{2,4})(?=["\s,]|$)', re.IGNORECASE
)


@lru_cache(maxsize=65_536)
def launcher_of(registry: str) -> Launcher | None:
    r"""Which part of Windows starts what the value at a canonical registry path names, or None.

    >>> launcher_of(r"hku\s-1-5-21-1\software\microsoft\windows\currentversion\run\x")
    'logon'
    """
    launchers = (launcher for launcher, places in _VALUES if places.search(registry))
    return next(launchers, None)


def is_autostart_file(path: str) -> bool:
    r"""Whether Windows starts what lies at a canonical path: Startup folders and task files.

    >>> is_autostart_file(r"c:\windows\system32\tasks\updates")
    True
    """
    return _FILES.search(path) is not None


def started_programs(data: str) -> list[str]:
    r"""Canonical paths of the program, and of its script or library, that a value's data names.

    >>> started_programs(r'wscript.exe //B "C:\Users\d\a.vbs"')
    ['c:\\users\\d\\a.vbs']
    >>> started_programs(r'C:\Users\d\My App\a.exe -min')
    ['c:\\users\\d\\my app\\a.exe']
    """
    programs = []
    if match := _PROGRAM.match(data):
        programs.append(canonical_path(match.group(1)))
    programs += [path for path in named_files(data, None) if path not in programs]
    return programs


def scheduled(image: str | None, text: str) -> tuple[Launcher, str] | None:
    r"""The command line that a process has Windows run later, as a task or a service.

    Args:
        image: path of the process's program, None where unknown.
        text: its command line or script.

    >>> scheduled("schtasks.exe", r'schtasks /create /tn x /tr "C:\ProgramData\a.exe" /sc onlogon')
    ('task', 'C:\\ProgramData\\a.exe')
    >>> scheduled("sc.exe", r'sc create x binPath= "C:\ProgramData\a.exe -k" start= auto')
    ('service', 'C:\\ProgramData\\a.exe -k')
    """
    text = text[:LONGEST]
    for launcher, verb, option in program(image).makes:
        command = re.search(option + _WORD, text, re.IGNORECASE)
        if command and re.search(verb, text, re.IGNORECASE):
            return launcher, command.group(1).replace('\\"', '"').strip("\"'")
    return None
