"""What a verbose Sysmon and audit configuration logs beside the story: most of a real export.

Real exports are image loads, registry traffic of a few system processes, and events that nobody
reads here (process accesses, connections, handles), with a process start now and then. Around every
simulated start this adds as much. It changes nothing else: the machines know nothing of it.
"""

from __future__ import annotations

import heapq
from itertools import count
from random import Random
from typing import TYPE_CHECKING, TypeVar

from lineage.simulate import names
from lineage.simulate.benign.boot import SYSTEM32
from lineage.simulate.binaries import library
from lineage.simulate.facts import (
    SECOND,
    Connection,
    Fact,
    FileCreate,
    HandleUse,
    Host,
    ImageLoad,
    KeyChange,
    Process,
    ProcessAccess,
    ProcessStart,
    ValueSet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_Item = TypeVar("_Item")

_LOADS = (25, 61)
_KEYS = (50, 131)
_VALUES = (8, 23)
_FILES = (1, 6)
_ACCESSES = (80, 181)
_HANDLES = (5, 21)
_CONNECTIONS = (0, 8)
"""Around a process start, how many of each: bounds as `range` has them. The proportions are those
of the recordings that the OTRF Security-Datasets publish, counted over 35 of them with 224,000
records: for every 100 registry keys (Sysmon 12) 150 process accesses (10), 46 image loads (7), 17
values (13), 4 files (11), 8 requested handles (4656) and 8 connections (3, 5156, 5158). Those have
half as many process starts."""

_WITHIN = 30 * SECOND
"""How long after the start it all happens."""
_LATEST = 40
"""Processes of a host that are remembered to act in the background."""

_CORE = "ntdll kernel32 kernelbase user32 gdi32 advapi32 sechost rpcrt4 ucrtbase msvcrt".split()
_SHARED_LIBRARIES = 400
_KEY_POOL = 3_000
_BUSY = ("svchost.exe", "explorer.exe", "lsass.exe", "msmpeng.exe", "services.exe")
"""Who reads and writes the registry all day."""


def with_background(facts: Iterator[Fact], seed: int) -> Iterator[Fact]:
    """The facts and what goes on beside them, in order of time.

    Args:
        facts: in order of time.
        seed: of what is added.
    """
    background = _Background(seed)
    order = count()
    waiting: list[tuple[int, int, Fact]] = []
    for fact in facts:
        while waiting and waiting[0][0] <= fact.time:
            yield heapq.heappop(waiting)[2]
        yield fact
        if isinstance(fact, ProcessStart):
            for added in background.around(fact.process):
                heapq.heappush(waiting, (added.time, next(order), added))
    while waiting:
        yield heapq.heappop(waiting)[2]


class _Background:
    """Makes up what goes on around a process start."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - a simulation must repeat, not surprise
        made_up = (names.word(self._random) for _ in range(_SHARED_LIBRARIES - len(_CORE)))
        self._libraries = [(SYSTEM32 + name + ".dll", library(name)) for name in (*_CORE, *made_up)]
        self._keys = [self._key() for _ in range(_KEY_POOL)]
        self._latest: dict[Host, list[Process]] = {}
        self._busy: dict[Host, list[Process]] = {}

    def around(self, process: Process) -> Iterator[Fact]:
        """What goes on around a process's start, in no order."""
        latest = self._remember(self._latest, process)
        busy = self._busy.get(process.host) or latest
        if process.image.lower().endswith(_BUSY):
            busy = self._remember(self._busy, process)
        choice = self._random.choice
        yield from self._loads(process)
        for time in self._times(process, _KEYS):
            change = "CreateKey" if self._random.random() < 0.9 else "DeleteValue"
            yield KeyChange(time, choice(busy), None, change, self._usual(self._keys))
        for time in self._times(process, _VALUES):
            name = names.word(self._random, 2 if self._random.random() < 0.4 else 4)
            path = f"{self._usual(self._keys)}\\{name}"
            data = f"DWORD (0x{self._random.getrandbits(12):08x})"
            yield ValueSet(time, choice(busy), None, path, data)
        for time in self._times(process, _FILES):
            path = f"C:\\Windows\\Temp\\{names.word(self._random, 4)}.log"
            yield FileCreate(time, choice(busy), None, path)
        for time in self._times(process, _ACCESSES):
            yield ProcessAccess(time, choice(busy), None, choice(latest))
        for time in self._times(process, _HANDLES):
            yield HandleUse(time, choice(busy), None, "\\REGISTRY\\" + self._usual(self._keys))
        for time in self._times(process, _CONNECTIONS):
            address = f"203.0.113.{self._random.randrange(1, 255)}"
            yield Connection(time, choice(busy), None, address, 443)

    def _loads(self, process: Process) -> Iterator[Fact]:
        """The libraries that every program loads, and some of those that many load."""
        loaded = dict.fromkeys(self._libraries[: len(_CORE)])
        wanted = self._random.randrange(*_LOADS)
        while len(loaded) < wanted:
            loaded[self._usual(self._libraries)] = None
        for number, (path, binary) in enumerate(loaded, start=1):
            yield ImageLoad(process.start + number * 5_000, process, None, path, binary)

    def _times(self, process: Process, bounds: tuple[int, int]) -> list[int]:
        number = self._random.randrange(*bounds)
        return [process.start + self._random.randrange(1, _WITHIN) for _ in range(number)]

    def _usual(self, pool: list[_Item]) -> _Item:
        """One of a pool, its first ones far more often than its last."""
        return pool[int(len(pool) * self._random.random() ** 3)]

    def _key(self) -> str:
        word, place = names.word(self._random), self._random.randrange(4)
        if place == 0:
            return f"HKLM\\System\\CurrentControlSet\\Services\\{word}\\Parameters"
        if place == 1:
            return f"HKCR\\CLSID\\{names.guid(self._random)}\\TypeLib"
        if place == 2:
            return f"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\{word}"
        return f"HKU\\.DEFAULT\\Software\\Microsoft\\{word}\\Settings"

    @staticmethod
    def _remember(known: dict[Host, list[Process]], process: Process) -> list[Process]:
        """The living processes of the host among those known, with a new one."""
        alive = [each for each in known.get(process.host, ()) if not each.ended]
        known[process.host] = [*alive, process][-_LATEST:]
        return known[process.host]
