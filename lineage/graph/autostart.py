r"""Where Windows is told to start a program later, and which program a value names.

Locations: ATT&CK T1547.001 (Run keys), T1543.003 (services), T1546.012 (Image File Execution
Options), T1547.004 (Winlogon), T1547.014 (Active Setup), T1037.001 (logon scripts), T1053.005
(scheduled tasks).
"""

from __future__ import annotations

import re

from lineage.graph.command_line import named_files
from lineage.normalise.paths import canonical_path

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
_TASK = re.compile(r"/create\b.*?/tr\s+(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE | re.DOTALL)
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


def scheduled(command_line: str) -> list[str]:
    r"""Canonical paths of what `schtasks /create /tr` is told to run.

    >>> scheduled(r'schtasks /create /tn x /tr "C:\ProgramData\a.exe" /sc onlogon')
    ['c:\\programdata\\a.exe']
    """
    found = _TASK.search(command_line)
    return started_programs(found.group(1).strip("\"'")) if found else []
