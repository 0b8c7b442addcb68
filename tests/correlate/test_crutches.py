"""A chain holds without the files and windows that many hosts don't log.

PowerShell tests the script policy with a file that a detection takes for a script in a suspicious
place; a console has a window's process. Neither is evidence, and filters of Sysmon leave both out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage.correlate.registry import correlators
from lineage.pipeline import Request, run_opened
from lineage.read import Input
from lineage.simulate.cases import reported
from lineage.simulate.write.raw import windows_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage.read.record import RawRecord

CRUTCHES = ("__psscriptpolicytest_", "conhost.exe")


def chain_of(records: Iterable[RawRecord]) -> tuple[str, set[tuple[int | None, str | None]]]:
    """Verdict and processes of the strongest chain, consoles left out."""
    inputs = [Input("simulated", "simulated", iter(records))]
    chain = run_opened(inputs, Request([], correlators=correlators())).report.chains[0]
    processes = {(process.pid, process.image) for process in chain.processes}
    return chain.verdict, {each for each in processes if "conhost" not in (each[1] or "").lower()}


@pytest.mark.parametrize(
    "story",
    [
        "xls-hta-dropper",
        "image-script-registry",
        "javascript-curl",
        "hta-fileless",
        "installer-shellcode",
        "shortcut-steganography",
        "disguised-browser-host",
    ],
)
def test_a_chain_holds_without_policy_tests_and_consoles(story: str) -> None:
    facts = list(reported(7, story=story).facts())
    records = list(windows_records(facts))
    kept = [
        record
        for record in records
        if not any(crutch in str(record.data).lower() for crutch in CRUTCHES)
    ]
    assert len(kept) < len(records)
    assert chain_of(kept) == chain_of(records)
