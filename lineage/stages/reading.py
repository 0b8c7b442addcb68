"""Per input: records -> events by host, and the little that the run must know of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, get_args

from lineage.normalise import event as events
from lineage.normalise.outcome import Outcome
from lineage.problems import InputLedger, Problem
from lineage.stages.meeting import Contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lineage.normalise.clock import Clock
    from lineage.normalise.dispatch import Normaliser
    from lineage.normalise.event import Event
    from lineage.read import Input

    Shelve = Callable[[str, list[Event]], object]
    EventsByHost = dict[str, list[Event]]

BATCH: Final = 50_000
"""Events that are held before they are handed on: some tens of megabytes."""

_GUIDS: Final = {
    kind: tuple(
        kind._fields.index(name)
        for name in ("ProcessGuid", "ParentProcessGuid", "SourceProcessGuid", "TargetProcessGuid")
        if name in kind._fields
    )
    for kind in get_args(events.Event)
}
"""Type of event -> where processes' identities stand in it."""


@dataclass(slots=True)
class HostFacts:
    """What a run must know of a host before its events are looked at.

    Attributes:
        events: how many there are.
        names: how the telemetry writes it.
        sensors: what processes' identities begin with: a machine's, or a sensor's, own number.
        contacts: what it logged of other hosts.
    """

    events: int = 0
    names: set[str] = field(default_factory=set)
    sensors: set[str] = field(default_factory=set)
    contacts: Contacts = field(default_factory=Contacts)

    def add(self, other: HostFacts) -> None:
        """Takes what another input tells of the host."""
        self.events += other.events
        self.names |= other.names
        self.sensors |= other.sensors
        self.contacts.add(other.contacts)


@dataclass(slots=True)
class ReadingFacts:
    """What reading some inputs came to, beside the events.

    Attributes:
        ledgers: one per input.
        clock: what is known of the zones of their times.
        first: number of the first input, as its events and the clock have it.
        continues: how many of its inputs are the last ones of the readings before.
        hosts: by name in lower case.
    """

    ledgers: list[InputLedger]
    clock: Clock
    first: int = 0
    continues: int = 0
    hosts: dict[str, HostFacts] = field(default_factory=dict)


def read_events(
    inputs: Iterable[Input], shelve: Shelve, normaliser: Normaliser, first: int = 0
) -> ReadingFacts:
    """Reads and normalises inputs.

    Args:
        inputs: opened, in order.
        shelve: called with a host's name in lower case and events of it, in the order in which
            they came; again and again, for no more than `BATCH` events are held here.
        normaliser: of these inputs.
        first: number of the first input: the `source` of its events.
    """
    facts = ReadingFacts([], normaliser.clock, first)
    events = collect(inputs, normaliser, facts.ledgers, first)
    while batch := _batch(events, facts.hosts):
        for host, found in batch.items():
            known = facts.hosts[host]
            known.events += len(found)
            known.sensors |= _sensors(found)
            known.contacts.take(found)
            shelve(host, found)
    return facts


def _batch(events: Iterator[Event], hosts: dict[str, HostFacts]) -> dict[str, list[Event]]:
    """The next events by host; their hosts' names are taken down."""
    by_name: dict[str, list[Event]] = {}
    by_host: dict[str, list[Event]] = {}
    for event in islice(events, BATCH):
        of_name = by_name.get(event.host)
        if of_name is None:
            host = event.host.lower()
            of_name = by_name[event.host] = by_host.setdefault(host, [])
            hosts.setdefault(host, HostFacts()).names.add(event.host)
        of_name.append(event)
    return by_host


def collect(
    inputs: Iterable[Input], normaliser: Normaliser, ledgers: list[InputLedger], first: int = 0
) -> Iterator[Event]:
    """Reads and normalises all inputs, and keeps the ledger of what became of each record.

    Args:
        inputs: the opened inputs, in order.
        normaliser: of these inputs.
        ledgers: one is appended per input.
        first: number of the first input: the `source` of its events.
    """
    for source, opened in enumerate(inputs, start=first):
        ledger = InputLedger(opened.name, opened.format, opened.kind)
        ledgers.append(ledger)
        for record in opened.records:
            outcome = (
                record if isinstance(record, Problem) else normaliser.normalise(record, source)
            )
            if isinstance(outcome, Problem):
                ledger.reject(outcome)
            elif isinstance(outcome, tuple):  # any event; isinstance() of an Enum is slow
                ledger.accept()
                yield outcome
            elif outcome is Outcome.IGNORED and not isinstance(record, Problem):
                ledger.ignore(record.provider or record.channel, record.event_id)
    normaliser.forget()


def _sensors(found: list[Event]) -> set[str]:
    places: Counter[type[Event]] = Counter(map(type, found))
    guids = {
        event[place]
        for kind in places
        for place in _GUIDS[kind]
        for event in found
        if type(event) is kind
    }
    return {_sensor(guid) for guid in guids if isinstance(guid, str)}


def _sensor(guid: str) -> str:
    """The machine's part of a process's identity: Sysmon's first group, Falcon's agent."""
    return guid.partition(":")[0] if ":" in guid else guid.partition("-")[0]
