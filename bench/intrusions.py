"""Where real attacks stand among the chains of a public rule set: a table of docs/accuracy.md.

Usage: python bench/intrusions.py RULES RECORDING... [--write]

RULES is a folder of Sigma rules (SigmaHQ's `rules/windows`), RECORDING one that `ATTACKS` names.
A *stranger* is a confirmed or probable chain that holds none of the attack's programs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pages import Table

from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run

if TYPE_CHECKING:
    from lineage.report.model import Chain, Report

TABLE = Table("accuracy.md", "<!-- table: bench/intrusions.py -->", "<!-- end of intrusions -->")

ATTACKS = {
    "metasploit_logonpasswords_lsass_memory_dump.zip": "winx64_payload.exe",
    "metasploit_procdump_lsass_memory_dump.zip": "winx64_payload.exe",
    "metasploit_comsvcs_lsass_memory_dump.zip": "winx64_payload.exe",
    "metasploit_out-minidump_lsass_memory_dump.zip": "winx64_payload.exe",
    "metasploit_sharpdump_lsass_memory_dump.zip": "winx64_payload.exe",
    "metasploit_outflank-dumpert_lsass_memory_dump.zip": "winx64_payload.exe",
    "metasploit_nanodump_lsass_memory_dump.zip": "winx64_payload.exe",
    "PanacheSysmon_vs_AtomicRedTeam01.evtx": "powershell.exe",
    "panache_sysmon_vs_EDRTestingScript.evtx": "certutil.exe",
}
"""Recording -> a program that its authors say the attack ran."""


def row(path: Path, report: Report) -> str:
    program = ATTACKS[path.name]
    rank = next((n for n, chain in enumerate(report.chains, 1) if holds(chain, program)), None)
    claims = [chain for chain in report.chains if chain.verdict != "suspicious"]
    strangers = sum(not holds(chain, program) for chain in claims)
    best = report.chains[rank - 1] if rank else None
    records = sum(entry.records for entry in report.inputs)
    told = f"{best.verdict} {best.score:g}, `{best.correlator}`" if best else "-"
    return (
        f"| `{path.name}` | {records:,} | {len(report.detections)} | {rank or '-'} of "
        f"{len(report.chains)} | {told} | {strangers} |"
    )


def holds(chain: Chain, program: str) -> bool:
    return any((process.image or "").lower().endswith(program) for process in chain.processes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rules", type=Path)
    parser.add_argument("recordings", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true", help="put the table into docs/accuracy.md")
    arguments = parser.parse_args()
    lines = [
        "| recording | records | hits | attack's chain | verdict and score | strangers |",
        "|---|--:|--:|--:|---|--:|",
    ]
    for path in arguments.recordings:
        request = Request([path], rules=[arguments.rules], correlators=correlators())
        lines.append(row(path, run(request).report))
    text = "\n".join(lines) + "\n"
    print(text)
    if arguments.write:
        TABLE.write(text)


if __name__ == "__main__":
    main()
