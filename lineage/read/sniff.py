"""First bytes -> reader. The content alone decides, never a file's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.read.dialects import DIALECTS
from lineage.read.event_text import EventTextReader
from lineage.read.event_xml import EventXmlReader
from lineage.read.evtx import EvtxReader
from lineage.read.json_table import JsonTableReader
from lineage.read.objects import SPLUNK, JsonReader
from lineage.read.table import TableReader
from lineage.read.xml_objects import XmlObjectReader

if TYPE_CHECKING:
    from lineage.read.record import Reader

HEAD_BYTES = 64 * 1024
"""What a format is recognised by: enough for some whole records behind a damaged first one."""

UNRECOGNISED = "unrecognised"
"""The format's name of an input that no reader recognises."""

_IN_ORDER: tuple[Reader, ...] = (
    EvtxReader(),  # a magic number: certain and cheap
    *(JsonReader(name) for name in dict.fromkeys((SPLUNK, *(row.format for row in DIALECTS)))),
    JsonTableReader(),  # names and rows apart: no object of it is an event
    XmlObjectReader(),  # a root of its own
    EventXmlReader(),  # searches the text, so JSON that carries XML must be gone by then
    TableReader(),  # any text with a line of names; a value may be a text of events
    EventTextReader(),  # lines that only events begin with
)
READERS: dict[str, Reader] = {reader.name: reader for reader in _IN_ORDER}
"""Readers by format name, in the order in which they are asked."""

FORMATS: tuple[str, ...] = tuple(sorted(READERS))
"""Format names for `--format`."""

ALIASES = {"nxlog": "flat-json"}
"""Names that formats had before."""


def recognise(head: bytes) -> Reader | None:
    """The reader for a stream that starts with `head` (up to `HEAD_BYTES`), or None."""
    return next((reader for reader in READERS.values() if reader.recognises(head)), None)
