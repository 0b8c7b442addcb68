"""What is wrong with the user's rules, as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.export.csv import table

if TYPE_CHECKING:
    from lineage.report.model import Report

COLUMNS = ("rule", "used", "reason", "path")


def render(report: Report) -> str:
    """One row a problem, in order of the files."""
    rows = (
        (entry.rule, "yes" if entry.used else "no", entry.reason, entry.path)
        for entry in report.rule_problems
    )
    return table("rules.csv", COLUMNS, rows, [])
