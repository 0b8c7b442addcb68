"""Which nodes don't conduct causality, and why.

Every process of a session descends from the shell, every service from services.exe; a path through
them says only that two things happened on one machine (the dependency explosion of King & Chen,
"Backtracking Intrusions", SOSP 2003, section 3.2.4). A hub may be shown as the way that a step
took, but nothing is joined through it.

Three kinds of hub (`programs.yaml` tells which programs are which):

- **system**: a Windows process in its usual place under its usual parent. The same name elsewhere,
  or started by something else (a hollowed svchost.exe under a dropper), is no hub.
- **application**: long-lived programs through which a user opens many unrelated things: mail,
  browsers, archivers. They hand over files; they don't explain each other's children.
- **fan-out**: any process nobody tagged that keeps starting things over a long time (schedulers,
  terminals, agents). Each child is its own unit of execution (the idea of BEEP, Lee et al., NDSS
  2013).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage.graph import programs
from lineage.normalise.paths import canonical_path, device_of, is_provided, name_of
from lineage.times import HOUR

if TYPE_CHECKING:
    from lineage.graph.nodes import ProcessNode
    from lineage.graph.programs import Program
    from lineage.graph.provenance import ProvenanceGraph

SYSTEM_DRIVE = "c:"
_PLACES = (
    "\\windows\\explorer.exe",
    "\\windows\\servicing\\",
    "\\windows\\system32\\",
    "\\windows\\systemapps\\",
    "\\windows\\syswow64\\",
    "\\windows\\uus\\",
    "\\windows\\winsxs\\",
    "\\program files\\windows defender",
    "\\programdata\\microsoft\\windows defender\\",
)
"""Where Windows' own programs lie on a default installation."""

_INSTALLED_BY_USER = re.compile(
    r"\\appdata\\local\\(google\\chrome|microsoft\\(onedrive|teams|windowsapps)|mozilla firefox"
    r"|bravesoftware|programs\\(microsoft vs code|opera[^\\]*)|slack|discord|windowsapps)\\"
)
"""Folders below which their installers put them for one user."""

FAN_OUT = 12
"""Children from which an untagged process may be a hub ..."""
FAN_OUT_SPAN = 2 * HOUR
"""... when they are spread over this long. An installer or a build starts many, but in one go."""


def program_name(process: ProcessNode) -> str:
    """The file name of a process's program in lower case, "" where unknown."""
    return name_of(canonical_path(process.image)) if process.image else ""


def program_of(process: ProcessNode) -> Program:
    """What is known of a process's program."""
    return programs.program(process.image, process.original_file_name)


def is_taken_over(process: ProcessNode) -> bool:
    """Whether a process is an honest program that attacks take over, such as Word."""
    return program_of(process).kind in programs.TAKEN_OVER


def serves(process: ProcessNode) -> bool:
    """Whether a process was started to serve everybody; so it counts where that isn't known."""
    pattern, command_line = program_of(process).serves, process.command_line
    return not pattern or not command_line or bool(re.search(pattern, command_line, re.IGNORECASE))


def is_given_work(process: ProcessNode) -> bool:
    """Whether a process is an interpreter that was started with something to do.

    A shell without arguments, or told to stay, waits for its user.
    """
    words = (process.command_line or "").lower().split()
    kept_open = {"/k", "-noexit"} & set(words)
    return program_of(process).kind in programs.INTERPRETERS and len(words) > 1 and not kept_open


def is_system(process: ProcessNode, graph: ProvenanceGraph) -> bool:
    """Whether a process is a Windows process in its usual place under its usual parent."""
    own = program_of(process)
    if own.kind not in programs.SYSTEM or not _in_windows(process) or not serves(process):
        return False
    if process.parent is None:
        return True
    parent = graph.process(process.parent)
    if parent.image is None:
        return True
    above = program_of(parent)
    usual = above.name in own.parents if own.parents else above.kind in programs.SYSTEM
    return usual and _in_windows(parent)


def _in_windows(process: ProcessNode) -> bool:
    """Whether a program lies where Windows' own do, and not where anybody may write."""
    path = canonical_path(process.image or "")
    device = device_of(path)
    where = path[len(device) :] if device else path.removeprefix(SYSTEM_DRIVE)
    return "\\" not in path or where.startswith(_PLACES)


def is_application(process: ProcessNode) -> bool:
    """Whether a process is a program through which a user opens unrelated things.

    Only where such programs are installed: a payload called chrome.exe elsewhere is none.
    """
    if program_of(process).kind not in programs.APPLICATIONS:
        return False
    path = canonical_path(process.image or "")
    return "\\" not in path or is_installed(path)


def is_installed(canonical: str) -> bool:
    """Whether a canonical path lies where installers put programs, for all users or for one."""
    return is_provided(canonical) or _INSTALLED_BY_USER.search(canonical) is not None


def fans_out(process_id: str, graph: ProvenanceGraph) -> bool:
    """Whether a process keeps starting things: `FAN_OUT` children over `FAN_OUT_SPAN`."""
    starts = sorted(
        edge.events[0] for edge in graph.out_edges(process_id) if edge.kind == "spawned"
    )
    if len(starts) < FAN_OUT:
        return False
    span = graph.events.time(starts[-1]) - graph.events.time(starts[0])
    return span >= FAN_OUT_SPAN


def is_bystander(process_id: str, graph: ProvenanceGraph) -> bool:
    """Whether a process is only the way that things took: a system process or an application."""
    process = graph.process(process_id)
    return is_system(process, graph) or is_application(process)
