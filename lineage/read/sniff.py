"""First bytes -> reader. The content alone decides, never a file's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.read.event_xml import EventXmlReader
from lineage.read.evtx import EvtxReader
from lineage.read.falcon_fdr import FalconReader
from lineage.read.nxlog import NxlogReader
from lineage.read.splunk_json import SplunkReader
from lineage.read.winlogbeat import WinlogbeatReader

if TYPE_CHECKING:
    from lineage.read.record import Reader

HEAD_BYTES = 64 * 1024
"""What a format is recognised by: enough for some whole records behind a damaged first one."""

UNRECOGNISED = "unrecognised"
"""The format's name of an input that no reader recognises."""

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        EvtxReader(),  # a magic number: certain and cheap
        SplunkReader(),  # wraps all shapes below, so its own members must be seen first
        FalconReader(),  # one member that no other format has
        WinlogbeatReader(),  # members that no flat event has
        NxlogReader(),  # any flat object with an EventID: the least particular of JSON
        EventXmlReader(),  # searches the text, so JSON that carries XML must be gone by then
    )
}
"""Readers by format name, in the order in which they are asked."""

FORMATS: tuple[str, ...] = tuple(sorted(READERS))
"""Format names for `--format`."""


def recognise(head: bytes) -> Reader | None:
    """The reader for a stream that starts with `head` (up to `HEAD_BYTES`), or None."""
    return next((reader for reader in READERS.values() if reader.recognises(head)), None)
