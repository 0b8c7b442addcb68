"""Every record of an event log that the simulator has a shape of is read back; others' aren't."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from lineage.normalise.dispatch import Normaliser
from lineage.normalise.event import ChannelEvent
from lineage.normalise.outcome import Outcome
from lineage.normalise.sources import SOURCES
from lineage.simulate.facts import SECOND, Account, Host, LogRecord
from lineage.simulate.machine import Machine
from lineage.simulate.write.channels import SHAPES, Shape
from lineage.simulate.write.raw import windows_records

if TYPE_CHECKING:
    from lineage.read.record import RawRecord

NOW = 1_770_000_000 * SECOND
MACHINE = Machine(
    Host("WS01", "example.test", "EXAMPLE", "a" * 32, "5AA13A44"),
    Account("EXAMPLE", "zoe", "S-1-5-21-1"),
    Random(1),
    NOW,
)
ACTOR = MACHINE.start(None, r"C:\Tools\a.exe")
KNOWN = {name.lower() for each in SOURCES for name in each.provider.channels}


def written(shape: Shape) -> RawRecord:
    (raw,) = windows_records([LogRecord(NOW, ACTOR, None, shape.channel, shape.event_id)])
    return raw


def test_no_shape_is_there_twice() -> None:
    assert len({(shape.channel, shape.event_id) for shape in SHAPES}) == len(SHAPES)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape.channel}-{shape.event_id}")
def test_a_record_is_read_back_with_all_its_fields(shape: Shape) -> None:
    event: Any = Normaliser().normalise(written(shape), 0)
    assert isinstance(event, ChannelEvent)
    assert (event.Channel, event.event_id) == (shape.channel, shape.event_id)
    assert dict(event.data.items()) == {
        name: value for name, value in shape.data(ACTOR) if value not in {"", "-"}
    }


@pytest.mark.parametrize("shape", SHAPES[:3] + SHAPES[-3:], ids=lambda shape: str(shape.event_id))
def test_the_same_from_a_channel_that_nobody_reads_is_ignored(shape: Shape) -> None:
    raw = written(shape)._replace(provider="Vendor-Agent", channel="Vendor/Operational")
    assert raw.channel.lower() not in KNOWN
    assert Normaliser().normalise(raw, 0) is Outcome.IGNORED
