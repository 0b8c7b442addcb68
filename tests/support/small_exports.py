"""Small exports of simulated records, in every container and dialect, to be damaged."""

from __future__ import annotations

import csv
import io
import json
import struct
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage.read.evtx_layout import CHUNK_BYTES, HEADER_BYTES
from lineage.simulate.cases import CASES
from lineage.simulate.run import simulate
from lineage.simulate.write import json_lines
from lineage.simulate.write.exports import EXPORTS, Export, One, csv_row
from lineage.simulate.write.messages import message
from lineage.simulate.write.record import iso, printable, text
from lineage.simulate.write.windows import Journal

if TYPE_CHECKING:
    from lineage.simulate.write.record import WindowsRecord

RECORDS = 12
SIMULATED_SEED = 4


class Exported(NamedTuple):
    """A small export; what is before `start` isn't damaged: it says what all rows mean."""

    data: bytes
    start: int = 0


@cache
def exports() -> dict[str, Exported]:
    """Small exports by name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder, SIMULATED_SEED, "small")
        lines = {
            "nxlog": _lines(folder / "nxlog" / "nxlog.json"),
            "winlogbeat": _lines(folder / "winlogbeat" / "winlogbeat.ndjson"),
            "winlogbeat-6": _lines(folder / "winlogbeat-6" / "winlogbeat.ndjson"),
            "splunk": _lines(folder / "splunk-json" / "export.json"),
            "falcon": _lines(folder / "falcon-fdr" / "data.json"),
            "sentinel": _lines(folder / "sentinel" / "events.json"),
        }
        xml = (folder / "event-xml" / "events.xml").read_text(encoding="utf-8")
        logs = {path.stem: path.read_bytes() for path in sorted((folder / "evtx").glob("*/*"))}
    records = _records()
    lines |= {
        "defender": [json.dumps(_defender(record)) for record in records],
        "fluentd": [json.dumps(_fluentd(record)) for record in records],
    }
    made: dict[str, Exported] = {}
    for dialect, rows in lines.items():
        layouts = _layouts(dialect, rows)
        made |= {f"{dialect} {name}": Exported(data) for name, data in layouts.items()}
    made |= _tables([json.loads(row) for row in lines["nxlog"]])
    made |= {name: Exported(data) for name, data in _documents(xml).items()}
    made |= {
        f"evtx {name}": Exported(_first_chunk(log), HEADER_BYTES + 512)
        for name, log in logs.items()
    }
    return made | _written(records)


def _records() -> list[WindowsRecord]:
    journal = Journal()
    facts = CASES["textbook"](SIMULATED_SEED, "small").facts()
    records = [record for fact in facts for record in journal.records(fact)]
    return records[:: len(records) // RECORDS][:RECORDS]


def _written(records: list[WindowsRecord]) -> dict[str, Exported]:
    """The records in each export that the simulator writes, and in some others."""
    made: dict[str, Exported] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (file, one, around) in {**EXPORTS, **MORE}.items():
            path = Path(folder) / f"{name}-{file}"
            export = Export(path, one, **around)
            for record in records:
                export.write(record)
            export.close()
            named = "csv" in name or "rows" in name
            head = around.get("head", "") if named else ""
            start = len(head.encode(around.get("encoding", "utf-8"))) if head else 0
            made[name] = Exported(path.read_bytes(), start)
    return made


def _values(record: WindowsRecord) -> dict[str, str]:
    return {name: printable(text(value)) for name, value in record.data}


def _fluentd(record: WindowsRecord) -> dict[str, object]:
    """Fluentd's in_windows_eventlog2."""
    return {
        "ProviderName": record.provider.name,
        "ProviderGUID": record.provider.guid,
        "EventID": str(record.event_id),
        "TimeCreated": iso(record.time),
        "EventRecordID": str(record.record_id),
        "ProcessID": str(record.process_id),
        "Channel": record.channel,
        "Computer": record.computer,
        "UserID": record.user or "",
        "Description": message(record),
        "EventData": list(_values(record).values()),
    }


def _defender(record: WindowsRecord) -> dict[str, object]:
    """A row of the hunting schema, whatever the event was."""
    values = _values(record)
    return {
        "Timestamp": iso(record.time),
        "DeviceId": "d" * 40,
        "DeviceName": record.computer,
        "ActionType": "ProcessCreated",
        "FileName": "a.exe",
        "FolderPath": values.get("Image", "C:\\a.exe"),
        "ProcessId": record.record_id,
        "ProcessCommandLine": values.get("CommandLine", "a \"b\" 'c'"),
        "ProcessCreationTime": iso(record.time),
        "InitiatingProcessId": record.process_id,
        "InitiatingProcessFileName": "b.exe",
        "InitiatingProcessCommandLine": values.get("ParentCommandLine", ""),
        "InitiatingProcessCreationTime": iso(record.time - 10**7),
        "ReportId": record.record_id,
    }


def _wevtutil(record: WindowsRecord) -> str:
    labels = {
        "Log Name": record.channel,
        "Source": record.provider.name,
        "Date": iso(record.time),
        "Event ID": str(record.event_id),
        "Task": "N/A",
        "Level": "Information",
        "Opcode": "Info",
        "Keyword": "N/A",
        "User": record.user or "N/A",
        "User Name": "N/A",
        "Computer": record.computer,
        "Description": "\n" + message(record),
    }
    rows = "\n".join(f"  {label}: {value}" for label, value in labels.items())
    return f"Event[{record.record_id}]:\n{rows}\n"


