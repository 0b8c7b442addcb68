"""Honest things that happen to an intrusion's processes and files, and are not part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate import names
from lineage.simulate.benign.office import side_processes
from lineage.simulate.benign.upkeep import BACKUP

if TYPE_CHECKING:
    from lineage.simulate.facts import Process
    from lineage.simulate.machine import Activity, Machine


def read_on(m: Machine, word: Process) -> Activity:
    """The user reads the lure as if it were an ordinary document, and closes it."""
    yield m.random.uniform(30, 300)
    side_processes(m, word)
    yield m.random.uniform(60, 1500)
    folder = f"{m.home}\\AppData\\Local\\Microsoft\\Office"
    m.write(word, f"{folder}\\{names.identifier(m.random, 8)}.tmp")
    yield m.random.uniform(1, 20)
    m.exit(word)


def back_up(m: Machine, paths: tuple[str, ...]) -> Activity:
    """The backup program reads the intrusion's files like all others."""
    yield m.random.uniform(600, 3600)
    process = m.start(m.services, BACKUP, f'"{BACKUP}" --job changed')
    for path in paths:
        m.open(process, path)
    yield m.random.uniform(1, 20)
    m.exit(process)
