"""What a command did, and the least telemetry that it finds something in."""

from __future__ import annotations

from typing import NamedTuple

LINE = (
    '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"h",'
    '"UtcTime":"2026-01-01 00:00:00.000","ProcessId":"4","Image":"C:\\\\a.exe",'
    '"CommandLine":"powershell Add-MpPreference -ExclusionPath x"}\n'
)


class Outcome(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    def is_no_fault(self) -> None:
        """It ended with a status of the interface, and said at most one line."""
        assert self.status in {0, 1, 2, 3}, self.err
        assert len(self.err.splitlines()) <= 1, self.err
        assert (self.err != "") == (self.status == 2)
        assert self.err.isprintable() or self.err[:-1].isprintable(), self.err
