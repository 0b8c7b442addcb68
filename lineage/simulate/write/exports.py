"""The same events as the tools of the field export them: objects, tables, messages, text.

Each export is how one event looks, and what stands before, between and behind them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

import orjson

from lineage.simulate.write import event_xml, json_lines
from lineage.simulate.write.messages import message
from lineage.simulate.write.record import iso, moment, printable, text
from lineage.times import TICKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lineage.simulate.write.record import WindowsRecord

Json = dict[str, Any]
One = Callable[["WindowsRecord"], str]


class Export:
    """A file of events, each a piece of text."""

    def __init__(
        self,
        path: Path,
        one: One,
        *,
        head: str = "",
        between: str = "\n",
        tail: str = "\n",
        encoding: str = "utf-8",
    ) -> None:
        self._stream: TextIO = path.open("w", encoding=encoding, newline="")
        self._one = one
        self._between = between
        self._tail = tail
        self._next = head

    def write(self, record: WindowsRecord) -> None:
        """Appends one record."""
        self._stream.write(self._next + self._one(record))
        self._next = self._between

    def close(self) -> None:
        """Ends the file."""
        self._stream.write(self._tail)
        self._stream.close()


def event_object(record: WindowsRecord) -> Json:
    """evtx_dump's JSON: attributes under ``#attributes``."""
    r = record
    return {
        "Event": {
            "#attributes": {"xmlns": event_xml.NAMESPACE},
            "System": {
                "Provider": {"#attributes": {"Name": r.provider.name, "Guid": r.provider.guid}},
                "EventID": r.event_id,
                "Version": r.version,
                "Level": r.level,
                "TimeCreated": {"#attributes": {"SystemTime": iso(r.time)}},
                "EventRecordID": r.record_id,
                "Execution": {"#attributes": {"ProcessID": r.process_id, "ThreadID": r.thread_id}},
                "Channel": r.channel,
                "Computer": r.computer,
                "Security": {"#attributes": {"UserID": r.user}} if r.user else None,
            },
            "EventData": _fields(r),
        }
    }


def xmltodict_object(record: WindowsRecord) -> Json:
    """Event XML through xmltodict: attributes with ``@``, data as a list of named texts."""
    r = record
    data = [{"@Name": name, "#text": value} for name, value in _fields(r).items()]
    return {
        "Event": {
            "@xmlns": event_xml.NAMESPACE,
            "System": {
                "Provider": {"@Name": r.provider.name, "@Guid": r.provider.guid},
                "EventID": str(r.event_id),
                "TimeCreated": {"@SystemTime": iso(r.time)},
                "EventRecordID": str(r.record_id),
                "Execution": {"@ProcessID": str(r.process_id), "@ThreadID": str(r.thread_id)},
                "Channel": r.channel,
                "Computer": r.computer,
                "Security": {"@UserID": r.user} if r.user else None,
            },
            "EventData": {"Data": data},
        }
    }


def velociraptor_object(record: WindowsRecord) -> Json:
    """A row of Velociraptor's parse_evtx(): epoch seconds, ids as objects."""
    r = record
    return {
        "System": {
            "Provider": {"Name": r.provider.name, "Guid": r.provider.guid},
            "EventID": {"Value": r.event_id},
            "TimeCreated": {"SystemTime": r.time / TICKS},
            "EventRecordID": r.record_id,
            "Execution": {"ProcessID": r.process_id, "ThreadID": r.thread_id},
            "Channel": r.channel,
            "Computer": r.computer,
            "Security": {"UserID": r.user} if r.user else {},
        },
        "EventData": _fields(r),
    }


def evtxecmd_row(record: WindowsRecord) -> Json:
    """EvtxECmd's row, the data as JSON text in ``Payload``."""
    r = record
    data = [{"@Name": name, "#text": value} for name, value in _fields(r).items()]
    return {
        "RecordNumber": r.record_id,
        "EventRecordId": str(r.record_id),
        "TimeCreated": iso(r.time),
        "EventId": r.event_id,
        "Level": "Info",
        "Provider": r.provider.name,
        "Channel": r.channel,
        "ProcessId": r.process_id,
        "ThreadId": r.thread_id,
        "Computer": r.computer,
        "UserId": r.user or "",
        "MapDescription": "",
        "PayloadData1": "",
        "Payload": orjson.dumps({"EventData": {"Data": data}}).decode(),
    }


def fluent_bit(record: WindowsRecord) -> Json:
    """Fluent Bit's winevtlog: values without names."""
    r = record
    return {
        "ProviderName": r.provider.name,
        "ProviderGuid": r.provider.guid,
        "Qualifiers": "",
        "EventID": r.event_id,
        "Version": r.version,
        "Level": r.level,
        "TimeCreated": f"{moment(r.time):%Y-%m-%d %H:%M:%S} +0000",
        "EventRecordID": r.record_id,
        "ProcessID": r.process_id,
        "ThreadID": r.thread_id,
        "Channel": r.channel,
        "Computer": r.computer,
        "UserID": r.user or "",
        "Message": message(r),
        "StringInserts": list(_fields(r).values()),
    }


