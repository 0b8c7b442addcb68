"""CSV list of indicators: what of the confirmed and probable chains to look for elsewhere.

One row for each; what is one, `lineage.report.indicators` decides. As the other CSV files it is for
Excel (`lineage.export.csv`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.export.csv import HASHES, table
from lineage.report.indicators import any_users, indicators
from lineage.report.wording import fixed_time

if TYPE_CHECKING:
    from lineage.report.indicators import Indicator
    from lineage.report.model import Report

COLUMNS = (
    "kind", "value", "any_user", "md5", "sha1", "sha256", "imphash", "data", "port", "why", "host",
    "first_seen", "last_seen", "source", "record", "chain", "verdict", "node",
)  # fmt: skip


def render(report: Report) -> str:
    """The file's text; with headings only where no chain is probable or confirmed."""
    return table("iocs.csv", COLUMNS, rows(report), [])


def rows(report: Report) -> list[tuple[str | int | None, ...]]:
    """The rows, unescaped."""
    return [_row(one) for chain in report.chains for one in indicators(chain)]


def _row(one: Indicator) -> tuple[str | int | None, ...]:
    return (
        one.kind, one.value, any_users(one.value), *(one.hashes.get(name) for name in HASHES),
        one.data, one.port, one.why, "; ".join(one.hosts), fixed_time(one.first_seen),
        fixed_time(one.last_seen), one.source, one.record, one.chain, one.verdict,
        one.nodes[0],
    )  # fmt: skip
