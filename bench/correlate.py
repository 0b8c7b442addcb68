"""`lineage correlate` against merely decoding the same records, in one run on the same input.

Run from the checkout: python bench/correlate.py [--events 200000 | --input PATH]

The simulated input is half EVTX, half NXLog NDJSON, with the mix of events that a verbose Sysmon
configuration gives; --input measures an export of your own (EVTX, and JSON with one object a line).
The baseline is `evtx` + `orjson` in one thread, every record decoded and dropped. Each side runs in
a process of its own, so that its peak memory is its own; what the interpreter with the imports
takes is taken off. The ratio is that of the CPU times, each the best of some runs by turns: what
else the machine does still costs caches, and costs a large program more than a small one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ENDINGS = (".evtx", ".json", ".jsonl", ".ndjson")

_BEGIN = """
import json, resource, sys, time
from pathlib import Path
paths = [Path(name) for name in sys.argv[1:]]
count = events = 0
"""
_DECODE = """
import evtx, orjson
wall, cpu = time.perf_counter(), time.process_time()
for path in paths:
    if path.suffix == ".evtx":
        for record in evtx.PyEvtxParser(str(path), number_of_threads=1).records_json():
            orjson.loads(record["data"]); count += 1
    else:
        with path.open("rb") as lines:
            for line in lines:
                if line != b"\\n":
                    orjson.loads(line); count += 1
"""
_IMPORTS = """
from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run
plugins = correlators()
wall, cpu = time.perf_counter(), time.process_time()
"""
_CORRELATE = """
report = run(Request(paths, correlators=plugins)).report
count = sum(each.records for each in report.inputs)
events = sum(each.events for each in report.inputs)
"""
_END = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"records": count, "events": events, "peak_mb": peak,
    "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
"""
Measured = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=200_000, help="size of the simulated input")
    parser.add_argument("--input", type=Path, help="a file or folder of your own instead")
    parser.add_argument("--keep", type=Path, help="simulate into this folder, or use what is there")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the best counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.input or arguments.keep or Path(temporary)
        if arguments.input is None and not (folder / "made").exists():
            make_input(folder, arguments.events // 2)
        paths = telemetry(folder)
        runs = [
            (measure(_DECODE, paths), measure(_IMPORTS + _CORRELATE, paths))
            for _ in range(arguments.repeat)
        ]
        baseline, ours = (min(side, key=lambda run: run["cpu"]) for side in zip(*runs, strict=True))
    tell(baseline, ours, measure(_IMPORTS, []))


def make_input(folder: Path, events: int) -> None:
    """Writes the simulated input: some hosts' events as EVTX, as many of others as NDJSON."""
    from lineage.simulate.run import simulate

    simulate(folder / "evtx", seed=1, formats=("evtx",), events=events, telemetry="full")
    simulate(folder / "nxlog", seed=2, formats=("nxlog",), events=events, telemetry="full")
    (folder / "made").write_text("simulated input of bench/correlate.py\n", encoding="utf-8")


def telemetry(folder: Path) -> list[Path]:
    """The files that both sides read."""
    found = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    paths = [path for path in found if path.suffix in ENDINGS and path.name != "truth.json"]
    if not paths:
        sys.exit(f"{folder}: no {', '.join(ENDINGS)} in it")
    return paths


def measure(code: str, paths: list[Path]) -> Measured:
    """Runs code in a fresh interpreter and returns what it took."""
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code + _END, *map(str, paths)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    result: Measured = json.loads(done.stdout)
    return result


def tell(baseline: Measured, ours: Measured, idle: Measured) -> None:
    memory = ours["peak_mb"] - idle["peak_mb"]
    print(f"records               {ours['records']:>12,.0f}")
    print(f"events of them        {ours['events']:>12,.0f}")
    for name, side in (("bare decode", baseline), ("lineage correlate", ours)):
        cpu, wall = (side["records"] / side[clock] for clock in ("cpu", "wall"))
        print(f"{name:21} {cpu:>12,.0f} records/s of CPU time ({wall:,.0f} of wall time)")
    ratio = ours["cpu"] / ours["records"] * baseline["records"] / baseline["cpu"]
    print(f"ratio                 {ratio:>12.2f} (aim: 4 or less)")
    print(f"peak memory           {ours['peak_mb']:>12,.0f} MB")
    print(f"per 100,000 records   {memory / ours['records'] * 100_000:>12,.0f} MB, ", end="")
    print(f"events {memory / ours['events'] * 100_000:,.0f} MB; imports {idle['peak_mb']:,.0f} MB")


if __name__ == "__main__":
    main()