def wazuh(record: WindowsRecord) -> Json:
    """A line of Wazuh's archives.json: first letters small."""
    r = record
    system = {
        "providerName": r.provider.name,
        "eventID": str(r.event_id),
        "systemTime": iso(r.time),
        "eventRecordID": str(r.record_id),
        "processID": str(r.process_id),
        "channel": r.channel,
        "computer": r.computer,
    }
    data = {name[:1].lower() + name[1:]: value for name, value in _fields(r).items()}
    return {
        "timestamp": iso(r.time),
        "agent": {"id": "001", "name": r.computer.partition(".")[0]},
        "decoder": {"name": "windows_eventchannel"},
        "data": {"win": {"system": system, "eventdata": data}},
        "location": "EventChannel",
    }


def plaso(record: WindowsRecord) -> Json:
    """An event of psort's json_line."""
    r = record
    return {
        "__container_type__": "event",
        "__type__": "AttributeContainer",
        "data_type": "windows:evtx:record",
        "computer_name": r.computer,
        "event_identifier": r.event_id,
        "record_number": r.record_id,
        "source_name": r.provider.name,
        "strings": list(_fields(r).values()),
        "timestamp": r.time // 10,
        "user_sid": r.user,
        "xml_string": event_xml.event(r),
    }


def log_record(record: WindowsRecord) -> Json:
    """Get-WinEvent's object through Windows PowerShell's ConvertTo-Json."""
    r = record
    return {
        "Message": message(r),
        "Id": r.event_id,
        "Version": r.version,
        "Level": r.level,
        "RecordId": r.record_id,
        "ProviderName": r.provider.name,
        "LogName": r.channel,
        "ProcessId": r.process_id,
        "ThreadId": r.thread_id,
        "MachineName": r.computer,
        "UserId": {"BinaryLength": 12, "Value": r.user} if r.user else None,
        "TimeCreated": f"/Date({r.time // 10_000})/",
        "Properties": [{"Value": value} for value in _fields(r).values()],
    }


def clixml(record: WindowsRecord) -> str:
    """Get-WinEvent's object through Export-Clixml, which keeps the message alone."""
    r = record
    escaped = event_xml.escaped(message(r)).replace("&#13;", "_x000D_").replace("&#10;", "_x000A_")
    return (
        f'<Obj RefId="{r.record_id}"><TN RefId="0"><T>System.Diagnostics.Eventing.Reader'
        f".EventLogRecord</T></TN><ToString>{r.provider.name}</ToString><Props>"
        f'<I32 N="Id">{r.event_id}</I32><S N="ProviderName">{r.provider.name}</S>'
        f'<S N="LogName">{r.channel}</S><I64 N="RecordId">{r.record_id}</I64>'
        f'<I32 N="ProcessId">{r.process_id}</I32><S N="MachineName">{r.computer}</S>'
        f'<DT N="TimeCreated">{iso(r.time)}</DT></Props><MS><S N="Message">{escaped}</S></MS></Obj>'
    )


def log_parser(record: WindowsRecord) -> str:
    """A row of Log Parser's XML: values joined by bars."""
    r = record
    columns = {
        "EventLog": r.channel,
        "RecordNumber": str(r.record_id),
        "TimeGenerated": f"{moment(r.time):%Y-%m-%d %H:%M:%S}",
        "EventID": str(r.event_id),
        "SourceName": r.provider.name,
        "Strings": "|".join(_fields(r).values()),
        "ComputerName": r.computer,
        "SID": r.user or "",
    }
    cells = "".join(
        f"<{name}>{event_xml.escaped(value)}</{name}>" for name, value in columns.items()
    )
    return f"<ROW>{cells}</ROW>"


def classic_block(record: WindowsRecord) -> str:
    """An event as Splunk indexes it without `renderXml`."""
    r = record
    return (
        f"{moment(r.time):%m/%d/%Y %I:%M:%S.%f}"[:-3]
        + f" {moment(r.time):%p}\n"
        + f"LogName={r.channel}\nEventCode={r.event_id}\nEventType=4\nComputerName={r.computer}\n"
        + f"SourceName={r.provider.name}\nType=Information\nRecordNumber={r.record_id}\n"
        + f"Keywords=None\nTaskCategory=None\nOpCode=Info\nMessage={message(r)}"
    )


def classic_result(record: WindowsRecord) -> Json:
    """A Splunk result whose `_raw` is the classic text."""
    fields = {
        "_time": f"{moment(record.time):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC",
        "host": record.computer,
        "source": f"WinEventLog:{record.channel}",
        "sourcetype": "WinEventLog",
        "_raw": classic_block(record),
    }
    return {"preview": False, "result": fields}


def kibana_hit(record: WindowsRecord) -> Json:
    """A hit in Kibana's answer: dotted names, every value in a list."""
    source = json_lines.winlogbeat(record)
    flat: dict[str, list[Any]] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, f"{path}.{name}" if path else name)
        else:
            flat[path] = [value]

    walk(source, "")
    return {"_index": "winlogbeat", "_id": str(record.record_id), "fields": flat}


