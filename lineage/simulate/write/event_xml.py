"""Event XML: one ``<Event>`` per line in UTF-8, or an ``<Events>`` document in UTF-16."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TextIO

from lineage.simulate.write.record import iso, printable, text

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.simulate.write.record import WindowsRecord

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"


def event(record: WindowsRecord) -> str:
    """One event as Windows renders it, but on one line whatever its values hold."""
    r = record
    user = f" UserID='{r.user}'" if r.user else ""
    return (
        f"<Event xmlns='{NAMESPACE}'><System>"
        f"<Provider Name='{r.provider.name}' Guid='{r.provider.guid}'/>"
        f"<EventID>{r.event_id}</EventID><Version>{r.version}</Version><Level>{r.level}</Level>"
        f"<Task>{r.task}</Task><Opcode>0</Opcode><Keywords>0x{r.keywords:x}</Keywords>"
        f"<TimeCreated SystemTime='{iso(r.time)}'/><EventRecordID>{r.record_id}</EventRecordID>"
        f"<Correlation/><Execution ProcessID='{r.process_id}' ThreadID='{r.thread_id}'/>"
        f"<Channel>{r.channel}</Channel><Computer>{escaped(r.computer)}</Computer>"
        f"<Security{user}/></System>{event_data(r)}</Event>"
    )


def event_data(record: WindowsRecord, attribute: str = "") -> str:
    """The event's EventData element; `attribute` is put into its tag."""
    fields = "".join(
        f"<Data Name='{name}'>{escaped(text(value))}</Data>" for name, value in record.data
    )
    return f"<EventData{attribute}>{fields}</EventData>"


def escaped(value: str) -> str:
    """Text that is safe inside an element and keeps its line breaks."""
    safe = escape(printable(value), quote=True)
    return safe.replace("\r", "&#13;").replace("\n", "&#10;")


class EventXmlLines:
    """One event a line, UTF-8, no root element."""

    def __init__(self, path: Path) -> None:
        self._stream: TextIO = path.open("w", encoding="utf-8", newline="\n")

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        self._stream.write(event(record) + "\n")

    def close(self) -> None:
        """Ends the file."""
        self._stream.close()


class EventXmlDocument:
    """An ``<Events>`` document in UTF-16 with byte order mark, as Event Viewer saves it."""

    def __init__(self, path: Path) -> None:
        self._stream: TextIO = path.open("w", encoding="utf-16", newline="")
        self._stream.write('<?xml version="1.0" encoding="utf-16" standalone="yes"?>\r\n<Events>')

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        self._stream.write(event(record))

    def close(self) -> None:
        """Ends the document."""
        self._stream.write("</Events>")
        self._stream.close()
