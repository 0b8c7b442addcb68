r"""Where Windows is told to start a program later, and which program a value names.

Locations: ATT&CK T1547.001 (Run keys), T1543.003 (services), T1546.012 (Image File Execution
Options), T1547.004 (Winlogon), T1547.014 (Active Setup), T1037.001 (logon scripts), T1053.005
(scheduled tasks).
"""

from __future__ import annotations

import re

from lineage.graph.command_line import LONGEST, named_files
from lineage.normalise.paths import canonical_path, name_of

_LOCATION = re.compile(
    r"\\currentversion\\run(once|onceex|services|servicesonce)?\\"
    r"|\\currentversion\\policies\\explorer\\run\\"
    r"|\\currentversion\\winlogon\\(shell|userinit|notify)"
    r"|\\windows nt\\currentversion\\windows\\(load|run)$"
    r"|\\services\\[^\\]+\\(imagepath|parameters\\servicedll)$"
    r"|\\image file execution options\\[^\\]+\\debugger$"
    r"|\\active setup\\installed components\\[^\\]+\\stubpath$"
    r"|\\environment\\userinitmprlogonscript$"
)
_SCHEDULERS = {
    "schtasks.exe": re.compile(
        r"/create\b.*?/tr\s+(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE | re.DOTALL
    ),
    "sc.exe": re.compile(
        r"\b(?:create|config)\b.*?\bbinpath=\s*(\"(?:\\\"|[^\"])*\"|\S+)",
        re.IGNORECASE | re.DOTALL,
    ),
    "powershell.exe": re.compile(
        r"\bNew-ScheduledTaskAction\b.*?-Execute\s+(\"[^\"]*\"|'[^']*'|\S+)"
        r"|\bNew-Service\b.*?-BinaryPathName\s+(\"[^\"]*\"|'[^']*'|\S+)",
        re.IGNORECASE | re.DOTALL,
    ),
}
"""Programs that make tasks and services for whoever asks, and where they are told what to run."""
_PROGRAM = re.compile(r'^\s*"?([a-z]:\\[^"<>|*?]+?\.[a-z0-9]{2,4})(?=["\s,]|$)', re.IGNORECASE)


def is_autostart(registry: str) -> bool:
    r"""Whether a canonical registry path is a value that starts a program.

    >>> is_autostart(r"hku\s-1-5-21-1\software\microsoft\windows\currentversion\run\x")
    True
    """
    return _LOCATION.search(registry) is not None


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


def scheduled(program: str, command_line: str) -> list[str]:
    r"""Canonical paths of what a process has Windows run later, as a task or a service.

    Args:
        program: canonical path of the process's program.
        command_line: as logged.

    >>> scheduled("schtasks.exe", r'schtasks /create /tn x /tr "C:\ProgramData\a.exe" /sc onlogon')
    ['c:\\programdata\\a.exe']
    >>> scheduled("sc.exe", r'sc create x binPath= "C:\ProgramData\a.exe -k" start= auto')
    ['c:\\programdata\\a.exe']
    """
    told = _SCHEDULERS.get(name_of(program))
    found = told.search(command_line[:LONGEST]) if told else None
    if found is None:
        return []
    data = next(group for group in found.groups() if group)
    return started_programs(data.replace('\\"', '"').strip("\"'"))