def _fields(record: WindowsRecord) -> dict[str, str]:
    return {name: printable(text(value)) for name, value in record.data}


def json_text(shape: Callable[[WindowsRecord], object]) -> One:
    """One line of JSON for an event."""
    return lambda record: orjson.dumps(shape(record)).decode()


def headed(record: WindowsRecord) -> str:
    """evtx_dump's own way: a line with the record's number, then indented JSON."""
    dumped = orjson.dumps(event_object(record), option=orjson.OPT_INDENT_2).decode()
    return f"Record {record.record_id}\n{dumped}"


def syslog(record: WindowsRecord) -> str:
    """NXLog's JSON behind a syslog header (RFC 5424)."""
    body = orjson.dumps(json_lines.nxlog(record)).decode()
    host = record.computer.partition(".")[0]
    return f"<14>1 {iso(record.time)} {host} nxlog 1200 - - {body}"


def csv_row(
    shape: Callable[[WindowsRecord], Json], columns: Sequence[str], delimiter: str = ","
) -> One:
    """One row of a table, every value in quotes."""

    def one(record: WindowsRecord) -> str:
        row = shape(record)
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="")
        writer.writerow([row.get(name, "") for name in columns])
        return out.getvalue()

    return one


def cells_row(columns: Sequence[str]) -> One:
    """One row of Splunk's json_rows."""

    def one(record: WindowsRecord) -> str:
        result: Json = json_lines.splunk(record)["result"]  # type: ignore[assignment]
        return orjson.dumps([result[name] for name in columns]).decode()

    return one


_EVTXECMD = (
    "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,"
    "Computer,UserId,MapDescription,PayloadData1,Payload"
).split(",")
_SENTINEL = "TimeGenerated,Source,EventLog,Computer,EventID,EventRecordId,EventData".split(",")
_POWERSHELL = "Message,Id,RecordId,ProviderName,LogName,ProcessId,MachineName,TimeCreated".split(
    ","
)
_SPLUNK = ("_time", "host", "_raw")


def _json(name: str, one: One, **around: str) -> tuple[str, One, dict[str, str]]:
    return name, one, around


EXPORTS: dict[str, tuple[str, One, dict[str, str]]] = {
    "evtx_dump": _json("dump.json", headed),
    "xmltodict": _json("events.jsonl", json_text(xmltodict_object)),
    "chainsaw": _json("dump.json", json_text(event_object), head="[", between=",", tail="]"),
    "velociraptor": _json("rows.json", json_text(velociraptor_object)),
    "evtxecmd": _json("out.json", json_text(evtxecmd_row), encoding="utf-8-sig"),
    "evtxecmd.csv": _json(
        "out.csv",
        csv_row(evtxecmd_row, _EVTXECMD),
        head=",".join(_EVTXECMD) + "\r\n",
        between="\r\n",
        encoding="utf-8-sig",
    ),
    "fluent-bit": _json("winevtlog.json", json_text(fluent_bit)),
    "wazuh": _json("archives.json", json_text(wazuh)),
    "plaso": _json("timeline.jsonl", json_text(plaso)),
    "get-winevent": _json(
        "events.json", json_text(log_record), head="[\r\n", between=",\r\n", tail="\r\n]\r\n"
    ),
    "get-winevent.csv": _json(
        "events.csv",
        csv_row(log_record, _POWERSHELL, ";"),
        head="#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n"
        + ";".join(f'"{name}"' for name in _POWERSHELL)
        + "\r\n",
        between="\r\n",
        encoding="utf-16",
    ),
    "clixml": _json(
        "events.xml",
        clixml,
        head='<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\n',
        tail="\n</Objs>",
        encoding="utf-16",
    ),
    "log-parser": _json(
        "events.xml",
        log_parser,
        head='<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<ROOT DATE_CREATED="2026-02-02 08:00:00" CREATED_BY="Microsoft Log Parser V2.2">\n',
        tail="\n</ROOT>\n",
    ),
    "splunk-classic": _json("export.json", json_text(classic_result)),
    "splunk-raw": _json("export.txt", classic_block),
    "splunk-rows": _json(
        "rows.json",
        cells_row(_SPLUNK),
        head='{"preview":false,"init_offset":0,"fields":["_time","host","_raw"],"rows":[',
        between=",",
        tail="]}",
    ),
    "sentinel.csv": _json(
        "query_data.csv",
        csv_row(json_lines.sentinel, _SENTINEL),
        head=",".join(_SENTINEL) + "\n",
    ),
    "kibana": _json(
        "response.json",
        json_text(kibana_hit),
        head='{"took":1,"timed_out":false,"hits":{"total":0,"max_score":null,"hits":[',
        between=",",
        tail="]}}",
    ),
    "syslog": _json("events.log", syslog),
    "json-seq": _json("events.json", json_text(json_lines.nxlog), head="\x1e", between="\n\x1e"),
}
"""Export -> its file's name, one event of it, and what is around the events."""
