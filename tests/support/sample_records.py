"""A report with the records of its evidence, invented like the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.report.model import LoggedRecord
from lineage.report.records import keys_of

if TYPE_CHECKING:
    from lineage.report.model import Report


def with_invented_records(report: Report, **data: str) -> Report:
    """The report with a record for each row of evidence.

    Args:
        report: any.
        data: further fields of every record.
    """
    hits = {key: hit for chain in report.chains for hit in chain.evidence for key in keys_of(hit)}
    records = [
        LoggedRecord(
            source=key.source,
            record=key.record,
            host=key.host,
            event_id=key.event_id,
            provider="Microsoft-Windows-Sysmon",
            channel="Microsoft-Windows-Sysmon/Operational",
            computer=key.host,
            time=hit.time,
            process_id=2960,
            user="S-1-5-18",
            data={**hit.fields, **data},
        )
        for key, hit in hits.items()
    ]
    return report.model_copy(update={"records": records})
