"""A row of a timeline, to write in tests."""

from __future__ import annotations

from lineage.timeline.rows import Row


def row(text: str = "cmd.exe started", **changes: object) -> Row:
    """A process start that a chain and two detections mark; other fields by keyword."""
    made = Row(
        "2026-02-02T11:07:55.9637270Z", "ws01.example", r"EXAMPLE\zoe", 1088, r"C:\cmd.exe", 40,
        r"C:\Windows\explorer.exe", False, 2, "process", text, ("chain-1",), (1,), "confirmed",
        ("A Title", "Another"), 63, ("T1059",), 1, "sysmon", "Process Start", "a.zip!Sysmon.evtx",
        195, "process:n", "process:n", "Medium", "0x1", text, {"CommandLine": text},
    )  # fmt: skip
    return made._replace(**changes)
