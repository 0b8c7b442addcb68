"""Simulated records as a reader would yield them.

Tests and benches take thousands of intrusions; without files each costs a fraction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.read.record import RawRecord
from lineage.simulate.facts import ProcessEnd, ProcessStart
from lineage.simulate.write.falcon import sensed
from lineage.simulate.write.record import iso, printable, text
from lineage.simulate.write.windows import Journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineage.simulate.facts import Fact


def windows_records(facts: Iterable[Fact]) -> Iterator[RawRecord]:
    """All facts as Sysmon, Security and PowerShell records."""
    journal = Journal()
    number = 0
    for fact in facts:
        for record in journal.records(fact):
            number += 1
            yield RawRecord(
                number=number,
                record_id=record.record_id,
                provider=record.provider.name,
                event_id=record.event_id,
                channel=record.channel,
                computer=record.computer,
                time=iso(record.time),
                process_id=record.process_id,
                user=record.user,
                data={name: printable(text(value)) for name, value in record.data},
            )


def falcon_records(facts: Iterable[Fact]) -> Iterator[RawRecord]:
    """The process starts and ends among the facts as CrowdStrike records."""
    sensed_facts = (fact for fact in facts if isinstance(fact, ProcessStart | ProcessEnd))
    for number, fact in enumerate(sensed_facts, 1):
        data = sensed(fact)
        yield RawRecord(
            number=number,
            record_id=None,
            provider="CrowdStrike",
            event_id=str(data["event_simpleName"]),
            channel="",
            computer=fact.process.host.name,
            time=str(data["timestamp"]),
            process_id=None,
            user=None,
            data=data,
        )
