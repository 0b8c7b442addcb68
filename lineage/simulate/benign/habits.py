"""Who does what how often: the occupations of a company's people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.benign import admin, developer, office, upkeep, web

if TYPE_CHECKING:
    from lineage.simulate.benign.boot import Habit

_COMPUTER: tuple[Habit, ...] = (
    (upkeep.background_task, 30),
    (upkeep.one_drive, 3),
    (upkeep.google_update, 2),
    (upkeep.edge_update, 2),
    (upkeep.antivirus_scan, 2),
    (upkeep.windows_servicing, 1),
    (upkeep.backup, 1),
    (admin.inventory, 2),
    (admin.registry_policy, 3),
)

OFFICE_WORKER: tuple[Habit, ...] = (
    *_COMPUTER,
    (office.edit_document, 14),
    (office.read_mail, 10),
    (web.browse, 14),
    (web.teams, 5),
    (web.chat, 1),
    (web.music, 1),
    (upkeep.install_program, 0.5),
    (admin.logon_script, 1),
    (admin.command_line, 1),
    (admin.network_diagnosis, 0.3),
)
"""Somebody who writes, reads mail and browses."""

DEVELOPER: tuple[Habit, ...] = (
    *OFFICE_WORKER,
    (developer.build, 8),
    (developer.python_project, 4),
    (developer.version_control, 8),
    (developer.node_project, 3),
    (admin.command_line, 6),
)
"""Somebody who also builds software."""
