"""Attacks lineage with seeded cases until the time is over, and names the seeds that it fell to.

Usage: python bench/fuzz.py --minutes 20
       python bench/fuzz.py --kind files --seed 4711        one case again, with its traceback

The cases are those of tests/support/mutate.py: records, files, archives, reports, rules, places.
Each is made of its kind and seed alone. A case that takes more than `--seconds` of the processor,
or hangs, fell too.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from mutate import KINDS, attack

HANGS = 15
"""Times the limit after which a case that still runs by the clock is given up: others may use the
machine too."""


def main() -> int:
    """Runs the cases; 1 where one fell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=20.0, help="of the processor for a case")
    parser.add_argument("--kind", choices=KINDS, help="only this kind")
    parser.add_argument("--seed", type=int, help="only this case of the kind")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    wanted = parser.parse_args()
    warnings.simplefilter("error")
    if wanted.seed is not None:
        with tempfile.TemporaryDirectory() as folder:
            attack(wanted.kind, wanted.seed, Path(folder))
        return 0
    kinds = [wanted.kind] if wanted.kind else list(KINDS)
    until = time.monotonic() + 60 * wanted.minutes
    tried = dict.fromkeys(kinds, 0)
    fell = 0
    seed = wanted.start
    while time.monotonic() < until:
        for kind in kinds:
            tried[kind] += 1
            fell += not stands(kind, seed, wanted.seconds)
        seed += 1
    print(", ".join(f"{count:,} {kind}" for kind, count in tried.items()), f"- {fell} fell")
    return 1 if fell else 0


def stands(kind: str, seed: int, seconds: float) -> bool:
    """Whether lineage stood a case; what it fell to is printed in a line."""
    began = processor_seconds()
    watch = threading.Timer(HANGS * seconds, end, (kind, seed))
    watch.daemon = True
    watch.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            attack(kind, seed, Path(folder))
    except Exception as error:
        text = " ".join(str(error).split())[:300]
        print(f"--kind {kind} --seed {seed}: {type(error).__name__}: {text}", flush=True)
        return False
    finally:
        watch.cancel()
    took = processor_seconds() - began
    if took > seconds:
        print(f"--kind {kind} --seed {seed}: took {took:.1f} s", flush=True)
    return took <= seconds


def processor_seconds() -> float:
    """Time that this process and those that it began and ended had of the processor."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def end(kind: str, seed: int) -> None:
    """Says where a case hangs, and gives up: a thread can't be stopped from outside."""
    print(f"--kind {kind} --seed {seed}: hangs", flush=True)
    faulthandler.dump_traceback()
    os._exit(1)


if __name__ == "__main__":
    raise SystemExit(main())