def _format_list(record: WindowsRecord) -> str:
    labels = {
        "TimeCreated": iso(record.time),
        "ProviderName": record.provider.name,
        "Id": str(record.event_id),
        "RecordId": str(record.record_id),
        "LogName": record.channel,
        "MachineName": record.computer,
        "Message": message(record).replace("\r\n", "\n").replace("\n", "\n" + " " * 15),
    }
    return "\n".join(f"{label:12} : {value}" for label, value in labels.items()) + "\n"


_VIEWER = ("Level", "Date and Time", "Source", "Event ID", "Task Category", "Message")
_SENTINEL = tuple(
    "TenantId SourceSystem TimeGenerated Source EventLog Computer EventLevelName EventID"
    " EventRecordId EventData Type".split()
)
_DEFENDER = (
    "Timestamp,DeviceId,DeviceName,ActionType,FileName,FolderPath,ProcessId,ProcessCommandLine,"
    "ProcessCreationTime,InitiatingProcessId,InitiatingProcessFileName,"
    "InitiatingProcessCommandLine,InitiatingProcessCreationTime,ReportId"
).split(",")


def _viewer(record: WindowsRecord) -> dict[str, object]:
    values = (
        "Information", iso(record.time), record.provider.name, record.event_id, "None",
        message(record),
    )  # fmt: skip
    return dict(zip(_VIEWER, values, strict=True))


MORE: dict[str, tuple[str, One, dict[str, str]]] = {
    "wevtutil": ("events.txt", _wevtutil, {}),
    "format-list": ("events.txt", _format_list, {}),
    "event-viewer.csv": (
        "events.csv",
        csv_row(_viewer, _VIEWER),
        {"head": ",".join(_VIEWER[:-1]) + "\r\n", "between": "\r\n"},
    ),
    "defender.csv": (
        "hunting.csv",
        csv_row(_defender, _DEFENDER),
        {"head": ",".join(_DEFENDER) + "\n"},
    ),
    "elastic-sql-rows": (
        "rows.json",
        lambda record: json.dumps(list(json_lines.sentinel(record).values())),
        {
            "head": '{"columns":['
            + ",".join(f'{{"name":"{name}","type":"keyword"}}' for name in _SENTINEL)
            + '],"rows":[\n',
            "between": ",\n",
            "tail": "\n]}\n",
        },
    ),
}
"""Exports that have no writer in the simulator."""


def _first_chunk(log: bytes) -> bytes:
    """A log of nothing else; the header counts one chunk, number 0."""
    header = bytearray(log[:HEADER_BYTES])
    struct.pack_into("<Q", header, 16, 0)
    struct.pack_into("<H", header, 42, 1)
    return bytes(header) + log[HEADER_BYTES : HEADER_BYTES + CHUNK_BYTES]


def _lines(path: Path) -> list[str]:
    rows = [row for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    step = max(len(rows) // RECORDS, 1)
    return rows[::step][:RECORDS]


def _layouts(dialect: str, rows: list[str]) -> dict[str, bytes]:
    values = [json.loads(row) for row in rows]
    made = {
        "lines": "\n".join(rows),
        "array": json.dumps(values),
        "array by lines": "[\n" + ",\n".join(rows) + "\n]\n",
        "pretty array": json.dumps(values, indent=2),
        "pretty objects": "\n".join(json.dumps(value, indent=1) for value in values),
    }
    if dialect == "splunk":
        made["results"] = json.dumps({"preview": False, "results": [v["result"] for v in values]})
    elif dialect.startswith("winlogbeat"):
        hits = [{"_index": "w", "_id": str(n), "_source": v} for n, v in enumerate(values)]
        made["search"] = json.dumps({"took": 1, "hits": {"total": len(hits), "hits": hits}})
    texts = {name: text.encode() for name, text in made.items()}
    if dialect == "nxlog":
        texts["lines in UTF-16"] = made["lines"].encode("utf-16")
    return texts


def _tables(values: list[dict[str, Any]]) -> dict[str, Exported]:
    names = list(dict.fromkeys(name for value in values for name in value))
    table = io.StringIO()
    writer = csv.DictWriter(table, names, restval="")
    writer.writeheader()
    writer.writerows(values)
    data = table.getvalue().encode()
    return {"csv": Exported(data, data.index(b"\n") + 1)}


def _documents(xml: str) -> dict[str, bytes]:
    start = xml.index("<Event ")
    events = [
        "<Event " + rest.split("</Event>")[0] + "</Event>"
        for rest in xml[start:].split("<Event ")[1:]
    ]
    events = events[:: max(len(events) // RECORDS, 1)][:RECORDS]
    lines = "\n".join(events)
    prolog = '<?xml version="1.0" encoding="utf-8"?>'
    return {
        "xml lines": lines.encode(),
        "xml document": f"{prolog}\n<Events>{lines}</Events>".encode(),
        "xml without line feeds": "".join(events).encode(),
        "xml in UTF-16": lines.encode("utf-16"),
    }
