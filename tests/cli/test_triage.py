"""A triage folder as collectors leave it: KAPE's, Velociraptor's zip, CyLR's tar."""

from __future__ import annotations

import json
import shutil
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Outcome

    Lineage = Callable[..., Outcome]

LOGS = "C/Windows/System32/winevt/logs"


def test_collections_are_read_and_copies_count_once(
    lineage: Lineage, simulated: Path, tmp_path: Path
) -> None:
    (host, *_) = sorted((simulated / "evtx").iterdir())
    kape = tmp_path / "in" / "kape"
    for root in ("", "VSS1/"):
        (kape / f"{root}{LOGS}").mkdir(parents=True)
        name = "Microsoft-Windows-Sysmon%4Operational.evtx"
        shutil.copy(host / "Sysmon.evtx", kape / f"{root}{LOGS}" / name)
    (kape / "C" / "A.pf").write_bytes(b"MAM\x04abcd")
    with zipfile.ZipFile(tmp_path / "in" / "Collection-WS.zip", "w") as archive:
        archive.write(host / "Security.evtx", "uploads/auto/C%3A/Windows/Security.evtx")
        archive.writestr("uploads/ntfs/%5C%5C.%5CC%3A/%24MFT", bytes(2000))
        archive.writestr("client_info.json", '{"client_id": "C.1", "hostname": "WS"}\n')
    with tarfile.open(tmp_path / "in" / "cylr.tgz", "w:gz") as archive:
        for log in sorted(host.glob("*.evtx")):
            if log.name not in ("Sysmon.evtx", "Security.evtx"):
                archive.add(log, f"./{LOGS}/{log.name}")
    whole, report = tmp_path / "whole.json", tmp_path / "report.json"
    assert lineage("correlate", host, "-q", "--json", whole).status == 0
    assert lineage("correlate", tmp_path / "in", "-q", "--json", report).status == 0
    due, got = (json.loads(path.read_text("utf-8")) for path in (whole, report))
    assert sum(e["events"] for e in got["inputs"]) == sum(e["events"] for e in due["inputs"])
    assert sum(e["rejected"] for e in got["inputs"]) == 0
    assert [c["verdict"] for c in got["chains"]] == [c["verdict"] for c in due["chains"]]
    kinds = sorted(e["kind"] for e in got["inputs"] if e["kind"])
    assert kinds == ["$MFT file", "JSON file", "prefetch file"]
    copies = [e for e in got["inputs"] if e["source"].endswith("Operational.evtx")]
    assert sorted(e["events"] > 0 for e in copies) == [False, True]
