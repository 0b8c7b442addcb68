r"""Where Windows is told to start a program later, and which program a value names.

Places: ATT&CK T1547.001 (Run keys, Startup folders), T1543.003 (services), T1546.012 (Image File
Execution Options), T1547.004 (Winlogon), T1547.014 (Active Setup), T1037.001 (logon scripts),
T1053.005 (scheduled tasks).
"""

from __future__ import annotations

import re

from lineage.graph.command_line import LONGEST, named_files
from lineage.graph.programs import program
from lineage.normalise.paths import canonical_path

_VALUES = re.compile(
    r"\\currentversion\\run(once|onceex|services|servicesonce)?\\"
    r"|\\currentversion\\policies\\explorer\\run\\"
    r"|\\currentversion\\winlogon\\(shell|userinit|notify)"
    r"|\\windows nt\\currentversion\\windows\\(load|run)$"
    r"|\\services\\[^\\]+\\(imagepath|parameters\\servicedll)$"
    r"|\\image file execution options\\[^\\]+\\debugger$"
    r"|\\active setup\\installed components\\[^\\]+\\stubpath$"
    r"|\\environment\\userinitmprlogonscript$"
)
_FILES = re.compile(r"\\start menu\\programs\\startup\\|\\windows\\(system32\\)?tasks\\")
_TOLD = r"""("(?:\\"|[^"])*"|'[^']*'|\S+)"""
_PROGRAM = re.compile(r'^\s*"?([a-z]:\\[^"<>|*?]+?\.[a-z0-9]{2,4})(?=["\s,]|$)', re.IGNORECASE)


def is_autostart(registry: str) -> bool:
    r"""Whether a canonical registry path is a value that starts a program.

    >>> is_autostart(r"hku\s-1-5-21-1\software\microsoft\windows\currentversion\run\x")
    True
    """
    return _VALUES.search(registry) is not None


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
    if found := _PROGRAM.match(data):
        programs.append(canonical_path(found.group(1)))
    programs += [path for path in named_files(data, None) if path not in programs]
    return programs


def scheduled(image: str | None, command_line: str) -> list[str]:
    r"""Canonical paths of what a process has Windows run later, as a task or a service.

    Args:
        image: path of the process's program, None where unknown.
        command_line: as logged.

    >>> scheduled("schtasks.exe", r'schtasks /create /tn x /tr "C:\ProgramData\a.exe" /sc onlogon')
    ['c:\\programdata\\a.exe']
    >>> scheduled("sc.exe", r'sc create x binPath= "C:\ProgramData\a.exe -k" start= auto')
    ['c:\\programdata\\a.exe']
    """
    text = command_line[:LONGEST]
    for verb, option in program(image).makes:
        told = re.search(option + _TOLD, text, re.IGNORECASE)
        if told and re.search(verb, text, re.IGNORECASE):
            return started_programs(told.group(1).replace('\\"', '"').strip("\"'"))
    return []
