"""Prints the table of docs/performance.md: rate, ratio and memory, beside peers that pip installs.

Usage: python bench/performance.py [--events 200000] [--keep FOLDER] [--peer-python PYTHON]

All take turns on the same simulated input, each in a process of its own, in one thread; the best
CPU time of --repeat runs counts. The peers only decode, of the EVTX half: they correlate nothing.
--peer-python names an interpreter that has `python-evtx` (pip install python-evtx); without it that
line is left out. What grows how is `bench/growth.py`'s.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import correlate

_PYTHON_EVTX = """
import json, sys, time
from Evtx.Evtx import Evtx
count, most, cpu = 0, int(sys.argv[1]), time.process_time()
for path in sys.argv[2:]:
    with Evtx(path) as log:
        for record in log.records():
            record.xml()
            count += 1
            if count == most:
                break
print(json.dumps({"records": count, "cpu": time.process_time() - cpu}))
"""
MOST_OF_PEER = 5_000
"""Records of each peer: a pure Python decoder takes a millisecond for one."""
Row = tuple[str, float, float | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=200_000, help="size of the simulated input")
    parser.add_argument("--keep", type=Path, help="simulate into this folder, or use what is there")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the best counts")
    parser.add_argument("--peer-python", help="an interpreter that has python-evtx")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        if not (folder / "made").exists():
            correlate.make_input(folder, arguments.events // 2)
        for line in table(folder, arguments.repeat, arguments.peer_python):
            print(line, flush=True)


def table(folder: Path, repeat: int, peer: str | None) -> list[str]:
    """The lines of the table, in Markdown."""
    paths = correlate.telemetry(folder)
    logs = [path for path in paths if path.suffix == ".evtx"]
    sides = {
        "bare decode (`evtx`, `orjson`)": (correlate._DECODE, paths),
        "`lineage correlate`": (correlate._IMPORTS + correlate._CORRELATE, paths),
        "bare decode, EVTX alone": (correlate._DECODE, logs),
        "`lineage correlate`, EVTX alone": (correlate._IMPORTS + correlate._CORRELATE, logs),
    }
    best: dict[str, correlate.Measured] = {}
    for _ in range(repeat):
        for name, (code, files) in sides.items():
            found = correlate.measure(code, files)
            best[name] = min(best.get(name, found), found, key=lambda run: run["cpu"])
    costs = {name: run["cpu"] / run["records"] for name, run in best.items()}
    if peer:
        costs["`python-evtx` to XML, EVTX alone"] = python_evtx(peer, logs)
    lines = ["| | records/s of CPU | times bare decode | peak MB |", "|---|---:|---:|---:|"]
    for name, cost in costs.items():
        bare = costs["bare decode, EVTX alone" if "alone" in name else next(iter(costs))]
        memory = f"{best[name]['peak_mb']:,.0f}" if name in best else ""
        lines.append(f"| {name} | {1 / cost:,.0f} | {cost / bare:.1f} | {memory} |")
    return lines


def python_evtx(interpreter: str, logs: list[Path]) -> float:
    """Seconds of CPU that python-evtx takes for a record of the largest log."""
    largest = max(logs, key=lambda path: path.stat().st_size)
    command = [interpreter, "-c", _PYTHON_EVTX, str(MOST_OF_PEER), str(largest)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    return float(found["cpu"] / found["records"])


if __name__ == "__main__":
    sys.exit(main())
