"""What a large rule set costs beside the 33 detections alone, in the same run.

Usage: python bench/rules.py RULES TELEMETRY...

RULES is a folder of Sigma rules (SigmaHQ's `rules/windows`, say), TELEMETRY any exports. Prints CPU
seconds of three runs, each in a process of its own: the 33 alone, with the rules parsed anew, and
with the parsed rules out of the cache; the last as a ratio to the first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter


def seconds(telemetry: list[str], *options: str, cache: str) -> tuple[float, float]:
    """CPU and wall seconds of a run."""
    command = [sys.executable, "-m", "lineage", "correlate", *telemetry, "-q", *options]
    before, start = os.times(), perf_counter()
    subprocess.run(command, check=True, env={**os.environ, "XDG_CACHE_HOME": cache})
    after = os.times()
    cpu = after.children_user + after.children_system
    return cpu - before.children_user - before.children_system, perf_counter() - start


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    rules, telemetry = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            "the 33 alone": seconds(telemetry, cache=folder),
            "rules parsed anew": seconds(telemetry, "--rules", rules, cache=folder),
            "rules out of the cache": seconds(telemetry, "--rules", rules, cache=folder),
        }
    alone = runs["the 33 alone"][0]
    files = sum(1 for _ in Path(rules).rglob("*.yml"))
    print(f"{files} rule files")
    for name, (cpu, wall) in runs.items():
        print(f"{name:<24} {cpu:6.2f} s CPU  {wall:6.2f} s  x{cpu / alone:.2f}")


if __name__ == "__main__":
    main()
