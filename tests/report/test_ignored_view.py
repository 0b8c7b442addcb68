from __future__ import annotations

import io

from rich.console import Console
from sample_report import inputs, report_of

from lineage.problems import KEPT_IGNORED, InputLedger
from lineage.report.model import Input
from lineage.report.terminal import render


def test_ignored_events_are_counted_by_writer_and_id() -> None:
    ledger = InputLedger("a")
    for event_id in (3, 5, 3):
        ledger.ignore("Microsoft-Windows-Sysmon", event_id)
    kept = Input.copy_of(ledger)
    assert [(e.provider, e.event_id, e.records) for e in kept.ignored_events] == [
        ("Microsoft-Windows-Sysmon", 3, 2),
        ("Microsoft-Windows-Sysmon", 5, 1),
    ]
    assert kept.records == kept.ignored == 3


def test_kinds_beyond_what_is_kept_are_counted_together() -> None:
    ledger = InputLedger("a")
    for number in range(KEPT_IGNORED + 7):
        ledger.ignore(f"p{number}", number)
    assert sum(event.records for event in ledger.ignored_events) == ledger.ignored
    assert len(ledger.ignored_events) == KEPT_IGNORED + 1
    assert ledger.ignored_events[0].records == 7


def test_they_are_shown_over_all_inputs() -> None:
    ledger = InputLedger("a")
    for _ in range(1200):
        ledger.ignore("Microsoft-Windows-Sysmon", 3)
    ledger.ignore("CrowdStrike\x1b[31m", "DnsRequest")
    out = io.StringIO()
    console = Console(file=out, width=200)
    render(report_of([], inputs=[Input.copy_of(ledger), *inputs()]), console, details=False)
    text = out.getvalue()
    assert "ignored, as these events aren't read: Microsoft-Windows-Sysmon 3 (1,200); Crowd" in text
    assert "DnsRequest (1)" in text
    assert "\x1b" not in text
