"""`lineage correlate` against merely decoding the same records, in one run on the same input.

Usage: python bench/correlate.py [--events 200000] [--keep FOLDER]

The input is simulated: half EVTX, half NXLog NDJSON. The baseline is `evtx` + `orjson` in one thread,
every record decoded and dropped. Each side runs in a process of its own, so that its peak memory is its
own; what the interpreter with the imports takes is taken off. Prints both rates, their ratio, and peak
memory per 100,000 events.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

_DECODE = """
import gzip, sys, time
from pathlib import Path
import evtx, orjson
began = time.perf_counter()
count = 0
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.suffix == ".evtx":
        for record in evtx.PyEvtxParser(str(path), number_of_threads=1).records_json():
            orjson.loads(record["data"]); count += 1
    elif path.suffix == ".json" and path.name != "truth.json":
        with path.open("rb") as lines:
            for line in lines:
                orjson.loads(line); count += 1
"""
_CORRELATE = """
import sys, time
from pathlib import Path
from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run
began = time.perf_counter()
report = run(Request([Path(sys.argv[1])], correlators=correlators())).report
count = sum(each.records for each in report.inputs)
"""
_TELL = """
import json, resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"records": count, "seconds": time.perf_counter() - began, "peak_mb": peak}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="use this folder's input, or make it there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        if not (folder / "made").exists():
            make_input(folder, arguments.events // 2)
        baseline = measure(_DECODE, folder)
        ours = measure(_CORRELATE, folder)
    idle = measure("import lineage.pipeline, time\nbegan = time.perf_counter(); count = 0", folder)
    tell(baseline, ours, idle)


def make_input(folder: Path, events: int) -> None:
    """Writes the simulated input: the same events once as EVTX, once as NDJSON of other hosts."""
    from lineage.simulate.run import simulate

    simulate(folder / "evtx", seed=1, formats=("evtx",), events=events)
    simulate(folder / "nxlog", seed=2, formats=("nxlog",), events=events)
    (folder / "made").write_text("simulated input of bench/correlate.py\n", encoding="utf-8")


def measure(code: str, folder: Path) -> dict[str, float]:
    """Runs code in a fresh interpreter and returns its records, seconds and peak megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", code + _TELL, str(folder)], check=True, capture_output=True, text=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def tell(baseline: dict[str, float], ours: dict[str, float], idle: dict[str, float]) -> None:
    decode = baseline["records"] / baseline["seconds"]
    correlate = ours["records"] / ours["seconds"]
    memory = (ours["peak_mb"] - idle["peak_mb"]) / ours["records"] * 100_000
    print(f"records               {int(ours['records']):>12,}")
    print(f"bare decode           {decode:>12,.0f} records/s")
    print(f"lineage correlate     {correlate:>12,.0f} records/s")
    print(f"ratio                 {decode / correlate:>12.2f} (aim: 4 or less)")
    print(f"peak memory           {ours['peak_mb']:>12,.0f} MB")
    print(f"per 100,000 events    {memory:>12,.0f} MB over {idle['peak_mb']:,.0f} MB of imports")


if __name__ == "__main__":
    main()
