"""Damages records of every export, one at a time, and counts what it costs the others.

Usage: python bench/mutate.py [--records 10000] [--seed 1] [--only NAME]
       python bench/mutate.py --records 50000 --slices 20      a million; a line for each slice

An export of a dozen simulated records is damaged in one place and read. What its undamaged form
yields and this one doesn't is lost: the record that was hit may be, another may not. Lost in
silence are records that were neither read, whole or altered, nor counted by a problem. The seed
repeats a run; each example names its own. Exits with 1 where anything was lost in silence.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.problems import Problem
from lineage.read.sniff import HEAD_BYTES, recognise

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from small_exports import exports

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lineage.read.record import RawRecord

EXAMPLES = 3
STRUCTURE = b"\"{}[],:\\<>/&;='\n\r\t \0\xff\x80"
HIT_AT_MOST = 2
"""Records that one damage can touch: it may lie where one ends and the next begins."""


# -- damage --------------------------------------------------------------------------------------


def _flip(data: bytearray, place: int, dice: random.Random) -> None:
    data[place] ^= 1 << dice.randrange(8)


def _overwrite(data: bytearray, place: int, dice: random.Random) -> None:
    data[place] = dice.choice(STRUCTURE)


def _insert(data: bytearray, place: int, dice: random.Random) -> None:
    data[place:place] = bytes([dice.choice(STRUCTURE)]) * dice.choice((1, 1, 1, 2, 5))


def _delete(data: bytearray, place: int, dice: random.Random) -> None:
    del data[place]


def _swap(data: bytearray, place: int, dice: random.Random) -> None:
    data[place : place + 2] = reversed(data[place : place + 2])


def _noise(data: bytearray, place: int, dice: random.Random) -> None:
    size = min(dice.choice((2, 4, 8, 16)), len(data) - place)
    data[place : place + size] = dice.randbytes(size)


DAMAGES: tuple[Callable[[bytearray, int, random.Random], None], ...] = (
    _flip, _overwrite, _insert, _delete, _swap, _noise,
)  # fmt: skip
KEEP_LENGTH = (_flip, _overwrite, _swap, _noise)
"""What can happen to a file whose places matter; bytes that vanish from an EVTX shift all."""


def damaged(name: str, seed: str) -> bytes:
    """An export with one damage in its records; the same seed gives the same one."""
    dice = random.Random(seed)
    whole, start = exports()[name]
    data = bytearray(whole)
    is_log = name.startswith("evtx ")
    size = len(bytes(data).rstrip(b"\0")) if is_log else len(data)
    dice.choice(KEEP_LENGTH if is_log else DAMAGES)(data, dice.randrange(start, size), dice)
    return bytes(data)


# -- what it costs -------------------------------------------------------------------------------


@dataclass
class Tally:
    """What the damages of one export cost.

    Attributes:
        damages: how many there were.
        silent: records lost that no problem counts.
        neighbours: records lost beyond those that one damage can touch, counted by problems.
        examples: seeds of some of either.
    """

    damages: int = 0
    silent: int = 0
    neighbours: int = 0
    examples: list[str] = field(default_factory=list)


def cost(name: str, seed: str) -> tuple[int, int]:
    """Records that one damage lost in silence, and neighbours that it lost."""
    return cost_of(name, damaged(name, seed))


def cost_of(name: str, data: bytes) -> tuple[int, int]:
    """The same for an export that was damaged elsewhere."""
    whole = _whole(name)
    records, lost = _read(data)
    missing = sum((whole - records).values())
    altered = sum((records - whole).values())
    silent = max(missing - altered - lost, 0)
    return silent, max(missing - HIT_AT_MOST - silent, 0)


@cache
def _whole(name: str) -> Counter[Hashable]:
    records, lost = _read(exports()[name].data)
    if lost or not records:
        raise SystemExit(f"{name}: the undamaged export can't be read whole")
    return records


def _read(data: bytes) -> tuple[Counter[Hashable], int]:
    reader = recognise(data[:HEAD_BYTES])
    if reader is None:
        return Counter(), sys.maxsize
    records: Counter[Hashable] = Counter()
    lost = 0
    for item in reader.read(io.BytesIO(data)):
        if isinstance(item, Problem):
            lost += item.lost
        else:
            records[_key(item)] += 1
    return records, lost


def _key(record: RawRecord) -> Hashable:
    """The record's content, without its place."""
    data = tuple(sorted((name, str(value)) for name, value in record.data.items()))
    return (*record[1:9], data)


def tallied(names: list[str], records: int, seed: int) -> dict[str, Tally]:
    """What damaging so many records of the exports, one after the other, cost each of them."""
    tallies = {name: Tally() for name in names}
    for number in range(records):
        name = names[number % len(names)]
        place = f"{seed}/{name}/{number}"
        silent, neighbours = cost(name, place)
        tally = tallies[name]
        tally.damages += 1
        tally.silent += silent
        tally.neighbours += neighbours
        if (silent or neighbours) and len(tally.examples) < EXAMPLES:
            tally.examples.append(f"{place} ({silent} in silence, {neighbours} neighbours)")
    return tallies


def main() -> None:
    """Damages until enough records were, and prints a table a slice, or a line of what it lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000, help="how many a slice damages")
    parser.add_argument("--slices", type=int, default=1, help="how many, of one seed after another")
    parser.add_argument("--seed", type=int, default=1, help="that of the first slice")
    parser.add_argument("--only", default="", help="exports whose name contains this")
    asked = parser.parse_args()
    names = [name for name in exports() if asked.only in name]
    lost = 0
    for seed in range(asked.seed, asked.seed + asked.slices):
        tallies = tallied(names, asked.records, seed)
        if asked.slices == 1:
            print(f"{'export':26} {'damaged':>8} {'silent':>7} {'neighbours':>11}   seed {seed}")
        for name, tally in tallies.items():
            if asked.slices == 1 or tally.silent:
                print(f"{name:26} {tally.damages:8} {tally.silent:7} {tally.neighbours:11}")
                print(*(f"      {example}\n" for example in tally.examples), sep="", end="")
        silent = sum(tally.silent for tally in tallies.values())
        print(
            f"seed {seed}: {asked.records:,} records damaged, {silent:,} lost in silence",
            flush=True,
        )
        lost += silent
    raise SystemExit(bool(lost))


if __name__ == "__main__":
    main()
