"""Whether SigmaHQ's rules fire on the recordings that SigmaHQ keeps for them.

Usage: python bench/regression.py SIGMA

SIGMA is a checkout of SigmaHQ's repository: each `info.yml` below its `regression_data` names the
rules that must fire on the EVTX files beside it. Names the recordings on which one doesn't, and
says where that rule isn't used.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import yaml

from lineage.detect.user_rules import load_user
from lineage.pipeline import Request, run

FOLDERS = ("rules/windows", "rules-emerging-threats", "rules-threat-hunting")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    top = Path(sys.argv[1])
    rules = [top / folder for folder in FOLDERS if (top / folder).is_dir()]
    used = {rule.detection.rule_id for rule in load_user(rules).rules}
    wanted: dict[Path, set[str]] = {}
    for info in sorted((top / "regression_data").rglob("info.yml")):
        named = yaml.safe_load(info.read_text(encoding="utf-8"))["rule_metadata"]
        for recording in sorted(info.parent.glob("*.evtx")):
            wanted[recording] = {entry["id"] for entry in named}
    fired: dict[str, set[str]] = defaultdict(set)
    for hit in run(Request(list(wanted), rules=rules, correlators=())).report.detections:
        for source in (hit.source, *(other.source for other in hit.also)):
            fired[source].add(hit.rule_id)
    silent = {path: ids - fired[str(path)] for path, ids in wanted.items()}
    for path, ids in silent.items():
        for rule in sorted(ids):
            print(f"{path}: {rule}", "" if rule in used else "(the rule isn't used)")
    print(f"{sum(not ids for ids in silent.values())} of {len(wanted)}: all their rules fire")


if __name__ == "__main__":
    main()
