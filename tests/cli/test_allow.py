from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Lineage = Callable[..., Any]

TITLE = "Suspicious Image Creation In Appdata Folder"


def test_allowed_hits_are_gone_counted_and_told(
    lineage: Lineage, telemetry: Path, tmp_path: Path
) -> None:
    before, after, allow = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "allow.yml"
    lineage("correlate", telemetry, "-q", "--json", before)
    hits = [hit["detection"] for hit in json.loads(before.read_bytes())["detections"]]
    allow.write_text(f"- {{rule: {TITLE}, reason: our tool, expires: 2099-01-01}}", "utf-8")
    done = lineage("correlate", telemetry, "--allow", allow, "--json", after)
    report = json.loads(after.read_bytes())
    assert TITLE in hits
    assert [hit["detection"] for hit in report["detections"]] == [h for h in hits if h != TITLE]
    (entry,) = report["allowances"]
    assert (entry["reason"], entry["hits"]) == ("our tool", {TITLE: hits.count(TITLE)})
    assert "our tool" in done.out


def test_proposals_are_entries_that_only_lack_a_reason(
    lineage: Lineage, telemetry: Path, tmp_path: Path
) -> None:
    report = tmp_path / "a.json"
    lineage("correlate", telemetry, "-q", "--json", report)
    proposed = lineage("allow", "suggest", report, "--hosts", "1").out
    entries = yaml.safe_load(proposed)
    assert entries
    allow = tmp_path / "allow.yml"
    allow.write_text(proposed, encoding="utf-8")
    refused = lineage("correlate", telemetry, "--allow", allow, "-q")
    assert (refused.status, "reason" in refused.error) == (2, True)
    allow.write_text(proposed.replace("reason: ''", "reason: known"), encoding="utf-8")
    lineage("correlate", telemetry, "--allow", allow, "-q", "--json", report)
    assert json.loads(report.read_bytes())["detections"] == []


def test_nothing_to_propose(lineage: Lineage, telemetry: Path, tmp_path: Path) -> None:
    report = tmp_path / "a.json"
    lineage("correlate", telemetry, "-q", "--json", report)
    assert lineage("allow", "suggest", report, "--hosts", "99").out.startswith("# nothing")
