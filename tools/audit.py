"""Asks the advisory service about every locked dependency; skips, and says so, where it can't.

Usage: python tools/audit.py    (in an environment with the extra `release`)
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
COMMAND = ("pip_audit", "--disable-pip", "--require-hashes", "--format", "json", "--timeout", "15")


def main() -> int:
    """1 where a dependency has a known vulnerability."""
    done = subprocess.run(
        [sys.executable, "-m", *COMMAND, "-r", "requirements/run.txt"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"audit skipped: {reason}")
        return 0
    known = [package for package in packages if "vulns" in package]
    for package in known:
        for advisory in package["vulns"]:
            print(f"{package['name']} {package['version']}: {advisory['id']}")
    if not known:
        print("audit skipped: no advisory service answered")
    else:
        print(f"{len(known)} of {len(packages)} dependencies were asked about")
    return 1 if any(package["vulns"] for package in known) else 0


if __name__ == "__main__":
    raise SystemExit(main())
