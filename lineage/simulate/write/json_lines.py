"""The JSON that forwarders and log stores export Windows events in: one object a line."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, BinaryIO, cast

import orjson

from lineage.simulate.write import event_xml
from lineage.simulate.write.record import iso, moment, printable, text

if TYPE_CHECKING:
    from pathlib import Path

    from lineage.simulate.write.record import WindowsRecord

Json = dict[str, object]
Shape = Callable[["WindowsRecord"], Json]


def splunk(record: WindowsRecord) -> Json:
    """A Splunk search result whose `_raw` is Event XML (XmlWinEventLog)."""
    source = f"XmlWinEventLog:{record.channel}"
    result = {
        "_raw": event_xml.event(record),
        "_time": moment(record.time).isoformat(timespec="milliseconds"),
        "host": record.computer,
        "index": "wineventlog",
        "source": source,
        "sourcetype": "XmlWinEventLog",
    }
    return {"preview": False, "offset": record.record_id, "result": result}


def winlogbeat(record: WindowsRecord) -> Json:
    """Winlogbeat 8 with ECS."""
    winlog: Json = {
        "api": "wineventlog",
        "channel": record.channel,
        "computer_name": record.computer,
        "event_data": _strings(record),
        "event_id": str(record.event_id),
        "process": {"pid": record.process_id, "thread": {"id": record.thread_id}},
        "provider_guid": record.provider.guid,
        "provider_name": record.provider.name,
        "record_id": record.record_id,
        "task": str(record.task),
        "version": record.version,
    }
    if record.user:
        winlog["user"] = {"identifier": record.user}
    return {
        "@timestamp": iso(record.time),
        "agent": {"type": "winlogbeat", "version": "8.13.4"},
        "ecs": {"version": "8.0.0"},
        "event": {
            "code": str(record.event_id),
            "kind": "event",
            "provider": record.provider.name,
        },
        "host": {"name": record.computer.lower()},
        "log": {"level": "information"},
        "winlog": winlog,
    }


def winlogbeat_6(record: WindowsRecord) -> Json:
    """Winlogbeat 6, before ECS."""
    row: Json = {
        "@timestamp": iso(record.time),
        "beat": {"hostname": record.computer.partition(".")[0], "version": "6.8.23"},
        "computer_name": record.computer,
        "event_data": _strings(record),
        "event_id": record.event_id,
        "level": "Information",
        "log_name": record.channel,
        "process_id": record.process_id,
        "provider_guid": record.provider.guid,
        "record_number": str(record.record_id),
        "source_name": record.provider.name,
        "thread_id": record.thread_id,
        "type": "wineventlog",
    }
    if record.user:
        row["user"] = {"identifier": record.user}
    return row


def nxlog(record: WindowsRecord) -> Json:
    """NXLog's im_msvistalog through to_json(): header and data fields flat beside each other."""
    row: Json = {
        "EventTime": iso(record.time),
        "Hostname": record.computer,
        "Keywords": f"0x{record.keywords:x}",
        "EventType": "INFO",
        "EventID": record.event_id,
        "SourceName": record.provider.name,
        "ProviderGuid": record.provider.guid,
        "Version": record.version,
        "TaskValue": record.task,
        "RecordNumber": record.record_id,
        "ExecutionProcessID": record.process_id,
        "ExecutionThreadID": record.thread_id,
        "Channel": record.channel,
    }
    if record.user:
        row["UserID"] = record.user
    row.update(_strings(record))
    row["SourceModuleType"] = "im_msvistalog"
    return row


def sentinel(record: WindowsRecord) -> Json:
    """The Event table of Azure Monitor: EventData as XML text, no header process id."""
    time = iso(record.time)
    data = event_xml.event_data(record, f' xmlns="{escape(event_xml.NAMESPACE)}"')
    return {
        "TenantId": "00000000-0000-0000-0000-000000000000",
        "SourceSystem": "OpsManager",
        "TimeGenerated": time,
        "Source": record.provider.name,
        "EventLog": record.channel,
        "Computer": record.computer,
        "EventLevelName": "Information",
        "EventID": record.event_id,
        "EventRecordId": record.record_id,
        "EventData": f'<DataItem type="System.XmlData" time="{time}">{data}</DataItem>',
        "Type": "Event",
    }


class JsonLines:
    """One JSON object a line; gzipped where the path ends in ``.gz``."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._shape = shape
        self._file = path.open("wb")
        self._stream: BinaryIO = self._file
        if path.suffix == ".gz":
            packed = gzip.GzipFile("", "wb", fileobj=self._file, mtime=0)
            self._stream = cast("BinaryIO", packed)

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        self._stream.write(orjson.dumps(self._shape(record)) + b"\n")

    def close(self) -> None:
        """Ends the file."""
        self._stream.close()
        self._file.close()


class JsonArray:
    """The same objects as one JSON array."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._shape = shape
        self._stream: BinaryIO = path.open("wb")
        self._separator = b"["

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        self._stream.write(self._separator + orjson.dumps(self._shape(record)))
        self._separator = b",\n"

    def close(self) -> None:
        """Ends the array."""
        self._stream.write(b"]" if self._separator != b"[" else b"[]")
        self._stream.close()


def _strings(record: WindowsRecord) -> dict[str, str]:
    return {name: printable(text(value)) for name, value in record.data}
