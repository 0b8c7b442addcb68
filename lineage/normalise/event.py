"""Typed events: what every later room works on.

One class per kind of fact. The telemetry's own fields keep their Sigma/Sysmon names
(`Image`, `CommandLine`, `TargetObject` ...), so that a Sigma rule, a log and this code say the same
word; our own fields are in snake case. Events are plain named tuples: nothing validates them again.

Common header of every class, `HEADER`:

    time (int): when it happened, in 100-nanosecond ticks since 1970-01-01 UTC.
    host (str): the host as the telemetry names it.
    source (int): index of the input in the run's ledger.
    record (int): the EventRecordID, else the 1-based line or ordinal in the source.
    has_record_id (bool): whether `record` is an EventRecordID.
    event_id (int | str): as recorded: 1, 4688, "ProcessRollup2" ...; two providers may use one id.
    origin (str): name of the event's row in `lineage.normalise.sources`: "sysmon-1" ...

Text fields hold the telemetry's own text, or None where the event lacks the field (an empty string
or a lone "-" counts as lacking). ProcessGuid values are lower case without braces. Process ids are
ints (hexadecimal spellings are read), or None.
"""

from __future__ import annotations

from typing import Final

# A new type stands in the module of its subject alone.
# ruff: noqa: F403
from lineage.normalise.events import channel, files, network, processes, registry, system
from lineage.normalise.events.channel import *
from lineage.normalise.events.files import *
from lineage.normalise.events.network import *
from lineage.normalise.events.processes import *
from lineage.normalise.events.registry import *
from lineage.normalise.events.system import *

Event = (
    channel.Kinds | files.Kinds | network.Kinds | processes.Kinds | registry.Kinds | system.Kinds
)
"""Any normalised event."""

HEADER: Final = ("time", "host", "source", "record", "has_record_id", "event_id", "origin")
"""The leading fields of every event; what follows is telemetry of its own."""
